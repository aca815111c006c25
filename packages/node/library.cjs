// library.cjs -- what the first bytes of a library say: whether it is one, whether it is whole, and for which
// processor.
"use strict";
const fs = require("node:fs");

const PROCESSORS = { 62: "x64", 183: "arm64" }; // e_machine of ELF: the name that process.arch has
const HEADER = 64; // bytes

/** The first bytes of a file, fewer if it has fewer. */
function readStart(file, bytes) {
  const start = Buffer.alloc(bytes);
  const descriptor = fs.openSync(file, "r");
  try {
    return start.subarray(0, fs.readSync(descriptor, start, 0, bytes, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Returns the processor that a library is for. Throws if the file is no library, or not whole: the system would not
 * notice that the end is missing, and the process would crash.
 */
function processorOf(file) {
  const size = fs.statSync(file).size;
  const header = readStart(file, HEADER);
  if (header.length < HEADER || header.toString("latin1", 0, 6) !== "\x7fELF\x02\x01")
    throw new Error(`${file} is no library (bytes: ${size}), expected an ELF file of 64 bits`);
  // The table of sections is the last thing in the file: its place, and the size and number of its entries.
  const end = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60);
  if (size < end) throw new Error(`${file} is damaged: it has ${size} bytes, expected at least ${end}`);
  const machine = header.readUInt16LE(18);
  return PROCESSORS[machine] ?? `processor ${machine} of ELF's list`;
}

module.exports = { readStart, processorOf };
