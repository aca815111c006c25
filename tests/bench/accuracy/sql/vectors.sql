-- Makes the table of word vectors from a file in word2vec's text format: a line of
-- counts, then `token v1 v2 ...`. The numbers of a line become a JSON array.

DROP TABLE IF EXISTS lines;
DROP TABLE IF EXISTS vectors;
CREATE TABLE lines(line TEXT);
.import vectors.vec lines

CREATE TABLE vectors AS
SELECT substr(line, 1, instr(line, ' ') - 1) AS token,
       '[' || replace(trim(substr(line, instr(line, ' '))), ' ', ',') || ']' AS vector
FROM lines WHERE rowid > 1;
