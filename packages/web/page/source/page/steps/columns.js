/** The second step: which column is the text, which the label, and is that enough to train? */
import { byId, h, labelText, message, show } from "../dom.js";
import { bars } from "../views/bars.js";
import { previewTable } from "../views/preview.js";
import { count, plural, SEPARATOR_NAMES } from "../wording.js";

const FEW_ROWS = 20;
const NAMED_LABELS = 8; // of a model

function selectField(label, options, chosen, onchange) {
  const id = `field-${label.toLowerCase()}`;
  const select = h("select", { id, onchange: () => onchange(select.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return h("div", { class: "field" }, h("label", { for: id }, label), select);
}

/** Says why a training cannot begin; "" if it can. */
function obstacle(columns, counts) {
  const column = `“${columns.label}”`;
  if (columns.text === columns.label) return "Text and label are the same column; choose two.";
  if (counts.labelled === 0)
    return `No row has a text and a label: the column ${column} is empty where there is a text.`;
  if (counts.labels === 1)
    return `All labelled rows have one label, “${counts.top[0].label}”, expected at least two. Is ${column} right?`;
  if (counts.labels === counts.labelled)
    return `Each of the ${count(counts.labelled)} labels in ${column} is there only once, expected some that return.`;
  return "";
}

/** Says what is probably a mistake, though a training can begin. */
function doubt(columns, { labels, labelled }) {
  if (labelled < FEW_ROWS)
    return `Only ${plural(labelled, "row has", "rows have")} a label; with some more it will be right more often.`;
  if (labels > 50 && labels > labelled / 3)
    return `“${columns.label}” has ${count(labels)} different values in ${count(labelled)} rows; is it a label?`;
  return "";
}

function countsView(counts) {
  const { rows, labelled, unlabelled, empty, labels, top } = counts;
  const most = Math.max(1, ...top.map((row) => row.rows));
  const afterwards = unlabelled ? `${plural(unlabelled, "row")} can be labelled afterwards. ` : "";
  const without = empty ? `${plural(empty, "row has", "rows have")} no text.` : "";
  return [
    h("p", { class: "say" }, h("b", {}, `${count(labelled)} of ${plural(rows, "row")}`),
      ` ${labelled === 1 ? "has" : "have"} a label: ${plural(labels, "different one")}. `, afterwards, without),
    bars(top.map((row) => ({ label: row.label, share: row.rows / most, figure: count(row.rows) }))),
    labels > top.length && h("p", { class: "note" }, `and ${plural(labels - top.length, "other label")}`),
  ];
}

export class ColumnsStep {
  message = byId("column-message");
  trainButton = byId("train");

  constructor(session, app) {
    Object.assign(this, { session, app });
    this.trainButton.addEventListener("click", () => app.train(byId("options").value));
  }

  async show() {
    if (this.session.inspected.kind === "csv") this.showCsv();
    else await this.showDatabase();
  }

  showCsv() {
    const { inspected, dataset } = this.session;
    const named = inspected.header ? [] : ["The first row looks like data, so the columns have been given names."];
    const notes = [...named, ...inspected.notes, ...dataset.notes];
    show(byId("models"));
    show(byId("column-notes"), notes.map((note) => h("p", { class: "note" }, note)));
    this.preview = { columns: dataset.columns, rows: inspected.rows };
    if (dataset.columns.length < 2) this.showOneColumn(dataset.columns[0]);
    else this.begin(dataset.columns, inspected.guess, this.formatFields(inspected));
  }

  showOneColumn(only) {
    this.session.columns = { text: only, label: "" };
    show(byId("column-fields"), this.formatFields(this.session.inspected));
    show(byId("preview"), previewTable(this.preview, this.session.columns));
    show(byId("label-counts"));
    this.trainButton.disabled = true;
    show(this.message, message("error", "There is one column only, ", labelText(only),
      ", expected two: a text and a label. Perhaps another separator is right?"));
  }

  /** What has been found out about the format, and can be put right. */
  formatFields({ header, format }) {
    const { file, choices } = this.session;
    const reopen = (choice) => this.app.open(file, { ...choices, ...choice });
    const box = h("input", { type: "checkbox", id: "field-header", checked: header,
      onchange: () => reopen({ header: box.checked }) });
    const separators = Object.entries(SEPARATOR_NAMES);
    return [selectField("Separator", separators, format.separator, (separator) => reopen({ separator })),
      h("div", { class: "field check" }, box, h("label", { for: "field-header" }, "The first row holds the names"))];
  }

  /** A database: its tables, and the models that it brings. */
  async showDatabase() {
    const { tables, models } = await this.session.openDatabase();
    const usable = tables.filter((table) => table.columns.length > 1 && table.rows > 0).map((table) => table.name);
    if (usable.length === 0)
      throw new Error(`“${this.session.file.name}” has no table with rows and two columns, a text and a label.`);
    await this.openTable(usable[0], usable, models);
  }

  async openTable(name, tables, models) {
    const choose = (other) => this.openTable(other, tables, models);
    this.app.hideAfter("columns");
    this.preview = await this.session.openTable(name);
    show(byId("models"), tables.length > 1 && selectField("Table", tables.map((t) => [t, t]), name, choose),
      models.map((model) => this.modelView(model)));
    show(byId("column-notes"));
    this.begin(this.preview.columns, this.preview.guess, []);
  }

  modelView({ name, version, labels }) {
    const use = () => {
      this.session.model = name;
      this.app.showResults().catch((error) => show(this.message, message("error", error.message)));
    };
    const named = labels.slice(0, NAMED_LABELS).flatMap((label, i) => [i ? ", " : "", labelText(label)]);
    const others = labels.length > NAMED_LABELS && ` and ${labels.length - NAMED_LABELS} more`;
    return message("note",
      h("p", {}, "This file has a model, ", h("b", {}, name), ` (version ${version}): `, named, others, "."),
      h("p", {}, h("button", { type: "button", onclick: use }, "Use this model")));
  }

  begin(columns, guess, format) {
    const options = columns.map((name) => [name, name]);
    const choose = (role) => (value) => {
      this.session.columns = { ...this.session.columns, [role]: value };
      this.app.hideAfter("columns");
      this.redraw();
    };
    this.session.columns = { text: columns[guess.text], label: columns[guess.label] };
    show(byId("label-counts"));
    show(this.message);
    show(byId("column-fields"), selectField("Text", options, columns[guess.text], choose("text")),
      selectField("Label", options, columns[guess.label], choose("label")), format);
    this.redraw();
  }

  /** Marks the chosen columns, counts the labels, and lets the training begin if they will do. */
  async redraw() {
    const columns = this.session.columns;
    show(byId("preview"), previewTable(this.preview, columns));
    this.trainButton.disabled = true;
    try {
      const counts = await this.session.call("countLabels", { columns });
      if (columns === this.session.columns) this.showCounts(columns, counts);
    } catch (error) {
      show(this.message, message("error", error.message));
    }
  }

  showCounts(columns, counts) {
    const stop = obstacle(columns, counts), warning = doubt(columns, counts);
    this.session.counts = counts;
    show(byId("label-counts"), countsView(counts));
    show(this.message, stop ? message("error", stop) : warning && message("note", warning));
    this.trainButton.disabled = stop !== "";
    this.trainButton.textContent = stop ? "Train" : `Train on ${plural(counts.labelled, "row")}`;
  }
}
