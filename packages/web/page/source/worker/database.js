/* Where a file says that it is in WAL mode, which a database in memory cannot be; 1 is a rollback journal. */
const JOURNAL_MODE = [18, 20];

/** Opens a database in memory, empty or with the bytes of a file. */
export function openDatabase(sqlite3, bytes) {
  const db = new sqlite3.oo1.DB();
  if (!bytes) return db;
  bytes.fill(1, ...JOURNAL_MODE);
  const { capi, wasm } = sqlite3;
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const copy = wasm.allocFromTypedArray(bytes);
  db.checkRc(capi.sqlite3_deserialize(db.pointer, "main", copy, bytes.length, bytes.length, flags));
  return db;
}
