/* threads_worker.js -- makes a worker of Node look like that of a browser, for emscripten's worker,
** which stands behind this.
*/
if (typeof self === 'undefined') {
  const {parentPort} = await import('node:worker_threads');
  globalThis.self = globalThis;
  self.importScripts = () => {}; // by which emscripten knows a worker
  self.location = {href: import.meta.url};
  self.postMessage = (message) => parentPort.postMessage(message);
  parentPort.on('message', (data) => self.onmessage({data}));
}
