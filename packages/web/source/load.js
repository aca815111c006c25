/* load.js -- from compiled WebAssembly to the object sqlite3. In front of it stand createRuntime(),
** which emscripten made, and bootstrapSqlite(), which is SQLite's JavaScript.
*/

const FIRST_PAGES = 256, MOST_PAGES = 32768; // of 64 KB: 16 MB to 2 GB

/* (module (func (result v128) i32.const 0 i8x16.splat)) */
const SIMD_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0,
  65, 0, 253, 15, 11]);

const hasSimd = () => WebAssembly.validate(SIMD_MODULE);

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
