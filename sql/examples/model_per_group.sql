.load build/classify
-- A model for each group: classify_train() is an aggregate, so GROUP BY works.

CREATE TABLE reports(id INTEGER PRIMARY KEY, language TEXT, body TEXT, trade TEXT);

-- What tenants report, in two languages:
INSERT INTO reports(language, trade, body) VALUES
  ('en', 'heating', 'The radiator in the bedroom stays cold'),
  ('en', 'heating', 'No heating since Sunday, the flat is freezing'),
  ('en', 'heating', 'The boiler makes a banging noise'),
  ('en', 'heating', 'The thermostat in the hall does nothing'),
  ('en', 'heating', 'Heating cannot be turned down, it is far too warm'),
  ('en', 'heating', 'Radiator gurgles at night and only the top is warm'),
  ('en', 'heating', 'The boiler has gone out again'),
  ('en', 'heating', 'It is cold in all rooms although the thermostat is on five'),
  ('en', 'heating', 'Please bleed the radiators in our flat'),
  ('en', 'heating', 'The heating comes on only in the afternoon'),
  ('en', 'heating', 'Old radiator valve is stuck'),
  ('en', 'heating', 'Warm radiators in summer, please turn the boiler off'),
  ('en', 'water', 'The kitchen tap drips day and night'),
  ('en', 'water', 'Water is coming through the bathroom ceiling'),
  ('en', 'water', 'The toilet keeps running'),
  ('en', 'water', 'A pipe under the sink has burst'),
  ('en', 'water', 'The drain of the shower is blocked'),
  ('en', 'water', 'Brown water from every tap'),
  ('en', 'water', 'The sink in the bathroom is blocked again'),
  ('en', 'water', 'There is a leak behind the washing machine'),
  ('en', 'water', 'Hardly any water pressure in the shower'),
  ('en', 'water', 'The toilet leaks at the bottom'),
  ('en', 'water', 'The cellar is under water, a pipe must leak'),
  ('en', 'water', 'Tap in the kitchen cannot be closed'),
  ('en', 'keys', 'I lost the key to the front door'),
  ('en', 'keys', 'The lock of the cellar door is broken'),
  ('en', 'keys', 'We need another key for our letter box'),
  ('en', 'keys', 'The front door does not close by itself'),
  ('en', 'keys', 'My key is stuck in the lock'),
  ('en', 'keys', 'Locked out, who has a spare key?'),
  ('en', 'keys', 'The door handle came off'),
  ('en', 'keys', 'The lock on the garage door is rusty'),
  ('en', 'keys', 'Somebody tried to break our door open'),
  ('en', 'keys', 'Two new keys for the house door please'),
  ('en', 'keys', 'The door to the roof is never locked'),
  ('en', 'keys', 'Key broke off in the lock of the flat door'),

  ('de', 'heating', 'Der Heizkörper im Schlafzimmer bleibt kalt'),
  ('de', 'heating', 'Seit Sonntag keine Heizung, die Wohnung ist eiskalt'),
  ('de', 'heating', 'Die Heizung klopft die ganze Nacht'),
  ('de', 'heating', 'Das Thermostat im Flur ist kaputt'),
  ('de', 'heating', 'Die Heizung lässt sich nicht abdrehen, es ist viel zu warm'),
  ('de', 'heating', 'Der Heizkörper gluckert und wird nur oben warm'),
  ('de', 'heating', 'Der Heizkessel ist wieder ausgefallen'),
  ('de', 'heating', 'Alle Zimmer sind kalt, obwohl das Thermostat auf fünf steht'),
  ('de', 'heating', 'Bitte die Heizkörper entlüften'),
  ('de', 'heating', 'Die Heizung wird erst am Nachmittag warm'),
  ('de', 'heating', 'Das Ventil am Heizkörper klemmt'),
  ('de', 'heating', 'Im Sommer ist der Heizkörper warm, bitte die Heizung abstellen'),
  ('de', 'water', 'Der Wasserhahn in der Küche tropft'),
  ('de', 'water', 'Wasser kommt durch die Decke im Bad'),
  ('de', 'water', 'Die Spülung der Toilette läuft ohne Ende'),
  ('de', 'water', 'Ein Rohr unter der Spüle ist geplatzt'),
  ('de', 'water', 'Der Abfluss der Dusche ist verstopft'),
  ('de', 'water', 'Braunes Wasser aus jedem Wasserhahn'),
  ('de', 'water', 'Der Abfluss im Waschbecken ist schon wieder verstopft'),
  ('de', 'water', 'Hinter der Waschmaschine läuft Wasser aus'),
  ('de', 'water', 'In der Dusche kommt kaum Wasser'),
  ('de', 'water', 'Die Toilette ist undicht'),
  ('de', 'water', 'Der Keller steht unter Wasser, ein Rohr ist undicht'),
  ('de', 'water', 'Der Wasserhahn in der Küche geht nicht mehr zu'),
  ('de', 'keys', 'Ich habe den Schlüssel zur Haustür verloren'),
  ('de', 'keys', 'Das Schloss der Kellertür ist gebrochen'),
  ('de', 'keys', 'Wir brauchen noch einen Schlüssel für den Briefkasten'),
  ('de', 'keys', 'Die Haustür fällt nicht ins Schloss'),
  ('de', 'keys', 'Mein Schlüssel steckt im Schloss fest'),
  ('de', 'keys', 'Ausgesperrt, wer hat einen Ersatzschlüssel?'),
  ('de', 'keys', 'Die Klinke der Wohnungstür ist ab'),
  ('de', 'keys', 'Das Schloss am Garagentor ist rostig'),
  ('de', 'keys', 'Jemand wollte unsere Tür aufbrechen'),
  ('de', 'keys', 'Bitte zwei neue Schlüssel für die Haustür'),
  ('de', 'keys', 'Die Tür zum Dach ist nie abgeschlossen'),
  ('de', 'keys', 'Der Schlüssel ist in der Tür abgebrochen');

-- One statement trains all models; the name is made from the group.
SELECT language, json_extract(m, '$.model') AS model, json_extract(m, '$.rows') AS rows
FROM (SELECT language, classify_train(body, trade, 'trade-' || language) AS m
      FROM reports GROUP BY language);

-- Each row asks the model of its own group.
CREATE TEMP TABLE today(language TEXT, body TEXT);
INSERT INTO today VALUES
  ('en', 'the radiator is cold and the boiler is off'),
  ('en', 'my key broke in the lock of the front door'),
  ('en', 'the sink is blocked and the tap drips'),
  ('de', 'Der Heizkörper ist kalt, das Thermostat ist kaputt'),
  ('de', 'Schlüssel im Schloss der Haustür abgebrochen'),
  ('de', 'Der Abfluss in der Küche ist verstopft');

.headers on
SELECT language, classify(body, 'trade-' || language) AS trade, body FROM today ORDER BY rowid;
