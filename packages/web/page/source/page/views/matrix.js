/** What is taken for what: a table of counts, coloured by their share of the row. */
import { h, headCell, labelText, rowHead, table } from "../dom.js";
import { plural } from "../wording.js";

const MOST_LABELS = 24;
const SHOWN_PAIRS = 20;

function matrixTable(labels, confusion) {
  const counts = new Map(confusion.map((row) => [`${row.actual}\n${row.predicted}`, row.count]));
  const count = (actual, predicted) => counts.get(`${actual}\n${predicted}`) ?? 0;
  const corner = h("td", { class: "corner" }, "has ↓ is given →");
  const head = [corner, labels.map((label) => headCell(labelText(label)))];
  const rows = labels.map((actual) => {
    const total = labels.reduce((sum, predicted) => sum + count(actual, predicted), 0) || 1;
    return h("tr", {}, rowHead(labelText(actual)), labels.map((predicted) => {
      const n = count(actual, predicted), side = actual === predicted ? "right" : "wrong";
      return h("td", { class: n ? `heat ${side}` : "heat", "--share": n / total }, n || "·");
    }));
  });
  return table("Rows by the label that they have and the one that they are given", head, rows,
    `matrix${labels.length > 8 ? " many" : ""}`);
}

function pairList(confusion) {
  const wrong = confusion.filter((row) => row.actual !== row.predicted).sort((a, b) => b.count - a.count)
    .slice(0, SHOWN_PAIRS);
  if (wrong.length === 0) return h("p", { class: "note" }, "No row was given a wrong label.");
  return h("ul", { class: "pairs" }, wrong.map((row) => h("li", {}, labelText(row.actual), " taken for ",
    labelText(row.predicted), h("span", { class: "note" }, ` ${plural(row.count, "row")}`))));
}

/** A matrix, or with very many labels the pairs that are mixed up most. */
export function confusionView({ labels, confusion }) {
  return labels.length <= MOST_LABELS ? matrixTable(labels, confusion) : pairList(confusion);
}
