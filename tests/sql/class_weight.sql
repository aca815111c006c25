-- The option class_weight.
.load build/classify
.read tests/sql/data/tickets.sql

-- The same texts with two labels, nine to one: the frequent label wins ...
CREATE TABLE rows AS
  SELECT 'the weather today' AS body, CASE WHEN id % 10 THEN 'often' ELSE 'seldom' END AS label FROM tickets;
SELECT 'trained', classify_train(body, label, 'plain', :small) IS NOT NULL FROM rows;
SELECT classify('the weather today', 'plain');

-- ... unless the other weighs more,
SELECT 'trained', classify_train(body, label, 'seldom', json_set(:small, '$.class_weight', json('{"seldom":100}'))) IS NOT NULL
FROM rows;
SELECT classify('the weather today', 'seldom');

-- or the frequent one nothing.
SELECT 'trained', classify_train(body, label, 'zero',
         json_set(:small, '$.class_weight', json('{"often":0,"seldom":1}'))) IS NOT NULL FROM rows;
SELECT classify('the weather today', 'zero');

-- Balanced, each label weighs as much as any other.
SELECT 'trained', classify_train(body, label, 'balanced', json_set(:small, '$.class_weight', 'balanced')) IS NOT NULL FROM rows;
SELECT 'the rare label is more probable', (SELECT probability FROM classify_labels('the weather today', 'balanced') WHERE label = 'seldom')
     > (SELECT probability FROM classify_labels('the weather today', 'plain') WHERE label = 'seldom');
SELECT name, json_extract(options, '$.class_weight') FROM classify_models ORDER BY name;

-- Labels that are numbers are named as they read.
SELECT json_extract(classify_train(body, CASE label WHEN 'often' THEN 1 ELSE 2.5 END, 'numbers',
                                   json_set(:small, '$.class_weight', json('{"1":0.5,"2.5":100}'))), '$.labels')
FROM rows;
SELECT classify('the weather today', 'numbers');

-- No weight given, all weigh 1.
SELECT json_extract(classify_train(body, label, 'empty', json_set(:small, '$.class_weight', json('{}'))), '$.rows')
FROM rows;

-- Errors: a label that there is not, and weights that are none.
SELECT classify_train(body, label, 'bad', '{"class_weight":{"never":2}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":-1}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":"2"}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":true}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":[1]}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":1e9}}') FROM rows;
SELECT classify_train(body, label, 'bad', '{"class_weight":[1,2]}') FROM rows;

-- All weights zero: nothing to learn.
SELECT classify_train(body, label, 'bad', '{"class_weight":{"often":0,"seldom":0}}') FROM rows;
