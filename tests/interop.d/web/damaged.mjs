// damaged.mjs -- damaged models where a size has 32 bits: each is refused with a sentence of the extension's or
// answers, and none stops the program (an access outside the memory of WebAssembly would). Prints how many did which.
import sqlite3InitModule from 'sqlite-classify-web';

const sqlite3 = await sqlite3InitModule({variant: 'simd'});
const db = new sqlite3.oo1.DB();
console.warn = () => {};

db.exec(`SELECT classify_train(column1, column2, 'm', '{"epochs":1, "hidden":2, "embedding":2, "validation":0,
  "compress":false}') FROM (VALUES ('a kitten purrs', 'cat'), ('the sail', 5), ('at the harbour', 5), ('kitten', 'cat'),
  ('the mast', 2.5), ('mast', 2.5))`);
const file = db.selectValue('SELECT weights FROM classify_models');
const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
const header = new TextDecoder('latin1').decode(file.subarray(8, 8 + headerLength))
  .replace(/"identifier":"[^"]*",/, ''); // without it, nothing else finds the damage
const tensors = file.subarray(8 + headerLength);

function write(text) {
  const bytes = new Uint8Array(8 + text.length + tensors.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set([...text].map((character) => character.charCodeAt(0)), 8);
  bytes.set(tensors, 8 + text.length);
  return bytes;
}

const counts = {answers: 0, refused: 0};

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

if (!answers(write(header))) throw new Error('the undamaged model does not answer');

// Sizes that are the right ones again if they are cut to 32 bits, as a product with an element's bytes or without.
for (const part of header.matchAll(/"(shape|data_offsets)":\[[^\]]+\]/g)) {
  for (const number of part[0].matchAll(/\d+/g)) {
    const at = part.index + number.index, end = at + number[0].length;
    for (let power = 24n; power <= 34n; power++) {
      const text = header.slice(0, at) + (BigInt(number[0]) + (1n << power)) + header.slice(end);
      if (answers(write(text))) throw new Error(`${part[0]} answers with 2^${power} added to ${number[0]}`);
    }
  }
}

// All numbers of the header, as others; those of padding are legal and slow.
const NUMBERS = ['0', '1', '7', '65537', '268435456', '2147483648', '4294967295', '4294967297', '18446744073709551616'];
for (const number of header.matchAll(/\d+/g)) {
  if (header.slice(0, number.index).endsWith('"padded_length":"')) continue;
  for (const other of NUMBERS)
    answers(write(header.slice(0, number.index) + other + header.slice(number.index + number[0].length)));
}

// Bytes drawn at random, several at a time.
let random = 1;
for (let i = 0; i < 1500; i++) {
  const bytes = write(header);
  for (let changes = 0; changes <= i % 8; changes++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    bytes[random % bytes.length] = random >>> 24;
  }
  answers(bytes);
}
console.log(JSON.stringify(counts));
