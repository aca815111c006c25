// refusals.cjs DRIVER -- what load() says of connections that it cannot load into, in a driver that is there.
"use strict";
const { load } = require("sqlite-classify");

const PARTS = {
  none: () => [null, 3, {}],
  "node:sqlite"() {
    const { DatabaseSync } = require("node:sqlite");
    const forbidden = new DatabaseSync(":memory:", { allowExtension: true });
    forbidden.enableLoadExtension?.(false); // Deno has none
    return [new DatabaseSync(":memory:"), forbidden];
  },
  "better-sqlite3"() {
    const closed = new (require("better-sqlite3"))(":memory:");
    closed.close();
    return [closed];
  },
  sqlite3: () => [],
};

/** A connection to a SQLite that is too old: no driver here brings one. */
const old = {
  loadExtension() {
    throw new Error("error during initialization: sqlite-classify needs SQLite 3.35.0 or newer, this is 3.34.1");
  },
};

for (const db of [...PARTS[process.argv[2]](), old])
  try {
    load(db);
    console.log("loaded");
  } catch (error) {
    console.log(error.message);
  }
