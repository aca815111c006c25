/** Writes the table as CSV, in the manner of the file that it was read from. */
import Papa from "papaparse";
import { quoteName } from "./sql.js";

const CHUNK = 5000;

/** Names as the file had them; columns that were added since have the names of the table. */
function header(dataset) {
  return [...dataset.given, ...dataset.columns.slice(dataset.given.length)];
}

/** The text of a CSV as a Blob, in UTF-8. A byte order mark tells Excel so, where the file was not plain UTF-8. */
export function csvBlob(db, dataset) {
  const { separator, newline, quoted, mark, encoding } = dataset.format;
  const write = (rows) => Papa.unparse(rows, { delimiter: separator, newline, quotes: quoted }) + newline;
  const parts = [mark || encoding !== "utf-8" ? "\uFEFF" : "", write([header(dataset)])];
  const add = (chunk) => parts.push(new Blob([write(chunk)])); // the browser keeps Blobs outside of the worker's memory
  const columns = dataset.columns.map(quoteName).join(", ");
  const rows = db.prepare(`SELECT ${columns} FROM ${quoteName(dataset.table)} ORDER BY rowid`);
  try {
    let chunk = [];
    while (rows.step()) {
      if (chunk.push(rows.get([])) < CHUNK) continue;
      add(chunk);
      chunk = [];
    }
    if (chunk.length) add(chunk);
  } finally {
    rows.finalize();
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
