/** A field to type in; under it the labels with their probabilities, and the words that decide. */
import { h, labelText, message, show } from "../dom.js";
import { bars } from "../views/bars.js";
import { legend, markedText } from "../views/marks.js";
import { percent } from "../wording.js";

const TYPING_PAUSE = 120; // milliseconds
const SHOWN_LABELS = 8;

export class TryPart {
  answer = h("div", { class: "answer", "aria-live": "polite" });
  input = h("textarea", { id: "sentence", rows: 2, dir: "auto", placeholder: "Type or paste a text" });
  turn = 0; // of the newest question: older answers are not shown

  constructor(session) {
    this.session = session;
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), TYPING_PAUSE);
    });
    this.element = h("section", { class: "part" }, h("h3", {}, "Try a text"),
      h("label", { for: "sentence", class: "hidden" }, "A text to label"), this.input, this.answer);
  }

  /** Explains the text for a label; if none is given, for the most probable one. */
  async ask(label = null) {
    const mine = ++this.turn, text = this.input.value;
    if (text.trim() === "") return show(this.answer);
    try {
      const row = await this.session.ask("explain", { text, label });
      if (mine !== this.turn) return;
      show(this.answer, this.answerView(row));
      if (label !== null) this.answer.querySelector("[aria-pressed='true']").focus();
    } catch (error) {
      if (mine === this.turn && error.code !== "terminated") show(this.answer, message("error", error.message));
    }
  }

  answerView(row) {
    const items = row.labels.slice(0, SHOWN_LABELS)
      .map(({ label, probability }) => ({ label, share: probability, figure: percent(probability) }));
    const hint = h("p", { class: "note" },
      "The words are marked for ", labelText(row.of), ". Choose another label to see its words.");
    return [h("div", {}, markedText(row), legend()),
      h("div", {}, bars(items, { picked: row.of, onPick: (label) => this.ask(label) }), hint)];
  }
}
