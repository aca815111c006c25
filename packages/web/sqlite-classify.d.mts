/* The part of SQLite's JavaScript that is used most: https://sqlite.org/wasm/doc/trunk/api-oo1.md has all of it. */

export type SqlValue = string | number | bigint | null | Uint8Array | Int8Array | ArrayBuffer;
export type BindSpec = SqlValue | boolean | SqlValue[] | Record<string, SqlValue>;

export interface ExecOptions {
  sql?: string | string[];
  bind?: BindSpec;
  rowMode?: 'array' | 'object' | 'stmt' | number | string;
  columnNames?: string[];
  resultRows?: unknown[];
  returnValue?: 'this' | 'resultRows' | 'saveSql';
  callback?: (row: any, statement: PreparedStatement) => void | false;
}

export interface PreparedStatement {
  readonly columnCount: number;
  readonly parameterCount: number;
  bind(values: BindSpec): this;
  bind(parameter: number | string, value: SqlValue | boolean): this;
  step(): boolean;
  stepReset(): this;
  stepFinalize(): boolean;
  get(column: number): SqlValue;
  get(row: SqlValue[]): SqlValue[];
  get(row: Record<string, SqlValue>): Record<string, SqlValue>;
  getColumnName(column: number): string;
  getColumnNames(names?: string[]): string[];
  clearBindings(): this;
  reset(alsoClearBindings?: boolean): this;
  finalize(): number | undefined;
}

export interface Database {
  readonly filename: string;
  readonly pointer: number | undefined;
  exec(sql: string | string[], options?: ExecOptions): any;
  exec(options: ExecOptions): any;
  prepare(sql: string): PreparedStatement;
  selectValue(sql: string, bind?: BindSpec): SqlValue | undefined;
  selectValues(sql: string, bind?: BindSpec): SqlValue[];
  selectArray(sql: string, bind?: BindSpec): SqlValue[] | undefined;
  selectArrays(sql: string, bind?: BindSpec): SqlValue[][];
  selectObject(sql: string, bind?: BindSpec): Record<string, SqlValue> | undefined;
  selectObjects(sql: string, bind?: BindSpec): Record<string, SqlValue>[];
  createFunction(name: string, callback: (context: number, ...values: any[]) => any, options?: object): this;
  transaction<T>(callback: (database: this) => T): T;
  changes(total?: boolean, bits64?: boolean): number | bigint;
  isOpen(): boolean;
  close(): void;
}

export interface Sqlite3 {
  oo1: {
    DB: new (filename?: string, flags?: string, vfs?: string) => Database;
    OpfsDb?: new (filename: string, flags?: string) => Database;
    [name: string]: any;
  };
  capi: {
    sqlite3_js_db_export(database: Database | number): Uint8Array;
    [name: string]: any;
  };
  wasm: { memory: WebAssembly.Memory; [name: string]: any };
  version: { libVersion: string; libVersionNumber: number; sourceId: string };
  installOpfsSAHPoolVfs?(options?: object): Promise<any>;
  [name: string]: any;
}

export interface InitOptions {
  /** Without it: the fastest that this engine runs. */
  variant?: 'threads' | 'simd' | 'scalar';
  /** How many threads the variant 'threads' may use; without it as many as there are processors, at most 8. */
  threads?: number;
}

export default function sqlite3InitModule(options?: InitOptions): Promise<Sqlite3>;
