/** Guesses about a table of texts that nobody has described: is its first row a header, where are text and label? */

const TEXT_NAMES = new Set(`text body message content description comment review title subject question sentence tweet
  query utterance`.split(/\s+/));
const LABEL_NAMES = new Set(`label labels category class target tag tags topic intent sentiment type department section
  stars rating`.split(/\s+/));

const isNumber = (value) => value.trim() !== "" && Number.isFinite(Number(value));

/** A header names columns: short, all different, no numbers, and nothing that stands below it as well. */
export function looksLikeHeader(rows) {
  const [first, ...others] = rows;
  const values = first.map((value) => value.trim());
  if (values.some((value) => isNumber(value) || value.length > 100)) return false;
  if (others.length && values.every((value) => value === "")) return false;
  return !values.some((value, i) => value !== "" && others.some((row) => row[i]?.trim() === value));
}

/** What the values of a column look like: how long they are, how often the same one returns. */
function describe(values) {
  const filled = values.map((value) => value ?? "").filter((value) => value.trim() !== "");
  const mean = (measure) => filled.reduce((sum, value) => sum + measure(value), 0) / (filled.length || 1);
  return {
    filled: filled.length,
    length: mean((value) => value.length),
    different: new Set(filled).size,
    distinct: new Set(filled).size / (filled.length || 1),
    longest: Math.max(0, ...filled.map((value) => value.length)),
  };
}

function best(columns, score) {
  const scores = columns.map(score);
  return scores.indexOf(Math.max(...scores));
}

/** Returns the places of text and label among the columns. Texts are long and differ; labels are short and return. */
export function guessColumns(names, rows) {
  const columns = names.map((name, i) => ({ name: name.trim().toLowerCase(), ...describe(rows.map((row) => row[i])) }));
  const text = best(columns, (c) => (TEXT_NAMES.has(c.name) ? 40 : 0) + Math.min(c.length, 400) * c.distinct);
  const label = best(columns, (c, i) => {
    if (i === text) return -Infinity;
    const short = c.filled && c.longest <= 60 ? 1 : 0;
    return (LABEL_NAMES.has(c.name) ? 3 : 0) + short + (1 - c.distinct) * 2 - (c.different < 2 ? 3 : 0);
  });
  return { text, label };
}
