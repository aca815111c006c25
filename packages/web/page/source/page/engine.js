/** The worker as the page sees it: calls that answer with a promise. */
import { hasSimd } from "simd";
import workerScript from "worker-script";

function addScript(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = resolve;
    script.onerror = () => reject(new Error(`The file ${name} is missing; it belongs into the folder of this page.`));
    script.src = name;
    document.head.append(script);
  });
}

/**
 * The text of the whole worker. A page that was opened as a file may not start a worker from a file, so the script of
 * the engine is loaded by the page, and gives its own text.
 */
async function workerText() {
  if (typeof WebAssembly !== "object") throw new Error("This browser has no WebAssembly, expected a newer one.");
  if (!globalThis.sqlite3InitModule)
    await addScript(hasSimd() ? "sqlite-classify.simd.js" : "sqlite-classify.scalar.js");
  return sqlite3InitModule.scriptText() + workerScript;
}

export class Engine {
  calls = new Map();
  lastId = 0;

  async start() {
    const address = URL.createObjectURL(new Blob([await workerText()], { type: "text/javascript" }));
    this.worker = new Worker(address);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = ({ message }) => this.fail(new Error(`The worker has failed: ${message}`));
    const started = await this.call("start");
    this.isStarted = true;
    return started;
  }

  /** Asks the worker. `onProgress` gets what the call reports before it ends. */
  call(name, args, onProgress) {
    return new Promise((resolve, reject) => {
      this.calls.set(++this.lastId, { resolve, reject, onProgress });
      this.worker.postMessage({ id: this.lastId, call: name, args });
    });
  }

  isBusy() {
    return Boolean(this.isStarted) && this.calls.size > 0;
  }

  receive({ id, result, error, code, progress }) {
    const call = this.calls.get(id);
    if (!call) return;
    if (progress !== undefined) {
      call.onProgress?.(progress);
      return;
    }
    this.calls.delete(id);
    if (error === undefined) call.resolve(result);
    else call.reject(Object.assign(new Error(error), { code }));
  }

  fail(error) {
    for (const call of this.calls.values()) call.reject(error);
    this.calls.clear();
  }

  /** Ends the worker, whatever it does; calls that wait are rejected with the code "terminated". */
  terminate() {
    this.worker.terminate();
    this.fail(Object.assign(new Error("The worker was stopped."), { code: "terminated" }));
  }
}
