/* connection.h -- what the extension keeps for one database connection.
**
** SQLite holds the connection's mutex while it calls us, so nothing here needs a lock.
*/
#ifndef CLASSIFY_CONNECTION_H
#define CLASSIFY_CONNECTION_H

#include "classifier/predict.h"
#include "host/guard.h"
#include "host/kept.h"

enum { CONNECTION_STATEMENTS = 24 };

typedef struct HostTokenizer HostTokenizer; /* fts5_tokenizer.c */
typedef struct OwnTokenizer OwnTokenizer;   /* tokenizers.c     */

typedef struct TempName {
  struct TempName *next;
  char name[];
} TempName;

typedef struct Connection {
  sqlite3 *db;
  int references;          /* from functions, modules and tables */
  Guard *guard;
  struct {
    char *sql;
    sqlite3_stmt *stmt;
  } statements[CONNECTION_STATEMENTS]; /* the last used first */
  Kept kept;
  TempName *trained_in_temp; /* names of models */
  HostTokenizer *tokenizers;
  OwnTokenizer *own_tokenizers;
  double polled;           /* when the host was asked last whether to go on: clock.h */
  int queries;             /* how many queries of users are running, one inside another */
  bool saving;             /* a model is being saved, which may run triggers of users */
  /* reused by the scalar functions */
  Scratch scratch;
  Tokens tokens;
  float *probabilities;
  size_t probabilities_capacity;
} Connection;

Connection *connection_new(sqlite3 *db); /* one reference; NULL if memory is out */
void connection_retain(Connection *connection);
void connection_release(void *connection); /* the last reference frees it; a destructor for SQLite */

/* Returns a prepared statement, which the connection owns and keeps for the next call. The
** caller gives it back with sqlite3_reset(); until then the same SQL is SQLITE_MISUSE.
*/
int connection_statement(Connection *connection, const char *sql, sqlite3_stmt **stmt, Error *error);

/* Frees what a large text has left in the memory that the scalar functions reuse, but for the probabilities. */
void connection_trim(Connection *connection);

/* Notes whether the connection has trained a model of this name in temp, by the name temp.NAME, since
** it last trained NAME. Returns SQLITE_OK or SQLITE_NOMEM.
*/
int connection_set_trained_in_temp(Connection *connection, const char *name, bool trained);
bool connection_trained_in_temp(const Connection *connection, const char *name);

/* Returns a poll that says whether the connection was interrupted. It runs a statement of about
** 1,000 steps, so that a progress handler of the host is called too; but not more often than every
** 10 ms. Without threads a poll comes after every task, and would take longer than the task.
*/
Poll connection_poll(Connection *connection);

#endif
