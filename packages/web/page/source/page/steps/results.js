/** The fourth step: how good the model is, and why it gives a label. */
import { byId, cell, h, headCell, labelText, message, numberCell, numberHead, rowHead, show, table } from "../dom.js";
import { bars } from "../views/bars.js";
import { legend, markedText } from "../views/marks.js";
import { confusionView } from "../views/matrix.js";
import { bytes, count, decimals, percent, plural, seconds } from "../wording.js";

const TYPING_PAUSE = 120; // milliseconds
const MANY_ROWS = 2000; // with more, mistakes are looked for when asked: meanwhile the worker does nothing else

const part = (title, note, ...children) =>
  h("section", { class: "part" }, h("h3", {}, title), note && h("p", { class: "note" }, note), children);

function howJudged(judged) {
  return judged.folds
    ? `Judged by cross-validation: each of ${plural(judged.rows, "row")} by a model that had not learned it.`
    : `Judged by ${plural(judged.rows, "row")} that the training set aside and did not learn from.`;
}

function scoreboard(results) {
  const { judged } = results;
  const figure = (value, name, note) => h("div", {}, h("dt", {}, name), h("dd", {}, value), note && h("dd", { class: "note" }, note));
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
    numberCell(count(row.support)), cell(h("bdi", { class: "words" }, (words[row.label] ?? []).join(" · ")))));
  return table("Each label", head, rows);
}

function explained(row, ...beside) {
  return h("li", {}, h("p", { class: "given" }, beside), markedText(row));
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
    const given = row.labels[0], right = String(given.label) === String(row.actual);
    return explained(row, labelText(given.label), h("span", { class: "note" }, ` ${percent(given.probability)}`),
      !right && h("span", { class: "flag" }, "has ", labelText(row.actual)));
  }));
}

export function resultsStep(session, app) {
  const content = byId("results-content");

  /** A field to type in; under it the labels with their probabilities, and the words that decide. */
  function tryView() {
    const answer = h("div", { class: "answer", "aria-live": "polite" });
    const input = h("textarea", { id: "sentence", rows: 2, dir: "auto", placeholder: "Type or paste a text" });
    let turn = 0, timer;
    const ask = async (label = null) => {
      const mine = ++turn, text = input.value;
      if (text.trim() === "") return show(answer);
      try {
        const row = await session.ask("explain", { text, label });
        if (mine !== turn) return;
        show(answer, answerView(row, ask));
        if (label !== null) answer.querySelector("[aria-pressed='true']").focus();
      } catch (error) {
        if (mine === turn && error.code !== "terminated") show(answer, message("error", error.message));
      }
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, TYPING_PAUSE);
    });
    return part("Try a text", "", h("label", { for: "sentence", class: "hidden" }, "A text to label"), input, answer);
  }

  function answerView(row, ask) {
    const items = row.labels.slice(0, 8).map((r) => ({ label: r.label, share: r.probability, figure: percent(r.probability) }));
    return [h("div", {}, markedText(row), legend()),
      h("div", {}, bars(items, { picked: row.of, onPick: (label) => ask(label) }),
        h("p", { class: "note" }, "The words are marked for ", labelText(row.of), ". Choose another label to see its words."))];
  }

  /** A part that is filled in when the rest is there. */
  function laterPart(title, note, call, view) {
    const place = h("div", { class: "later" });
    const fill = async () => {
      show(place, h("p", { class: "note", role: "status" }, "Looking through the rows"));
      try {
        show(place, view(await session.ask(call)));
      } catch (error) {
        if (error.code !== "terminated") show(place, message("error", error.message));
      }
    };
    return { element: part(title, note, place), place, fill };
  }

  function judgedParts(results) {
    if (!results.judged) return [];
    return [part("Each label", "", reportTable(results)),
      !results.multilabel && part("What is taken for what", "Each line is a label that rows have; the columns are what they were given.",
        confusionView(results))];
  }

  /** The parts that take time, one after the other. */
  async function fillLater(examples, doubts) {
    await examples.fill();
    if (session.counts.labelled <= MANY_ROWS) return doubts.fill();
    show(doubts.place, h("p", {}, h("button", { type: "button", onclick: () => doubts.fill() },
      `Look through ${plural(session.counts.labelled, "row")}`), h("span", { class: "note" }, " This may take a minute.")));
  }

  /** Shows how good the model is. Resolves to a function that fills in what takes longer. */
  async function showResults() {
    const results = await session.ask("results");
    const doubts = laterPart("Probable mistakes", "Rows of your table whose label the other rows speak against. Look at these first.",
      "doubts", doubtsView);
    const examples = laterPart("Why these labels", "", "examples", (rows) => [legend(), examplesView(rows)]);
    show(content, scoreboard(results), results.warnings.map((text) => message("warning", text)), tryView(),
      judgedParts(results), examples.element, doubts.element);
    app.shown("results");
    return () => fillLater(examples, doubts);
  }

  return { show: showResults };
}
