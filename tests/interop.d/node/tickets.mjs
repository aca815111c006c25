// tickets.mjs DRIVER -- loads, trains, labels, explains, labels many rows and leaves a training, through one of the
// drivers. Each prints the same, but for the last training. Run in a folder with tickets.json.
import fs from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import classify, { getLoadablePath, load } from "sqlite-classify";

const QUERY = "SELECT body, category FROM tickets WHERE category <> ''";
const EPOCHS = '{"epochs": 10000}'; // which nothing here waits for

// Each gives a connection to a new database.
const DRIVERS = {
  "better-sqlite3": async () => new (await import("better-sqlite3")).default(":memory:"),
  "libsql": async () => new (await import("libsql")).default(":memory:"),
  "sqlite3": async () => new (await import("sqlite3")).default.Database(":memory:"),
  "node:sqlite": async () => new (await import("node:sqlite")).DatabaseSync(":memory:", { allowExtension: true }),
  "bun:sqlite": async () => new (await import("bun:sqlite")).Database(":memory:"),
};

// What all drivers but sqlite3 have in common.
const direct = {
  rows: (db, sql, ...values) => db.prepare(sql).all(...values),
  leave(db) {
    for (const { epoch } of db.prepare("SELECT epoch FROM classify_train(?, 'long', ?)").iterate(QUERY, EPOCHS))
      if (epoch === 3) return "left";
  },
};

// sqlite3: it works in the background, and what it is asked for one after another is done so after serialize().
const callbacks = {
  rows: (db, sql, ...values) => new Promise((resolve, reject) =>
    db.all(sql, ...values, (error, rows) => (error ? reject(error) : resolve(rows)))),
  async leave(db) {
    const timer = setInterval(() => db.interrupt(), 50);
    const error = await callbacks.rows(db, "SELECT epoch FROM classify_train(?, 'long', ?)", QUERY, EPOCHS)
      .catch((error) => error);
    clearInterval(timer);
    return error.code;
  },
};

const name = process.argv[2];
const { rows, leave } = name === "sqlite3" ? callbacks : direct;
const db = await DRIVERS[name]();
if (name === "sqlite3") db.serialize();
await load(db);
await load(db); // a second time changes nothing
const said = async (sql, ...values) => console.log(...(await rows(db, sql, ...values)).flatMap(Object.values));

const required = createRequire(import.meta.url)("sqlite-classify");
console.log("imported and required:", [classify, required].every((module) => module.load === load));
console.log("library:", getLoadablePath().endsWith("classify.so") && fs.existsSync(getLoadablePath()));
db.exec("CREATE TABLE tickets(id, body, category)");
await rows(db, "INSERT INTO tickets SELECT value ->> 'id', value ->> 'body', value ->> 'category' FROM json_each(?) " +
  "RETURNING id", fs.readFileSync("tickets.json", "utf8"));
await said(`SELECT 'trained on', classify_train(body, category) ->> 'rows' FROM (${QUERY})`);
await said("SELECT 'label:', classify('where is my parcel?')");
await said("SELECT 'because of:', token FROM classify_attention('where is my parcel?') ORDER BY weight DESC LIMIT 1");
await said("SELECT 'rows labelled:', count(label) FROM classify_rows('SELECT id, body FROM tickets')");
console.log("long training:", await leave(db));
await said("SELECT 'models:', group_concat(name) FROM classify_models");
await said("INSERT INTO tickets(body) VALUES ('Nothing is locked') RETURNING body");
