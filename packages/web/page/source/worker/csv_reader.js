/** Reads a CSV of any size piece by piece, and writes it into a table. */
import { cutRows, FileError, quoteError } from "./csv_format.js";
import { quoteName, unusedName } from "./sql.js";

const PIECE_BYTES = 4 << 20;
const LONGEST_ROW = 16 << 20; // in characters; a longer one has a quotation mark too many

async function* decodedPieces(file, format) {
  const decoder = new TextDecoder(format.encoding, { fatal: format.encoding === "utf-8" });
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const read = Math.min(at + PIECE_BYTES, file.size);
    const bytes = await file.slice(at, read).arrayBuffer();
    yield { text: decoder.decode(bytes, { stream: read < file.size }), read, last: read === file.size };
  }
}

async function* rowGroups(file, format) {
  let rest = "", lines = 0;
  for await (const piece of decodedPieces(file, format)) {
    const cut = cutRows(rest + piece.text, format, lines, piece.last);
    rest = cut.rest;
    lines += cut.lines;
    if (rest.length > LONGEST_ROW) throw quoteError(lines + 1);
    yield { rows: cut.rows, read: piece.read };
  }
}

/** A table that takes rows of any length: a row that is longer than all before gets new columns. */
class Filler {
  constructor(db, table, columns) {
    Object.assign(this, { db, table, columns: [...columns], named: columns.length, short: 0, long: 0, count: 0 });
    db.exec(`CREATE TABLE ${quoteName(table)} (${columns.map((name) => `${quoteName(name)} TEXT`).join(", ")})`);
    this.prepare();
  }

  prepare() {
    const places = this.columns.map(() => "?").join(", ");
    this.insert = this.db.prepare(`INSERT INTO ${quoteName(this.table)} VALUES (${places})`);
  }

  widen(width) {
    this.insert.finalize();
    while (this.columns.length < width) {
      const name = unusedName(`column ${this.columns.length + 1}`, this.columns);
      this.db.exec(`ALTER TABLE ${quoteName(this.table)} ADD COLUMN ${quoteName(name)} TEXT`);
      this.columns.push(name);
    }
    this.prepare();
  }

  add(row) {
    if (row.length > this.named) this.long++;
    if (row.length < this.named) this.short++;
    if (row.length > this.columns.length) this.widen(row.length);
    while (row.length < this.columns.length) row.push(null);
    this.insert.bind(row).stepReset();
    this.count++;
  }

  notes() {
    const notes = [];
    const extra = this.columns.slice(this.named).map((name) => `“${name}”`).join(", ");
    if (this.short)
      notes.push(`${rowsHave(this.short)} fewer fields than there are columns; the missing ones are empty.`);
    if (this.long) notes.push(`${rowsHave(this.long)} more fields than there are names; see ${extra}.`);
    return notes;
  }
}

const rowsHave = (count) => (count === 1 ? "1 row has" : `${count.toLocaleString("en")} rows have`);

/** The names of columns as SQLite can have them: none empty, and no two alike. Returns the names and notes. */
export function columnNames(header) {
  const names = [], renamed = [];
  for (const [i, given] of header.entries()) {
    const wanted = given.trim() || `column ${i + 1}`;
    const name = unusedName(wanted, [...names, "rowid"]);
    if (name !== wanted) renamed.push(`one “${wanted}” is called “${name}” here`);
    names.push(name);
  }
  return { names, notes: renamed.length ? [`Columns need names of their own: ${renamed.join(", ")}.`] : [] };
}

async function fill(db, table, file, format, { header, columns, maxRows, onProgress }) {
  const filler = new Filler(db, table, columns);
  let skip = header ? 1 : 0;
  try {
    for await (const group of rowGroups(file, format)) {
      for (const row of group.rows.slice(skip, skip + maxRows - filler.count)) filler.add(row);
      skip = Math.max(0, skip - group.rows.length);
      onProgress({ read: group.read, rows: filler.count });
      if (filler.count >= maxRows) break;
    }
  } finally {
    filler.insert.finalize();
  }
  return { columns: filler.columns, rows: filler.count, notes: filler.notes() };
}

/**
 * Makes the table of the file's rows, at most `maxRows`; nothing of it is left if that fails. Bytes far behind in the
 * file may turn out to be no UTF-8: then it is read again as Windows-1252.
 */
export async function importFile(db, table, file, format, options) {
  db.exec("BEGIN");
  try {
    const result = await fill(db, table, file, format, options);
    if (result.rows === 0) throw new FileError(`“${file.name}” has a row of names, and no row under it.`);
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    if (!(error instanceof TypeError) || format.encoding !== "utf-8" || format.mark) throw error;
    format.encoding = "windows-1252";
    return importFile(db, table, file, format, options);
  }
}
