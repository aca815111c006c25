.load build/classify
-- Label many rows at once: UPDATE ... FROM classify_rows().

CREATE TABLE comments(id INTEGER PRIMARY KEY, guest TEXT, topic TEXT, confidence REAL);

-- What guests of a hotel wrote, with the topic where somebody has read it:
INSERT INTO comments(guest, topic) VALUES
  ('The bed was far too soft and my back still hurts', 'room'),
  ('Lovely view from the balcony over the harbour', 'room'),
  ('Shower had no hot water in the morning', 'room'),
  ('The room smelled of smoke', 'room'),
  ('Big windows, quiet room, slept like a stone', 'room'),
  ('Air conditioning rattled all night', 'room'),
  ('Bathroom was tiny and the shower curtain mouldy', 'room'),
  ('Clean sheets and towels every day', 'room'),
  ('Our room looked out on the dustbins', 'room'),
  ('The mattress is old, the pillows are flat', 'room'),
  ('No plug next to the bed', 'room'),
  ('Room 214 is right above the lift, hard to sleep', 'room'),
  ('We loved the bathtub and the balcony', 'room'),
  ('The heating in the bathroom did not work', 'room'),
  ('Noisy room facing the street, thin walls', 'room'),
  ('Spacious room with a large comfortable bed', 'room'),

  ('Breakfast was cold and there was no fresh fruit', 'food'),
  ('The best coffee we had on the whole trip', 'food'),
  ('Dinner in the restaurant is overpriced', 'food'),
  ('Nothing vegetarian on the menu except salad', 'food'),
  ('The fish soup was delicious', 'food'),
  ('More bread at breakfast please, it was gone by nine', 'food'),
  ('The cook even made pancakes for our children', 'food'),
  ('Eggs like rubber, coffee like water', 'food'),
  ('Great wine list, the steak was tender', 'food'),
  ('The restaurant closes at eight, we went to bed hungry', 'food'),
  ('Tasty local cheese at the breakfast buffet', 'food'),
  ('The dessert came out of a packet', 'food'),
  ('They had oat milk and gluten free bread without asking', 'food'),
  ('We waited an hour for a cold pizza at dinner', 'food'),
  ('The breakfast menu never changes', 'food'),
  ('Fresh orange juice, warm croissants, a dream of a breakfast', 'food'),

  ('The lady at the reception was very kind', 'staff'),
  ('Nobody answered the bell at the front desk', 'staff'),
  ('The porter carried our suitcases up four floors', 'staff'),
  ('Reception lost our booking and did not even apologise', 'staff'),
  ('Friendly staff who speak good English', 'staff'),
  ('The manager was rude when we asked for a receipt', 'staff'),
  ('Check in took forty minutes because of one clerk', 'staff'),
  ('Everybody at the desk remembered our names', 'staff'),
  ('The night porter was asleep', 'staff'),
  ('Housekeeping walked in without knocking', 'staff'),
  ('A helpful concierge who got us theatre tickets', 'staff'),
  ('The waiter ignored us and chatted with his colleague', 'staff'),
  ('They called a doctor for my husband at once, thank you all', 'staff'),
  ('The young man at the reception could not answer a single question', 'staff'),
  ('Staff were polite but always in a hurry', 'staff'),
  ('Thanks to Maria at the front desk for her kind help', 'staff');

-- ... and where nobody has:
INSERT INTO comments(guest) VALUES
  ('The bed and the pillows were comfortable'),
  ('Cold coffee and old bread for breakfast'),
  ('The clerk at the reception was rude'),
  ('Small bathroom, no hot water in the shower'),
  ('Very friendly and helpful people at the front desk'),
  ('The restaurant has a great menu and delicious dinner'),
  (NULL);

-- Some rows are set aside, to measure by; in the end the model learns from them, too.
SELECT json_extract(classify_train(guest, topic, 'topics'), '$.labels') AS labels
FROM comments WHERE topic IS NOT NULL;

-- The query gives an id and a text; back come id, label and confidence. Texts are
-- read ahead, sorted by length and labelled on all cores.
UPDATE comments SET topic = c.label, confidence = c.confidence
FROM classify_rows('SELECT id, guest FROM comments WHERE topic IS NULL') AS c
WHERE c.id = comments.id AND c.confidence >= 0.5;

SELECT changes() AS labelled;

.headers on
SELECT topic, confidence >= 0.5 AS sure, guest FROM comments WHERE id > 48 ORDER BY id;
