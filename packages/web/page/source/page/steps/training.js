/** The third step: a training, epoch by epoch, until it has ended or is stopped. */
import { byId, cell, h, message, numberCell, numberHead, progressBar, show, table } from "../dom.js";
import { epochChart } from "../views/chart.js";
import { count, decimals, plural, seconds } from "../wording.js";

const PATIENCE = 1500; // milliseconds that an epoch may go on after "stop", before the worker is ended
const LEAST_BAR = 0.03; // share of the bar that moves before the first epoch has ended
const FOLDED_BELOW = 1000; // rows: fewer are judged by cross-validation

/** How many epochs there will be: the learning rate falls in equal steps to zero, once it has risen. */
function epochsInAll(rows) {
  if (rows.length < 2) return undefined;
  const [before, last] = rows.slice(-2).map((row) => row.learning_rate);
  return last < before ? rows.length + Math.round(last / (before - last)) : undefined;
}

function statusOf(rows, labelled) {
  const total = epochsInAll(rows), last = rows.at(-1);
  if (!last) return `Reading ${plural(labelled, "row")}, then the first epoch`;
  const rate = `${count(Math.round(last.rows_per_second))} rows a second`;
  if (total !== rows.length + 1) return `Epoch ${rows.length}${total ? ` of ${total}` : ""} done, ${rate}`;
  return labelled < FOLDED_BELOW
    ? "The last epoch learns from all rows; then four other models judge it by cross-validation"
    : "The last epoch learns from all rows";
}

function epochTable(rows) {
  const heads = ["Epoch", "Loss, learned", "Loss, set aside", "Accuracy, learned", "Accuracy, set aside", "Seconds"];
  return table("Figures of each epoch", heads.map((text) => numberHead(text)), rows.map((row) => h("tr", {},
    numberCell(row.epoch), numberCell(decimals(row.train_loss)), numberCell(decimals(row.validation_loss)),
    numberCell(decimals(row.train_accuracy)), numberCell(decimals(row.validation_accuracy)),
    numberCell(decimals(row.seconds, 1)))));
}

export class TrainingStep {
  status = byId("training-status");
  message = byId("training-message");
  stopButton = byId("stop");
  turn = 0; // of the newest training: stopping an older one does not concern it

  constructor(session, app) {
    Object.assign(this, { session, app });
    this.stopButton.addEventListener("click", () => this.stop());
  }

  async run(options) {
    this.begin();
    try {
      const finished = await this.session.train(options || null, (row) => this.addEpoch(row));
      if (finished) this.finished();
      else this.stopped();
    } catch (error) {
      if (error.code === "terminated") return this.rebuilt;
      this.fail(error);
    }
    return this.showResults();
  }

  /** True if a model has been trained with the columns as they are. */
  hasModel() {
    return this.session.saved?.columns === this.session.columns;
  }

  /** Of this training, or where it has not ended well, of the one before with these columns. */
  async showResults() {
    if (!this.hasModel()) return;
    try {
      await this.app.showResults();
    } catch (error) {
      if (error.code !== "terminated") this.fail(error);
    }
  }

  begin() {
    this.turn++;
    this.rebuilt = undefined; // or a promise, once the worker was ended to stop this training
    this.rows = [];
    this.bar = progressBar("Training");
    this.bar.element.classList.add("busy");
    this.bar.update(LEAST_BAR);
    this.status.textContent = statusOf(this.rows, this.session.counts.labelled);
    this.drawCharts();
    show(byId("training-bar"), this.bar.element);
    show(this.message);
    byId("epoch-details").hidden = true;
    this.stopButton.disabled = this.stopButton.hidden = false;
    this.stopButton.textContent = "Stop";
  }

  addEpoch(row) {
    this.rows.push(row);
    const total = epochsInAll(this.rows);
    this.status.textContent = statusOf(this.rows, this.session.counts.labelled);
    this.drawCharts(total);
    show(byId("epoch-table"), epochTable(this.rows));
    byId("epoch-details").hidden = false;
    if (total) this.bar.update(this.rows.length / (total + 1));
  }

  drawCharts(total) {
    show(byId("charts"), ["loss", "accuracy"].map((quantity) => epochChart(this.rows, quantity, total)));
  }

  end(text) {
    this.status.textContent = text;
    this.stopButton.hidden = true;
    show(byId("training-bar"));
  }

  finished() {
    this.end(`${plural(this.rows.length, "epoch")} in ${seconds(this.rows.at(-1).seconds)}; the results are below`);
  }

  fail(error) {
    this.end("");
    show(this.message, message("error", error.message));
  }

  stopped() {
    const before = this.hasModel() ? " The results are those of the one before." : "";
    this.end("");
    show(this.message, message("note", `Stopped. Nothing of this training was saved.${before}`));
  }

  /** Asks the training to stop between two epochs; if the epoch is a long one, ends the worker and makes another. */
  async stop() {
    this.stopButton.disabled = true;
    this.stopButton.textContent = "Stopping";
    const mine = this.turn, running = this.session.engine;
    this.session.stop().catch(() => {}); // it is not answered if the worker is ended
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    if (mine !== this.turn || this.stopButton.hidden || this.session.engine !== running) return;
    this.rebuilt = this.rebuild();
  }

  async rebuild() {
    this.status.textContent = `Stopping, and reading ${this.session.file.name} again`;
    try {
      await this.session.rebuild();
      this.stopped();
    } catch (error) {
      return this.fail(error);
    }
    await this.showResults();
  }
}
