// sqlite-classify for Node, Bun and Deno: finds the library for this platform, and loads it into a connection.
//
// The libraries are in packages of their own, one for each platform, of which npm installs the one that fits. They are
// the optionalDependencies of package.json. index.d.ts says what load() and getLoadablePath() promise.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { processorOf, readStart } = require("./library.cjs");
const { name: PACKAGE, version, optionalDependencies } = require("./package.json");

/** "musl" or "glibc": a program that needs musl names musl's loader within its first bytes. */
function libcOfProgram() {
  try {
    return readStart(process.execPath, 2048).includes("/ld-musl-") ? "musl" : "glibc";
  } catch {
    return "glibc"; // the program may be run but not read
  }
}

function platformPackage() {
  const libc = process.platform === "linux" ? libcOfProgram() : "";
  const platform = `${process.platform}-${process.arch}${libc === "musl" ? "-musl" : ""}`;
  const name = `${PACKAGE}-${platform}`;
  if (!(name in optionalDependencies)) {
    const there = Object.keys(optionalDependencies).map((other) => other.slice(PACKAGE.length + 1)).join(", ");
    const system = libc ? `${platform} (${libc})` : platform;
    throw new Error(`there is no library of ${PACKAGE} for ${system}, expected one of: ${there}`);
  }
  return name;
}

/** The folder of an installed package. */
function folderOf(name) {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(`the package ${name} with the library for this platform is not installed, expected it beside ` +
      `${PACKAGE}: npm install ${name}@${version} (npm leaves it out with --omit=optional, or where ` +
      "package-lock.json or node_modules come from another platform)", { cause });
  }
}

function getLoadablePath() {
  const name = platformPackage();
  const file = path.join(folderOf(name), "classify.so");
  if (!fs.existsSync(file))
    throw new Error(`there is no file ${file}, expected the library: npm install ${name}@${version} --force`);
  const processor = processorOf(file);
  if (processor !== process.arch)
    throw new Error(`${file} is for ${processor}, expected a library for ${process.arch}, as this program is`);
  return file;
}

/** Why a host did not load the library, in a sentence. */
function explain(error, file) {
  if (/extension loading is not allowed|allowExtension is not enabled/.test(error.message))
    return new Error("node:sqlite may not load extensions into this connection, expected one opened by " +
      "new DatabaseSync(path, { allowExtension: true })", { cause: error });
  return new Error(`${file} could not be loaded: ${error.message}`, { cause: error });
}

/** sqlite3 loads when what was asked before is done, and then calls back. */
function loadLater(db, callback) {
  const loaded = new Promise((resolve, reject) => {
    const file = getLoadablePath();
    db.loadExtension(file, (error) => (error ? reject(explain(error, file)) : resolve()));
  });
  if (!callback) return loaded;
  loaded.then(() => callback(null), callback);
}

function load(db, callback) {
  if (typeof db?.loadExtension !== "function")
    throw new TypeError(`db is ${db?.constructor?.name ?? db}, which has no loadExtension(), expected a connection ` +
      "of better-sqlite3, libsql, sqlite3, bun:sqlite, or node:sqlite of Node 22.13 or newer");
  if (typeof db.parallelize === "function") return loadLater(db, callback);
  if (callback) throw new TypeError("load() was given a callback, expected one with a connection of sqlite3 only");
  const file = getLoadablePath();
  try {
    db.loadExtension(file);
  } catch (error) {
    throw explain(error, file);
  }
}

module.exports = { load, getLoadablePath };
