/* table.h -- table functions: functions that are used in FROM.
**
** A table function is a virtual table without storage. Its arguments are hidden columns. They
** are named for_*, so that in `FROM t, f(text)` the name text means the column of t. A
** TableFunction describes one; table.c does what all have in common:
**
**   begin   reads the arguments and goes to the first row, or sets call->done
**   step    goes to the next row, or sets call->done
**   column  returns one value of the row
**   end     frees what the state owns; also called if begin failed
**
** All but end return a SQLite result code, with the reason in *error (host/failure.h).
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
  bool direct_only;    /* runs SQL text or writes: refused in triggers and views */
  bool once;           /* a second run with the same arguments is an error */
  /* arguments[i] is NULL if the i-th was not given */
  int (*begin)(TableCall *call, sqlite3_value **arguments, Error *error);
  int (*step)(TableCall *call, Error *error);
  int (*column)(TableCall *call, sqlite3_context *context, int column, Error *error);
  void (*end)(TableCall *call);
} TableFunction;

int table_register(Connection *connection, const TableFunction *function);

#endif
