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

/** `rows` are those of classify_train; `quantity` is loss or accuracy; `epochs` is how many there will be, if known. */
export function epochChart(rows, quantity, epochs) {
  const lines = SERIES.map(({ key, name }) => ({
    key, name, points: rows.map((row) => ({ epoch: row.epoch, value: row[`${key}_${quantity}`] }))
      .filter((point) => point.value !== null),
  })).filter((series) => series.points.length > 0);
  const values = lines.flatMap((series) => series.points.map((point) => point.value));
  const isAccuracy = quantity === "accuracy";
  const most = isAccuracy ? 1 : Math.max(0.1, ...values) * 1.05;
  const width = Math.max(epochs ?? 0, rows.length, 2);
  const scales = scale(most, width);
  const format = (value) => (isAccuracy ? `${Math.round(100 * value)}%` : String(+value.toFixed(2)));
  const last = lines.map((s) => `${s.name} ${format(s.points.at(-1).value)}`).join(", ");
  return h("figure", {}, h("figcaption", {}, isAccuracy ? "Accuracy" : "Loss",
    lines.map(({ key, name }) => h("span", { class: `key ${key}` }, h("i", {}), name))),
  svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "lines", role: "img",
    "aria-label": `${isAccuracy ? "Accuracy" : "Loss"} after epoch ${rows.length}: ${last}` },
  axes(most, width, scales, format), lines.map(({ key, points }) => line(points, key, scales))));
}
