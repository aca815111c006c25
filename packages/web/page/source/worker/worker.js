/**
 * The worker: holds the database, and does what the page asks for. A message is {id, call, args}; the answer is
 * {id, result} or {id, error, code}, and while a call runs {id, progress}. The page puts the script that defines
 * sqlite3InitModule() in front of this one.
 */
import { csvBlob } from "./csv_writer.js";
import { countLabels, inspectFile, loadFile, openTable, previewTable, tablesOf } from "./dataset.js";
import { openDatabase } from "./database.js";
import { labelRows, leastSure } from "./labelling.js";
import * as training from "./training.js";

let db, sqlite3, dataset, inspected;
let stopping = false;

function restart(bytes) {
  db?.close();
  db = openDatabase(sqlite3, bytes);
  dataset = undefined;
}

const CALLS = {
  async start() {
    sqlite3 = await sqlite3InitModule();
    sqlite3.config.warn = () => {}; // errors are shown on the page, not in the console as well
    restart();
    return { version: db.selectValue("SELECT classify_version()") };
  },
  async inspect({ file, choices }) {
    inspected = await inspectFile(file, choices);
    return inspected;
  },
  async load({ file, maxRows }, progress) {
    restart();
    dataset = await loadFile(db, file, inspected, maxRows ?? Infinity, progress);
    return dataset;
  },
  async openDatabase({ file }) {
    restart(new Uint8Array(await file.arrayBuffer()));
    try {
      return { tables: tablesOf(db), models: training.listModels(db) };
    } catch (error) {
      throw new Error(`“${file.name}” begins as a SQLite database, but cannot be read: ${sentenceOf(error)}.`);
    }
  },
  openTable({ name }) {
    dataset = openTable(db, name);
    return { ...dataset, ...previewTable(db, dataset) };
  },
  countLabels: ({ columns }) => countLabels(db, dataset, columns),
  async train({ columns, model, options }, progress) {
    stopping = false;
    const finished = await training.train(db, dataset, columns,
      { model, options, onEpoch: progress, stopped: () => stopping });
    return { finished, schema: training.modelSchema(db), models: training.saveModels(db) };
  },
  stop() {
    stopping = true;
  },
  restoreModels: (saved) => training.restoreModels(db, saved),
  results: ({ model }) => training.readResults(db, model),
  doubts: ({ columns, model }) => training.findDoubts(db, dataset, columns, model),
  examples: ({ columns, model }) => training.explainExamples(db, dataset, columns, model),
  explain: ({ text, label, model }) => training.explain(db, model, text, label),
  label({ columns, model, all }, progress) {
    stopping = false;
    return labelRows(db, dataset, columns, { model, all, onProgress: progress, stopped: () => stopping });
  },
  leastSure: ({ columns, model }) => leastSure(db, dataset, columns, model),
  csv: () => csvBlob(db, dataset),
  database: () => new Blob([sqlite3.capi.sqlite3_js_db_export(db.pointer)], { type: "application/vnd.sqlite3" }),
  card({ model }) {
    return new Blob([db.selectValue("SELECT classify_card(?)", [model])], { type: "text/html;charset=utf-8" });
  },
};

/** What SQLite puts before a message of the extension helps nobody here. */
const sentenceOf = (error) => String(error.message ?? error).replace(/^(SQLITE_\w+: sqlite3 result code \d+: )/, "");

self.onmessage = async ({ data: { id, call, args } }) => {
  try {
    const result = await CALLS[call](args ?? {}, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, error: sentenceOf(error), code: error.code ?? "" });
  }
};
