/* extension.c -- the whole public surface: two tables of names.
**
**   .load ./classify
**   SELECT classify_train(body, category) FROM tickets WHERE category IS NOT NULL;
**   SELECT id, classify(body) FROM tickets WHERE category IS NULL;
**   SELECT token, weight FROM classify_attention('my invoice is wrong again');
*/
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include "card/card.h"
#include "functions/classify.h"
#include "functions/classify_attention.h"
#include "functions/classify_debug.h"
#include "functions/classify_doubts.h"
#include "functions/classify_evaluate.h"
#include "functions/classify_highlight.h"
#include "functions/classify_rows.h"
#include "functions/classify_words.h"
#include "host/connection.h"
#include "host/failure.h"
#include "host/table.h"
#include "training/classify_train.h"

typedef void Call(sqlite3_context *, int, sqlite3_value **);

static const struct {
  const char *name;
  int arguments;
  int flags;
  Call *call;                        /* a scalar function, or */
  Call *step;                        /* an aggregate          */
  void (*final)(sqlite3_context *);
} FUNCTIONS[] = {
    /* What runs SQL text or writes cannot be called from triggers and views. */
    {"classify_train", 1, SQLITE_DIRECTONLY, classify_train_one_argument, NULL, NULL},
    {"classify_train", 2, SQLITE_DIRECTONLY, NULL, classify_train_step, classify_train_final},
    {"classify_train", 3, SQLITE_DIRECTONLY, NULL, classify_train_step, classify_train_final},
    {"classify_train", 4, SQLITE_DIRECTONLY, NULL, classify_train_step, classify_train_final},
    /* Not deterministic: models change. Nor innocuous, since the answer depends on more
    ** than the arguments: a model of the same file says which label, at what cost, and
    ** which tokenizer of the host reads the text. So where the schema is not trusted, a
    ** file's own triggers and views cannot call them (sqlite3.h on SQLITE_INNOCUOUS).
    */
    {"classify", 1, 0, classify, NULL, NULL},
    {"classify", 2, 0, classify, NULL, NULL},
    {"classify", 3, 0, classify, NULL, NULL},
    {"classify_confidence", 1, 0, classify_confidence, NULL, NULL},
    {"classify_confidence", 2, 0, classify_confidence, NULL, NULL},
    {"classify_scores", 1, 0, classify_scores, NULL, NULL},
    {"classify_scores", 2, 0, classify_scores, NULL, NULL},
    {"classify_highlight", 1, 0, classify_highlight, NULL, NULL},
    {"classify_highlight", 2, 0, classify_highlight, NULL, NULL},
    {"classify_highlight", 3, 0, classify_highlight, NULL, NULL},
    {"classify_card", 0, 0, classify_card, NULL, NULL},
    {"classify_card", 1, 0, classify_card, NULL, NULL},
    {"classify_version", 0, SQLITE_INNOCUOUS, classify_version, NULL, NULL},
    {"classify_debug", 0, SQLITE_INNOCUOUS, classify_debug, NULL, NULL},
};

/* How each is called, for the message to any other number of arguments. */
static const struct Usage {
  const char *name, *usage;
  int flags;
} USAGES[] = {
    {"classify_train", "classify_train(text, label [, model [, options]])", SQLITE_DIRECTONLY},
    {"classify", "classify(text [, model [, min_confidence]])", 0},
    {"classify_confidence", "classify_confidence(text [, model])", 0},
    {"classify_scores", "classify_scores(text [, model])", 0},
    {"classify_highlight", "classify_highlight(text [, model [, format]])", 0},
    {"classify_card", "classify_card([model])", 0},
    {"classify_version", "classify_version()", SQLITE_INNOCUOUS},
    {"classify_debug", "classify_debug()", SQLITE_INNOCUOUS},
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
};

static void wrong_count(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argv;
  const struct Usage *u = sqlite3_user_data(context);
  Error error;
  failure(&error, SQLITE_ERROR, "%d argument%s given, expected %s", argc, argc == 1 ? "" : "s", u->usage);
  failure_result(context, u->name, SQLITE_ERROR, &error);
}

static int register_all(Connection *connection) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS && !rc; i++) {
    connection_retain(connection);
    rc = sqlite3_create_function_v2(connection->db, FUNCTIONS[i].name, FUNCTIONS[i].arguments,
                                    SQLITE_UTF8 | FUNCTIONS[i].flags, connection, FUNCTIONS[i].call,
                                    FUNCTIONS[i].step, FUNCTIONS[i].final, connection_release);
  }
  for (size_t i = 0; i < sizeof USAGES / sizeof *USAGES && !rc; i++)
    rc = sqlite3_create_function_v2(connection->db, USAGES[i].name, -1, SQLITE_UTF8 | USAGES[i].flags,
                                    (void *)&USAGES[i], wrong_count, NULL, NULL, NULL);
  for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES && !rc; i++)
    rc = table_register(connection, TABLES[i]);
  return rc;
}

static int load(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  if (sqlite3_libversion_number() < 3035000) {
    *message = sqlite3_mprintf("sqlite-classify needs SQLite 3.35.0 or newer, this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  Connection *connection = connection_new(db);
  if (!connection) return SQLITE_NOMEM;
  int rc = register_all(connection);
  connection_release(connection);
  return rc;
}

/* The library stays: unloading one that has run threads hangs on some systems. */
int sqlite3_classify_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  int rc = load(db, message, api);
  return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
}

/* The name that SQLite tries first, whatever the file is called. */
int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  return sqlite3_classify_init(db, message, api);
}

/* For programs that link the extension: sqlite3_auto_extension() takes only
** SQLITE_OK for success.
*/
int sqlite3_classify_static_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  return load(db, message, api);
}
