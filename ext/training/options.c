#include "training/options.h"

#include <stddef.h>
#include <string.h>

#include "host/json.h"
#include "training/option_kinds.h"

#define OPTION(member) offsetof(Options, member)
#define TRAINING(member) offsetof(Options, training.member)

/* Error messages and classify_models list them in this order, which is alphabetical. */
static const Option TRAIN_OPTIONS[] = {
    {"batch_size", &OPTION_COUNT, TRAINING(batch_size), 1, 4096, NULL},
    {"class_weight", &OPTION_CLASS_WEIGHT, OPTION(class_weight), 0, 0, NULL},
    {"compress", &OPTION_BOOLEAN, TRAINING(compress), 0, 0, NULL},
    {"dropout", &OPTION_REAL, TRAINING(dropout), 0, 0.95, NULL},
    {"embedding", &OPTION_COUNT, TRAINING(embedding), 1, 1024, NULL},
    {"encoder", &OPTION_ENCODER, OPTION(no_encoder), 0, 0, NULL},
    {"epochs", &OPTION_COUNT, TRAINING(epochs), 1, 10000, NULL},
    {"from", &OPTION_FROM, OPTION(from), 0, 0, NULL},
    {"hidden", &OPTION_COUNT, TRAINING(hidden), 1, 512, NULL},
    {"keep", &OPTION_COUNT, OPTION(keep), 1, 1e9, NULL},
    {"labels", &OPTION_LABELS, OPTION(labels), 0, 0, NULL},
    {"learning_rate", &OPTION_REAL, TRAINING(learning_rate), 1e-9, 10, NULL},
    {"linear", &OPTION_BOOLEAN, TRAINING(linear), 0, 0, NULL},
    {"markup", &OPTION_MARKUP, TRAINING(markup), 0, 0, NULL},
    {"max_memory", &OPTION_LARGE, TRAINING(max_memory), 1, 1e15, NULL},
    {"max_pool", &OPTION_BOOLEAN, TRAINING(max_pool), 0, 0, NULL},
    {"max_seconds", &OPTION_REAL, TRAINING(max_seconds), 1e-3, 1e9, NULL},
    {"max_size", &OPTION_COUNT, TRAINING(max_size), 1, 1e9, NULL},
    {"max_tokens", &OPTION_COUNT, TRAINING(max_tokens), 1, 100000, NULL},
    {"max_vocabulary", &OPTION_COUNT, TRAINING(max_vocabulary), 1, 1e7, NULL},
    {"min_count", &OPTION_COUNT, TRAINING(min_count), 1, 1e9, NULL},
    {"multilabel", &OPTION_MULTILABEL, OPTION(multilabel), 0, 0, NULL},
    {"patience", &OPTION_COUNT, TRAINING(patience), 1, 10000, NULL},
    {"position_bias", &OPTION_BOOLEAN, TRAINING(position_bias), 0, 0, NULL},
    {"precision", &OPTION_PRECISION, TRAINING(precision), 0, 0, NULL},
    {"progress", &OPTION_BOOLEAN, OPTION(progress), 0, 0, NULL},
    {"seed", &OPTION_LARGE, TRAINING(seed), 0, 9007199254740991.0, NULL},
    {"stop_file", &OPTION_STOP_FILE, OPTION(stop_file), 0, 0, NULL},
    {"subwords", &OPTION_BOOLEAN, TRAINING(subwords), 0, 0, NULL},
    {"teacher", &OPTION_TEXT, OPTION(teacher), 0, 0, "an encoder's name, or a query that gives a text and a vector"},
    {"threads", &OPTION_COUNT, TRAINING(threads), 1, 256, NULL},
    {"tokenize", &OPTION_TOKENIZE, OPTION(tokenize), 0, 0, NULL},
    {"unlabelled", &OPTION_TEXT, OPTION(unlabelled), 0, 0, "a query that gives a text"},
    {"validation", &OPTION_VALIDATION, TRAINING(validation), 0, 0.9, NULL},
    {"vectors", &OPTION_TEXT, OPTION(vectors), 0, 0, "the name of a table of tokens and vectors"},
};
enum { TRAIN_OPTION_COUNT = sizeof TRAIN_OPTIONS / sizeof *TRAIN_OPTIONS };

static const Option ROWS_OPTIONS[] = {
    {"progress", &OPTION_BOOLEAN, OPTION(progress), 0, 0, NULL},
    {"threads", &OPTION_COUNT, TRAINING(threads), 1, 256, NULL},
};
enum { ROWS_OPTION_COUNT = sizeof ROWS_OPTIONS / sizeof *ROWS_OPTIONS };

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct OptionsReader {
  Connection *connection;
  const Option *known; /* [count] */
  size_t count;
  Options *options;
} OptionsReader;

static int unknown_option(const OptionsReader *r, const char *name, Error *error) {
  char list[512] = "";
  for (size_t i = 0; i < r->count; i++) {
    size_t used = strlen(list);
    sqlite3_snprintf((int)(sizeof list - used), list + used, "%s%s", i ? ", " : "", r->known[i].name);
  }
  return failure(error, SQLITE_ERROR, "unknown option '%.40s' (options: %s)", name, list);
}

/* null means that the option is not given. */
static int read_option(void *context, const JsonMember *m, Error *error) {
  const OptionsReader *r = context;
  for (const Option *o = r->known; o < r->known + r->count; o++)
    if (strcmp(o->name, m->key) == 0)
      return json_member_is(m, "null") ? SQLITE_OK : o->kind->read(r->connection, o, m, r->options, error);
  return unknown_option(r, m->key, error);
}

static int check_object(Connection *c, const char *json, const char *example, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, "SELECT json_type(?1)", &stmt, error);
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, json, -1, SQLITE_STATIC);
  rc = json_step(stmt);
  const char *type = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
  if (rc == SQLITE_ERROR) /* malformed JSON */
    rc = failure(error, SQLITE_ERROR, "the options are '%.60s', which is not JSON, expected an object such "
                 "as '%s'", json, example);
  else if (!type)
    rc = failure_sqlite(error, c->db, rc == SQLITE_ROW ? SQLITE_NOMEM : rc);
  else if (strcmp(type, "object") != 0)
    rc = failure(error, SQLITE_ERROR, "the options are a JSON %s, expected an object such as '%s'", type, example);
  else
    rc = SQLITE_OK;
  sqlite3_reset(stmt);
  return rc;
}

int options_read(Connection *c, const char *json, Options *options, Error *error) {
  *options = (Options){.training = TRAINING_DEFAULTS, .tokenize = sqlite3_mprintf("")};
  OptionsReader reader = {c, TRAIN_OPTIONS, TRAIN_OPTION_COUNT, options};
  int rc = options->tokenize ? SQLITE_OK : failure_no_memory(error);
  if (!rc && json) rc = check_object(c, json, "{\"epochs\": 5}", error);
  if (!rc && json) rc = json_members_visit(c, json, read_option, &reader, error);
  if (options->no_encoder) options->training.hidden = 0;
  options->training.stop_file = options->stop_file;
  if (rc) options_free(options);
  return rc;
}

int options_read_threads(Connection *c, const char *json, size_t *threads, bool *progress, Error *error) {
  Options options = {0};
  OptionsReader reader = {c, ROWS_OPTIONS, ROWS_OPTION_COUNT, &options};
  int rc = json ? check_object(c, json, "{\"threads\": 2}", error) : SQLITE_OK;
  if (!rc && json) rc = json_members_visit(c, json, read_option, &reader, error);
  *threads = options.training.threads ? options.training.threads : workers_processors();
  *progress = options.progress;
  return rc;
}

void options_free(Options *options) {
  sqlite3_free(options->tokenize);
  sqlite3_free(options->validation_query);
  sqlite3_free(options->vectors);
  sqlite3_free(options->unlabelled);
  sqlite3_free(options->teacher);
  sqlite3_free(options->labels);
  sqlite3_free(options->from);
  sqlite3_free(options->from_rows);
  sqlite3_free(options->class_weight);
  sqlite3_free(options->separator);
  sqlite3_free(options->stop_file);
  *options = (Options){0};
}

void options_json(const Options *options, const TrainingOptions *used, sqlite3_str *json) {
  Options as_used = *options;
  as_used.training = *used;
  for (size_t i = 0; i < TRAIN_OPTION_COUNT; i++) {
    sqlite3_str_appendf(json, "%s\"%s\":", i ? "," : "{", TRAIN_OPTIONS[i].name);
    TRAIN_OPTIONS[i].kind->write(&TRAIN_OPTIONS[i], &as_used, json);
  }
  sqlite3_str_appendchar(json, 1, '}');
}
