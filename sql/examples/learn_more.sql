.load build/classify
-- Go on from a model: new rows, and a label that it has not known.

CREATE TABLE repairs(id INTEGER PRIMARY KEY, note TEXT, part TEXT);

-- What customers of a bicycle workshop ask for:
INSERT INTO repairs(note, part) VALUES
  ('The front brake squeaks', 'brakes'),
  ('New brake pads please', 'brakes'),
  ('Brake lever comes loose', 'brakes'),
  ('Hydraulic brake loses oil', 'brakes'),
  ('It hardly brakes in the rain', 'brakes'),
  ('Rear brake cable is torn', 'brakes'),
  ('Pads rub on the disc', 'brakes'),
  ('The brakes want a check before the holidays', 'brakes'),
  ('Coaster brake does not grip', 'brakes'),
  ('Disc of the front brake is bent', 'brakes'),
  ('Flat tyre at the back', 'wheels'),
  ('A spoke of the rear wheel is broken', 'wheels'),
  ('The wheel is out of true', 'wheels'),
  ('Puncture, third one this month', 'wheels'),
  ('Tyre is worn, please fit winter tyres', 'wheels'),
  ('The valve of the inner tube leaks', 'wheels'),
  ('Rim has a dent after a kerb', 'wheels'),
  ('New tube and tyre for a child''s wheel', 'wheels'),
  ('Hub of the front wheel rattles', 'wheels'),
  ('Two spokes loose, tyre flat', 'wheels'),
  ('The chain jumps in the smallest gear', 'gears'),
  ('Third gear cannot be reached', 'gears'),
  ('Chain is rusty', 'gears'),
  ('The shifter on the handlebar is stuck', 'gears'),
  ('Derailleur bent after a fall', 'gears'),
  ('Chain and sprockets are worn', 'gears'),
  ('It shifts by itself on hills', 'gears'),
  ('Gear cable broke', 'gears'),
  ('The chain came off and is jammed', 'gears'),
  ('Hub gear slips between third and fourth gear', 'gears');

SELECT json_extract(classify_train(note, part, 'workshop'), '$.labels') AS labels FROM repairs;

-- The next month brings electric bicycles, and with them a label:
INSERT INTO repairs(note, part) VALUES
  ('The battery lasts ten minutes', 'electric'),
  ('Motor makes a noise on hills', 'electric'),
  ('The display stays dark', 'electric'),
  ('Charger blinks red, battery is not charged', 'electric'),
  ('The motor stops when it rains', 'electric'),
  ('Display shows an error, no motor', 'electric'),
  ('Battery cannot be taken out, the key broke', 'electric'),
  ('Charger is lost, I need a new one', 'electric'),
  ('New pads, the brake grinds', 'brakes'),
  ('Chain too long since the last repair', 'gears');

-- The model learns these ten and, so that it does not forget what the others were
-- like, ten that it has learned before. The new version knows all words and labels.
SELECT json_extract(m, '$.version') AS version, json_extract(m, '$.rows') AS rows,
       json_extract(m, '$.labels') AS labels
FROM (SELECT classify_train(note, part, 'workshop', json_object('from', json_object(
               'model', 'workshop', 'rows', 'SELECT note, part FROM repairs WHERE id <= 30'))) AS m
      FROM repairs WHERE id > 30);

CREATE TEMP TABLE today(note TEXT);
INSERT INTO today VALUES
  ('battery empty and the charger is broken'),
  ('the motor is loud, the display dark'),
  ('brake pads worn'),
  ('flat tyre and a broken spoke'),
  ('the chain jumps, gear cable torn');

.headers on
SELECT classify(note, 'workshop@1') AS before, classify(note, 'workshop') AS now, note FROM today ORDER BY rowid;
