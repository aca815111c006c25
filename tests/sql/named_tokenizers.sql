-- The tokenizers that need no FTS5: whitespace, characters, unicode.
.load build/classify
.read tests/sql/data/tickets.sql

-- As Keras's TextVectorization cuts. A token's span is in the text as written, with what was removed inside.
SELECT 'trained', classify_train(body, category, 'keras',
         json_set(:small, '$.tokenize', 'whitespace lower ascii remove punctuation')) IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.tokenize') FROM classify_models WHERE name = 'keras';
SELECT position, token, start, length, substr('My (re-fund) ''is'' LATE -- ÄH!', start, length)
FROM classify_attention('My (re-fund) ''is'' LATE -- ÄH!', 'keras');
SELECT classify('PRINTER!', 'keras'), classify('(refund)', 'keras'), classify('re-fund', 'keras');
SELECT classify_scores('MY: printer', 'keras') = classify_scores('my printer', 'keras');
SELECT substr(text, 1, 8), instr(text, '>re-fund</') > 0, instr(text, 'fund)<') FROM
  (SELECT classify_highlight('My (re-fund)', 'keras', 'html') AS text);
SELECT count(*), sum(token GLOB '*[A-Z,?]*') FROM classify_words('keras');

-- Rows in bulk are the same as one by one, and as the model judges itself.
SELECT count(*), count(label), sum(label = classify(body, 'keras')),
       sum(abs(confidence - classify_confidence(body, 'keras')) < 1e-6)
FROM classify_rows('SELECT id, upper(body) || iif(id % 2, ''!'', '''') FROM tickets', 'keras', '{"threads":2}') AS c
     JOIN tickets USING (id);
SELECT rows, accuracy FROM classify_evaluate('SELECT body, category FROM tickets', 'keras');
SELECT id, label, suggested FROM classify_doubts('SELECT id, body, iif(id = 50, ''billing'', category) FROM tickets',
                                                 'keras') LIMIT 1;
SELECT sum(rows) FROM (SELECT count(*) AS rows FROM classify_attention('', 'keras')
                       UNION ALL SELECT count(*) FROM classify_attention('. , !', 'keras'));

-- As the older Tokenizer cuts.
SELECT 'trained', classify_train(body, category, 'old',
         json_set(:small, '$.tokenize', 'whitespace lower unicode separators '' !"#$%&()*+,-./:;<=>?@[\]^_`{|}~' || char(9, 10) || ''''))
       IS NOT NULL FROM tickets;
SELECT token, start, length FROM classify_attention('Don''t: ΟΔΟΣ,İs-LATE', 'old');

-- Case is kept: then a word in capitals is another, of which the pieces are known.
SELECT 'trained', classify_train(iif(id % 2, body, replace(body, 'my', 'My')), category, 'cased',
         json_set(:small, '$.tokenize', 'unicode lower none')) IS NOT NULL FROM tickets;
SELECT token FROM classify_attention('My my MY-İ', 'cased');
SELECT DISTINCT token FROM classify_words('cased') WHERE lower(token) = 'my' ORDER BY 1;
SELECT classify('Xprinter', 'cased'), classify('Xrefund', 'cased');

-- Characters, spaces too.
SELECT 'trained', classify_train(body, category, 'letters', json_set(:small, '$.tokenize',
         'characters lower unicode remove punctuation')) IS NOT NULL FROM tickets;
SELECT quote(token), start, length FROM classify_attention('a, Bİ!' || char(9) || '中', 'letters');
SELECT count(*), sum(label = classify(body, 'letters'))
FROM classify_rows('SELECT id, body FROM tickets', 'letters') JOIN tickets USING (id);

-- Bytes that are not UTF-8.
SELECT token, start, length FROM classify_attention(CAST(x'61FF62' AS TEXT), 'keras');
SELECT token, start, length FROM classify_attention(CAST(x'61FF62E282' AS TEXT), 'letters');

-- Word vectors are of the words that the tokenizer gives: the model takes in those that no row has, too.
CREATE TABLE vectors(token, vector);
INSERT INTO vectors VALUES ('Co-Upon', '[1, 0]'), ('co-upon', '[0, 1]'), ('My', '[1, 1]'), ('two words', '[0, 0]');
SELECT 'trained', classify_train(body, category, 'vectors', json_set(:small, '$.vectors', 'vectors', '$.tokenize',
         'whitespace lower ascii remove punctuation')) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'cased vectors',
         json_set(:small, '$.vectors', 'vectors', '$.tokenize', 'whitespace')) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'stem vectors',
         json_set(:small, '$.vectors', 'vectors', '$.tokenize', 'porter unicode61 tokenchars -')) IS NOT NULL FROM tickets;
SELECT name, instr(weights, CAST('coupon' AS BLOB)) > 0, instr(weights, CAST('Co-Upon' AS BLOB)) > 0,
       instr(weights, CAST('co-upon' AS BLOB)) > 0, instr(weights, CAST('two words' AS BLOB)) > 0
FROM classify_models WHERE name LIKE '%vectors' ORDER BY name;

-- A model to go on from brings its tokenizer.
SELECT json_extract(classify_train(body, category, 'more', json_set(:small, '$.from', 'keras')), '$.version') FROM tickets;
SELECT json_extract(options, '$.tokenize') FROM classify_models WHERE name = 'more';

-- What is wrong in a name.
SELECT classify_train(body, category, 'bad', '{"tokenize":"whitespace upper"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"whitespace lower"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"unicode lower ascii"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"characters separators ''.''"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"whitespace remove .,"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"whitespace remove ''.,"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"whitespace remove ''.'' remove '',''"}') FROM tickets;
SELECT 'models', count(*) FROM classify_models WHERE name = 'bad';
