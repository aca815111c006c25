/** The first step: a file is dropped, chosen, or the example is taken; a large one asks before it is loaded. */
import tickets from "tickets";
import { byId, h, message, progressBar, show } from "../dom.js";
import { bytes, count, plural, SEPARATOR_NAMES } from "../wording.js";

const ASK_FROM = 50e6; // bytes: smaller files are loaded without a question
const FIRST_ROWS = 100000; // that are offered of a larger one
const ENCODINGS = { "utf-8": "UTF-8", "windows-1252": "Windows-1252", "utf-16le": "UTF-16", "utf-16be": "UTF-16" };

/** How many rows the file has, judged by the length of the first ones. */
function estimateRows(file, { rows }) {
  const length = rows.flat().reduce((sum, value) => sum + value.length + 1, 0) / (rows.length || 1);
  return file.size / Math.max(length, 2);
}

/** How many rows to offer where all of them may be too many. */
function someRows(file, inspected) {
  if (!inspected.memory.tooMuch) return FIRST_ROWS;
  return Math.max(1000, Math.floor((0.8 * inspected.memory.share * estimateRows(file, inspected)) / 1000) * 1000);
}

/** Shows what a file will take, and asks what to load. Resolves to the most rows, undefined for all. */
function askHowMany(box, file, inspected) {
  const { bytes: needed, available, tooMuch } = inspected.memory;
  const some = someRows(file, inspected);
  const limit = `the ${bytes(available)} that this page can have`;
  const sentence = `It will take about ${bytes(needed)} of memory, ${tooMuch ? `more than ${limit}` : `of ${limit}`}.`;
  return new Promise((resolve) => {
    const choice = (text, rows, first) =>
      h("button", { type: "button", class: first ? "primary" : "", onclick: () => resolve(rows) }, text);
    const question = h("p", {}, `“${file.name}” has ${bytes(file.size)}. ${sentence}`);
    const answers = h("p", { class: "buttons" }, choice(`Load the first ${count(some)} rows`, some, tooMuch),
      choice(tooMuch ? "Try all rows" : "Load all rows", undefined, !tooMuch));
    show(box, message(tooMuch ? "warning" : "note", question, answers));
    box.querySelector(".primary").focus();
  });
}

export class FileStep {
  box = byId("file-message");
  turn = 0; // of the newest file: an older one that is still being read is forgotten

  constructor(session, app) {
    Object.assign(this, { session, app });
    this.listenToButtons();
    this.listenToDrops(byId("drop"));
  }

  /** Opens a file; `choices` are what the user has decided about its format. */
  async open(file, choices = {}) {
    const mine = ++this.turn;
    this.app.reset();
    show(this.box, message("note", h("p", { role: "status" }, `Reading ${file.name}`)));
    try {
      const inspected = await this.session.inspect(file, choices);
      if (mine !== this.turn) return;
      if (inspected.kind === "csv") await this.load(file, inspected);
      else this.describe(file, ["SQLite database"]);
      if (mine !== this.turn) return;
      show(this.box);
      await this.app.showColumns();
    } catch (error) {
      if (mine === this.turn) this.fail(error, file);
    }
  }

  async load(file, inspected) {
    const ask = file.size > ASK_FROM || inspected.memory.tooMuch;
    const maxRows = ask ? await askHowMany(this.box, file, inspected) : undefined;
    const bar = progressBar("Loading");
    const text = h("p", { role: "status" }, `Loading ${file.name}`);
    show(this.box, message("note", text, bar.element));
    const dataset = await this.session.load(maxRows, ({ read, rows }) => {
      text.textContent = `Loading ${file.name}: ${plural(rows, "row")}`;
      bar.update(Math.max(read / file.size, maxRows ? rows / maxRows : 0));
    });
    const { separator, encoding } = dataset.format;
    this.describe(file, [plural(dataset.rows, "row"), `separated by ${SEPARATOR_NAMES[separator] ?? separator}`,
      ENCODINGS[encoding]]);
  }

  /** Puts the file's name where the beginning was. */
  describe(file, what) {
    const facts = [bytes(file.size), ...what].join(" · ");
    show(byId("opened-text"), h("b", {}, file.name), h("span", {}, ` ${facts}`));
    byId("opened").hidden = false;
    byId("file").hidden = true;
  }

  fail(error, file) {
    this.app.reset();
    const plainly = () => this.open(file, { ...this.session.choices, plainQuotes: true });
    const again = h("button", { type: "button", onclick: plainly }, "Read quotation marks as plain text");
    show(this.box, message("error", h("p", {}, error.message), error.code === "quotes" && h("p", {}, again)));
    this.box.scrollIntoView({ block: "nearest" });
  }

  listenToButtons() {
    const chooser = byId("chooser");
    byId("choose").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      if (chooser.files.length) this.open(chooser.files[0]);
      chooser.value = "";
    });
    byId("try").addEventListener("click", () => this.open(new File([tickets], "tickets.csv", { type: "text/csv" })));
    byId("another").addEventListener("click", () => {
      this.turn++;
      this.app.reset();
      byId("file-title").focus();
    });
  }

  /** A file may be dropped anywhere on the page, at any step. */
  listenToDrops(place) {
    const hasFile = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      place.classList.add("over");
    });
    addEventListener("dragleave", (event) => event.relatedTarget === null && place.classList.remove("over"));
    addEventListener("drop", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      place.classList.remove("over");
      if (event.dataTransfer.files.length) this.open(event.dataTransfer.files[0]);
    });
  }
}
