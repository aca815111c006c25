-- Models of later forms of the same format, and what they answered: written as make.sql's were, by the builds that
-- first had these forms or by later ones. This is here to be read, not to be run again:
--
--   few bits          numbers of few bits, n-grams by name; words have no shapes yet
--   shapes            the same with shapes, capitals and hashed features
--   floats            the same, not compressed
--   several labels    each label by itself, with a separator
--   html              texts are HTML
--   padded            written by hand: padding before the text, cut at the beginning, a mask, halves
--
-- The options that a build did not know were left out. answers.csv had these rows added.
CREATE TABLE tickets(id INTEGER PRIMARY KEY, body, category);
.import --csv --skip 1 sql/examples/tickets.csv tickets
DELETE FROM tickets WHERE category = '';

.parameter init
.parameter set :small '{"embedding":4,"hidden":4,"epochs":8,"learning_rate":0.02,"max_vocabulary":300}'
-- by the build before shapes: SELECT classify_train(body, category, 'few bits', :small) ...
SELECT classify_train(body, category, 'shapes', :small) IS NOT NULL FROM tickets;
SELECT classify_train(body, category, 'floats', json_patch(:small, '{"compress":false,"subwords":false}'))
  IS NOT NULL FROM tickets;
SELECT classify_train(body, category || iif(id % 3, '', ';odd'), 'several labels',
  json_patch(:small, '{"multilabel":";"}')) IS NOT NULL FROM tickets;
SELECT classify_train('<p>' || body || '</p>', category, 'html', json_patch(:small, '{"markup":"html"}'))
  IS NOT NULL FROM tickets;

SELECT writefile('tests/golden/' || name || '.safetensors', weights) > 0 FROM classify_models;
