// damaged.mjs -- damaged models where a size has 32 bits: each is refused with a sentence of the extension's or
// answers, and none stops the program (an access outside the memory of WebAssembly would). Prints how many did which.
import sqlite3InitModule from 'sqlite-classify-web';

console.warn = () => {}; // where SQLite's JavaScript writes each error
const sqlite3 = await sqlite3InitModule({variant: 'simd'});
const db = new sqlite3.oo1.DB();
const counts = {answers: 0, refused: 0};

/** A small model's file: its header as text, without the identifier that finds all damage, and its tensors. */
function train(options) {
  db.exec(`DROP TABLE IF EXISTS classify_models; DROP TABLE IF EXISTS classify_versions;
    SELECT classify_train(column1, column2, 'm', '{"epochs":1, "hidden":2, "embedding":2, "validation":0, ${options}}')
    FROM (VALUES ('a kitten purrs', 'cat'), ('the sail', 5), ('at the harbour', 5), ('kitten', 'cat'),
    ('the mast', 2.5), ('mast', 2.5))`);
  const bytes = db.selectValue('SELECT weights FROM classify_models');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + length));
  return {header: header.replace(/"identifier":"[^"]*",/, ''), tensors: bytes.slice(8 + length)};
}

function write({header, tensors}) {
  const bytes = new Uint8Array(8 + header.length + tensors.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set([...header].map((character) => character.charCodeAt(0)), 8);
  bytes.set(tensors, 8 + header.length);
  return bytes;
}

/** The file with `text` in the place of the header's characters from `at` to `end`. */
const edit = ({header, tensors}, at, end, text) => write({header: header.slice(0, at) + text + header.slice(end), tensors});

/** Whether a model of these bytes answers. */
function answers(bytes) {
  db.exec({sql: 'UPDATE classify_models SET weights = ?', bind: [bytes]});
  try {
    db.selectValue("SELECT classify('my kitten', 'm') || classify_scores('the sail', 'm')");
    db.selectValue("SELECT count(*) FROM classify_words('m')");
    counts.answers++;
    return true;
  } catch (error) {
    if (!(error instanceof sqlite3.SQLite3Error) || !error.message.includes('classify')) throw error;
    counts.refused++;
    return false;
  }
}

function mustRefuse(bytes, what) {
  if (answers(bytes)) throw new Error(`a model answers with ${what}`);
}

/** Sizes of the header that are the right ones again when they, or the product with others, are cut to 32 bits. */
function tryWrappedSizes(file) {
  for (const part of file.header.matchAll(/"(shape|data_offsets)":\[[^\]]+\]/g))
    for (const number of part[0].matchAll(/\d+/g))
      for (let power = 24n; power <= 34n; power += 2n) {
        const at = part.index + number.index, wrapped = String(BigInt(number[0]) + (1n << power));
        mustRefuse(edit(file, at, at + number[0].length, wrapped), `2^${power} added to ${number[0]} of ${part[0]}`);
      }
}

/** The same in the tensors that hold the dimensions of others, which are kept in 4 or 8 bits. */
function tryWrappedDimensions({header, tensors}) {
  for (const [name, {data_offsets: [begin, end]}] of Object.entries(JSON.parse(header))
    .filter(([name]) => name.endsWith('.shape')))
    for (let at = begin; at < end; at += 4)
      for (let power = 16; power < 32; power++) {
        const changed = tensors.slice(), view = new DataView(changed.buffer);
        view.setUint32(at, (view.getUint32(at, true) + 2 ** power) >>> 0, true);
        mustRefuse(write({header, tensors: changed}), `2^${power} added to a dimension of ${name}`);
      }
}

/** All numbers of the header, as others; those of padding are legal and slow. */
function tryNumbers(file) {
  for (const number of file.header.matchAll(/\d+/g))
    for (const other of ['0', '1', '65537', '268435456', '2147483648', '4294967295', '18446744073709551616'])
      if (!file.header.slice(0, number.index).endsWith('"padded_length":"'))
        answers(edit(file, number.index, number.index + number[0].length, other));
}

/** Bytes drawn at random, several at a time. */
function tryBytes(file) {
  let random = 1;
  for (let i = 0; i < 500; i++) {
    const bytes = write(file);
    for (let changes = 0; changes <= i % 8; changes++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      bytes[random % bytes.length] = random >>> 24;
    }
    answers(bytes);
  }
}

for (const options of ['"compress":false, "subwords":false', '"compress":true']) {
  const file = train(options);
  if (!answers(write(file))) throw new Error(`the undamaged model (${options}) does not answer`);
  for (const attempt of [tryWrappedSizes, tryWrappedDimensions, tryNumbers, tryBytes]) attempt(file);
}
console.log(JSON.stringify(counts));
