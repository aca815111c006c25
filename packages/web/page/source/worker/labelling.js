/** Labels rows by the thousand, into two columns that are put behind the others. */
import { sqlOf } from "./dataset.js";
import { explain } from "./training.js";
import { quoteName, rowOf, rowsOf, unusedName } from "./sql.js";

const CHUNK = 5000;
const SHOWN_ROWS = 12;

function addColumn(db, dataset, wanted, type) {
  const name = unusedName(wanted, dataset.columns, "_");
  db.exec(`ALTER TABLE ${quoteName(dataset.table)} ADD COLUMN ${quoteName(name)} ${type}`);
  dataset.columns.push(name);
  return name;
}

/** The columns of predictions for a label column: those of an earlier run, emptied, or new ones. */
function predictionColumns(db, dataset, label) {
  let added = dataset.added.find((columns) => columns.of === label);
  if (!added) {
    const prediction = addColumn(db, dataset, `predicted_${label}`, "TEXT");
    added = { of: label, label: prediction, confidence: addColumn(db, dataset, `${prediction}_confidence`, "REAL") };
    dataset.added.push(added);
  }
  const [table, name, confidence] = [dataset.table, added.label, added.confidence].map(quoteName);
  db.exec(`UPDATE ${table} SET ${name} = NULL, ${confidence} = NULL WHERE ${name} IS NOT NULL`);
  return { name, confidence };
}

/**
 * Labels the rows without a label, or with `all` every row that has a text. Between thousands of rows it
 * asks whether it is `stopped`. Returns how many were labelled, and how they fell out.
 */
export async function labelRows(db, dataset, columns, { model, all, onProgress, stopped }) {
  const { table, text, hasText, hasLabel } = sqlOf(dataset, columns);
  const { name, confidence } = predictionColumns(db, dataset, columns.label);
  const wanted = all ? hasText : `${hasText} AND NOT (${hasLabel})`;
  const total = rowOf(db, `SELECT count(*) AS n FROM ${table} WHERE ${wanted}`).n;
  const begun = performance.now();
  let done = 0;
  for (let after = -Infinity; done < total && !stopped(); ) {
    const from = after === -Infinity ? "" : `AND rowid > ${after}`;
    const chunk = `SELECT rowid, ${text} FROM ${table} WHERE ${wanted} ${from} ORDER BY rowid LIMIT ${CHUNK}`;
    after = rowOf(db, `SELECT max(rowid) AS last FROM (${chunk})`).last;
    db.exec({
      sql: `UPDATE ${table} AS old SET ${name} = new.label, ${confidence} = round(new.confidence, 4)
        FROM classify_rows(?, ?) AS new WHERE old.rowid = new.id`, bind: [chunk, model],
    });
    done = Math.min(total, done + CHUNK);
    onProgress({ done, total, seconds: (performance.now() - begun) / 1000 });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { done, total, seconds: (performance.now() - begun) / 1000, ...summary(db, table, name, confidence) };
}

function summary(db, table, name, confidence) {
  return {
    labels: rowsOf(db, `SELECT ${name} AS label, count(*) AS rows FROM ${table} WHERE ${name} IS NOT NULL
      GROUP BY 1 ORDER BY rows DESC, label`),
    unsure: rowOf(db, `SELECT count(*) AS n FROM ${table} WHERE ${confidence} < 0.7`).n,
  };
}

/** The labelled rows about which the model is least sure, explained. */
export function leastSure(db, dataset, columns, model) {
  const { label, confidence } = dataset.added.find((added) => added.of === columns.label);
  const rows = rowsOf(db, `SELECT rowid AS id, ${quoteName(columns.text)} AS text, ${quoteName(label)} AS label,
    ${quoteName(confidence)} AS confidence FROM ${quoteName(dataset.table)} WHERE ${quoteName(label)} IS NOT NULL
    ORDER BY confidence, id LIMIT ${SHOWN_ROWS}`);
  return rows.map((row) => ({ ...row, ...explain(db, model, String(row.text)) }));
}
