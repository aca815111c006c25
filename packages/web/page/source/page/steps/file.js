/** The first step: a file is dropped, chosen, or the example is taken; a large one asks before it is loaded. */
import tickets from "tickets";
import { byId, h, message, progressBar, show } from "../dom.js";
import { bytes, count, plural } from "../wording.js";

const ASK_FROM = 50e6; // bytes: smaller files are loaded without a question
const SEPARATORS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar" };
const ENCODINGS = { "utf-8": "UTF-8", "windows-1252": "Windows-1252", "utf-16le": "UTF-16", "utf-16be": "UTF-16" };

export function fileStep(session, app) {
  const box = byId("file-message");
  let turn = 0; // of the newest file: an older one that is still being read is forgotten

  function describe(file, what) {
    show(byId("opened-text"), h("b", {}, file.name), h("span", {}, ` ${[bytes(file.size), ...what].join(" · ")}`));
    byId("opened").hidden = false;
    byId("file").hidden = true;
  }

  function fail(error, file) {
    app.reset();
    const again = h("button", { type: "button", onclick: () => open(file, { ...session.choices, plainQuotes: true }) },
      "Read quotation marks as plain text");
    show(box, message("error", h("p", {}, error.message), error.code === "quotes" && h("p", {}, again)));
  }

  /** Asks what to do with a file that takes much memory. Resolves to the most rows to load. */
  function askHowMany(file, inspected) {
    const { memory } = inspected;
    const some = Math.max(1000, Math.floor(0.8 * memory.share * estimateRows(file, inspected) / 1000) * 1000);
    const first = memory.tooMuch ? some : 100000;
    const sentence = memory.tooMuch
      ? `It will take about ${bytes(memory.bytes)} of memory, more than the ${bytes(memory.available)} that this page can have.`
      : `It will take about ${bytes(memory.bytes)} of memory, of the ${bytes(memory.available)} that this page can have.`;
    return new Promise((resolve) => {
      const button = (text, rows, kind) => h("button", { type: "button", class: kind, onclick: () => resolve(rows) }, text);
      show(box, message(memory.tooMuch ? "warning" : "note",
        h("p", {}, `“${file.name}” has ${bytes(file.size)}. ${sentence}`),
        h("p", { class: "buttons" },
          button(`Load the first ${count(first)} rows`, first, memory.tooMuch ? "primary" : ""),
          button(memory.tooMuch ? "Try all rows" : "Load all rows", undefined, memory.tooMuch ? "" : "primary"))));
      box.querySelector(".primary").focus();
    });
  }

  async function load(file, inspected) {
    const maxRows = file.size > ASK_FROM || inspected.memory.tooMuch ? await askHowMany(file, inspected) : undefined;
    const bar = progressBar("Loading");
    const text = h("p", { role: "status" }, `Loading ${file.name}`);
    show(box, h("div", { class: "message note" }, text, bar.element));
    const dataset = await session.load(maxRows, ({ read, rows }) => {
      text.textContent = `Loading ${file.name}: ${plural(rows, "row")}`;
      bar.update(maxRows ? Math.max(rows / maxRows, read / file.size) : read / file.size);
    });
    const { format } = dataset;
    describe(file, [plural(dataset.rows, "row"), `separated by ${SEPARATORS[format.separator] ?? format.separator}`,
      ENCODINGS[format.encoding]]);
  }

  /** Opens a file; `choices` are what the user has decided about its format. */
  async function open(file, choices = {}) {
    const mine = ++turn;
    app.reset();
    show(box, message("note", h("p", { role: "status" }, `Reading ${file.name}`)));
    try {
      const inspected = await session.inspect(file, choices);
      if (mine !== turn) return;
      if (inspected.kind === "csv") await load(file, inspected);
      else describe(file, ["SQLite database"]);
      if (mine !== turn) return;
      show(box);
      await app.showColumns();
    } catch (error) {
      if (mine === turn) fail(error, file);
    }
  }

  listen(open);
  byId("another").addEventListener("click", () => {
    app.reset();
    byId("file-title").focus();
  });
  return { open };
}

/** How many rows the file has, judged by the length of the first ones. */
function estimateRows(file, { rows }) {
  const length = rows.flat().reduce((sum, value) => sum + value.length + 1, 0) / (rows.length || 1);
  return file.size / Math.max(length, 2);
}

function listen(open) {
  const drop = byId("drop"), chooser = byId("chooser");
  byId("choose").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    if (chooser.files.length) open(chooser.files[0]);
    chooser.value = "";
  });
  byId("try").addEventListener("click", () => open(new File([tickets], "tickets.csv", { type: "text/csv" })));
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
}
