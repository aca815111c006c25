-- Where everything lies that a training is judged by. The rows are in memory; what
-- came of them goes to the attached database results, which the reports read.

-- rows, as the .tsv files have them
CREATE TABLE train(label TEXT, text TEXT);
CREATE TABLE test(label TEXT, text TEXT);
CREATE TABLE others(label TEXT, text TEXT); -- training rows that draw.sql left over
CREATE TABLE oos(label TEXT, text TEXT);    -- texts that have none of the labels
CREATE TABLE marks(spans TEXT);             -- of each of test, where there are any: `s-e,s-e`

-- one training
CREATE TABLE lesson(summary TEXT, seconds REAL);     -- summary: what classify_train returned
CREATE TABLE outcome(actual, predicted, confidence); -- a row for each of test
CREATE TABLE labelling(seconds REAL);
CREATE TABLE clock(at REAL);
CREATE TABLE damaged(id INTEGER PRIMARY KEY, label); -- rows of train whose label was swapped
CREATE TABLE listed(judge, id, place);               -- rows of train, the most doubtful first

-- build: the checksum of the library, so that a report never mixes two; 'peer' for
-- the figures of a peer, which have no labels, ece, epochs and label_seconds.
CREATE TABLE IF NOT EXISTS results.trainings(
  part, dataset, rows, variant, seed, build,
  labels, test_rows, accuracy, f1, ece, validation_accuracy, epochs, train_seconds, label_seconds,
  PRIMARY KEY (part, dataset, rows, variant, seed, build) ON CONFLICT REPLACE);
CREATE TABLE IF NOT EXISTS results.out_of_scope(
  dataset, seed, build, kept, threshold, below, auroc,
  PRIMARY KEY (dataset, seed, build) ON CONFLICT REPLACE);
CREATE TABLE IF NOT EXISTS results.sizes(
  dataset, variant, seed, build, bytes, load_seconds,
  PRIMARY KEY (dataset, variant, seed, build) ON CONFLICT REPLACE);
CREATE TABLE IF NOT EXISTS results.doubts(
  dataset, judge, seed, build, tenth, twentieth, seconds,
  PRIMARY KEY (dataset, judge, seed, build) ON CONFLICT REPLACE);
CREATE TABLE IF NOT EXISTS results.faithfulness(
  dataset, seed, build, reason, texts, comprehensiveness, sufficiency, sign, second_sign, agreement,
  agreement_read, seconds,
  PRIMARY KEY (dataset, seed, build, reason) ON CONFLICT REPLACE);
