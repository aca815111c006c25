/** A connection that loads at once, of better-sqlite3, libsql, node:sqlite or bun:sqlite. */
export interface Connection {
  loadExtension(path: string): unknown;
}

/** A connection of sqlite3, which loads later and calls back. */
export interface CallbackConnection {
  loadExtension(path: string, callback?: (error: Error | null) => void): unknown;
  parallelize(callback?: () => void): void;
}

/**
 * Loads the extension into a connection. Throws an Error whose message is a sentence if that fails; its `cause` is the
 * error of the host, if the host had one.
 *
 * `node:sqlite` needs `new DatabaseSync(path, { allowExtension: true })`.
 *
 * With sqlite3, statements that are queued behind load() see the extension. It returns a promise, or it calls back when
 * a callback is given.
 */
export function load(db: CallbackConnection): Promise<void>;
export function load(db: CallbackConnection, callback: (error: Error | null) => void): void;
export function load(db: Connection): void;

/** The path of the library for this platform. Throws an Error if there is none, or if it is damaged. */
export function getLoadablePath(): string;
