-- What most scripts learn from: tickets(body, category), 25 rows of 'billing' and
-- 25 of 'technical'. :small are options for a network that learns them in a few
-- milliseconds, so surely that every processor agrees.
CREATE TABLE tickets(id INTEGER PRIMARY KEY, body, category);
WITH billing(word) AS (VALUES ('invoice'), ('payment'), ('refund'), ('charge'), ('receipt')),
     technical(word) AS (VALUES ('screen'), ('login'), ('printer'), ('update'), ('cable')),
     ending(words) AS (VALUES ('is wrong'), ('is late'), ('again, please'), ('since monday'), ('?'))
INSERT INTO tickets(body, category)
  SELECT 'my ' || word || ' ' || words, 'billing' FROM billing, ending UNION ALL
  SELECT 'my ' || word || ' ' || words, 'technical' FROM technical, ending;
.parameter set :small '{"epochs":12,"hidden":8,"embedding":16,"learning_rate":0.03,"dropout":0.1,"validation":0}'
