/** Guesses about a table of texts that nobody has described: is its first row a header, where are text and label? */

const TEXT_NAMES = /^(text|body|message|content|description|comment|review|title|subject|question|sentence|tweet|query|utterance)$/i;
const LABEL_NAMES =
  /^(label|labels|category|class|target|tag|tags|topic|intent|sentiment|type|department|section|stars|rating|y)$/i;

const isNumber = (value) => value.trim() !== "" && Number.isFinite(Number(value));

/** A header names columns: short, all different, no numbers, and nothing that stands below it as well. */
export function looksLikeHeader(rows) {
  const [first, ...others] = rows;
  const values = first.map((value) => value.trim());
  if (values.some((value) => isNumber(value) || value.length > 60)) return false;
  if (others.length && values.every((value) => value === "")) return false;
  return !values.some((value, i) => value !== "" && others.some((row) => row[i]?.trim() === value));
}

/** What the values of a column look like: how long they are, how many words, how often the same one returns. */
function describe(values) {
  const filled = values.map((value) => value ?? "").filter((value) => value.trim() !== "");
  const mean = (measure) => filled.reduce((sum, value) => sum + measure(value), 0) / (filled.length || 1);
  return {
    filled: filled.length,
    length: mean((value) => value.length),
    words: mean((value) => value.trim().split(/\s+/).length),
    distinct: new Set(filled).size / (filled.length || 1),
    longest: Math.max(0, ...filled.map((value) => value.length)),
  };
}

function best(columns, score) {
  const scores = columns.map(score);
  return scores.indexOf(Math.max(...scores));
}

/** Returns the places of text and label among the columns. The text has the most words; labels are short and return. */
export function guessColumns(names, rows) {
  const columns = names.map((name, i) => ({ name: name.trim(), ...describe(rows.map((row) => row[i])) }));
  const text = best(columns, (c) => (TEXT_NAMES.test(c.name) ? 40 : 0) + Math.min(c.length, 400) * Math.min(c.distinct, 1));
  const label = best(columns, (c, i) => {
    if (i === text) return -Infinity;
    const short = c.filled && c.longest <= 60 ? 1 : 0;
    return (LABEL_NAMES.test(c.name) ? 3 : 0) + short + (1 - c.distinct) * 2 - (c.filled ? 0 : 2);
  });
  return { text, label };
}
