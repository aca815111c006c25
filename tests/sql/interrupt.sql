-- An interrupt (here that of a progress handler) ends training and labelling; nothing is saved.
.load build/classify
.read tests/sql/data/tickets.sql
.parameter set :long '{"epochs":10000,"patience":10000,"hidden":8,"embedding":16}'
.progress 10000 --quiet --once --limit 3
SELECT classify_train(body, category, 'kinds', :long) FROM tickets;
.progress 10000 --quiet --once --limit 3
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'kinds', :long);
.progress 0
SELECT 'tables', count(*) FROM sqlite_master WHERE name LIKE 'classify%';

-- The connection goes on as before.
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;
.progress 10000 --quiet --once --limit 3
SELECT count(*)
FROM classify_rows('SELECT a.id, a.body || b.body || c.body FROM tickets AS a, tickets AS b, tickets AS c');
.progress 10000 --quiet --once --limit 3
SELECT sum(leave_one_out) FROM classify_attention(replace(hex(zeroblob(500)), '0', 'my '));
.progress 0
SELECT classify('my refund is late');
