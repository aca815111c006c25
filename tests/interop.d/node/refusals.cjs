// refusals.cjs DRIVER -- what load() says of what it cannot load into: of no connection at all, or of one of a driver.
"use strict";
const { load } = require("sqlite-classify");

const PARTS = {
  none: () => [null, 3, {}, old],
  "node:sqlite": () => [new (require("node:sqlite").DatabaseSync)(":memory:")],
  "better-sqlite3"() {
    const closed = new (require("better-sqlite3"))(":memory:");
    closed.close();
    return [closed];
  },
};

/** A connection to a SQLite that is too old: no driver here brings one. */
const old = {
  loadExtension() {
    throw new Error("error during initialization: sqlite-classify needs SQLite 3.35.0 or newer, this is 3.34.1");
  },
};

for (const db of PARTS[process.argv[2]]())
  try {
    load(db);
    console.log("loaded");
  } catch (error) {
    console.log(error.message);
  }
