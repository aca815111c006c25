/** Trains a model epoch by epoch, and tells how good it is. */
import { sqlOf } from "./dataset.js";
import { rowOf, rowsOf } from "./sql.js";

const SHOWN_DOUBTS = 50;
const SHOWN_EXAMPLES = 3; // of each label
const WORDS_OF_LABEL = 5;

/** Lets messages in that have arrived meanwhile. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Trains on the labelled rows. `onEpoch` gets each epoch's row; `stopped` is asked between them. Returns false if it
 * was stopped, and then no model is saved.
 */
export async function train(db, dataset, columns, { model, options, onEpoch, stopped }) {
  const { table, text, label, labelled } = sqlOf(dataset, columns);
  const query = `SELECT ${text}, ${label} FROM ${table} WHERE ${labelled}`;
  const epochs = db.prepare("SELECT * FROM classify_train(?, ?, ?)");
  try {
    epochs.bind([query, model, options]);
    while (epochs.step()) {
      onEpoch(epochs.get({}));
      await breathe();
      if (stopped()) return false;
    }
    return true;
  } finally {
    epochs.finalize();
  }
}

/** The models of a database, the newest version of each. */
export function listModels(db) {
  if (!rowOf(db, "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'classify_models'").n) return [];
  return rowsOf(db, `SELECT name, max(version) AS version, created, labels FROM classify_models
    GROUP BY name ORDER BY created DESC`).map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
}

/** The rows of saved models, so that another worker can go on with them. */
export const saveModels = (db) => (listModels(db).length ? rowsOf(db, "SELECT * FROM classify_models") : []);

/** Puts saved models back into the database of a new worker; `schema` are the statements of modelSchema(). */
export function restoreModels(db, { schema, models }) {
  if (listModels(db).length === 0) for (const sql of schema) db.exec(sql);
  for (const model of models) {
    const names = Object.keys(model);
    const sql = `INSERT OR IGNORE INTO classify_models(${names}) VALUES (${names.map(() => "?")})`;
    db.exec({ sql, bind: Object.values(model) });
  }
}

/** The statements that make the tables and triggers of models. */
export const modelSchema = (db) =>
  rowsOf(db, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name LIKE 'classify\\_%' ESCAPE '\\'
    ORDER BY type = 'trigger', rowid`).map((row) => row.sql);

/** How the training judged the model. */
export function readResults(db, model) {
  const saved = rowOf(db, `SELECT labels, metrics, length(weights) AS bytes FROM classify_models
    WHERE name = ? ORDER BY version DESC LIMIT 1`, [model]);
  const metrics = JSON.parse(saved.metrics);
  const judged = metrics.validation;
  const ask = (columns, table) => (judged ? rowsOf(db, `SELECT ${columns} FROM ${table}(NULL, ?)`, [model]) : []);
  return {
    bytes: saved.bytes, labels: JSON.parse(saved.labels),
    rows: metrics.rows, seconds: metrics.seconds, warnings: metrics.warnings ?? [],
    judged: judged &&
      { rows: judged.rows, folds: judged.folds ?? 0, accuracy: judged.accuracy, macroF1: judged.macro_f1 },
    multilabel: judged?.micro_f1 !== undefined,
    report: ask("label, precision, recall, f1, support", "classify_report"),
    confusion: ask("actual, predicted, count", "classify_confusion"),
    words: wordsOf(db, model),
  };
}

/** Of each label the words that speak for it most: a Map, since a label may have any name, also "constructor". */
function wordsOf(db, model) {
  const rows = rowsOf(db, `SELECT label, token FROM (SELECT label, token, row_number() OVER (PARTITION BY label
    ORDER BY contribution * count / (count + 5.0) DESC) AS place FROM classify_words(?) WHERE contribution > 0)
    WHERE place <= ${WORDS_OF_LABEL} ORDER BY place`, [model]);
  const words = new Map();
  for (const { label, token } of rows) words.set(label, [...(words.get(label) ?? []), token]);
  return words;
}

const textOf = (db, dataset, columns, id) => {
  const { table, text } = sqlOf(dataset, columns);
  return String(rowOf(db, `SELECT ${text} AS text FROM ${table} WHERE rowid = ?`, [id]).text);
};

/** Rows whose label is probably wrong, the most doubtful first. */
export function findDoubts(db, dataset, columns, model) {
  const { table, text, label, labelled } = sqlOf(dataset, columns);
  const doubts = rowsOf(db, `SELECT id, label, suggested, probability FROM classify_doubts(?, ?)
    WHERE label <> suggested LIMIT ${SHOWN_DOUBTS}`,
    [`SELECT rowid, ${text}, ${label} FROM ${table} WHERE ${labelled}`, model]);
  return doubts.map((row) => ({ ...row, text: textOf(db, dataset, columns, row.id) }));
}

/** A text with its label and each token's contribution to a label, if none is given to its own. */
export function explain(db, model, text, label = null) {
  const labels = rowsOf(db, "SELECT label, probability, chosen FROM classify_labels(?, ?)", [text, model]);
  const tokens = rowsOf(db, "SELECT token, start, length, contribution FROM classify_attention(?, ?, ?)",
    [text, model, label]).filter((token) => token.start !== null);
  return { text, labels, tokens, of: label ?? labels[0]?.label };
}

/** The labels that a value of a multi-label column stands for, in some order; else the value itself. */
function labelSet(value) {
  try {
    const labels = JSON.parse(value);
    return Array.isArray(labels) ? JSON.stringify(labels.map(String).sort()) : String(value);
  } catch {
    return String(value);
  }
}

/** A few rows of each label, explained; `given` is what the model says, and `right` whether the row has that. */
export function explainExamples(db, dataset, columns, model) {
  const { table, text, label, labelled } = sqlOf(dataset, columns);
  const rows = rowsOf(db, `SELECT text, label FROM (SELECT ${text} AS text, ${label} AS label,
    row_number() OVER (PARTITION BY ${label} ORDER BY length(${text}) BETWEEN 20 AND 300 DESC, rowid) AS place
    FROM ${table} WHERE ${labelled}) WHERE place <= ${SHOWN_EXAMPLES} ORDER BY place, label LIMIT 24`);
  return rows.map(({ text, label: actual }) => {
    const { given, confidence } = rowOf(db,
      "SELECT classify(?1, ?2) AS given, classify_confidence(?1, ?2) AS confidence", [String(text), model]);
    const right = labelSet(given) === labelSet(actual);
    return { ...explain(db, model, String(text)), actual, given, confidence, right };
  });
}
