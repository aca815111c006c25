<?php
// PHP's SQLite3, started with -d sqlite3.extension_dir=FOLDER. query() and execute() run a statement to its first row,
// and the first fetchArray() runs it anew: so querySingle() trains. There is no interrupt. A file ends a training,
// which another process could make; here a row for each epoch comes in between.
$db = new SQLite3("my.db");
$db->enableExceptions(true);
$db->loadExtension(basename($argv[1]) . ".so");

function answer($sql, ...$values) {
    global $db;
    $statement = $db->prepare($sql);
    foreach ($values as $i => $value) $statement->bindValue($i + 1, $value);
    return $statement->execute()->fetchArray()[0];
}

echo "SQLite ", answer("SELECT sqlite_version()"), "\n";
$db->querySingle("SELECT classify_train(body, category) FROM tickets WHERE category <> ''");
echo "label: ", answer("SELECT classify(?)", "the courier lost my parcel"), "\n";
echo "because of: ", answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
    "the courier lost my parcel"), "\n";
echo "rows labelled: ", answer("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"), "\n";
$epochs = $db->query("SELECT epoch FROM classify_train('SELECT body, category FROM many', 'long',
    '{\"epochs\": 10000, \"stop_file\": \"stop\"}')");
for ($count = 0; $epochs->fetchArray(); $count++) touch("stop");
if ($count < 10000) echo "long training: stopped\n";
echo "models: ", answer("SELECT group_concat(name, ', ') FROM (SELECT name FROM classify_models ORDER BY name)"), "\n";
