/** What kind of file was given, and how its text is written: judged by its first bytes. */
import Papa from "papaparse";

const SAMPLE_BYTES = 1 << 20;
const SAMPLE_ROWS = 200;
const SEPARATORS = [",", ";", "\t", "|"];

/** An error that the user can do something about; `code` names what the page offers. */
export class FileError extends Error {
  constructor(message, code = "") {
    super(message);
    this.code = code;
  }
}

const BYTE_ORDER_MARKS = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];

const NO_CSV = [
  { bytes: [0x50, 0x4b, 3, 4], what: "a ZIP archive, as .xlsx and .ods files are. Save the sheet as CSV first" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Office file, such as .xls. Save the sheet as CSV first" },
  { bytes: [0x1f, 0x8b], what: "compressed by gzip. Unpack it first" },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: "a PDF. Copy its table into a spreadsheet and save that as CSV" },
];

const startsWith = (bytes, prefix) => prefix.every((byte, i) => bytes[i] === byte);

export function isDatabase(bytes) {
  return startsWith(bytes, [...new TextEncoder().encode("SQLite format 3\0")]);
}

function refuseOtherFiles(bytes, name) {
  if (bytes.length === 0) throw new FileError(`“${name}” is empty.`);
  const other = NO_CSV.find((kind) => startsWith(bytes, kind.bytes));
  if (other) throw new FileError(`“${name}” is ${other.what}.`);
}

/** Bytes that are no UTF-8 are taken for Windows-1252, which older versions of Excel write. */
function encodingOf(bytes, name) {
  const mark = BYTE_ORDER_MARKS.find((candidate) => startsWith(bytes, candidate.bytes));
  if (mark) return { encoding: mark.encoding, mark: true };
  if (bytes.includes(0)) throw new FileError(`“${name}” is a binary file: it has bytes that no text has.`);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return { encoding: "utf-8", mark: false };
  } catch {
    return { encoding: "windows-1252", mark: false };
  }
}

function newlineOf(text) {
  if (text.includes("\n")) return text.includes("\r\n") ? "\r\n" : "\n";
  return text.includes("\r") ? "\r" : "\n";
}

/** Papa Parse takes the separator that cuts the first rows into the same number of fields. */
function separatorOf(text, newline) {
  return Papa.parse(text, { preview: 20, newline, skipEmptyLines: true, delimitersToGuess: SEPARATORS }).meta.delimiter;
}

/** True if every field of the first rows stands in quotes, as some programs write them. */
function quotesAll(text, separator) {
  const line = text.split(/\r?\n|\r/, 2).find((candidate) => candidate !== "") ?? "";
  const fields = Papa.parse(line, { delimiter: separator }).data[0] ?? [];
  return fields.length > 0 && line === Papa.unparse([fields], { delimiter: separator, quotes: true });
}

/** A file's first megabyte, and whether that is all of it. */
export async function readSample(file) {
  const bytes = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
  return { bytes, whole: file.size <= SAMPLE_BYTES };
}

/**
 * How the CSV is written: {encoding, mark, separator, newline, quoted, plainQuotes}. `choices` has what the user has
 * decided: `separator`, and `plainQuotes` where quotation marks are characters like any other.
 */
export function formatOf(sample, name, choices) {
  refuseOtherFiles(sample.bytes, name);
  const { encoding, mark } = encodingOf(sample.bytes, name);
  const text = new TextDecoder(encoding).decode(sample.bytes, { stream: !sample.whole });
  if (text.trim() === "") throw new FileError(`“${name}” has no text, only blank lines.`);
  const newline = newlineOf(text);
  const separator = choices.separator || separatorOf(text, newline);
  const plainQuotes = Boolean(choices.plainQuotes);
  return { encoding, mark, separator, newline, plainQuotes, quoted: !plainQuotes && quotesAll(text, separator) };
}

/**
 * Cuts text into rows. Of `rest`, what stands behind the last whole row, nothing is read unless this is the `last` text
 * of the file. A misplaced quotation mark is the FileError "quotes"; `rowsBefore` are the rows that were cut already.
 */
export function cutRows(text, format, rowsBefore, last) {
  const newline = format.newline === "\r" ? "\r" : "\n";
  const fastMode = format.plainQuotes ? true : undefined; // Papa Parse's name for reading without quotes
  const parsed = new Papa.Parser({ delimiter: format.separator, newline, fastMode }).parse(text, 0, !last);
  const error = parsed.errors.find((candidate) => candidate.row < parsed.data.length);
  if (error) throw quoteError(rowsBefore + error.row + 1);
  for (const row of parsed.data) {
    const end = row.length - 1;
    if (row[end].endsWith("\r")) row[end] = row[end].slice(0, -1);
  }
  const rows = parsed.data.filter((row) => row.length > 1 || row[0] !== "");
  return { rows, lines: parsed.data.length, rest: text.slice(parsed.meta.cursor) };
}

export function quoteError(row) {
  const what = "a quotation mark is opened and not closed, or text follows a closing one";
  return new FileError(`In row ${row} ${what}.`, "quotes");
}

/** The first rows, at most 200. */
export function sampleRows(sample, format) {
  const text = new TextDecoder(format.encoding).decode(sample.bytes, { stream: !sample.whole });
  return cutRows(text, format, 0, sample.whole).rows.slice(0, SAMPLE_ROWS);
}
