-- The size of the model, and the seconds that its first text takes, since it is read then.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));

INSERT INTO results.sizes
SELECT :dataset, :variant, :seed, :build, length(weights), 86400 * (julianday('now') - (SELECT at FROM clock))
FROM (SELECT classify('a text', 'bench')) CROSS JOIN
     (SELECT weights FROM classify_models ORDER BY version DESC LIMIT 1);
