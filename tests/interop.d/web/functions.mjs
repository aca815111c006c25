// functions.mjs VARIANT DATABASE OUT -- a good part of the SQL functions in one variant of the package. DATABASE holds
// the table tickets and a model that the native library has trained; the database with what is trained here goes to
// OUT. Prints one JSON object, which tests/interop/web compares.
import crypto from 'node:crypto';
import fs from 'node:fs';
import sqlite3InitModule from 'sqlite-classify-web';

const [variant, database, out] = process.argv.slice(2);
const OPTIONS = '{"hidden":8, "embedding":8, "epochs":4, "seed":3}';
console.warn = () => {}; // where SQLite's JavaScript writes each error
const sqlite3 = await sqlite3InitModule({variant, threads: 2});
const {capi, wasm} = sqlite3;

/** Opens the bytes of a database file. */
function open(bytes) {
  const db = new sqlite3.oo1.DB();
  const memory = wasm.allocFromTypedArray(bytes);
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  db.checkRc(capi.sqlite3_deserialize(db, 'main', memory, bytes.length, bytes.length, flags));
  return db;
}

/** The message of the error that a statement gives. */
function messageOf(db, sql, bind) {
  try {
    db.exec({sql, bind});
    return 'no error';
  } catch (error) {
    return error.message;
  }
}

const db = open(new Uint8Array(fs.readFileSync(database)));
const result = {
  debug: JSON.parse(db.selectValue('SELECT classify_debug()')),
  native: db.selectArrays("SELECT id, label, confidence FROM classify_rows('SELECT id, body FROM tickets', 'native')"),
};
result.trained = JSON.parse(db.selectValue(
  "SELECT classify_train(body, category, 'web', ?) FROM tickets WHERE category <> ''", OPTIONS));
result.epochs = db.selectValues(`SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'rows', ?)`,
  OPTIONS);
result.rows = db.selectArrays("SELECT id, label, confidence FROM classify_rows('SELECT id, body FROM tickets', 'web')");
result.one = db.selectArray("SELECT classify(body, 'web'), classify_confidence(body, 'web') FROM tickets WHERE id = 1");
result.words = db.selectArrays("SELECT token, weight FROM classify_attention('I lost my password', 'web')");
result.highlight = db.selectValue("SELECT classify_highlight('I lost my password', 'web', 'html')");
result.evaluate = db.selectObject(`SELECT rows, accuracy FROM classify_evaluate(
  'SELECT body, category FROM tickets WHERE category <> ''''', 'web')`);
result.doubts = db.selectArrays(`SELECT id, suggested FROM classify_doubts(
  'SELECT id, body, category FROM tickets WHERE category <> ''''', 'web') LIMIT 3`);
result.vector = db.selectValue("SELECT hex(classify_embedding('the parcel is late'))");
result.digest = crypto.createHash('sha256')
  .update(db.selectValue("SELECT weights FROM classify_models WHERE name = 'web'")).digest('hex');
result.card = db.selectValue("SELECT classify_card('web')").length;
result.errors = [
  messageOf(db, "SELECT classify('x', 'none')"),
  messageOf(db, "SELECT classify_train(body, category, 'x', '{\"epocs\":1}') FROM tickets"),
  messageOf(db, "SELECT classify_train(body, 'same') FROM tickets"),
  // an allocation of more than all memory: the widest network over one batch of long texts
  messageOf(db, `SELECT classify_train(replace(hex(zeroblob(40000)), '00', body || ' '), category, 'huge',
    '{"hidden":512, "embedding":1024, "batch_size":4096, "max_tokens":100000, "epochs":1, "linear":false}')
    FROM tickets WHERE category <> ''`),
];
result.alive = db.selectValue("SELECT classify('where is my parcel', 'web')");
fs.writeFileSync(out, capi.sqlite3_js_db_export(db));
const reopened = open(new Uint8Array(fs.readFileSync(out)));
result.reopened = reopened.selectValue("SELECT classify('where is my parcel', 'web')");
console.log(JSON.stringify(result));
