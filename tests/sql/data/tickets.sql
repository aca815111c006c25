-- What most scripts learn from: tickets(body, category), 25 rows of 'billing' and
-- 25 of 'technical'. :small are options for a network that learns them in a few
-- milliseconds, so surely that every processor agrees.
CREATE TABLE tickets(id INTEGER PRIMARY KEY, body, category);
WITH subject(category, first_id, word) AS (VALUES
       ('billing', 1, 'invoice'), ('billing', 6, 'payment'), ('billing', 11, 'refund'), ('billing', 16, 'charge'),
       ('billing', 21, 'receipt'), ('technical', 26, 'screen'), ('technical', 31, 'login'),
       ('technical', 36, 'printer'), ('technical', 41, 'update'), ('technical', 46, 'cable')),
     ending(n, words) AS (VALUES (0, 'is wrong'), (1, 'is late'), (2, 'again, please'), (3, 'since monday'), (4, '?'))
INSERT INTO tickets(id, body, category)
  SELECT first_id + n, 'my ' || word || ' ' || words, category FROM subject, ending;
.parameter set :small '{"epochs":12,"hidden":8,"embedding":16,"learning_rate":0.03,"dropout":0.1,"validation":0}'
