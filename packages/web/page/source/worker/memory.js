/** How much memory a file will take, and how much there is. */

const MOST_BYTES = 2 ** 31; // of a page's WebAssembly memory in this build
const BYTES_PER_BYTE = 2.5; // of the file: the table, and what a training holds of its texts; measured
const BASE_BYTES = 60 << 20;

/** What the device has, as far as the browser tells: Chromium says up to 8 GB, others nothing. */
function available() {
  const device = (globalThis.navigator?.deviceMemory ?? 4) * 2 ** 30;
  return Math.min(MOST_BYTES, device / 2);
}

/** Returns the bytes that a file of this size takes, and whether they are more than there are. */
export function memoryNeeded(fileBytes) {
  const bytes = BASE_BYTES + fileBytes * BYTES_PER_BYTE;
  return { bytes, available: available(), tooMuch: bytes > available(), share: available() / bytes };
}
