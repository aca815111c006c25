#include "host/value.h"

#include <math.h>

#include "base/utf8.h"
#include "host/json.h"

int value_label(sqlite3_value *value, Label *label, Error *error) {
  *label = (Label){0};
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      label->kind = LABEL_INTEGER;
      label->integer = sqlite3_value_int64(value);
      return SQLITE_OK;
    case SQLITE_FLOAT:
      label->kind = LABEL_REAL;
      label->real = sqlite3_value_double(value);
      if (isfinite(label->real)) return SQLITE_OK;
      return failure(error, SQLITE_ERROR, "a label is %s, expected text or a finite number", sqlite3_value_text(value));
    case SQLITE_TEXT:
      label->kind = LABEL_TEXT;
      label->text = (const char *)sqlite3_value_text(value);
      label->length = (size_t)sqlite3_value_bytes(value);
      return label->text ? SQLITE_OK : failure_no_memory(error);
    default:
      return failure(error, SQLITE_ERROR, "a label is a BLOB (bytes: %d), expected text or a number: "
                     "CAST(x AS TEXT) makes it text", sqlite3_value_bytes(value));
  }
}

static int unknown_label(const Labels *labels, Label asked, Error *error) {
  sqlite3_str *list = sqlite3_str_new(NULL);
  json_label(list, asked);
  char *name = sqlite3_str_finish(list);
  list = sqlite3_str_new(NULL);
  for (uint32_t l = 0; l < labels->keys.count && l < 20; l++) {
    if (l) sqlite3_str_appendall(list, ", ");
    json_label(list, labels_get(labels, l));
  }
  if (labels->keys.count > 20) sqlite3_str_appendall(list, ", ...");
  char *known = sqlite3_str_finish(list);
  int rc = name && known ? failure(error, SQLITE_ERROR, "the model has no label %.60s (labels: %s)", name, known)
                         : failure_no_memory(error);
  sqlite3_free(name);
  sqlite3_free(known);
  return rc;
}

int value_find_label(sqlite3_value *value, const Labels *labels, uint32_t *number, Error *error) {
  Label label;
  int rc = value_label(value, &label, error);
  if (rc) return rc;
  *number = labels_find(labels, label);
  return *number == LABELS_NONE ? unknown_label(labels, label, error) : SQLITE_OK;
}

void value_result(sqlite3_context *context, Label label) {
  if (label.kind == LABEL_INTEGER)
    sqlite3_result_int64(context, label.integer);
  else if (label.kind == LABEL_REAL)
    sqlite3_result_double(context, label.real);
  else
    sqlite3_result_text64(context, label.text, label.length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void value_result_token(sqlite3_context *context, const char *token, size_t length) {
  size_t bytes = utf8_repair(token, length, NULL);
  char *text = sqlite3_malloc64(bytes + 1);
  if (text) utf8_repair(token, length, text);
  if (text)
    sqlite3_result_text64(context, text, bytes, sqlite3_free, SQLITE_UTF8);
  else
    sqlite3_result_error_nomem(context);
}
