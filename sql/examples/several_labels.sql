.load build/classify
-- Several labels a row: what a guest's review is about, and whether it praises or
-- complains. A label is a JSON array; [] is a review of which nothing is said.

CREATE TABLE reviews(id INTEGER PRIMARY KEY, body TEXT, tags TEXT);

-- Written out by four people, each with their own list of sentences:
CREATE TABLE sentences(about TEXT, mood TEXT, text TEXT);
INSERT INTO sentences VALUES
  ('room', 'praise', 'The room was large and bright.'),
  ('room', 'praise', 'We slept well, the bed is wonderful.'),
  ('room', 'praise', 'A spotless bathroom and a lovely balcony.'),
  ('room', 'complaint', 'The bed was hard and the pillows were flat.'),
  ('room', 'complaint', 'Our bathroom smelled of damp.'),
  ('room', 'complaint', 'A tiny dark room with a broken window.'),
  ('food', 'praise', 'Breakfast was excellent, with fresh bread.'),
  ('food', 'praise', 'The best soup that I ever had at dinner.'),
  ('food', 'praise', 'Delicious cakes and strong coffee.'),
  ('food', 'complaint', 'The coffee was cold and the bread was dry.'),
  ('food', 'complaint', 'Dinner came late and tasted of nothing.'),
  ('food', 'complaint', 'For breakfast there was no fruit left.'),
  ('staff', 'praise', 'Everybody at the desk was kind and helpful.'),
  ('staff', 'praise', 'The porter carried our bags with a smile.'),
  ('staff', 'praise', 'A friendly waiter and a patient manager.'),
  ('staff', 'complaint', 'Nobody at the desk answered the phone.'),
  ('staff', 'complaint', 'The waiter was rude to my parents.'),
  ('staff', 'complaint', 'We waited an hour for the manager.');

-- One sentence, two of them, or a few words that say nothing.
INSERT INTO reviews(body, tags) SELECT text, json_array(about, mood) FROM sentences;
INSERT INTO reviews(body, tags)
  SELECT a.text || ' ' || b.text, json_array(a.about, b.about, a.mood, b.mood)
  FROM sentences AS a JOIN sentences AS b ON a.about < b.about WHERE (a.rowid + b.rowid) % 2;
INSERT INTO reviews(body, tags) VALUES ('We were there in May.', '[]'), ('Two nights, two people.', '[]'),
  ('Booked over the telephone.', '[]'), ('Our third stay.', '[]'), ('A trip with friends.', '[]'),
  ('We came by train.', '[]'), ('Here for a wedding in June.', '[]'), ('Two of us, one night.', '[]');

-- The last review is not labelled yet.
INSERT INTO reviews(body) VALUES ('The bed was hard, but the waiter was kind and the soup delicious.');

SELECT json_extract(j, '$.rows') AS rows, json_extract(j, '$.labels') AS labels
FROM (SELECT classify_train(body, tags, 'reviews') AS j FROM reviews);

.headers on
-- All labels that fit, and what speaks for one of them.
SELECT value AS label FROM reviews, json_each(classify(body, 'reviews')) WHERE tags IS NULL ORDER BY 1;
SELECT classify('We came by train in May.', 'reviews') AS of_nothing;
SELECT token FROM classify_attention('The bed was hard, but the waiter was kind.', 'reviews', 'staff')
ORDER BY contribution DESC LIMIT 1;

-- Somebody forgot a label, somebody set one too many: both are mistakes.
UPDATE reviews SET tags = '["praise"]' WHERE id = 3;
UPDATE reviews SET tags = '["staff","food","praise"]' WHERE id = 13;
SELECT id FROM (SELECT id FROM classify_doubts('SELECT id, body, tags FROM reviews WHERE tags IS NOT NULL', 'reviews') LIMIT 4)
WHERE id IN (3, 13) ORDER BY id;
