/** Horizontal bars: a name, a bar, a figure. */
import { h, labelText } from "../dom.js";

/** `items` are {label, share (0 to 1), figure}; with onPick each name is a button. */
export function bars(items, { picked, onPick } = {}) {
  return h("ul", { class: "bars" }, items.map((item) => {
    const name = onPick
      ? h("button", { type: "button", class: "name", "aria-pressed": String(item.label === picked),
        onclick: () => onPick(item.label) }, labelText(item.label))
      : h("span", { class: "name" }, labelText(item.label));
    return h("li", {}, name, h("span", { class: "bar", "aria-hidden": "true" }, h("i", { "--share": item.share })),
      h("span", { class: "figure" }, item.figure));
  }));
}
