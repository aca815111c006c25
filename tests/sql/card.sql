-- A model card: classify_card(). What it looks like is tests/interop/card's.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', json_set(:small, '$.validation', 0.2, '$.seed', 3)) IS NOT NULL FROM tickets;

-- The sections of a page, in their order, and how many tables, plots and list items it has.
CREATE TABLE cards(id INTEGER PRIMARY KEY, card);
CREATE TEMP VIEW sections AS
WITH RECURSIVE rest(id, section, rest) AS (
  SELECT id, '', card FROM cards UNION ALL
  SELECT id, substr(rest, instr(rest, '<h2>') + 4, instr(rest, '</h2>') - instr(rest, '<h2>') - 4),
         substr(rest, instr(rest, '</h2>') + 5) FROM rest WHERE instr(rest, '<h2>'))
SELECT id, group_concat(section, ' ') AS sections FROM rest WHERE section <> '' GROUP BY id;
CREATE TEMP VIEW counts AS
SELECT id, (length(card) - length(replace(card, '<table', ''))) / 6 AS tables, (length(card) - length(replace(card, '<svg', ''))) / 4 AS plots,
       (length(card) - length(replace(card, '<li', ''))) / 3 > 0 AS items, length(card) BETWEEN 8000 AND 60000 AS size FROM cards;
INSERT INTO cards(card) VALUES (classify_card()), (classify_card('kinds')), (classify_card('main.kinds@1')), (classify_card(NULL));
SELECT sections, count(*), count(DISTINCT card) FROM sections JOIN cards USING (id) GROUP BY sections;
SELECT tables, plots, items, size FROM counts WHERE id = 1;
SELECT card LIKE '<!DOCTYPE html>%<title>kinds@1 - model card</title>%<h1><bdi>kinds@1</bdi></h1>%</html>' || char(10),
       card LIKE '%Measured on 10 rows that were held out.%', card LIKE '%<dt>Rows</dt><dd>50, of which 10 held out</dd>%',
       card LIKE '%<bdi>billing</bdi></th><td class="number">25</td>%', card LIKE '%<dt>seed</dt><dd>3</dd>%',
       card LIKE '%SELECT id, classify(body, &#39;kinds@1&#39;) FROM tickets;%', card LIKE '%<script%', card LIKE '%http%//%'
FROM cards WHERE id = 1;
DELETE FROM cards;

-- Nothing held out; trained in FROM; another schema, and names that are markup.
ATTACH ':memory:' AS other;
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'other.<b>''&"', :small);
INSERT INTO cards(card) VALUES (classify_card('other.<b>''&"'));
SELECT sections FROM sections;
SELECT card LIKE '%<title>other.&lt;b&gt;&#39;&amp;&quot;@1 - model card</title>%', card LIKE '%<code>SELECT body, category FROM tickets</code>%',
       card LIKE '%classify(body, &#39;other.&lt;b&gt;&#39;&#39;&amp;&quot;@1&#39;)%', card LIKE '%No rows are known to have been held out%'
FROM cards;
DELETE FROM cards;

-- A bare file of weights, of which nothing is known.
.read tests/sql/data/byhand.sql
INSERT INTO cards(card) VALUES (classify_card('byhand'));
SELECT sections FROM sections;
SELECT card LIKE '%No rows are known to have been held out%', card LIKE '%The weights have no list of words with them.%',
       card LIKE '%The options that the model was trained with are not known.%', card LIKE '%<bdi>spam</bdi></th>%' FROM cards;
DELETE FROM cards;

-- Metrics that are no JSON, or of another kind than ours.
CREATE TEMP TABLE wrong(metrics, options);
INSERT INTO wrong VALUES (NULL, NULL), ('', ''), ('{', '['), (x'7B7D', x'00'), (5, 2.5), ('5', '"x"'), ('[]', '[1,"<b>",null,{"a":"</dd>"}]'), ('null', 'true'),
  ('{"rows":"<b>many</b>","validation_rows":-1e999,"epochs":1e308,"cut":-5,"seconds":null,"skipped":[1],"seed":9e999,"query":5,"kernel":{}}', '{}'),
  ('{"label_rows":[-1,"x",1e300],"history":"abc","validation":7}', '{}'),
  ('{"label_rows":{"0":5},"history":["abc",null,5,[1]],"validation":{"rows":"x","confusion":"abc","calibration":"abc","examples":"abc"}}', '{}'),
  ('{"label_rows":[9223372036854775807,1],"history":[{},{"train_loss":"x"},{"train_loss":1e300,"validation_loss":-1e300}],"validation":{"rows":-5,"accuracy":7e99,' ||
   '"confusion":[[],["ham"],["ham","spam"],["ham","spam",-1],["ham","spam",9223372036854775807],["ham","spam",1.5],[9e999,"ham",3],["ham",-9e999,3],[null,null,1],[[1],{"a":2},3],["eggs","ham",2]],' ||
   '"calibration":[[],[1],[1,2,3],[-1,0.5,0.5],[1e300,0.5,0.5],["x","y","z"],[1,0.5,null]],"examples":[{},5,{"text":null},{"text":5},{"text":"free","predicted":[1],"label":{}},' ||
   '{"text":"meeting","predicted":"<i>","label":"</bdi>","confidence":"x"}]}}', '{}'),
  ('{"history":[{"train_loss":1},{"train_loss":1},{"train_loss":null}],"validation":{"confusion":[["ham","ham",1]],"calibration":[[1,1,1]]}}', '{}');
ATTACH ':memory:' AS loose;
CREATE TABLE loose.classify_models(name, version, created, labels, options, metrics, weights);
INSERT INTO loose.classify_models
SELECT 'wrong', wrong.rowid, wrong.metrics, NULL, wrong.options, wrong.metrics, weights
FROM wrong, main.classify_models WHERE name = 'byhand';
INSERT INTO cards(id, card) SELECT rowid, classify_card('loose.wrong@' || rowid) FROM wrong;
SELECT id, sections FROM sections ORDER BY id;
SELECT id, tables, plots FROM counts ORDER BY id;
SELECT 'cards with markup or numbers that are none', count(*) FROM cards WHERE card LIKE '%<b>many%' OR card LIKE '%</dd>"%' OR card LIKE '%<i>%' OR card LIKE '%nan%' OR card LIKE '%inf%';
SELECT count(*) FROM cards WHERE card LIKE '%The column metrics of this model holds no JSON%';
SELECT card LIKE '%<dd>&lt;b&gt;</dd>%', card LIKE '%{&quot;a&quot;:&quot;&lt;/dd&gt;&quot;}%' FROM cards WHERE id = 7;

-- What a teacher did; of many labels the most frequent are shown.
UPDATE loose.classify_models SET metrics = json_object('teacher', json_object('sure', 1040, 'judged', 12, 'right', 9),
  'validation', json_object('confusion', json((WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                                          SELECT json_group_array(json_array('label ' || i, 'ham', i)) FROM n)))) WHERE version = 1;
SELECT instr(card, '<dt>Teacher</dt><dd>sure of 1,040 of these labels; right on 9 of 12 rows whose labels were hidden from it</dd>') > 0,
       instr(card, '<p>The 25 labels with the most rows, of 41.</p>') > 0 FROM (SELECT classify_card('loose.wrong@1') AS card);
UPDATE loose.classify_models SET metrics = '{"teacher":{"sure":5,"judged":0,"right":0}}' WHERE version = 1;
SELECT instr(card, '<dt>Teacher</dt><dd>sure of 5 of these labels</dd>') > 0, instr(card, 'most rows') FROM (SELECT classify_card('loose.wrong@1') AS card);

-- In views as well. SQL that metrics holds is not run.
CREATE TEMP VIEW viewed AS SELECT classify_card('byhand') LIKE '%byhand@1%' AS found;
SELECT 'found', found FROM viewed;
UPDATE classify_models SET metrics = json_object('query', 'DELETE FROM tickets') WHERE name = 'byhand';
SELECT classify_card('byhand') LIKE '%DELETE FROM tickets%', count(*) FROM tickets;

-- Arguments, and models that are not there or not whole.
SELECT classify_card();
SELECT classify_card('nope');
SELECT classify_card('kinds@9');
SELECT classify_card(x'00');
SELECT classify_card('kinds', 'html');
INSERT INTO loose.classify_models(name, version, weights) VALUES ('broken', 1, x'00');
SELECT classify_card('broken');
ATTACH ':memory:' AS narrow;
CREATE TABLE narrow.classify_models(name, version, weights);
INSERT INTO narrow.classify_models VALUES ('narrow', 1, x'00');
SELECT classify_card('narrow');

-- Texts whose lines end as on Windows.
SELECT 'trained', classify_train('one' || char(13, 10) || body || char(13, 10), category, 'lines', json_set(:small, '$.validation', 0.5, '$.epochs', 1))
  IS NOT NULL FROM tickets;
SELECT instr(classify_card('lines'), 'one') > 0, instr(classify_card('lines'), char(13)), instr(classify_card('lines'), '␍');
