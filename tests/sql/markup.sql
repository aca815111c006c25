-- The option markup: texts that are HTML.
.load build/classify
.read tests/sql/data/tickets.sql
CREATE TABLE pages(id INTEGER PRIMARY KEY, body, category);
INSERT INTO pages SELECT id, '<P class="' || category || '">' || replace(replace(body, 'i', '&#105;'), ', ', ',&nbsp;') || '<br/>&copy', category
FROM tickets;
SELECT body FROM pages WHERE id IN (1, 3) ORDER BY id;
SELECT 'trained', classify_train(body, category, 'html', json_set(:small, '$.markup', 'html')) IS NOT NULL FROM pages;
SELECT 'trained', classify_train(body, category, 'plain', :small) IS NOT NULL FROM tickets;
SELECT name, json_extract(options, '$.markup'), instr(weights, CAST('"markup":"html"' AS BLOB)) > 0 FROM classify_models ORDER BY name;

-- Tags are a token each, references are their characters; a token's span is in the text as written.
CREATE TABLE texts(about, text);
INSERT INTO texts VALUES
  ('tags', '<DIV class="a > b">One<br />two</div >'),
  ('references', 'Caf&eacute; &amp; bar&#33; &#x1F600;&nbsp;ok'),
  ('invisible', 'in&shy;voice soft­hyphen'),
  ('beyond ASCII', 'é<b>中&auml;</b>ü&ouml;'),
  ('no tags', 'a < b, <3, <me@example.com>, x<y'),
  ('no references', 'AT&T & &word; &#;'),
  ('skipped', 'a<!-- b --><script>if (c < d) e()</script><style>f{}</style><!DOCTYPE g>h'),
  ('written twice', '&amp;lt;b&amp;gt; &lt;b&gt;'),
  ('broken', '<p>a<b x="c>d</b'),
  ('cut off', 'a <a href="http://exa'),
  ('nothing', '&nbsp;<!-- x -->');
SELECT about, group_concat(token, ' ') FROM texts, classify_attention(texts.text, 'html') GROUP BY about ORDER BY texts.rowid;
SELECT about, group_concat(substr(texts.text, start, length), '|'), group_concat(start || '+' || length, ' ')
FROM texts, classify_attention(texts.text, 'html') GROUP BY about ORDER BY texts.rowid;
SELECT about, count(token) FROM texts LEFT JOIN classify_attention(texts.text, 'html') WHERE about IN ('nothing', 'tags') GROUP BY about;

-- Without the option the same texts are what they were.
SELECT group_concat(token, ' ') FROM classify_attention('<b>Caf&eacute;</b>', 'plain');

-- Attributes and the way of writing make no difference.
SELECT classify_scores('<p>my refund</p>', 'html') = classify_scores('<P id=''x''>my&#32;re&shy;fund</P>', 'html'),
       classify_scores('<p>my refund</p>', 'html') = classify_scores('my refund', 'html');

-- Characters by number are read as they were plain: the model is the same.
SELECT 'trained', classify_train(replace(body, 'i', '&#105;'), category, 'numbers', json_set(:small, '$.markup', 'html')) IS NOT NULL
FROM tickets;
SELECT count(*), sum(classify_scores(body, 'plain') = classify_scores(replace(body, 'e', '&#x65;'), 'numbers')) FROM tickets;

-- Rows in bulk, judgements and doubts read it as the model does.
SELECT count(*), sum(label = category), sum(label = classify(body, 'html')), sum(abs(confidence - classify_confidence(body, 'html')) < 1e-6)
FROM classify_rows('SELECT id, body FROM pages', 'html', '{"threads":2}') JOIN pages USING (id);
SELECT rows, accuracy FROM classify_evaluate('SELECT body, category FROM pages', 'html');
SELECT id, label, suggested FROM classify_doubts('SELECT id, body, iif(id = 50, ''billing'', category) FROM pages', 'html') LIMIT 1;
SELECT token FROM classify_words('html') WHERE token LIKE '<%' OR token = '©' GROUP BY token;

-- What highlight gives as HTML shows the text as it was written, and runs nothing.
SELECT instr(html, '<script'), instr(html, '<b on'), instr(html, '>&lt;script&gt;</span>alert(&quot;1&quot;)<') > 0,
       instr(html, '>&lt;b onclick=&#39;x()&#39;&gt;</span>') > 0, instr(html, '>re&amp;shy;fund</span>') > 0 FROM
  (SELECT classify_highlight('<script>alert("1")</script><b onclick=''x()''>re&shy;fund</b>', 'html', 'html') AS html);
SELECT instr(classify_highlight('<i>my re&shy;fund</i>', 'html'), 're&shy;fund') > 0;

-- Any tokenizer reads the text between the tags.
SELECT 'trained', classify_train(body, category, 'stems', json_set(:small, '$.markup', 'html', '$.tokenize', 'porter unicode61'))
  IS NOT NULL FROM pages;
SELECT token, start, length FROM classify_attention('<p>Caf&eacute;s, charg&#105;ng&nbsp;PRINTERS</p>', 'stems');
SELECT count(*), sum(label = category), sum(label = classify(body, 'stems'))
FROM classify_rows('SELECT id, body FROM pages', 'stems', '{"threads":2}') JOIN pages USING (id);
SELECT id, label, suggested FROM classify_doubts('SELECT id, body, iif(id = 50, ''billing'', category) FROM pages', 'stems') LIMIT 1;
SELECT 'trained', classify_train(body, category, 'trigrams', json_set(:small, '$.markup', 'html', '$.tokenize', 'trigram')) IS NOT NULL
FROM pages;
SELECT token, start, length FROM classify_attention('<b>a&amp;bc</b>', 'trigrams');
SELECT 'trained', classify_train(body, category, 'keras', json_set(:small, '$.markup', 'html', '$.tokenize',
         'whitespace lower ascii remove punctuation')) IS NOT NULL FROM pages;
SELECT token, start, length FROM classify_attention('<b>Don&apos;t&#32;&quot;STOP&quot;</b>', 'keras');

-- A model to go on from brings its markup, whatever is asked for.
SELECT 'trained', classify_train(body, category, 'more', '{"from":"html", "epochs":1, "markup":"none"}') IS NOT NULL FROM pages;
SELECT 'trained', classify_train(body, category, 'more', '{"from":"plain", "epochs":1, "markup":"html"}') IS NOT NULL FROM pages;
SELECT version, json_extract(options, '$.markup') FROM classify_models WHERE name = 'more' ORDER BY version;
SELECT 'trained', classify_train(body, category, 'again', (SELECT options FROM classify_models WHERE name = 'html')) IS NOT NULL FROM pages;
SELECT count(DISTINCT weights) FROM classify_models WHERE name IN ('html', 'again');

-- Word vectors are of tags, too.
CREATE TABLE vectors(token, vector);
INSERT INTO vectors VALUES ('<em>', '[1, 0]'), ('caf&eacute;', '[0, 1]');
SELECT 'trained', classify_train(body, category, 'vectors', json_set(:small, '$.vectors', 'vectors', '$.markup', 'html')) IS NOT NULL FROM pages;
SELECT instr(weights, CAST('<em>' AS BLOB)) > 0, instr(weights, CAST('café' AS BLOB)) > 0 FROM classify_models WHERE name = 'vectors';

-- An encoder reads the text without markup: the guesses are those for plain texts.
CREATE TABLE classify_encoders AS
SELECT 'static' AS name, readfile('tests/reference/encoders/static/config.json') AS config,
       readfile('tests/reference/encoders/static/tokenizer.json') AS tokenizer,
       readfile('tests/reference/encoders/static/model.safetensors') AS weights;
.parameter set :taught '{"epochs":2, "hidden":2, "teacher":"static"}'
SELECT 'trained', classify_train(body, iif(id % 5, NULL, category), 'taught', :taught) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(replace(body, 'e', '&#101;'), iif(id % 5, NULL, category), 'taught html',
                                 json_set(:taught, '$.markup', 'html')) IS NOT NULL FROM tickets;
SELECT count(*), sum(classify_scores(body, 'taught') = classify_scores(replace(body, 'a', '&#97;'), 'taught html')) FROM tickets;

-- Long texts of nothing but markup, or what looks like it; bytes that are not UTF-8, and NUL.
SELECT count(*), count(DISTINCT token) FROM classify_attention(replace(hex(zeroblob(500000)), '0', '<'), 'html');
SELECT unit, classify(replace(hex(zeroblob(100000)), '00', unit), 'html') IS NOT NULL
FROM (SELECT value AS unit FROM json_each('["<", "<a", "<a x=\"", "<!--", "<!x", "&", "&#", "&#9", "&am", "</", "<a x=''\"", "<script>"]'));
SELECT token, start, length FROM classify_attention(CAST(x'3C62FF3E61FF2665616375746500263C2F62003E' AS TEXT), 'html');
SELECT token, start, length FROM classify_attention(CAST(x'C3' AS TEXT) || '&eacute;' || CAST(x'A9' AS TEXT) || '<i>', 'html');

-- What is not valid.
SELECT classify_train(body, category, 'wrong', '{"markup":"xml"}') FROM pages;
SELECT classify_train(body, category, 'wrong', '{"markup":"HTML"}') FROM pages;
SELECT classify_train(body, category, 'wrong', '{"markup":true}') FROM pages;
SELECT count(*) FROM classify_models WHERE name = 'wrong';

-- The card says it.
SELECT instr(classify_card('html'), 'HTML; each tag is a token') > 0, instr(classify_card('plain'), 'HTML; each tag is a token') > 0;
