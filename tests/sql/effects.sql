-- What the options do.
.load build/classify
.read tests/sql/data/tickets.sql

-- encoder: with none there is no recurrent layer. position_bias: a tensor more.
SELECT 'trained', classify_train(body, category, 'bigru', :small) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'none', json_set(:small, '$.encoder', 'none')) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'position', json_set(:small, '$.position_bias', json('true'))) IS NOT NULL
FROM tickets;
SELECT name, classify('my refund is late', name), classify('my printer is late', name),
       instr(weights, CAST('gru.' AS BLOB)) > 0, instr(weights, CAST('attention.bias' AS BLOB)) > 0
FROM classify_models ORDER BY name;

-- max_tokens: the rest of a text is read by the linear branch alone, so its tokens have a contribution, but no weight.
SELECT 'trained', classify_train(body, category, 'long', json_set(:small, '$.max_tokens', 3)) IS NOT NULL FROM tickets;
SELECT position, token, weight > 0, contribution <> 0 FROM classify_attention('my refund is late, and the printer too', 'long')
WHERE token <> ',' AND token <> 'and';
SELECT classify('my cable is an old one, and my refund is as late as the invoice or the payment', 'long');

-- Without that branch nobody reads it. The share of texts that were cut is told.
SELECT 'trained', classify_train(body, category, 'short', json_set(:small, '$.max_tokens', 3, '$.linear', json('false'))) IS NOT NULL
FROM tickets;
SELECT json_extract(metrics, '$.cut'),
       (SELECT sum((SELECT count(*) FROM classify_attention(body, 'bigru')) > 3) / 50.0 FROM tickets)
FROM classify_models WHERE name = 'short';
SELECT group_concat(token, ' ') FROM classify_attention('my refund is late, and the printer too', 'short');
SELECT 'the rest of a text is not read', classify_scores('my refund is late', 'short') = classify_scores('my refund is here', 'short');

-- min_count and max_vocabulary: fewer words are known. Those that are not are told apart by their character n-grams only.
SELECT 'trained', classify_train(body, category, 'frequent', json_set(:small, '$.min_count', 10)) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'few', json_set(:small, '$.max_vocabulary', 5)) IS NOT NULL FROM tickets;
SELECT name, json_extract(metrics, '$.words')
FROM classify_models WHERE name IN ('bigru', 'few', 'frequent') ORDER BY name;
SELECT 'rare words read the same', classify_scores('refund', 'frequent') = classify_scores('printer', 'frequent');
SELECT 'trained', classify_train(body, category, 'whole words', json_set(:small, '$.min_count', 10, '$.subwords', json('false')))
       IS NOT NULL FROM tickets;
SELECT 'rare words read the same', classify_scores('refund', 'whole words') = classify_scores('printer', 'whole words');

-- epochs, and with rows held out patience: no more epochs than that pass without a better one, then one on all rows.
-- Labels that nothing tells are soon learned by heart, and the loss on other rows rises.
SELECT json_extract(classify_train(body, category, 'two', json_set(:small, '$.epochs', 2)), '$.epochs') FROM tickets;
SELECT epochs - best_epoch, epochs < 400 FROM (
  SELECT json_extract(summary, '$.epochs') AS epochs, json_extract(summary, '$.best_epoch') AS best_epoch FROM (
    SELECT classify_train(body, id * id % 7 % 2, 'patience',
             json_set(:small, '$.validation', 0.3, '$.epochs', 400, '$.patience', 2))
           AS summary FROM tickets));

-- max_seconds: what was learned until then is saved.
SELECT json_extract(summary, '$.epochs') < 10000, json_extract(summary, '$.seconds') > 0 FROM (
  SELECT classify_train(body, category, 'hurried',
           json_set(:small, '$.epochs', 10000, '$.max_seconds', 0.05)) AS summary
  FROM tickets);
SELECT classify('my refund is late', 'hurried');
