-- A text with its tokens marked: classify_highlight().
.load build/classify
.read tests/sql/data/byhand.sql

-- What escape sequences and styles are called here.
CREATE TABLE called(part, name);
INSERT INTO called VALUES
  (char(27, 91) || '1m', '{bold}'), (char(27, 91) || '0m', '{}'),
  (char(27, 91) || '38;5;16;48;5;146m', '{+1}'), (char(27, 91) || '38;5;16;48;5;110m', '{+2}'),
  (char(27, 91) || '38;5;16;48;5;75m', '{+3}'), (char(27, 91) || '38;5;16;48;5;33m', '{+4}'),
  (char(27, 91) || '4;38;5;16;48;5;187m', '{-1}'), (char(27, 91) || '4;38;5;16;48;5;180m', '{-2}'),
  (char(27, 91) || '4;38;5;16;48;5;215m', '{-3}'), (char(27, 91) || '4;38;5;16;48;5;208m', '{-4}'),
  (char(27), '^['), (char(0x202E), '{RLO}'), (char(0x2066), '{LRI}'),
  (' style="white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext"', ' {kept}'),
  (' style="background:#0072d020"', ' {+1}'), (' style="background:#0072d03c"', ' {+2}'),
  (' style="background:#0072d058"', ' {+3}'), (' style="background:#0072d078"', ' {+4}'),
  (' style="background:#e06c0020;text-decoration:underline dotted"', ' {-1}'),
  (' style="background:#e06c003c;text-decoration:underline dotted"', ' {-2}'),
  (' style="background:#e06c0058;text-decoration:underline dotted"', ' {-3}'),
  (' style="background:#e06c0078;text-decoration:underline dotted"', ' {-4}');
CREATE TABLE texts(id INTEGER PRIMARY KEY, text);
CREATE TEMP VIEW shown AS
WITH formats(format) AS (VALUES ('ansi'), ('html')),
     steps(id, format, step, line) AS (
       SELECT id, format, 0, classify_highlight(text, 'byhand', format) FROM texts, formats UNION ALL
       SELECT id, format, step + 1, replace(line, part, name) FROM steps JOIN called ON called.rowid = step + 1)
SELECT id, format, line FROM steps WHERE step = (SELECT count(*) FROM called);

-- Blue for the label, orange against it; and of next to nothing no mark.
INSERT INTO texts(text) VALUES ('Free  offer, now' || char(10) || char(9) || 'and a MEETING'), ('meeting now.');
SELECT line FROM shown ORDER BY format, id;
DELETE FROM texts;

-- No text, no known word, no token.
INSERT INTO texts(text) VALUES (NULL), (''), ('   '), ('unheard of');
SELECT id, line FROM shown ORDER BY format, id;
DELETE FROM texts;

-- What would be markup or a control sequence is text. Newline and tab stay.
INSERT INTO texts(text) VALUES
  ('<b>free</b> & "offer" ''now'''),
  ('free' || char(27) || '[31mnow' || char(7, 8, 13, 10, 127, 0) || 'offer'),
  ('free' || char(0x85, 0x9B, 0x202E) || 'now' || char(0x2066)),
  (CAST(x'66726565FF20C328206E6F77E282' AS TEXT));
SELECT line FROM shown ORDER BY format, id;
DELETE FROM texts;

-- Lines that end as on Windows are lines; a carriage return elsewhere would move a terminal's cursor.
INSERT INTO texts(text) VALUES ('free' || char(13, 10, 13, 10) || 'offer' || char(13) || 'now' || char(10, 13));
SELECT replace(line, char(13), '{CR}') FROM shown ORDER BY format, id;
DELETE FROM texts;

-- A mark holds whole characters: accents, modifiers, families, flags; also where a mark stands alone.
INSERT INTO texts(text) VALUES
  ('cafe' || char(0x301) || ' 👍🏽 👨‍👩‍👧🇫🇷 1️⃣ ใบแจ้ง free'), ('now ' || char(0x301) || ' offer🏽'), ('مرحبا free');
SELECT replace(replace(line, '<span title="+0.00">', '<'), '</span>', '>') FROM shown WHERE format = 'html' ORDER BY id;
DELETE FROM texts;

-- Overlapping tokens, of another tokenizer, mark each character once.
CREATE TABLE rows(text, label);
INSERT INTO rows VALUES ('abcdef', 1), ('uvwxyz', 2.5), ('abcxyz', 1), ('uvwdef', 2.5);
SELECT 'trained', classify_train(text, label, 'trigram', '{"tokenize":"trigram","epochs":1,"hidden":2,"embedding":2,"validation":0}')
  IS NOT NULL FROM rows;
SELECT length(html) - length(replace(html, '<span', '')) = 4 * 5, html LIKE '%>abc</span><span%>d</span><span%>e</span><span%>f</span></div></div>'
FROM (SELECT classify_highlight('abcdef', 'trigram', 'html') AS html);
-- It takes a character that is cut off at the end for a whole one; tokens end with the text all the same.
SELECT min(start + length - 1 <= length(text)) FROM (SELECT CAST(x'616263F0' AS TEXT) AS text), classify_attention(text, 'trigram');

SELECT 'trained', classify_train(text, label, 'each', '{"tokenize":"characters","epochs":1,"hidden":2,"embedding":2,"validation":0}')
  IS NOT NULL FROM rows;
SELECT html LIKE '%>a</span><span%>' || char(10) || '</span><span%>b</span></div></div>', instr(html, char(13))
FROM (SELECT classify_highlight('a' || char(13, 10) || 'b', 'each', 'html') AS html);

-- Labels that are numbers, or markup.
CREATE TABLE labelled(text, label);
INSERT INTO labelled SELECT text, iif(label = 1, '<i>"&' || char(27, 0x202E), 2.5) FROM rows;
SELECT 'trained', classify_train(text, label, 'numbers', '{"epochs":20,"hidden":2,"embedding":2,"validation":0,"learning_rate":0.05}') IS NOT NULL FROM rows;
SELECT 'trained', classify_train(text, label, 'markup', '{"epochs":20,"hidden":2,"embedding":2,"validation":0,"learning_rate":0.05}') IS NOT NULL FROM labelled;
SELECT substr(classify_highlight(text, 'numbers', 'html'), 1, 52) FROM rows ORDER BY rowid LIMIT 2;
SELECT label, instr(classify_highlight(text, 'numbers'), char(27) || '[1m' || label || char(27) || '[0m ') FROM rows ORDER BY rowid LIMIT 2;
SELECT replace(substr(classify_highlight(text, 'markup', 'html'), 1, 80), char(0x202E), '{RLO}') FROM rows ORDER BY rowid LIMIT 1;
SELECT replace(substr(classify_highlight(text, 'markup'), 1, 10), char(27), '^[') FROM rows ORDER BY rowid LIMIT 1;

-- A long text: what the network does not read is neither marked nor lost.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000),
     long(text) AS (SELECT group_concat('now', ' ') FROM n),
     html(html) AS (SELECT classify_highlight(text, 'byhand', 'html') FROM long)
SELECT (length(html) - length(replace(html, '<span', ''))) / 5, (length(html) - length(replace(html, 'now', ''))) / 3 FROM html;

-- In views and triggers, as classify() is.
PRAGMA trusted_schema = on; -- some shells begin with off
CREATE VIEW viewed AS SELECT classify_highlight('free', 'byhand', 'html') LIKE '%free%' AS found;
SELECT 'found', found FROM viewed;

-- Arguments.
SELECT classify_highlight('free', 'byhand', NULL) = classify_highlight('free', 'byhand', 'ansi'),
       classify_highlight('free', 'byhand') = classify_highlight('free', 'byhand@1', 'ansi'), classify_highlight(NULL, 'nope');
SELECT classify_highlight('free', 'byhand', 'HTML');
SELECT classify_highlight(NULL, 'byhand', '');
SELECT classify_highlight('free', 'byhand', 1);
SELECT classify_highlight('free', 'byhand', x'00');
SELECT classify_highlight(x'00', 'byhand');
SELECT classify_highlight('free', 'nope');
SELECT classify_highlight('free');
SELECT classify_highlight();
