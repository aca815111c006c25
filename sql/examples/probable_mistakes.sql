.load build/classify
-- Probable mistakes among labels that people gave. A model that has learned a row
-- with its wrong label would defend it, so classify_doubts() judges such a row by
-- the other rows.

CREATE TABLE expenses(id INTEGER PRIMARY KEY, what TEXT, account TEXT);

-- Four of these were booked to the wrong account:
INSERT INTO expenses(what, account) VALUES
  ('Train ticket Berlin to Hamburg', 'travel'),
  ('Paper for the printer', 'office'),
  ('Lunch with a customer', 'meals'),
  ('Taxi from the airport to the hotel', 'travel'),
  ('Ink cartridges for the printer', 'office'),
  ('Coffee and cake for the team', 'meals'),
  ('Hotel in Hamburg, two nights', 'travel'),
  ('Pens, paper and folders', 'office'),
  ('Dinner with two customers, restaurant', 'meals'),
  ('Flight to Vienna and back', 'travel'),
  ('Desk lamp for the front office', 'office'),
  ('Sandwiches and coffee for the workshop', 'meals'),
  ('Parking at the airport', 'travel'),
  ('Office chair', 'office'),
  ('Breakfast with new colleagues', 'meals'),
  ('Hotel in Vienna, one night', 'travel'),
  ('Toner for the laser printer', 'office'),
  ('Pizza for the team, late shift', 'meals'),
  ('Train ticket Hamburg to Berlin', 'travel'),
  ('Envelopes and stamps', 'office'),
  ('Lunch at the restaurant, four customers', 'meals'),
  ('Taxi to the station', 'travel'),
  ('Two boxes of folders and paper', 'office'),
  ('Dinner with the auditors, restaurant Adria', 'meals'),
  ('Flight to Munich, train to the hotel', 'travel'),
  ('Keyboard and mouse for a desk', 'office'),
  ('Drinks and sandwiches for the team', 'meals'),
  ('Taxi from the station to the trade fair', 'travel'),
  ('Printer repair', 'office'),
  ('Coffee and milk for the kitchen', 'meals'),
  ('Train to Cologne and back', 'travel'),
  ('Pens and envelopes', 'office'),
  ('Business lunch, restaurant La Riva', 'meals'),
  ('Night train to Zurich', 'travel'),
  ('Desk and chair for the trainee', 'office'),
  ('Pizza and drinks for the team', 'meals'),
  ('Flight to London', 'travel'),
  ('Ink and paper', 'office'),
  ('Breakfast and coffee for visitors', 'meals'),
  ('Taxi at night from the airport', 'meals'),
  ('Printer paper and toner', 'office'),
  ('Lunch with a job candidate', 'meals'),
  ('Hotel and train, conference in Munich', 'travel'),
  ('Folders for the tax office', 'office'),
  ('Restaurant, dinner with customers', 'office'),
  ('Airport bus and taxi', 'travel'),
  ('Paper, pens, ink', 'office'),
  ('Cake and coffee, birthday of our manager', 'meals'),
  ('Flight and hotel, conference in Oslo', 'travel'),
  ('Chair for the meeting room', 'office'),
  ('Restaurant, farewell dinner', 'meals'),
  ('Train ticket, customer in Bremen', 'travel'),
  ('Keyboard for the laptop', 'office'),
  ('Lunch for twenty, pizza and drinks', 'meals'),
  ('Taxi to a customer and back', 'travel'),
  ('Stamps and large envelopes', 'office'),
  ('Team dinner, restaurant Lindenhof', 'meals'),
  ('Hotel Astoria, three nights', 'travel'),
  ('Ink for the printer of the board', 'office'),
  ('Sandwiches for the late shift', 'meals'),
  ('Return flight to Lisbon', 'travel'),
  ('Desk lamp and chair', 'office'),
  ('Coffee for the team meeting', 'meals'),
  ('Train and bus to the trade fair', 'office'),
  ('Toner and paper for the office', 'travel'),
  ('Dinner with the bank, drinks', 'meals'),
  ('Taxi, hotel to the airport', 'travel'),
  ('Pens and folders for the course', 'office'),
  ('Lunch and coffee with a supplier', 'meals'),
  ('Flight to Oslo and train to town', 'travel'),
  ('Printer cable and keyboard', 'office'),
  ('Breakfast for the board, cake', 'meals');

SELECT json_extract(classify_train(what, account), '$.rows') AS learned FROM expenses;

-- classify_doubts() gives the most doubtful rows first. Of those for which another label is
-- suggested, these are the first five, here in the order of their ids.
.headers on
SELECT d.id, what, d.label, d.suggested, d.probability > 0.5 AS sure
FROM (SELECT * FROM classify_doubts('SELECT id, what, account FROM expenses') WHERE suggested <> label LIMIT 5) AS d
JOIN expenses USING (id) ORDER BY d.id;

-- A person looks at them and mends four; one was right after all.
UPDATE expenses SET account = 'travel' WHERE id IN (40, 64);
UPDATE expenses SET account = 'office' WHERE id = 65;
UPDATE expenses SET account = 'meals' WHERE id = 45;
SELECT json_extract(classify_train(what, account), '$.version') AS version FROM expenses;
