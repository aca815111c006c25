/** The first rows of a file, with the columns of text and label marked. */
import { cell, h, headCell, table } from "../dom.js";

const LONGEST = 160;

const shorten = (value) => (value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value);

export function previewTable({ columns, rows }, chosen) {
  const roles = new Map([[chosen.text, "text"], [chosen.label, "label"]]);
  const role = (i) => roles.get(columns[i]);
  const head = columns.map((name, i) => {
    const th = headCell(h("bdi", {}, name), role(i) && h("span", { class: "tag" }, role(i)));
    if (role(i)) th.className = `is-${role(i)}`;
    return th;
  });
  const body = rows.map((row) => h("tr", {}, columns.map((_, i) => {
    const td = cell(h("bdi", {}, shorten(row[i] ?? "")));
    if (role(i)) td.className = `is-${role(i)}`;
    return td;
  })));
  return table("The first rows of the file", head, body, "preview");
}
