/** Small helpers around SQL text. */

export const quoteName = (name) => `"${name.replaceAll('"', '""')}"`;

export const rowsOf = (db, sql, bind) => db.exec({ sql, bind, rowMode: "object", returnValue: "resultRows" });

export const rowOf = (db, sql, bind) => rowsOf(db, sql, bind)[0];

/** A name for a table, made of a file's name; what belongs to SQLite or to the extension is kept out of the way. */
export function tableNameOf(fileName) {
  const stem = fileName.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
  return stem === "" || /^(sqlite|classify)_/i.test(stem) ? `rows_${stem}`.replace(/_$/, "") : stem;
}

/** The name of a new column: the one that is wanted, or with a number behind it if that is taken. */
export function unusedName(wanted, used, separator = " ") {
  const taken = new Set(used.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}${separator}${n}`;
  return name;
}
