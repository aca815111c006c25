/** The fourth step: how good the model is, and why it gives a label. */
import { byId, cell, h, headCell, labelText, message, numberCell, numberHead, rowHead, show, table } from "../dom.js";
import { legend, markedText } from "../views/marks.js";
import { confusionView } from "../views/matrix.js";
import { TryPart } from "./try.js";
import { bytes, count, decimals, percent, plural, seconds } from "../wording.js";

const MANY_ROWS = 10000; // with more, mistakes are looked for when asked: the worker can do nothing else meanwhile

const part = (title, note, ...children) =>
  h("section", { class: "part" }, h("h3", {}, title), note && h("p", { class: "note" }, note), children);

function howJudged(judged) {
  return judged.folds
    ? `Judged by cross-validation: each of ${plural(judged.rows, "row")} by a model that had not learned it.`
    : `Judged by ${plural(judged.rows, "row")} that the training set aside and did not learn from.`;
}

function scoreboard(results) {
  const { judged } = results;
  const figure = (value, name, note) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, value), note && h("dd", { class: "note" }, note));
  if (!judged) return message("note", "No row was set aside, so nothing says how often this model is right.");
  return [
    h("dl", { class: "scores" },
      figure(percent(judged.accuracy), "accuracy", "of the rows were labelled right"),
      figure(decimals(judged.macroF1), "macro-F1", "each label counts alike"),
      figure(count(results.rows), "rows learned", results.seconds && `in ${seconds(results.seconds)}`),
      figure(bytes(results.bytes), "model", plural(results.labels.length, "label"))),
    h("p", { class: "note" }, howJudged(judged)),
  ];
}

function reportTable({ report, words }) {
  const head = [headCell("Label"), numberHead("Precision"), numberHead("Recall"), numberHead("F1"), numberHead("Rows"),
    headCell("Words that speak for it")];
  const rows = report.map((row) => h("tr", {}, rowHead(labelText(row.label)), numberCell(decimals(row.precision, 2)),
    numberCell(decimals(row.recall, 2)), numberCell(h("span", { class: "f1", "--share": row.f1 }, decimals(row.f1, 2))),
    numberCell(count(row.support)), cell(h("bdi", { class: "words" }, (words.get(row.label) ?? []).join(" · ")))));
  return table("Each label", head, rows);
}

function doubtsView(doubts) {
  if (doubts.length === 0) return h("p", {}, "None: the model would give each row the label that it has.");
  const head = [headCell("Text"), headCell("Has"), headCell("Would be"), numberHead("Sure")];
  return table("Rows whose label is probably a mistake", head, doubts.map((row) => h("tr", {},
    cell(h("bdi", { class: "clamp" }, row.text)), cell(labelText(row.label)), cell(labelText(row.suggested)),
    numberCell(percent(row.probability)))), "tall doubts");
}

function examplesView(examples) {
  return h("ul", { class: "examples" }, examples.map((row) => {
    const differs = !row.right && h("span", { class: "flag" }, "has ", labelText(row.actual));
    const of = row.given !== row.of && [", marked for ", labelText(row.of)]; // where a row has several labels
    return h("li", {}, h("p", { class: "given" }, labelText(row.given),
      h("span", { class: "note" }, ` ${percent(row.confidence)}`, of), differs), markedText(row));
  }));
}

/** A part that is filled in later: `fill` asks the worker, and shows what `view` makes of the answer. */
function laterPart(title, note, ask, view) {
  const place = h("div", { class: "later" });
  const fill = async () => {
    show(place, h("p", { class: "note", role: "status" }, "Looking through the rows"));
    try {
      show(place, view(await ask()));
    } catch (error) {
      if (error.code !== "terminated") show(place, message("error", error.message));
    }
  };
  return { element: part(title, note, place), place, fill };
}

function judgedParts(results) {
  if (!results.judged) return [];
  const confusion = results.multilabel ? null : part("What is taken for what", "", confusionView(results));
  return [part("Each label", "", reportTable(results)), confusion];
}

export class ResultsStep {
  constructor(session, app) {
    Object.assign(this, { session, app });
  }

  /** Shows how good the model is. Resolves to a function that fills in what takes longer. */
  async show() {
    const results = await this.session.ask("results");
    const examples = laterPart("Why these labels", "", () => this.session.ask("examples"),
      (rows) => [legend(), examplesView(rows)]);
    const doubts = laterPart("Probable mistakes",
      "Rows of your table whose label the other rows speak against. Look at these first.",
      () => this.session.ask("doubts"), doubtsView);
    show(byId("results-content"), scoreboard(results), results.warnings.map((text) => message("warning", text)),
      new TryPart(this.session).element, judgedParts(results), examples.element, doubts.element);
    this.app.shown("results");
    return () => this.fillLater(examples, doubts);
  }

  async fillLater(examples, doubts) {
    await examples.fill();
    const { labelled } = this.session.counts;
    if (labelled <= MANY_ROWS) return doubts.fill();
    const look = h("button", { type: "button", onclick: () => doubts.fill() },
      `Look through ${plural(labelled, "row")}`);
    show(doubts.place, h("p", {}, look, h("span", { class: "note" }, " This may take a minute.")));
  }
}
