/* load.js -- from compiled WebAssembly to the object sqlite3. In front of it stand createRuntime(),
** which emscripten made, bootstrapSqlite(), which is SQLite's JavaScript, and simd.js.
*/

const FIRST_PAGES = 256, MOST_PAGES = 32768; // of 64 KB: 16 MB to 2 GB

/* Returns a promise of the object sqlite3 of a WebAssembly.Module. One that was compiled for threads
** brings a runtime of its own, and the number of threads.
*/
async function startSqlite(module, {createRuntime: create = createRuntime, threads = 0, printErr = console.warn} = {}) {
  const memory = new WebAssembly.Memory({initial: FIRST_PAGES, maximum: MOST_PAGES, shared: threads > 0});
  let exports;
  await new Promise((resolve, reject) => {
    const instantiateWasm = (imports, receive) => {
      WebAssembly.instantiate(module, imports).then((instance) => {
        exports = instance.exports;
        receive(instance, module);
      }).catch(reject);
      return {};
    };
    create({wasmMemory: memory, instantiateWasm, threads, printErr}).then(() => resolve(), reject);
  });
  const withoutOpfs = typeof location === 'undefined'; // Node
  return bootstrapSqlite({memory, exports, disable: {vfs: {opfs: withoutOpfs}}});
}
