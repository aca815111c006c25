/** The last step: the other rows get their labels, and everything can be taken home. */
import {
  byId, cell, h, headCell, labelText, message, numberCell, numberHead, progressBar, show, table,
} from "../dom.js";
import { bars } from "../views/bars.js";
import { markedText } from "../views/marks.js";
import { count, percent, plural, seconds } from "../wording.js";

const SHOWN_LABELS = 12;

/** Gives a Blob to the browser to save. */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function summaryView(done) {
  const most = Math.max(1, ...done.labels.map((row) => row.rows));
  const rate = done.seconds > 0.5 ? `, ${count(Math.round(done.done / done.seconds))} a second` : "";
  return [
    h("p", { class: "say" },
      h("b", {}, `${plural(done.done, "row")} labelled`), ` in ${seconds(done.seconds)}${rate}. `,
      done.done < done.total && `Stopped; ${plural(done.total - done.done, "row")} are left as they were. `,
      done.unsure ? `For ${plural(done.unsure, "row")} the model is less than 70% sure.` : ""),
    bars(done.labels.slice(0, SHOWN_LABELS)
      .map(({ label, rows }) => ({ label, share: rows / most, figure: count(rows) }))),
  ];
}

function leastSureTable(rows) {
  const head = [headCell("Text, with the words that decided"), headCell("Label"), numberHead("Sure")];
  return [h("h3", {}, "Least sure first"), table("The labelled rows about which the model is least sure", head,
    rows.map((row) => h("tr", {},
      cell(markedText(row)), cell(labelText(row.label)), numberCell(percent(row.confidence)))), "tall labelled")];
}

function choice(id, text, checked) {
  return h("div", { class: "field check" }, h("input", { type: "radio", name: "which", id, checked }),
    h("label", { for: id }, text));
}

export class LabelsStep {
  outcome = h("div", { class: "outcome", "aria-live": "polite" });
  downloads = h("div", {});

  constructor(session, app) {
    Object.assign(this, { session, app });
  }

  async show() {
    const counts = this.session.counts = await this.session.ask("countLabels");
    const { unlabelled, labelled } = counts;
    const all = choice("which-all", `All ${plural(unlabelled + labelled, "row")} with a text`, unlabelled === 0);
    const some = choice("which-unlabelled", `The ${plural(unlabelled, "row")} without a label`, true);
    const run = () => this.app.undisturbed(() => this.run(all.querySelector("input").checked));
    this.button = h("button", { type: "button", class: "primary", id: "label", onclick: run }, "Label");
    show(this.outcome);
    show(byId("labels-content"),
      h("fieldset", {}, h("legend", { class: "hidden" }, "Which rows"), unlabelled > 0 && some, all),
      h("p", { class: "buttons" }, this.button), this.outcome, this.downloads);
    this.showDownloads(false);
    this.app.shown("labels");
  }

  async run(all) {
    const bar = progressBar("Labelling"), status = h("p", { role: "status" }, "Labelling");
    const stop = h("button", { type: "button", onclick: () => this.session.stop() }, "Stop");
    this.button.disabled = true;
    show(this.outcome, h("div", { class: "progress-line" }, status, stop), bar.element);
    try {
      const done = await this.session.ask("label", { all }, (now) => {
        const rate = count(Math.round(now.done / Math.max(now.seconds, 0.001)));
        bar.update(now.done / now.total);
        status.textContent = `${count(now.done)} of ${plural(now.total, "row")}, ${rate} a second`;
      });
      show(this.outcome, summaryView(done), done.done > 0 && leastSureTable(await this.session.ask("leastSure")));
      this.showDownloads(true);
    } catch (error) {
      if (error.code !== "terminated") show(this.outcome, message("error", error.message));
    }
    this.button.disabled = false;
  }

  showDownloads(labelled) {
    const stem = this.session.file.name.replace(/\.[^.]*$/, "");
    const status = h("p", { role: "status", class: "note" });
    const item = (text, note, call, name) => {
      const button = h("button", { type: "button", class: labelled && call === "csv" ? "primary" : "",
        onclick: () => this.download(call, name, button, status) }, text);
      return h("li", {}, button, h("span", { class: "note" }, note));
    };
    show(this.downloads, h("h3", {}, "Take it home"), h("ul", { class: "downloads" },
      item("CSV", labelled ? "all columns, then label and confidence" : "all columns; labels, once rows are labelled",
        "csv", `${stem}-labelled.csv`),
      item("Database", "the rows and the model in one SQLite file, which this page opens again",
        "database", `${stem}.db`),
      item("Model card", "one HTML page that shows the model to others", "card", `${stem}-model-card.html`)), status);
  }

  async download(call, name, button, status) {
    button.disabled = true;
    try {
      save(await this.session.ask(call), name);
      status.textContent = `${name} is in your downloads.`;
    } catch (error) {
      show(status, message("error", error.message));
    }
    button.disabled = false;
  }
}
