/* connection.h -- what the extension keeps for one database connection.
**
** SQLite's connection mutex is held in every call from SQL, so nothing here needs a lock.
*/
#ifndef CLASSIFY_CONNECTION_H
#define CLASSIFY_CONNECTION_H

#include "classifier/predict.h"
#include "host/guard.h"

enum { CONNECTION_STATEMENTS = 16, CONNECTION_MODELS = 8 };

typedef struct HostTokenizer HostTokenizer; /* fts5_tokenizer.h */

typedef struct Connection {
  sqlite3 *db;
  int references;          /* functions, modules and tables that point here */
  Guard *guard;
  struct {
    char *sql;
    sqlite3_stmt *stmt;
  } statements[CONNECTION_STATEMENTS]; /* the newest first */
  const Model *models[CONNECTION_MODELS]; /* held in the cache, the newest first */
  HostTokenizer *tokenizers;
  int queries;             /* of users that are being stepped: query_step() */
  /* scratch of the scalar functions */
  Scratch scratch;
  Tokens tokens;
  float *probabilities;
  size_t probabilities_capacity;
} Connection;

Connection *connection_new(sqlite3 *db); /* NULL: out of memory */
void connection_retain(Connection *connection);
void connection_release(void *connection); /* a destructor for SQLite; frees with the last */

/* A prepared statement that is kept: borrowed until sqlite3_reset(), which the
** caller owes. While it is in use the same text gives SQLITE_MISUSE.
*/
int connection_statement(Connection *connection, const char *sql, sqlite3_stmt **stmt, Error *error);

/* Keeps a reference of its own to a model, so that it outlives the statement. */
void connection_keep_model(Connection *connection, const Model *model);

/* For long work: asks SQLite whether this connection was interrupted. A
** statement of about 1,000 steps is run, so that a progress handler is heard.
*/
Poll connection_poll(Connection *connection);

#endif
