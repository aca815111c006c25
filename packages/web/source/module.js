
/* Compiles a file that lies beside this one. */
async function compileFile(name) {
  const url = new URL(name, import.meta.url);
  if (url.protocol === 'file:' && typeof process === 'object') {
    const {readFile} = await import('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} gives status ${response.status}, expected the file ${name}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const FILES = {simd: 'sqlite-classify.simd.wasm', scalar: 'sqlite-classify.scalar.wasm'};

/* Returns a promise of the object sqlite3. options.variant is 'simd' or 'scalar'; without it the
** engine's abilities decide. options.module is a WebAssembly.Module that was compiled before.
*/
export default async function sqlite3InitModule(options = {}) {
  const variant = options.variant ?? (hasSimd() ? 'simd' : 'scalar');
  if (!Object.hasOwn(FILES, variant))
    throw new Error(`options.variant is '${variant}', expected one of: ${Object.keys(FILES).join(', ')}`);
  return startSqlite(options.module ?? await compileFile(FILES[variant]));
}
