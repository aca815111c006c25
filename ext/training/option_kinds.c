#include "training/option_kinds.h"

#include <math.h>
#include <string.h>

#include "base/number_text.h"
#include "host/json.h"
#include "host/printable.h"

static void *value_of(Options *options, const Option *o) { return (char *)options + o->offset; }
static const void *const_value_of(const Options *options, const Option *o) { return (const char *)options + o->offset; }

static int bad_value(const Option *o, const JsonMember *m, Error *error) {
  const char *quote = json_member_is(m, "text") ? "\"" : "";
  const char *expected = o->kind->expected ? o->kind->expected : o->expected;
  if (o->kind->ranged)
    return failure(error, SQLITE_ERROR, "option %s is %s%.60s%s, expected %s from %s to %s", o->name, quote, m->shown,
                   quote, expected, number_digits(o->least, 16).text, number_digits(o->most, 16).text);
  return failure(error, SQLITE_ERROR, "option %s is %s%.60s%s, expected %s", o->name, quote, m->shown, quote, expected);
}

static int copy_text(char **place, sqlite3_value *value, Error *error) {
  sqlite3_free(*place);
  *place = sqlite3_mprintf("%s", sqlite3_value_text(value));
  return *place ? SQLITE_OK : failure_no_memory(error);
}

/* Bytes that are not UTF-8 become U+FFFD, as in the labels of rows. */
static int copy_labels(char **place, sqlite3_value *value, Error *error) {
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return failure_no_memory(error);
  sqlite3_str *copy = sqlite3_str_new(NULL);
  printable_utf8(copy, text, strlen(text));
  sqlite3_free(*place);
  *place = sqlite3_str_finish(copy);
  return *place ? SQLITE_OK : failure_no_memory(error);
}

static void write_text(const char *text, sqlite3_str *json) {
  if (text)
    json_text(json, text, strlen(text));
  else
    sqlite3_str_appendall(json, "null");
}

/* ---- numbers, booleans and texts ----------------------------------------------------------------------------- */

/* 1e6 is an integer, too, though JSON calls it a real. */
static int read_integer(const Option *o, const JsonMember *m, uint64_t *integer, Error *error) {
  double value = sqlite3_value_double(m->value);
  bool whole = json_member_is(m, "integer") || (json_member_is(m, "real") && value == floor(value));
  if (!whole || value < o->least || value > o->most) return bad_value(o, m, error);
  *integer = (uint64_t)value;
  return SQLITE_OK;
}

static void write_integer(const Option *o, uint64_t integer, sqlite3_str *json) {
  if ((double)integer < o->least)
    sqlite3_str_appendall(json, "null");
  else
    sqlite3_str_appendf(json, "%llu", (sqlite3_uint64)integer);
}

static int count_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  uint64_t integer = 0;
  int rc = read_integer(o, m, &integer, error);
  if (!rc) *(size_t *)value_of(options, o) = (size_t)integer;
  return rc;
}

static void count_write(const Option *o, const Options *options, sqlite3_str *json) {
  write_integer(o, *(const size_t *)const_value_of(options, o), json);
}

const OptionKind OPTION_COUNT = {"an integer", true, count_read, count_write};

/* Past what 32 bits can count. */
static int large_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  return read_integer(o, m, value_of(options, o), error);
}

static void large_write(const Option *o, const Options *options, sqlite3_str *json) {
  write_integer(o, *(const uint64_t *)const_value_of(options, o), json);
}

const OptionKind OPTION_LARGE = {"an integer", true, large_read, large_write};

static int real_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  double value = sqlite3_value_double(m->value);
  bool number = json_member_is(m, "integer") || json_member_is(m, "real");
  if (!number || value < o->least || value > o->most) return bad_value(o, m, error);
  *(double *)value_of(options, o) = value;
  return SQLITE_OK;
}

static void real_write(const Option *o, const Options *options, sqlite3_str *json) {
  double value = *(const double *)const_value_of(options, o);
  if (value < o->least)
    sqlite3_str_appendall(json, "null");
  else
    json_number(json, value);
}

const OptionKind OPTION_REAL = {"a number", true, real_read, real_write};

static int boolean_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  bool value = json_member_is(m, "true");
  if (!value && !json_member_is(m, "false")) return bad_value(o, m, error);
  *(bool *)value_of(options, o) = value;
  return SQLITE_OK;
}

static void boolean_write(const Option *o, const Options *options, sqlite3_str *json) {
  sqlite3_str_appendall(json, *(const bool *)const_value_of(options, o) ? "true" : "false");
}

const OptionKind OPTION_BOOLEAN = {"true or false", false, boolean_read, boolean_write};

static int text_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  if (!json_member_is(m, "text")) return bad_value(o, m, error);
  return copy_text(value_of(options, o), m->value, error);
}

static void text_write(const Option *o, const Options *options, sqlite3_str *json) {
  write_text(*(char *const *)const_value_of(options, o), json);
}

const OptionKind OPTION_TEXT = {NULL, false, text_read, text_write};

/* ---- each for one option -------------------------------------------------------------------- */

static int class_weight_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  options->training.balanced = json_member_is_text(m, "balanced");
  if (options->training.balanced) return SQLITE_OK;
  if (!json_member_is(m, "object")) return bad_value(o, m, error);
  return copy_labels(&options->class_weight, m->value, error);
}

static void class_weight_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  const char *object = options->class_weight ? options->class_weight : "null";
  sqlite3_str_appendall(json, options->training.balanced ? "\"balanced\"" : object);
}

const OptionKind OPTION_CLASS_WEIGHT = {"\"balanced\" or an object of label: weight", false,
                                        class_weight_read, class_weight_write};

static int encoder_option_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  options->no_encoder = json_member_is_text(m, "none");
  return options->no_encoder || json_member_is_text(m, "bigru") ? SQLITE_OK : bad_value(o, m, error);
}

static void encoder_option_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  sqlite3_str_appendall(json, options->training.hidden ? "\"bigru\"" : "\"none\"");
}

const OptionKind OPTION_ENCODER = {"\"bigru\" or \"none\"", false, encoder_option_read, encoder_option_write};

/* The value is {"model": name} or {"model": name, "rows": query}. */
static int from_read_object(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  static const char SQL[] =
      "SELECT json_extract(?1, '$.model'), json_extract(?1, '$.rows'), "
      "(SELECT count(DISTINCT key) FROM json_each(?1) WHERE key IN ('model', 'rows') AND type = 'text') = "
      "(SELECT count(*) FROM json_each(?1))";
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, SQL, &stmt, error);
  if (rc) return rc;
  sqlite3_bind_value(stmt, 1, m->value);
  rc = json_step(stmt);
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

static int from_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  return json_member_is(m, "object") ? from_read_object(c, o, m, options, error) : text_read(c, o, m, options, error);
}

static void from_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  if (options->from_rows) sqlite3_str_appendall(json, "{\"model\":");
  write_text(options->from, json);
  if (!options->from_rows) return;
  sqlite3_str_appendall(json, ",\"rows\":");
  write_text(options->from_rows, json);
  sqlite3_str_appendall(json, "}");
}

const OptionKind OPTION_FROM = {
    "a model's name, or an object of \"model\" and \"rows\", a query that gives a text and a label", false,
    from_read, from_write};

static int labels_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  if (!json_member_is(m, "array") && !json_member_is(m, "object")) return bad_value(o, m, error);
  return copy_labels(&options->labels, m->value, error);
}

static void labels_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  sqlite3_str_appendall(json, options->labels ? options->labels : "null");
}

const OptionKind OPTION_LABELS = {"a list of names, or an object of name to description or to a list of phrases", false,
                                  labels_read, labels_write};

static int markup_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  options->training.markup = json_member_is_text(m, "html") ? MARKUP_HTML : MARKUP_NONE;
  return json_member_is_text(m, "html") || json_member_is_text(m, "none") ? SQLITE_OK : bad_value(o, m, error);
}

static void markup_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  sqlite3_str_appendall(json, options->training.markup == MARKUP_HTML ? "\"html\"" : "\"none\"");
}

const OptionKind OPTION_MARKUP = {"\"html\" or \"none\"", false, markup_read, markup_write};

static int multilabel_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  bool separator = json_member_is(m, "text") && *m->shown;
  options->multilabel = json_member_is(m, "false") ? MULTILABEL_NONE : MULTILABEL_SETS;
  if (separator) return copy_text(&options->separator, m->value, error);
  return json_member_is(m, "true") || json_member_is(m, "false") ? SQLITE_OK : bad_value(o, m, error);
}

static void multilabel_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  if (options->separator)
    write_text(options->separator, json);
  else
    sqlite3_str_appendall(json, options->multilabel == MULTILABEL_SETS   ? "true"
                                : options->multilabel == MULTILABEL_NONE ? "false"
                                                                         : "null");
}

const OptionKind OPTION_MULTILABEL = {
    "true (labels are JSON arrays), a text that separates labels, or false", false, multilabel_read, multilabel_write};

static int precision_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  (void)c;
  options->training.precision = json_member_is_text(m, "int8") ? PRECISION_INT8 : PRECISION_FLOAT32;
  if (json_member_is_text(m, "int8") || json_member_is_text(m, "float32")) return SQLITE_OK;
  return bad_value(o, m, error);
}

static void precision_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  sqlite3_str_appendall(json, options->training.precision == PRECISION_INT8 ? "\"int8\"" : "\"float32\"");
}

const OptionKind OPTION_PRECISION = {"\"float32\" or \"int8\"", false, precision_read, precision_write};

static int stop_file_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  if (strlen(m->shown) < (size_t)sqlite3_value_bytes(m->value))
    return failure(error, SQLITE_ERROR, "option %s has a NUL byte behind \"%.60s\", expected %s", o->name, m->shown,
                   o->kind->expected);
  return *m->shown ? text_read(c, o, m, options, error) : bad_value(o, m, error);
}

/* It is no property of a model, and would stop the next training that is given the same options. */
static void stop_file_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  (void)options;
  sqlite3_str_appendall(json, "null");
}

const OptionKind OPTION_STOP_FILE = {"the path of a file", false, stop_file_read, stop_file_write};

/* The empty name of the default tokenizer stands in model files only. */
static int tokenize_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  return *m->shown ? text_read(c, o, m, options, error) : bad_value(o, m, error);
}

static void tokenize_write(const Option *o, const Options *options, sqlite3_str *json) {
  (void)o;
  write_text(*options->tokenize ? options->tokenize : NULL, json);
}

const OptionKind OPTION_TOKENIZE = {
    "unicode, whitespace, characters or one of FTS5's tokenizers, such as \"porter unicode61\"", false,
    tokenize_read, tokenize_write};

static int validation_read(Connection *c, const Option *o, const JsonMember *m, Options *options, Error *error) {
  if (json_member_is(m, "text")) return copy_text(&options->validation_query, m->value, error);
  return real_read(c, o, m, options, error);
}

static void validation_write(const Option *o, const Options *options, sqlite3_str *json) {
  if (options->validation_query)
    write_text(options->validation_query, json);
  else
    real_write(o, options, json);
}

const OptionKind OPTION_VALIDATION = {"a fraction from 0 to 0.9, or a query that gives a text and a label",
                                      false, validation_read, validation_write};
