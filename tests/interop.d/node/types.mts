// types.mts -- what index.d.ts promises, held against the drivers' own types. tsc checks it; it is never run.
import BetterSqlite3 from "better-sqlite3";
import { Database as BunDatabase } from "bun:sqlite";
import Libsql from "libsql";
import { DatabaseSync } from "node:sqlite";
import classify, { getLoadablePath, load } from "sqlite-classify";
import sqlite3 from "sqlite3";

load(new BetterSqlite3("my.db")) satisfies void;
load(new BunDatabase("my.db")) satisfies void;
load(new Libsql("my.db")) satisfies void;
load(new DatabaseSync("my.db", { allowExtension: true })) satisfies void;
load(new sqlite3.Database("my.db")) satisfies Promise<void>;
load(new sqlite3.Database("my.db"), (error) => console.log(error?.message)) satisfies void;
classify.getLoadablePath() satisfies string;
getLoadablePath() satisfies string;
// @ts-expect-error: only sqlite3 calls back
load(new BetterSqlite3("my.db"), () => {});
// @ts-expect-error: this is no connection
load("my.db");
