-- Models of each form that files ever had (tests/golden/make.sql and make_later.sql) are read by this version, and
-- answer as they did when they were written.
.load build/classify
CREATE TABLE golden(model, text, label, scores);
.import --csv --skip 1 tests/golden/answers.csv golden
CREATE TABLE classify_models(name, version, created, labels, options, metrics, weights);
INSERT INTO classify_models(name, version, weights)
SELECT DISTINCT model, 1, readfile('tests/golden/' || model || '.safetensors') FROM golden;

-- For each model: its answers, how many labels are those of then, and how many probabilities, to the last digit that
-- is written. Where a processor has no products of 8-bit integers, a model of that precision is read as floats.
CREATE TABLE probabilities AS
SELECT model, then_.value AS was, now.value AS is_now
FROM golden, json_each(scores) AS then_, json_each(classify_scores(text, model)) AS now
WHERE then_.key = now.key;
SELECT model, count(*), sum(CAST(classify(text, model) AS TEXT) = label) FROM golden GROUP BY model ORDER BY model;
SELECT model, count(*), sum(abs(was - is_now) < iif(model LIKE '%int8', 0.02, 2e-6)) FROM probabilities
GROUP BY model ORDER BY model;

-- Another format is refused by its number, before anything else is looked at.
UPDATE classify_models SET weights = CAST(replace(CAST(weights AS TEXT), 'sqlite-classify 1', 'sqlite-classify 2') AS BLOB)
WHERE name = 'shapes';
SELECT classify('where is my parcel?', 'shapes');
UPDATE classify_models SET weights = CAST(replace(CAST(weights AS TEXT), 'sqlite-classify 2', 'sqlite-classify 0') AS BLOB)
WHERE name = 'shapes';
SELECT classify('where is my parcel?', 'shapes');
