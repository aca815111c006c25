/** Two lines over the epochs, as SVG: learned rows dashed in orange, rows set aside in blue. */
import { h, svg } from "../dom.js";

const WIDTH = 420, HEIGHT = 200;
const BOX = { left: 40, right: WIDTH - 14, top: 12, bottom: HEIGHT - 26 };

const SERIES = [
  { key: "train", name: "rows being learned" },
  { key: "validation", name: "rows set aside" },
];

/** Ticks at round numbers: at most five from 0 to `most`. */
function ticks(most) {
  const step = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50].find((candidate) => most / candidate <= 5) ?? most / 4;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

function scale(most, epochs) {
  const width = BOX.right - BOX.left, height = BOX.bottom - BOX.top;
  return {
    x: (epoch) => BOX.left + (epochs > 1 ? (epoch - 1) / (epochs - 1) : 0.5) * width,
    y: (value) => BOX.bottom - Math.min(1, value / most) * height,
  };
}

function axes(most, epochs, { x, y }, format) {
  const every = Math.max(1, Math.ceil(epochs / 8));
  const shown = Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => (epoch - 1) % every === 0);
  return [
    ticks(most).map((value) => [
      svg("line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: y(value), y2: y(value) }),
      svg("text", { x: BOX.left - 8, y: y(value) + 4, "text-anchor": "end" }, format(value)),
    ]),
    shown.map((epoch) => svg("text", { x: x(epoch), y: BOX.bottom + 18, "text-anchor": "middle" }, epoch)),
  ];
}

function line(points, key, { x, y }) {
  if (points.length === 0) return null;
  const path = points.map(({ epoch, value }) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const end = points.at(-1);
  const dot = svg("circle", { cx: x(end.epoch), cy: y(end.value), r: 3.5 });
  return svg("g", { class: key }, svg("polyline", { points: path }), dot);
}

/** What a screen reader says of the chart. */
function summary(title, lines, format) {
  const said = lines.filter(({ points }) => points.length > 0).map(({ name, points }) =>
    `${name} ${format(points.at(-1).value)}`);
  return said.length ? `${title} so far: ${said.join(", ")}` : `${title}: no epoch has ended yet`;
}

/**
 * `rows` are those of classify_train, none before the first epoch has ended; `quantity` is loss or accuracy; `epochs`
 * is how many there will be, if that is known.
 */
export function epochChart(rows, quantity, epochs) {
  const isAccuracy = quantity === "accuracy", title = isAccuracy ? "Accuracy" : "Loss";
  const lines = SERIES.map(({ key, name }) => ({
    key, name, points: rows.map((row) => ({ epoch: row.epoch, value: row[`${key}_${quantity}`] }))
      .filter((point) => point.value !== null),
  })).filter(({ points }) => points.length > 0 || rows.length === 0);
  const values = lines.flatMap(({ points }) => points.map((point) => point.value));
  const most = isAccuracy || rows.length === 0 ? 1 : Math.max(0.1, ...values) * 1.05;
  const width = Math.max(epochs ?? 0, rows.length, 2), scales = scale(most, width);
  const format = (value) => (isAccuracy ? `${Math.round(100 * value)}%` : String(+value.toFixed(2)));
  const keys = lines.map(({ key, name }) => h("span", { class: `key ${key}` }, h("i", {}), name));
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "lines", role: "img" };
  return h("figure", {}, h("figcaption", {}, title, keys),
    svg("svg", { ...box, "aria-label": summary(title, lines, format) },
      axes(most, width, scales, format), lines.map(({ key, points }) => line(points, key, scales))));
}
