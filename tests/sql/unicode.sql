-- Texts in any script: what the tokens are, and where they stand.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

CREATE TABLE texts(about, text);
INSERT INTO texts VALUES
  ('accents', 'Ärger mit ÉCOLE'),
  ('combining marks', 'cafe' || char(0x301) || ' a' || char(0x308, 0x304) || 'b'),
  ('Chinese', '我的发票错了。'),
  ('Kana', 'ひらがな カタ'),
  ('Korean', '한국어 문장'),
  ('Thai', 'ใบแจ้ง'),
  ('Arabic', 'مرحبا بالعالم'),
  ('Devanagari', 'हिन्दी भाषा'),
  ('emoji', 'ok 👍🏽 👨‍👩‍👧 🇫🇷!'),
  ('ligature', 'ﬁn Straße'),
  ('wide', 'ＡＢＣ １２'),
  ('numbers', '3.14 x2 1,000'),
  ('punctuation', 'a-b_c@d.e'),
  ('blanks', char(0x3000, 0xA0, 0x200B, 0xFEFF) || 'x' || char(0x2028) || 'y');

-- Tokens are folded.
SELECT about, group_concat(token, '|') FROM texts, classify_attention(texts.text) GROUP BY about ORDER BY texts.rowid;

-- Spans are of the text as written, in characters.
SELECT about, group_concat(substr(texts.text, start, length), '|'), group_concat(start || '+' || length, ' ')
FROM texts, classify_attention(texts.text) GROUP BY about ORDER BY texts.rowid;

-- Weights sum to 1, and each text has a label.
SELECT about, round(sum(weight), 4) AS sum FROM texts, classify_attention(texts.text) GROUP BY about HAVING sum <> 1;
SELECT count(*), sum(classify(text) IN ('billing', 'technical')) FROM texts;
SELECT count(*), sum(label IN ('billing', 'technical')) FROM classify_rows('SELECT about, text FROM texts');

-- What folds alike reads alike.
SELECT classify_scores('Refund') = classify_scores('Ｒｅｆｕｎｄ'),
       classify_scores('refund') = classify_scores('ｒｅｆｕｎｄ');

-- Characters that cannot be seen cut no word and change none; they belong to the token as it is written.
CREATE TABLE unseen(about, text, plain);
INSERT INTO unseen VALUES
  ('soft hyphen', 'my in' || char(0xAD) || 'voice', 'my invoice'),
  ('word joiner', 'my' || char(0x2060) || ' log' || char(0x2060) || 'in', 'my login'),
  ('byte order mark', char(0xFEFF) || 'my lo' || char(0xFEFF) || 'gin', 'my login'),
  ('direction', char(0x202A) || 'my' || char(0x202C) || ' ' || char(0x200E) || 'lo' || char(0x200F) || 'gin', 'my login'),
  ('non-joiner', 'می' || char(0x200C) || 'خواهم', 'میخواهم'),
  ('emoji', '❤' || char(0xFE0F) || ' ok ' || char(0x1F44D, 0x1F3FD), '❤ ok 👍🏽');
SELECT about, group_concat(token, '|'), group_concat(length, ' '), classify_scores(unseen.text) = classify_scores(plain)
FROM unseen, classify_attention(unseen.text) GROUP BY about ORDER BY unseen.rowid;

-- A zero-width space cannot be seen either, but it stands between words.
SELECT group_concat(token, '|'), group_concat(start, ' '),
       classify_scores('late' || char(0x200B) || 'refund') = classify_scores('late refund')
FROM classify_attention('late' || char(0x200B) || 'refund');

-- Labels may be in any script as well, and a model's name.
SELECT json_extract(classify_train(body, CASE category WHEN 'billing' THEN '发票' ELSE 'tehnički 🖨' END,
                                   'Größe 📏', :small), '$.model') FROM tickets;
SELECT classify('my refund is late', 'Größe 📏'),
       classify_scores('my printer is late', 'Größe 📏') LIKE '{"tehnički 🖨":%';
SELECT classify('my refund is late', 'Größe');
