/** How much memory a file will take, and how much there is. */

const MOST_BYTES = 2 ** 31; // of WebAssembly in this build
const ASSUMED_DEVICE = 4; // GB, where the browser does not tell

/* Measured: what a training takes at least, then bytes for each byte of a CSV: in the table, and in a training. */
const BASE = 120e6, IN_TABLE = 1.3, IN_TRAINING = 18;
const IN_DATABASE = 2.2; // a database is there twice while it is opened

/** What the page can have: half of the device's memory, which Chromium tells up to 8 GB. */
function available() {
  return Math.min(MOST_BYTES, ((navigator.deviceMemory ?? ASSUMED_DEVICE) * 2 ** 30) / 2);
}

function compare(bytes) {
  return { bytes, available: available(), tooMuch: bytes > available(), share: available() / bytes };
}

/** For a CSV of which this share of rows has a label: {bytes, available, tooMuch, share of it that there is}. */
export const memoryOfCsv = (size, labelled) => compare(BASE + size * (IN_TABLE + IN_TRAINING * labelled));

export const memoryOfDatabase = (size) => compare(BASE + size * IN_DATABASE);
