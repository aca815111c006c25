/** What is open: the file, its dataset, the chosen columns, the model; and the worker that holds them. */
import { Engine } from "./engine.js";

export class Session {
  engine = new Engine();

  /** Starts the worker once; every later call waits for the same start. */
  ready() {
    this.started ??= this.engine.start();
    return this.started;
  }

  async call(name, args, onProgress) {
    await this.ready();
    return this.engine.call(name, args, onProgress);
  }

  /** A call about the chosen columns and the model. */
  ask(name, args = {}, onProgress = undefined) {
    return this.call(name, { columns: this.columns, model: this.model, ...args }, onProgress);
  }

  /** Ends the worker with all that it does, and makes another one. */
  renew() {
    this.engine.terminate();
    this.engine = new Engine();
    this.started = undefined;
  }

  /** Ends what is running, if anything is. */
  interrupt() {
    if (this.engine.isBusy()) this.renew();
  }

  async inspect(file, choices = {}) {
    Object.assign(this, { file, choices, maxRows: undefined, dataset: undefined, saved: undefined, table: undefined });
    this.inspected = await this.call("inspect", { file, choices });
    return this.inspected;
  }

  async load(maxRows, onProgress) {
    this.maxRows = maxRows;
    this.dataset = await this.call("load", { file: this.file, maxRows }, onProgress);
    return this.dataset;
  }

  openDatabase() {
    return this.call("openDatabase", { file: this.file });
  }

  async openTable(name) {
    this.table = name;
    this.dataset = await this.call("openTable", { name });
    return this.dataset;
  }

  /** Trains; models are kept here as well, with their columns, for the case that the worker must be ended. */
  async train(options, onEpoch) {
    const { finished, schema, models } = await this.ask("train", { options }, onEpoch);
    if (finished) this.saved = { schema, models, columns: this.columns };
    return finished;
  }

  stop() {
    return this.call("stop");
  }

  /** Ends the worker and makes another one that has the same file and the models trained before. */
  async rebuild() {
    this.renew();
    if (this.inspected.kind === "csv") {
      await this.call("inspect", { file: this.file, choices: this.choices });
      await this.load(this.maxRows, () => {});
    } else {
      await this.openDatabase();
      await this.openTable(this.table);
    }
    if (this.saved) await this.call("restoreModels", this.saved);
  }
}
