/** A text with its words marked: blue where they speak for the label, orange and underlined where against. */
import { h } from "../dom.js";

const STEPS = 4;
const SPOKEN_STEP = 3; // from here on, screen readers are told the side
const LEAST = 0.05; // of the strongest contribution: what is weaker is not marked

const stepOf = (contribution, strongest) => {
  const strength = Math.abs(contribution) / strongest;
  return strength > LEAST ? Math.min(STEPS, 1 + Math.floor(strength * STEPS)) : 0;
};

function mark(text, contribution, step) {
  const side = contribution > 0 ? "for" : "against";
  const sign = contribution > 0 ? "+" : "−";
  const title = `${side} the label: ${sign}${Math.abs(contribution).toFixed(2)}`;
  const spoken = step >= SPOKEN_STEP && h("span", { class: "hidden" }, ` (${side}) `);
  return h("mark", { class: `${side} step-${step}`, title }, text, spoken);
}

/** `tokens` have start and length in characters (code points), start from 1, as SQLite's substr() counts. */
export function markedText({ text, tokens }) {
  const characters = Array.from(text);
  const strongest = Math.max(1e-9, ...tokens.map((token) => Math.abs(token.contribution)));
  const pieces = [];
  let at = 0;
  for (const { start, length, contribution } of tokens) {
    const step = stepOf(contribution, strongest);
    if (step === 0 || start - 1 < at) continue;
    pieces.push(characters.slice(at, start - 1).join(""));
    at = start - 1 + length;
    pieces.push(mark(characters.slice(start - 1, at).join(""), contribution, step));
  }
  pieces.push(characters.slice(at).join(""));
  return h("p", { class: "marked", dir: "auto" }, pieces);
}

export const legend = () => h("p", { class: "legend note" },
  h("mark", { class: "for step-3" }, "for the label"), " ",
  h("mark", { class: "against step-3" }, "against it"),
  " The stronger the colour, the more a word counts.");
