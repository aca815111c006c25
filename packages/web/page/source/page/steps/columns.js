/** The second step: which column is the text, which the label, and is that enough to train? */
import { byId, h, labelText, message, show } from "../dom.js";
import { bars } from "../views/bars.js";
import { previewTable } from "../views/preview.js";
import { count, plural } from "../wording.js";

const SEPARATORS = [[",", "comma"], [";", "semicolon"], ["\t", "tab"], ["|", "vertical bar"]];

function selectField(label, options, chosen, onchange) {
  const id = `field-${label.toLowerCase().replaceAll(" ", "-")}`;
  const select = h("select", { id, onchange: () => onchange(select.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return h("div", { class: "field" }, h("label", { for: id }, label), select);
}

/** Says why a training cannot begin; "" if it can. */
function obstacle(columns, counts) {
  const column = `“${columns.label}”`;
  if (columns.text === columns.label) return "Text and label are the same column; choose two.";
  if (counts.labelled === 0) return `No row has a text and a label: the column ${column} is empty where there is a text.`;
  if (counts.labels === 1)
    return `All labelled rows have one label, “${counts.top[0].label}”, expected at least two. Is ${column} the right column?`;
  if (counts.labels === counts.labelled)
    return `Each of the ${count(counts.labelled)} labels in ${column} is there only once, expected labels that return.`;
  return "";
}

/** Says what is probably a mistake, though a training can begin. */
function doubt(columns, counts) {
  if (counts.labelled < 20)
    return `Only ${plural(counts.labelled, "row has", "rows have")} a label; with some more it will be right more often.`;
  if (counts.labels > 50 && counts.labels > counts.labelled / 3)
    return `“${columns.label}” has ${count(counts.labels)} different values in ${count(counts.labelled)} rows; is it a label?`;
  return "";
}

export function columnsStep(session, app) {
  let preview;

  function redraw() {
    show(byId("preview"), previewTable(preview, session.columns));
    recount();
  }

  /** Counts the labels of the chosen column, and lets the training begin if they will do. */
  async function recount() {
    const button = byId("train"), columns = { ...session.columns };
    button.disabled = true;
    try {
      const counts = await session.call("countLabels", { columns });
      if (JSON.stringify(columns) === JSON.stringify(session.columns)) showCounts(columns, counts);
    } catch (error) {
      show(byId("column-message"), message("error", error.message));
    }
  }

  function showCounts(columns, counts) {
    const most = Math.max(1, ...counts.top.map((row) => row.rows));
    const more = counts.labels - counts.top.length;
    session.counts = counts;
    show(byId("label-counts"),
      h("p", { class: "say" }, h("b", {}, `${count(counts.labelled)} of ${plural(counts.rows, "row")}`),
        ` ${counts.labelled === 1 ? "has" : "have"} a label: ${plural(counts.labels, "different one", "different ones")}. `,
        counts.unlabelled ? `${plural(counts.unlabelled, "row")} can be labelled afterwards.` : "",
        counts.empty ? ` ${plural(counts.empty, "row has", "rows have")} no text.` : ""),
      bars(counts.top.map((row) => ({ label: row.label, share: row.rows / most, figure: count(row.rows) }))),
      more > 0 && h("p", { class: "note" }, `and ${plural(more, "rarer label")}`));
    const stop = obstacle(columns, counts), warning = doubt(columns, counts);
    show(byId("column-message"), stop ? message("error", stop) : warning && message("note", warning));
    byId("train").disabled = stop !== "";
    byId("train").textContent = stop ? "Train" : `Train on ${plural(counts.labelled, "row")}`;
  }

  function fields(names) {
    const options = names.map((name) => [name, name]);
    const choose = (role) => (value) => {
      session.columns = { ...session.columns, [role]: value };
      app.hideAfter("columns");
      redraw();
    };
    return [selectField("Text", options, session.columns.text, choose("text")),
      selectField("Label", options, session.columns.label, choose("label"))];
  }

  /** What has been found out about the format, and can be put right. */
  function formatFields(file, inspected) {
    const reopen = (choice) => app.open(file, { ...session.choices, ...choice });
    const header = h("input", { type: "checkbox", id: "field-header", checked: inspected.header,
      onchange: () => reopen({ header: header.checked }) });
    return [selectField("Separator", SEPARATORS, inspected.format.separator, (separator) => reopen({ separator })),
      h("div", { class: "field check" }, header, h("label", { for: "field-header" }, "The first row holds the names"))];
  }

  function begin(columns, guess, format) {
    session.columns = { text: columns[guess.text], label: columns[guess.label] };
    show(byId("column-fields"), fields(columns), format);
    redraw();
  }

  function showCsv() {
    const { inspected, dataset, file } = session;
    const notes = [...inspected.notes, ...dataset.notes];
    if (!inspected.header)
      notes.unshift("The first row looks like data, so the columns have been given names.");
    show(byId("models"));
    show(byId("column-notes"), notes.map((note) => h("p", { class: "note" }, note)));
    preview = { columns: dataset.columns, rows: inspected.rows };
    if (dataset.columns.length < 2) return showOneColumn(formatFields(file, inspected));
    begin(dataset.columns, inspected.guess, formatFields(file, inspected));
  }

  function showOneColumn(format) {
    const [only] = session.dataset.columns;
    session.columns = { text: only, label: "" };
    show(byId("column-fields"), format);
    show(byId("preview"), previewTable(preview, session.columns));
    show(byId("label-counts"));
    byId("train").disabled = true;
    show(byId("column-message"), message("error", "There is one column only, ", labelText(only),
      ", expected two: a text and a label. Perhaps another separator is right?"));
  }

  /** A database: its tables, and the models that it brings. */
  async function showDatabase() {
    const { tables, models } = await session.openDatabase();
    const usable = tables.filter((table) => table.columns.length > 1 && table.rows > 0);
    if (usable.length === 0)
      throw new Error(`“${session.file.name}” has no table with rows and two columns, expected a text and a label.`);
    const open = async (name) => {
      app.hideAfter("columns");
      preview = await session.openTable(name);
      show(byId("models"), usable.length > 1 && selectField("Table", usable.map((t) => [t.name, t.name]), name, open),
        models.map(modelLine));
      show(byId("column-notes"));
      begin(preview.columns, preview.guess, []);
    };
    await open(usable[0].name);
  }

  function modelLine(model) {
    const use = () => {
      session.model = model.name;
      app.showResults();
    };
    const labels = model.labels.slice(0, 8).flatMap((label, i) => [i ? ", " : "", labelText(label)]);
    return h("div", { class: "message note" }, h("p", {}, "This file has a model, ", h("b", {}, model.name),
      ` (version ${model.version}): `, labels, model.labels.length > 8 && ` and ${model.labels.length - 8} more`, "."),
    h("p", {}, h("button", { type: "button", onclick: use }, "Use this model")));
  }

  byId("train").addEventListener("click", () => app.train(byId("options").value));
  return { async show() {
    if (session.inspected.kind === "csv") showCsv();
    else await showDatabase();
  } };
}
