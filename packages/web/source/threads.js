/* threads.js -- workers as emscripten calls them, whose runtime for several threads stands behind
** this. In Node they are those of worker_threads, and do not keep the process alive once they wait
** for work.
*/
const NodeWorker = typeof globalThis.Worker === 'undefined' && (await import('node:worker_threads')).Worker;
const WORKER_URL = new URL('sqlite-classify.threads-worker.mjs', import.meta.url);

function nodeWorker() {
  const worker = new NodeWorker(WORKER_URL);
  worker.on('message', (data) => {
    if (data.cmd === 'loaded') worker.unref();
    worker.onmessage({data});
  });
  worker.on('error', (error) => worker.onerror(error));
  return worker;
}

function Worker() {
  return NodeWorker ? nodeWorker() : new globalThis.Worker(WORKER_URL, {type: 'module'});
}

