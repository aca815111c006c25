/** Small helpers around SQL text. */

export const quoteName = (name) => `"${name.replaceAll('"', '""')}"`;

export const rowsOf = (db, sql, bind) => db.exec({ sql, bind, rowMode: "object", returnValue: "resultRows" });

export const rowOf = (db, sql, bind) => rowsOf(db, sql, bind)[0];

/** A name for a table, made of a file's name; what belongs to SQLite or to the extension is kept out of the way. */
export function tableNameOf(fileName) {
  const stem = fileName.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
  return stem === "" || /^(sqlite|classify)_/i.test(stem) ? `rows_${stem}`.replace(/_$/, "") : stem;
}
