
const FILES = {
  threads: 'sqlite-classify.threads.wasm',
  simd: 'sqlite-classify.simd.wasm',
  scalar: 'sqlite-classify.scalar.wasm',
};
const MOST_THREADS = 8;

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';

/* Whether memory can be shared with workers: in a page, only where it is cross-origin isolated. */
const canShare = () => typeof SharedArrayBuffer === 'function' && (isNode || globalThis.crossOriginIsolated === true);

async function processors() {
  return isNode ? (await import('node:os')).availableParallelism() : navigator.hardwareConcurrency || 1;
}

/* Says what emscripten has to say, except that a thread waits, which in Node is no harm. */
function printError(text) {
  if (!isNode || !text.startsWith('Blocking on the main thread')) console.warn(text);
}

/* Compiles a file that lies beside this one. */
async function compileFile(name) {
  const url = new URL(name, import.meta.url);
  if (url.protocol === 'file:' && isNode) {
    const {readFile} = await import('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} gives status ${response.status}, expected the file ${name}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

function bestVariant() {
  if (!hasSimd()) return 'scalar';
  return canShare() ? 'threads' : 'simd';
}

/* Returns a promise of the object sqlite3. options.variant is 'threads', 'simd' or 'scalar'; without
** it the engine's abilities decide. options.threads says how many threads the first may use.
*/
export default async function sqlite3InitModule(options = {}) {
  const variant = options.variant ?? bestVariant();
  if (!Object.hasOwn(FILES, variant))
    throw new Error(`options.variant is '${variant}', expected one of: ${Object.keys(FILES).join(', ')}`);
  const module = await compileFile(FILES[variant]);
  if (variant !== 'threads') return startSqlite(module);
  const {default: createThreads} = await import('./sqlite-classify.threads.mjs');
  const threads = options.threads ?? Math.min(await processors(), MOST_THREADS);
  return startSqlite(module, {createRuntime: createThreads, threads, printErr: printError});
}
