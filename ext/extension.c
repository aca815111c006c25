/* extension.c -- registers every SQL function: FUNCTIONS and, for those in FROM, TABLES.
**
**   .load ./classify
**   SELECT classify_train(body, category) FROM tickets WHERE category IS NOT NULL;
**   SELECT id, classify(body) FROM tickets WHERE category IS NULL;
**   SELECT token, weight FROM classify_attention('my invoice is wrong again');
*/
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include <pthread.h>
#include <string.h>

#include "card/card.h"
#include "classify.h"
#include "functions/classify.h"
#include "functions/classify_attention.h"
#include "functions/classify_debug.h"
#include "functions/classify_doubts.h"
#include "functions/classify_embedding.h"
#include "functions/classify_evaluate.h"
#include "functions/classify_highlight.h"
#include "functions/classify_rows.h"
#include "functions/classify_words.h"
#include "host/connection.h"
#include "host/failure.h"
#include "host/table.h"
#include "training/classify_train.h"

typedef void Call(sqlite3_context *, int, sqlite3_value **);

typedef struct Function {
  const char *name;
  int least, most;    /* numbers of arguments */
  const char *usage;  /* for the error that any other number of arguments gives */
  int flags;
  Call *call;         /* of a scalar function */
  Call *step;         /* of an aggregate, with final */
  void (*final)(sqlite3_context *);
} Function;

/* Flags:
**
** SQLITE_DIRECTONLY: the function runs SQL text or writes, so triggers and views cannot call it.
** SQLITE_INNOCUOUS: the function depends on nothing but its arguments. Those that use a model
** are not innocuous: a hostile database file can hold a model of its own. With PRAGMA
** trusted_schema = off SQLite therefore refuses them in the triggers and views of a file.
** SQLITE_DETERMINISTIC: none is, as a model can change between two calls.
*/
static const Function FUNCTIONS[] = {
    {"classify", 1, 3, "classify(text [, model [, min_confidence]])", 0, classify, NULL, NULL},
    {"classify_confidence", 1, 2, "classify_confidence(text [, model])", 0, classify_confidence, NULL, NULL},
    {"classify_scores", 1, 2, "classify_scores(text [, model])", 0, classify_scores, NULL, NULL},
    {"classify_highlight", 1, 3, "classify_highlight(text [, model [, format]])", 0, classify_highlight, NULL, NULL},
    {"classify_embedding", 1, 2, "classify_embedding(text [, encoder])", 0, classify_embedding, NULL, NULL},
    {"classify_card", 0, 1, "classify_card([model])", 0, classify_card, NULL, NULL},
    {"classify_version", 0, 0, "classify_version()", SQLITE_INNOCUOUS, classify_version, NULL, NULL},
    {"classify_debug", 0, 0, "classify_debug()", SQLITE_INNOCUOUS, classify_debug, NULL, NULL},
    {"classify_train", 2, 4, "classify_train(text, label [, model [, options]])", SQLITE_DIRECTONLY,
     NULL, classify_train_step, classify_train_final},
    {"classify_train", 1, 1, NULL, SQLITE_DIRECTONLY, classify_train_one_argument, NULL, NULL},
};

static const TableFunction *const TABLES[] = {
    &CLASSIFY_TRAIN,
    &CLASSIFY_ROWS,
    &CLASSIFY_LABELS,
    &CLASSIFY_ATTENTION,
    &CLASSIFY_EVALUATE,
    &CLASSIFY_REPORT,
    &CLASSIFY_CONFUSION,
    &CLASSIFY_WORDS,
    &CLASSIFY_DOUBTS,
    &CLASSIFY_EMBEDDINGS,
};

static void wrong_count(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argv;
  const Function *f = sqlite3_user_data(context);
  Error error;
  failure(&error, SQLITE_ERROR, "%d argument%s given, expected %s", argc, argc == 1 ? "" : "s", f->usage);
  failure_result(context, f->name, SQLITE_ERROR, &error);
}

static int register_function(Connection *connection, const Function *f) {
  int flags = SQLITE_UTF8 | f->flags, rc = SQLITE_OK;
  for (int arguments = f->least; arguments <= f->most && !rc; arguments++) {
    connection_retain(connection);
    rc = sqlite3_create_function_v2(connection->db, f->name, arguments, flags, connection, f->call, f->step,
                                    f->final, connection_release);
  }
  if (!rc && f->usage)
    rc = sqlite3_create_function_v2(connection->db, f->name, -1, flags, (void *)f, wrong_count, NULL, NULL, NULL);
  return rc;
}

static int register_all(Connection *connection) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS && !rc; i++)
    rc = register_function(connection, &FUNCTIONS[i]);
  for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES && !rc; i++)
    rc = table_register(connection, TABLES[i]);
  return rc;
}

/* Takes the functions of SQLite, unless the library already calls those of another. A process may have several, as when
** two of Python's drivers each bring one, and the library can call one of them only. They are written once: while a
** connection is loaded, threads with others read them.
*/
static bool take_api(const sqlite3_api_routines *api) {
#ifdef SQLITE_CORE
  (void)api;
  return true;
#else
  static pthread_mutex_t api_mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&api_mutex);
  if (!sqlite3_api) SQLITE_EXTENSION_INIT2(api);
  bool taken = sqlite3_api == api;
  pthread_mutex_unlock(&api_mutex);
  return taken;
#endif
}

static bool is_running(sqlite3 *db) {
  sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL);
  while (stmt && !sqlite3_stmt_busy(stmt)) stmt = sqlite3_next_stmt(db, stmt);
  return stmt != NULL;
}

/* Sets *loaded to whether the connection has the extension already and a statement is running, as with
** a second SELECT load_extension(). SQLite changes no functions then, and if they are of this version,
** nothing needs to be done. Another version is an error.
*/
static int find_loaded(sqlite3 *db, bool *loaded, char **message) {
  sqlite3_stmt *stmt = NULL;
  char *version = NULL;
  *loaded = false;
  if (!is_running(db)) return SQLITE_OK;
  if (sqlite3_prepare_v2(db, "SELECT classify_version()", -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW)
    version = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  *loaded = version && strcmp(version, ABOUT_VERSION) == 0;
  if (version && !*loaded && message)
    *message = sqlite3_mprintf("this connection has sqlite-classify %s, expected no running statement, so that "
                               ABOUT_VERSION " can take its place", version);
  int rc = version && !*loaded ? SQLITE_BUSY : SQLITE_OK;
  sqlite3_free(version);
  return rc;
}

static int load(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  if (!take_api(api)) {
    if (message)
      *message = api->mprintf("another SQLite of this process has loaded this file of sqlite-classify, expected a copy "
                              "of the file for each SQLite");
    return SQLITE_ERROR;
  }
  if (sqlite3_libversion_number() < 3035000) {
    if (message)
      *message = sqlite3_mprintf("sqlite-classify needs SQLite 3.35.0 or newer, this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  bool loaded;
  int rc = find_loaded(db, &loaded, message);
  if (rc || loaded) return rc;
  Connection *connection = connection_new(db);
  if (!connection) {
    if (message) *message = sqlite3_mprintf("%s", sqlite3_errstr(SQLITE_NOMEM));
    return SQLITE_NOMEM;
  }
  rc = register_all(connection);
  if (rc && rc != SQLITE_NOMEM && message) *message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
  connection_release(connection);
  return rc;
}

int sqlite3_classify_static_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
#ifndef SQLITE_CORE
  if (!api) return SQLITE_MISUSE; /* no function of SQLite can be called */
#endif
  return load(db, message, api);
}

#ifndef SQLITE_CORE
/* For SQLite, which looks for it in a file of the name classify. The library stays loaded: unloading
** one that has run threads hangs on some systems.
*/
int sqlite3_classify_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  int rc = load(db, message, api);
  return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
}

/* The name that SQLite tries first, whatever the name of the file. */
int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  return sqlite3_classify_init(db, message, api);
}
#endif
