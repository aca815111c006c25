/** The last step: the other rows get their labels, and everything can be taken home. */
import { byId, cell, h, headCell, labelText, message, numberCell, numberHead, progressBar, show, table } from "../dom.js";
import { bars } from "../views/bars.js";
import { markedText } from "../views/marks.js";
import { count, percent, plural, seconds } from "../wording.js";

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
    h("p", { class: "say" }, h("b", {}, `${plural(done.done, "row")} labelled`), ` in ${seconds(done.seconds)}${rate}. `,
      done.done < done.total && `Stopped; ${plural(done.total - done.done, "row")} are left as they were. `,
      done.unsure ? `For ${plural(done.unsure, "row")} the model is less than 70% sure.` : ""),
    bars(done.labels.slice(0, 12).map((row) => ({ label: row.label, share: row.rows / most, figure: count(row.rows) }))),
  ];
}

function leastSureTable(rows) {
  const head = [headCell("Text, with the words that decided"), headCell("Label"), numberHead("Sure")];
  return [h("h3", {}, "Least sure first"), table("The labelled rows about which the model is least sure", head,
    rows.map((row) => h("tr", {}, cell(markedText(row)), cell(labelText(row.label)), numberCell(percent(row.confidence)))),
    "tall labelled")];
}

function choice(id, name, text, checked) {
  return h("div", { class: "field check" }, h("input", { type: "radio", name: "which", id, value: name, checked }),
    h("label", { for: id }, text));
}

export function labelsStep(session, app) {
  const content = byId("labels-content");
  const outcome = h("div", { class: "outcome", "aria-live": "polite" });
  const downloads = h("div", {});

  async function run(button, all) {
    const bar = progressBar("Labelling"), status = h("p", { role: "status" }, "Labelling");
    const stop = h("button", { type: "button", onclick: () => session.stop() }, "Stop");
    button.disabled = true;
    show(outcome, h("div", { class: "progress-line" }, status, stop), bar.element);
    try {
      const done = await session.ask("label", { all }, (now) => {
        bar.update(now.done / now.total);
        status.textContent = `${count(now.done)} of ${plural(now.total, "row")}, ` +
          `${count(Math.round(now.done / Math.max(now.seconds, 0.001)))} a second`;
      });
      show(outcome, summaryView(done), done.done > 0 && leastSureTable(await session.ask("leastSure")));
      showDownloads(true);
    } catch (error) {
      if (error.code !== "terminated") show(outcome, message("error", error.message));
    }
    button.disabled = false;
  }

  function showDownloads(labelled) {
    const stem = session.file.name.replace(/\.[^.]*$/, "");
    const status = h("p", { role: "status", class: "note" });
    const download = (text, note, call, name, kind = "") => {
      const button = h("button", { type: "button", class: kind, onclick: async () => {
        button.disabled = true;
        try {
          save(await session.ask(call), name);
          status.textContent = `${name} is in your downloads.`;
        } catch (error) {
          show(status, message("error", error.message));
        }
        button.disabled = false;
      } }, text);
      return h("li", {}, button, h("span", { class: "note" }, note));
    };
    show(downloads, h("h3", {}, "Take it home"), h("ul", { class: "downloads" },
      download("CSV", labelled ? "all columns, then label and confidence" : "all columns; label the rows first to have their labels",
        "csv", `${stem}-labelled.csv`, labelled ? "primary" : ""),
      download("Database", "the rows and the model in one SQLite file, which this page opens again", "database", `${stem}.db`),
      download("Model card", "one HTML page that shows the model to others", "card", `${stem}-model-card.html`)), status);
  }

  async function showStep() {
    const counts = session.counts = await session.ask("countLabels");
    const some = counts.unlabelled > 0;
    const button = h("button", { type: "button", class: "primary", id: "label", onclick: () => app.undisturbed(() => run(button, all.querySelector("input").checked)) },
      "Label");
    const all = choice("which-all", "all", `All ${plural(counts.unlabelled + counts.labelled, "row")} with a text`, !some);
    show(outcome);
    show(content, h("fieldset", {}, h("legend", { class: "hidden" }, "Which rows"),
      some && choice("which-unlabelled", "unlabelled", `The ${plural(counts.unlabelled, "row")} without a label`, true), all),
    h("p", { class: "buttons" }, button), outcome, downloads);
    showDownloads(false);
    app.shown("labels");
  }

  return { show: showStep };
}
