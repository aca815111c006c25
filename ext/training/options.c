#include "training/options.h"

#include <stddef.h>
#include <string.h>

#include "host/json.h"

typedef enum Kind { COUNT, REAL, BOOLEAN, TEXT, VALIDATION, CLASS_WEIGHT, ENCODER, PRECISION, FROM } Kind;

typedef struct Option {
  const char *name;
  Kind kind;
  size_t offset; /* in Options */
  double least, most;
  const char *expected; /* for kinds that are not a number */
} Option;

#define TRAINING(member) offsetof(Options, training.member)

/* In the order of their names, which is how they are listed. */
static const Option TRAIN_OPTIONS[] = {
    {"batch_size", COUNT, TRAINING(batch_size), 1, 4096, NULL},
    {"class_weight", CLASS_WEIGHT, 0, 0, 0, "\"balanced\" or an object of label: weight"},
    {"dropout", REAL, TRAINING(dropout), 0, 0.95, NULL},
    {"embedding", COUNT, TRAINING(embedding), 1, 1024, NULL},
    {"encoder", ENCODER, 0, 0, 0, "\"bigru\" or \"none\""},
    {"epochs", COUNT, TRAINING(epochs), 1, 10000, NULL},
    {"from", FROM, offsetof(Options, from), 0, 0,
     "a model's name, or an object of \"model\" and \"rows\", a query that gives a text and a label"},
    {"hidden", COUNT, TRAINING(hidden), 1, 512, NULL},
    {"keep", COUNT, offsetof(Options, keep), 1, 1e9, NULL},
    {"learning_rate", REAL, TRAINING(learning_rate), 1e-9, 10, NULL},
    {"linear", BOOLEAN, TRAINING(linear), 0, 0, "true or false"},
    {"max_pool", BOOLEAN, TRAINING(max_pool), 0, 0, "true or false"},
    {"max_seconds", REAL, TRAINING(max_seconds), 1e-3, 1e9, NULL},
    {"max_tokens", COUNT, TRAINING(max_tokens), 1, 100000, NULL},
    {"max_vocabulary", COUNT, TRAINING(max_vocabulary), 1, 1e7, NULL},
    {"min_count", COUNT, TRAINING(min_count), 1, 1e9, NULL},
    {"patience", COUNT, TRAINING(patience), 1, 10000, NULL},
    {"position_bias", BOOLEAN, TRAINING(position_bias), 0, 0, "true or false"},
    {"precision", PRECISION, TRAINING(precision), 0, 0, "\"float32\" or \"int8\""},
    {"progress", BOOLEAN, offsetof(Options, progress), 0, 0, "true or false"},
    {"seed", COUNT, TRAINING(seed), 0, 9007199254740992.0, NULL},
    {"subwords", BOOLEAN, TRAINING(subwords), 0, 0, "true or false"},
    {"threads", COUNT, TRAINING(threads), 1, 256, NULL},
    {"tokenize", TEXT, offsetof(Options, tokenize), 0, 0, "the name of an FTS5 tokenizer"},
    {"unlabelled", TEXT, offsetof(Options, unlabelled), 0, 0, "a query that gives a text"},
    {"validation", VALIDATION, TRAINING(validation), 0, 0.9,
     "a fraction from 0 to 0.9, or a query that gives a text and a label"},
    {"vectors", TEXT, offsetof(Options, vectors), 0, 0, "the name of a table of tokens and vectors"},
};
enum { TRAIN_OPTION_COUNT = sizeof TRAIN_OPTIONS / sizeof *TRAIN_OPTIONS };

static const Option ROWS_OPTIONS[] = {
    {"progress", BOOLEAN, offsetof(Options, progress), 0, 0, "true or false"},
    {"threads", COUNT, TRAINING(threads), 1, 256, NULL},
};
enum { ROWS_OPTION_COUNT = sizeof ROWS_OPTIONS / sizeof *ROWS_OPTIONS };

/* ---- one option ------------------------------------------------------------------- */

/* A member of the object, as json_each() gives it. */
typedef struct Member {
  const char *key, *type; /* type: integer, real, true, false, null, text, array, object */
  sqlite3_value *value;
  const char *shown;      /* the value as text, for messages */
} Member;

static bool has_type(const Member *m, const char *type) { return strcmp(m->type, type) == 0; }

/* From a row of key, type, value. */
static Member read_member(sqlite3_stmt *each) {
  Member m = {(const char *)sqlite3_column_text(each, 0), (const char *)sqlite3_column_text(each, 1),
              sqlite3_column_value(each, 2), (const char *)sqlite3_column_text(each, 2)};
  if (m.type && (has_type(&m, "true") || has_type(&m, "false") || has_type(&m, "null")))
    m.shown = m.type; /* their values are 1, 0 and NULL */
  return m;
}

static int bad_value(const Option *o, const Member *m, Error *error) {
  const char *quote = has_type(m, "text") ? "\"" : "";
  if (o->expected)
    return failure(error, SQLITE_ERROR, "option %s is %s%.60s%s, expected %s", o->name, quote, m->shown,
                   quote, o->expected);
  return failure(error, SQLITE_ERROR, "option %s is %s%.60s%s, expected %s from %.16g to %.16g", o->name,
                 quote, m->shown, quote, o->kind == REAL ? "a number" : "an integer", o->least, o->most);
}

static bool in_range(const Option *o, double value) { return value >= o->least && value <= o->most; }

static int copy_text(char **place, sqlite3_value *value, Error *error) {
  sqlite3_free(*place);
  *place = sqlite3_mprintf("%s", sqlite3_value_text(value));
  return *place ? SQLITE_OK : failure_no_memory(error);
}

static int set_text(char **place, const Member *m, Error *error) {
  return copy_text(place, m->value, error);
}

static int set_number(const Option *o, const Member *m, void *place, Error *error) {
  double value = sqlite3_value_double(m->value);
  bool number = has_type(m, "integer") || (o->kind != COUNT && has_type(m, "real"));
  if (!number || !in_range(o, value)) return bad_value(o, m, error);
  if (o->kind == COUNT) {
    size_t count = (size_t)sqlite3_value_int64(m->value);
    memcpy(place, &count, sizeof count);
  } else {
    memcpy(place, &value, sizeof value);
  }
  return SQLITE_OK;
}

static int set_class_weight(const Option *o, const Member *m, Options *options, Error *error) {
  options->training.balanced = has_type(m, "text") && strcmp(m->shown, "balanced") == 0;
  if (options->training.balanced) return SQLITE_OK;
  return has_type(m, "object") ? set_text(&options->class_weight, m, error) : bad_value(o, m, error);
}

static int set_precision(const Option *o, const Member *m, Precision *precision, Error *error) {
  *precision = has_type(m, "text") && strcmp(m->shown, "int8") == 0 ? PRECISION_INT8 : PRECISION_FLOAT32;
  bool known = *precision == PRECISION_INT8 || (has_type(m, "text") && strcmp(m->shown, "float32") == 0);
  return known ? SQLITE_OK : bad_value(o, m, error);
}

/* {"model": name, "rows": query}: the members are found by SQLite. */
static int set_from_object(Connection *c, const Option *o, const Member *m, Options *options, Error *error) {
  sqlite3_stmt *stmt;
  static const char SQL[] =
      "SELECT json_extract(?1, '$.model'), json_extract(?1, '$.rows'), "
      "(SELECT count(*) FROM json_each(?1) WHERE key IN ('model', 'rows') AND type = 'text') = "
      "(SELECT count(*) FROM json_each(?1))";
  int rc = connection_statement(c, SQL, &stmt, error);
  if (rc) return rc;
  sqlite3_bind_value(stmt, 1, m->value);
  rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW)
    rc = failure_sqlite(error, c->db, rc);
  else if (!sqlite3_column_int(stmt, 2) || sqlite3_column_type(stmt, 0) == SQLITE_NULL)
    rc = bad_value(o, m, error);
  else
    rc = copy_text(&options->from, sqlite3_column_value(stmt, 0), error);
  if (!rc && sqlite3_column_type(stmt, 1) != SQLITE_NULL)
    rc = copy_text(&options->from_rows, sqlite3_column_value(stmt, 1), error);
  sqlite3_reset(stmt);
  return rc;
}

static int set_option(Connection *c, const Option *o, const Member *m, Options *options, bool *no_encoder, Error *error) {
  void *place = (char *)options + o->offset;
  switch (o->kind) {
    case BOOLEAN: {
      bool value = has_type(m, "true");
      if (!value && !has_type(m, "false")) return bad_value(o, m, error);
      memcpy(place, &value, sizeof value);
      return SQLITE_OK;
    }
    case TEXT:
      return has_type(m, "text") ? set_text(place, m, error) : bad_value(o, m, error);
    case VALIDATION:
      return has_type(m, "text") ? set_text(&options->validation_query, m, error)
                                 : set_number(o, m, place, error);
    case CLASS_WEIGHT:
      return set_class_weight(o, m, options, error);
    case ENCODER:
      *no_encoder = has_type(m, "text") && strcmp(m->shown, "none") == 0;
      if (*no_encoder || (has_type(m, "text") && strcmp(m->shown, "bigru") == 0)) return SQLITE_OK;
      return bad_value(o, m, error);
    case PRECISION:
      return set_precision(o, m, place, error);
    case FROM:
      if (has_type(m, "object")) return set_from_object(c, o, m, options, error);
      return has_type(m, "text") ? set_text(place, m, error) : bad_value(o, m, error);
    default:
      return set_number(o, m, place, error);
  }
}

/* ---- all options -------------------------------------------------------------------- */

static int unknown_option(const Option *known, size_t count, const char *key, Error *error) {
  char list[512] = "";
  for (size_t i = 0; i < count; i++) {
    size_t used = strlen(list);
    sqlite3_snprintf((int)(sizeof list - used), list + used, "%s%s", i ? ", " : "", known[i].name);
  }
  return failure(error, SQLITE_ERROR, "unknown option '%.40s' (options: %s)", key, list);
}

static int set_member(Connection *c, const Option *known, size_t count, const Member *m, Options *options,
                      bool *no_encoder, Error *error) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(known[i].name, m->key) == 0)
      return has_type(m, "null") ? SQLITE_OK /* not given */
                                 : set_option(c, &known[i], m, options, no_encoder, error);
  return unknown_option(known, count, m->key, error);
}

static int check_object(Connection *c, const char *json, const char *example, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, "SELECT json_type(?1)", &stmt, error);
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, json, -1, SQLITE_STATIC);
  rc = sqlite3_step(stmt);
  const char *type = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
  if (rc == SQLITE_ERROR) /* malformed JSON */
    rc = failure(error, SQLITE_ERROR, "the options are '%.60s', which is not JSON, expected an object such "
                 "as '%s'", json, example);
  else if (!type)
    rc = failure_sqlite(error, c->db, rc == SQLITE_ROW ? SQLITE_NOMEM : rc);
  else if (strcmp(type, "object") != 0)
    rc = failure(error, SQLITE_ERROR, "the options are a JSON %s, expected an object such as '%s'",
                 type, example);
  else
    rc = SQLITE_OK;
  sqlite3_reset(stmt);
  return rc;
}

static const char EACH[] = "SELECT key, type, value FROM json_each(?1)";

static int read_members(Connection *c, const char *json, const Option *known, size_t count,
                        Options *options, Error *error) {
  sqlite3_stmt *each;
  bool no_encoder = false;
  int rc = check_object(c, json, known == TRAIN_OPTIONS ? "{\"epochs\": 5}" : "{\"threads\": 2}", error);
  if (!rc) rc = connection_statement(c, EACH, &each, error);
  if (rc) return rc;
  sqlite3_bind_text(each, 1, json, -1, SQLITE_STATIC);
  int step;
  while (rc == SQLITE_OK && (step = sqlite3_step(each)) == SQLITE_ROW) {
    Member m = read_member(each);
    rc = m.key && m.type && m.shown ? set_member(c, known, count, &m, options, &no_encoder, error)
                         : failure_no_memory(error);
  }
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(each);
  if (no_encoder) options->training.hidden = 0;
  return rc;
}

static int set_defaults(Options *options, Error *error) {
  *options = (Options){.training = TRAINING_DEFAULTS, .tokenize = sqlite3_mprintf("")};
  return options->tokenize ? SQLITE_OK : failure_no_memory(error);
}

int options_read(Connection *c, const char *json, Options *options, Error *error) {
  int rc = set_defaults(options, error);
  if (!rc && json) rc = read_members(c, json, TRAIN_OPTIONS, TRAIN_OPTION_COUNT, options, error);
  if (rc) options_free(options);
  return rc;
}

int options_read_threads(Connection *c, const char *json, size_t *threads, bool *progress, Error *error) {
  Options options = {0};
  int rc = json ? read_members(c, json, ROWS_OPTIONS, ROWS_OPTION_COUNT, &options, error) : SQLITE_OK;
  *threads = options.training.threads ? options.training.threads : workers_processors();
  *progress = options.progress;
  return rc;
}

void options_free(Options *options) {
  sqlite3_free(options->tokenize);
  sqlite3_free(options->validation_query);
  sqlite3_free(options->vectors);
  sqlite3_free(options->unlabelled);
  sqlite3_free(options->from);
  sqlite3_free(options->from_rows);
  sqlite3_free(options->class_weight);
  *options = (Options){0};
}

/* ---- as JSON -------------------------------------------------------------------------- */

static void append_text(const char *text, sqlite3_str *json) {
  if (text)
    json_text(json, text, strlen(text));
  else
    sqlite3_str_appendall(json, "null");
}

static void append_from(const Options *options, sqlite3_str *json) {
  if (!options->from_rows) {
    append_text(options->from, json);
    return;
  }
  sqlite3_str_appendall(json, "{\"model\":");
  append_text(options->from, json);
  sqlite3_str_appendall(json, ",\"rows\":");
  append_text(options->from_rows, json);
  sqlite3_str_appendall(json, "}");
}

/* As options_read() takes it; null for what is off. */
static void append_value(const Options *options, const Option *o, sqlite3_str *json) {
  const void *place = (const char *)options + o->offset;
  size_t count;
  double real;
  bool boolean;
  char *text;
  if (o->kind == VALIDATION && options->validation_query) {
    json_text(json, options->validation_query, strlen(options->validation_query));
    return;
  }
  switch (o->kind) {
    case COUNT:
      memcpy(&count, place, sizeof count);
      if ((double)count < o->least)
        sqlite3_str_appendall(json, "null");
      else
        sqlite3_str_appendf(json, "%llu", (sqlite3_uint64)count);
      break;
    case BOOLEAN:
      memcpy(&boolean, place, sizeof boolean);
      sqlite3_str_appendall(json, boolean ? "true" : "false");
      break;
    case TEXT:
      memcpy(&text, place, sizeof text);
      append_text(text, json);
      break;
    case FROM:
      append_from(options, json);
      break;
    case ENCODER:
      sqlite3_str_appendall(json, options->training.hidden ? "\"bigru\"" : "\"none\"");
      break;
    case PRECISION:
      sqlite3_str_appendall(json, options->training.precision == PRECISION_INT8 ? "\"int8\"" : "\"float32\"");
      break;
    case CLASS_WEIGHT:
      sqlite3_str_appendall(json, options->training.balanced ? "\"balanced\""
                                  : options->class_weight    ? options->class_weight
                                                             : "null");
      break;
    case VALIDATION:
    case REAL:
      memcpy(&real, place, sizeof real);
      if (real < o->least)
        sqlite3_str_appendall(json, "null");
      else
        json_number(json, real);
      break;
  }
}

void options_json(const Options *options, const TrainingOptions *used, sqlite3_str *json) {
  Options as_used = *options;
  as_used.training = *used;
  for (size_t i = 0; i < TRAIN_OPTION_COUNT; i++) {
    sqlite3_str_appendf(json, "%s\"%s\":", i ? "," : "{", TRAIN_OPTIONS[i].name);
    append_value(&as_used, &TRAIN_OPTIONS[i], json);
  }
  sqlite3_str_appendchar(json, 1, '}');
}

/* ---- class weights ------------------------------------------------------------------------ */

/* Whether a label reads as the key does; 5 and '5' both read as "5". */
static bool label_reads(Label label, const char *key, size_t length) {
  sqlite3_str *text = sqlite3_str_new(NULL);
  bool same = false;
  if (label.kind == LABEL_TEXT) {
    same = label.length == length && memcmp(label.text, key, length) == 0;
  } else {
    json_label(text, label);
    same = sqlite3_str_length(text) == (int)length &&
           memcmp(sqlite3_str_value(text), key, length) == 0;
  }
  sqlite3_free(sqlite3_str_finish(text));
  return same;
}

/* Gives the weight to the labels that read as the key does. */
static int set_label_weight(const Labels *labels, sqlite3_stmt *member, float *weights, Error *error) {
  const char *key = (const char *)sqlite3_column_text(member, 0);
  size_t length = (size_t)sqlite3_column_bytes(member, 0);
  double weight = sqlite3_column_double(member, 2);
  bool known = false;
  Member m = read_member(member);
  if (!m.type || !key) return failure_no_memory(error);
  const char *quote = has_type(&m, "text") ? "\"" : "";
  if (!(has_type(&m, "integer") || has_type(&m, "real")) || weight < 0 || weight > 1e6)
    return failure(error, SQLITE_ERROR, "option class_weight gives '%.60s' the weight %s%.40s%s, expected "
                   "a number from 0 to 1000000", key, quote, m.shown, quote);
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    if (!label_reads(labels_get(labels, l), key, length)) continue;
    weights[l] = (float)weight;
    known = true;
  }
  if (known) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "option class_weight has '%.60s', expected a label of the rows", key);
}

int options_label_weights(Connection *c, const Options *options, const Labels *labels,
                          float *weights, Error *error) {
  sqlite3_stmt *each;
  int rc = connection_statement(c, EACH, &each, error);
  if (rc) return rc;
  for (size_t l = 0; l < labels->keys.count; l++) weights[l] = 1.0f;
  sqlite3_bind_text(each, 1, options->class_weight, -1, SQLITE_STATIC);
  int step;
  while (rc == SQLITE_OK && (step = sqlite3_step(each)) == SQLITE_ROW)
    rc = set_label_weight(labels, each, weights, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(each);
  float largest = 0.0f;
  for (size_t l = 0; l < labels->keys.count; l++) largest = weights[l] > largest ? weights[l] : largest;
  if (!rc && largest == 0.0f)
    rc = failure(error, SQLITE_ERROR, "option class_weight gives every label the weight 0, expected one above 0");
  return rc;
}
