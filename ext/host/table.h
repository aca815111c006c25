/* table.h -- one adaptor for every function that is used in FROM.
**
** A table function is a virtual table without storage: its arguments are hidden
** columns, named for_* so that f(text) finds the column of the other table that is
** called text. Each has one TableFunction that says what is its own; the adaptor
** does the rest:
**
**   begin   reads the arguments; the first row is ready then, or call->done set
**   step    goes on to the next row, or sets call->done
**   column  one value of the row
**   end     frees what the state owns; also called after a begin that failed
**
** begin and step return a SQLite result code, with the reason in *error.
*/
#ifndef CLASSIFY_TABLE_H
#define CLASSIFY_TABLE_H

#include "host/connection.h"

typedef struct TableCall {
  Connection *connection;
  void *state; /* [state_size], zeroed before each begin */
  bool done;
} TableCall;

typedef struct TableFunction {
  const char *name;
  const char *schema;  /* CREATE TABLE x(visible ..., argument HIDDEN, ...) */
  int visible;         /* columns; the arguments follow                     */
  int arguments;
  size_t state_size;
  bool direct_only;    /* runs SQL text or writes: not from triggers, views */
  bool once;           /* a second run with the same arguments is refused   */
  /* arguments[i] is NULL where the i-th was not given */
  int (*begin)(TableCall *call, sqlite3_value **arguments, Error *error);
  int (*step)(TableCall *call, Error *error);
  int (*column)(TableCall *call, sqlite3_context *context, int column, Error *error);
  void (*end)(TableCall *call);
} TableFunction;

int table_register(Connection *connection, const TableFunction *function);

#endif
