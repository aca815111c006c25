-- Rows that are probably a mistake are learned from, and said: in the answer, in metrics and on the card.
.load build/classify
.read tests/sql/data/tickets.sql
CREATE VIEW doubtful AS
SELECT body, CASE WHEN id % 5 = 0 THEN category || ' ' ELSE category END AS label FROM tickets ORDER BY id;
CREATE TABLE answers(id INTEGER PRIMARY KEY, answer);
INSERT INTO answers(answer) SELECT classify_train(body, label, 'doubtful', :small) FROM doubtful;
INSERT INTO answers(answer) SELECT classify_train(body, label, '<b>', json_set(:small, '$.max_tokens', 2))
  FROM (SELECT 'one and the same' AS body, CASE id WHEN 1 THEN '<i>' ELSE '<I>' END AS label FROM tickets ORDER BY id);
INSERT INTO answers(answer) SELECT classify_train(body, category, 'fine', :small) FROM tickets;
SELECT json_extract(answer, '$.model') AS model, value AS warning FROM answers, json_each(answer, '$.warnings') ORDER BY answers.id, key;
SELECT 'fine', count(*) FROM answers WHERE json_type(answer, '$.warnings') IS NULL;
SELECT 'the same in metrics', count(*) FROM answers JOIN classify_models ON name = json_extract(answer, '$.model')
WHERE json_extract(answer, '$.warnings') IS json_extract(metrics, '$.warnings');
SELECT 'on the card', classify_card('<b>') LIKE '%<li>labels &#39;&lt;i&gt;&#39; and &#39;&lt;I&gt;&#39; differ only in case</li>%',
       classify_card('fine') LIKE '%class="warnings"%';

-- Trained in FROM.
SELECT count(*) > 0 AS epochs FROM classify_train('SELECT body, label FROM doubtful', 'watched', :small);
SELECT json_extract(metrics, '$.warnings') FROM classify_models WHERE name = 'watched';

-- No word is as frequent as min_count says: only n-grams are left, or nothing.
SELECT json_extract(classify_train(body, label, 'rare', json_set(:small, '$.min_count', 1000, '$.subwords', json('true'))), '$.warnings')
  LIKE '%"min_count is 1000, but no word occurs more than % times: the model knows no words, only their parts"%' FROM doubtful;
SELECT classify_train(body, label, 'none', json_set(:small, '$.min_count', 1000, '$.subwords', json('false'))) FROM doubtful;
SELECT classify_train('w' || value, value % 2, 'none', json_set(:small, '$.min_count', 2, '$.subwords', json('false')))
FROM json_each('[1, 2, 3, 4]');
