-- What a model has learned of single words: classify_words().
.load build/classify
.read tests/sql/data/byhand.sql
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);

-- The words that only one label has weigh most there; each is in five rows.
SELECT label, count(*) FROM (
  SELECT label, token, row_number() OVER (PARTITION BY label ORDER BY contribution DESC) AS place
  FROM classify_words('kinds')) WHERE place <= 5 AND token IN
  ('invoice', 'payment', 'refund', 'charge', 'receipt', 'screen', 'login', 'printer', 'update', 'cable')
GROUP BY label ORDER BY label;
SELECT count(*), min(count), max(count), min(contribution) > 0 FROM classify_words('kinds', 'billing')
WHERE token IN ('invoice', 'payment', 'refund', 'charge', 'receipt');
SELECT token, count FROM classify_words('kinds', 'technical') WHERE token = 'my';

-- Words of a label come in the order of what they contribute, held back where they are rare.
SELECT label, count(*), min(falls) FROM (
  SELECT label, says <= 1e-6 + lag(says, 1, 1e9) OVER (PARTITION BY label) AS falls
  FROM (SELECT label, count * contribution / (count + 5) AS says FROM classify_words('kinds'))) GROUP BY label;

-- They are averages of what classify_attention() says of the rows.
SELECT 'the means are those of classify_attention()', max(abs(said.contribution - w.contribution)) < 1e-4
FROM classify_words('kinds', 'billing') AS w JOIN (
  SELECT token, avg(contribution) AS contribution
  FROM tickets, classify_attention(body, 'kinds', 'billing') WHERE category = 'billing' GROUP BY token) AS said USING (token);

-- Words and counts go with the model's file.
INSERT INTO classify_models SELECT 'copy', 1, '', '[]', '{}', '{}', weights FROM classify_models WHERE name = 'kinds';
SELECT 'as many in the copy', count(*) = (SELECT count(*) FROM classify_words('kinds')) FROM classify_words('copy');

-- In views, too; and what cannot be.
CREATE TEMP VIEW said AS SELECT * FROM classify_words('kinds');
SELECT 'words', count(*) > 10 FROM said;
SELECT * FROM classify_words('byhand');
SELECT * FROM classify_words('nobody');
SELECT * FROM classify_words('kinds', 'no such label');
SELECT * FROM classify_words('kinds', x'00');
SELECT 'words', count(*) > 10 FROM classify_words('kinds', NULL);
SELECT * FROM classify_words();
