/** The third step: a training, epoch by epoch, until it has ended or is stopped. */
import { byId, cell, h, message, numberCell, numberHead, progressBar, show, table } from "../dom.js";
import { epochChart } from "../views/chart.js";
import { count, decimals, plural, seconds } from "../wording.js";

const PATIENCE = 1500; // milliseconds that an epoch may go on after "stop", before the worker is ended
const FOLDED_BELOW = 1000; // rows: fewer are judged by cross-validation

/** How many epochs there will be: the learning rate falls in equal steps to zero, once it has risen. */
function epochsInAll(rows) {
  if (rows.length < 2) return undefined;
  const [before, last] = rows.slice(-2).map((row) => row.learning_rate);
  return last < before ? rows.length + Math.round(last / (before - last)) : undefined;
}

function statusOf(rows, labelled) {
  const total = epochsInAll(rows), last = rows.at(-1);
  if (!last) return `Reading ${plural(labelled, "row")}`;
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

export function trainingStep(session, app) {
  const status = byId("training-status"), box = byId("training-message"), stopButton = byId("stop");
  let rows, bar;

  function draw() {
    show(byId("charts"), ["loss", "accuracy"].map((quantity) => epochChart(rows, quantity, epochsInAll(rows))));
    show(byId("epoch-table"), epochTable(rows));
    byId("epoch-details").hidden = false;
    const total = epochsInAll(rows);
    if (total) bar.update(rows.length / (total + 1));
  }

  function begin() {
    rows = [];
    bar = progressBar("Training");
    bar.element.classList.add("busy");
    status.textContent = statusOf(rows, session.counts.labelled);
    show(byId("charts"));
    show(byId("training-bar"), bar.element);
    show(box);
    byId("epoch-details").hidden = true;
    stopButton.disabled = false;
    stopButton.hidden = false;
    stopButton.textContent = "Stop";
  }

  function end(text) {
    status.textContent = text;
    stopButton.hidden = true;
    show(byId("training-bar"));
  }

  async function run(options) {
    begin();
    try {
      const finished = await session.train(options || null, (row) => {
        rows.push(row);
        status.textContent = statusOf(rows, session.counts.labelled);
        draw();
      });
      if (!finished) return stopped();
      end(`${plural(rows.length, "epoch")} in ${seconds(rows.at(-1).seconds)}`);
      await app.showResults();
    } catch (error) {
      if (error.code === "terminated") return;
      end("");
      show(box, message("error", error.message));
    }
  }

  function stopped() {
    end("");
    show(box, message("note", h("p", {}, "Stopped. Nothing of this training was saved.")));
  }

  /** Asks the training to stop between two epochs; if the epoch is a long one, ends the worker and makes another. */
  async function stop() {
    stopButton.disabled = true;
    stopButton.textContent = "Stopping";
    const running = session.engine;
    session.stop().catch(() => {}); // it is not answered if the worker is ended
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    if (stopButton.hidden || session.engine !== running) return;
    status.textContent = `Stopping, and reading ${session.file.name} again`;
    try {
      await session.rebuild();
      stopped();
    } catch (error) {
      end("");
      show(box, message("error", error.message));
    }
  }

  stopButton.addEventListener("click", stop);
  return { run };
}
