// workers.cjs -- what becomes of a training in a worker thread when the thread is terminated: better-sqlite3 has no
// interrupt. Prints how many models are there afterwards.
"use strict";
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");
const Database = require("better-sqlite3");
const { load } = require("sqlite-classify");

const PARTS = {
  // One row for each epoch: it is left, and nothing is saved.
  loop(db) {
    const train = db.prepare("SELECT epoch FROM classify_train('SELECT body, label FROM t', 'loop', ?)");
    for (const { epoch } of train.iterate('{"epochs": 10000}')) parentPort.postMessage(epoch);
  },
  // One call: it runs to its end, and saves. In a transaction the training begins with a lock, which others see.
  call(db) {
    db.exec("BEGIN; SELECT classify_train(body, label, 'call') FROM t; COMMIT");
    throw new Error("the worker goes on after it was terminated");
  },
};

function isLocked(db) {
  try {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
    return false;
  } catch (error) {
    if (error.code === "SQLITE_BUSY") return true;
    throw error;
  }
}

/** Resolves when the native code of the part runs. */
function begun(part, worker, db) {
  if (part === "loop") return new Promise((resolve) => worker.once("message", resolve));
  return new Promise((resolve) => {
    const look = () => (isLocked(db) ? resolve() : setImmediate(look));
    look();
  });
}

function models(db) {
  const table = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'classify_models'").pluck().get();
  return table ? db.prepare("SELECT group_concat(name) FROM classify_models").pluck().get() : "none";
}

async function main() {
  const db = new Database("workers.db", { timeout: 0 });
  load(db);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t AS WITH r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r " +
    "WHERE i < 5000) SELECT i || ' and ' || i % 7 AS body, i % 3 AS label FROM r");
  for (const part of Object.keys(PARTS)) {
    const worker = new Worker(__filename, { workerData: part });
    await begun(part, worker, db);
    await worker.terminate();
    console.log(`${part}:`, models(db));
  }
}

if (isMainThread) {
  main();
} else {
  const db = new Database("workers.db");
  load(db);
  PARTS[workerData](db);
}
