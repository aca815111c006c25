
/* The file in which this stands holds the WebAssembly, too: gzip in base64. */
async function unpack(base64) {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

globalThis.sqlite3InitModule = async (options = {}) =>
  startSqlite(options.module ?? await WebAssembly.compile(await unpack(WASM)));

/* This whole script as text, for a worker: new Worker(URL.createObjectURL(new Blob([text, ...]))).
** A page that was opened as a file can neither read it nor give its address to a worker.
*/
globalThis.sqlite3InitModule.scriptText = () => `(${script})();\n`;
