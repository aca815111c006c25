/** The table that is worked on: opened from a CSV or from a database, and what its columns hold. */
import { FileError, formatOf, isDatabase, readSample, sampleRows } from "./csv_format.js";
import { columnNames, importFile } from "./csv_reader.js";
import { guessColumns, looksLikeHeader } from "./guess.js";
import { memoryOfCsv, memoryOfDatabase } from "./memory.js";
import { quoteName, rowOf, rowsOf, tableNameOf } from "./sql.js";

const SHOWN_ROWS = 8;
const SHOWN_LABELS = 12;

/** What a file is, before anything is loaded: its format, columns, first rows, and the memory that it will take. */
export async function inspectFile(file, choices) {
  const sample = await readSample(file);
  if (isDatabase(sample.bytes)) return inspectDatabase(file);
  const format = formatOf(sample, file.name, choices);
  const rows = sampleRows(sample, format);
  if (rows.length === 0) throw new FileError(`“${file.name}” has no whole row in its first megabyte.`, "quotes");
  const header = choices.header ?? looksLikeHeader(rows);
  const width = Math.max(...rows.map((row) => row.length));
  const given = header ? rows[0] : Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  const { names, notes } = columnNames(given);
  const body = header ? rows.slice(1) : rows;
  const guess = guessColumns(names, body);
  const labelled = body.filter((row) => row[guess.label]?.trim()).length / (body.length || 1);
  return {
    kind: "csv", format, header, given, columns: names, notes: [...notes, ...formatNotes(format)],
    rows: body.slice(0, SHOWN_ROWS), guess, memory: memoryOfCsv(file.size, labelled),
  };
}

function inspectDatabase(file) {
  const { bytes, available, tooMuch } = memoryOfDatabase(file.size);
  const megabytes = (n) => `${Math.round(n / 1e6).toLocaleString("en")} MB`;
  if (tooMuch)
    throw new FileError(`“${file.name}” would take about ${megabytes(bytes)} of memory, ` +
      `more than the ${megabytes(available)} that this page can have.`);
  return { kind: "database" };
}

function formatNotes(format) {
  if (format.encoding === "windows-1252") return ["Its letters are read as Windows-1252; downloads are UTF-8."];
  return format.encoding.startsWith("utf-16") ? ["Its letters are UTF-16; downloads are UTF-8."] : [];
}

/** Loads a CSV as it was inspected. Returns the dataset; its `given` are the names of columns as the file has them. */
export async function loadFile(db, file, inspected, maxRows, onProgress) {
  const table = tableNameOf(file.name);
  const { format, header, columns } = inspected, { encoding } = format;
  const loaded = await importFile(db, table, file, format, { header, columns, maxRows, onProgress });
  const given = [...inspected.given, ...loaded.columns.slice(inspected.given.length)];
  const notes = format.encoding === encoding ? loaded.notes : [...loaded.notes, ...formatNotes(format)];
  return { table, columns: loaded.columns, given, rows: loaded.rows, notes, format, added: [] };
}

const USERS_TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'classify\\_%' ESCAPE '\\' ORDER BY rowid`;

/** Rows are known by their rowid here; a table may have none, or a column of that name that is something else. */
function hasRowid(db, table) {
  if (rowOf(db, "SELECT 1 FROM pragma_table_info(?) WHERE lower(name) = 'rowid' AND pk = 0", [table])) return false;
  try {
    db.exec(`SELECT rowid FROM ${quoteName(table)} LIMIT 0`);
    return true;
  } catch {
    return false;
  }
}

/** The tables of an opened database that can be worked on. */
export function tablesOf(db) {
  const names = rowsOf(db, USERS_TABLES).map((row) => row.name);
  return names.filter((name) => hasRowid(db, name)).map((name) => {
    const columns = rowsOf(db, "SELECT name FROM pragma_table_info(?)", [name]).map((row) => row.name);
    return { name, columns, rows: rowOf(db, `SELECT count(*) AS n FROM ${quoteName(name)}`).n };
  });
}

/** A table of a database as a dataset; downloads as CSV have commas. */
export function openTable(db, name) {
  const { columns, rows } = tablesOf(db).find((table) => table.name === name);
  const format = { encoding: "utf-8", mark: false, separator: ",", newline: "\n", quoted: false };
  return { table: name, columns, given: columns, rows, notes: [], format, added: [] };
}

/** The first rows of a dataset and a guess which columns are text and label. */
export function previewTable(db, dataset) {
  const columns = dataset.columns.map(quoteName).join(", ");
  const rows = db.exec({
    sql: `SELECT ${columns} FROM ${quoteName(dataset.table)} LIMIT 200`, rowMode: "array", returnValue: "resultRows",
  }).map((row) => row.map((value) => (value === null ? "" : String(value))));
  return { columns: dataset.columns, rows: rows.slice(0, SHOWN_ROWS), guess: guessColumns(dataset.columns, rows) };
}

/** The pieces of SQL that speak of a text column and a label column. */
export function sqlOf(dataset, columns) {
  const [table, text, label] = [dataset.table, columns.text, columns.label].map(quoteName);
  const hasText = `trim(coalesce(${text}, '')) <> ''`;
  const hasLabel = `trim(coalesce(${label}, '')) <> ''`;
  return { table, text, label, hasText, hasLabel, labelled: `${hasText} AND ${hasLabel}` };
}

/** How many rows have a label, and which labels there are, the most frequent first. */
export function countLabels(db, dataset, columns) {
  const { table, label, hasText, hasLabel, labelled } = sqlOf(dataset, columns);
  const counts = rowOf(db, `SELECT count(*) AS rows, coalesce(sum(${labelled}), 0) AS labelled,
    coalesce(sum(${hasText} AND NOT (${hasLabel})), 0) AS unlabelled, coalesce(sum(NOT (${hasText})), 0) AS empty,
    count(DISTINCT CASE WHEN ${labelled} THEN ${label} END) AS labels FROM ${table}`);
  const top = rowsOf(db, `SELECT ${label} AS label, count(*) AS rows FROM ${table} WHERE ${labelled}
    GROUP BY 1 ORDER BY rows DESC, label LIMIT ${SHOWN_LABELS}`);
  return { ...counts, top };
}
