// script.mjs FILE ... -- classic scripts, as a page runs them that was opened as a file, and once more by their text.
import fs from 'node:fs';
import vm from 'node:vm';

for (const file of process.argv.slice(2)) {
  vm.runInThisContext(fs.readFileSync(file, 'utf8'));
  vm.runInThisContext(globalThis.sqlite3InitModule.scriptText());
  const sqlite3 = await globalThis.sqlite3InitModule();
  console.log(JSON.parse(new sqlite3.oo1.DB().selectValue('SELECT classify_debug()')).blas_kernel);
}
