#include "value.h"

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
      return SQLITE_OK;
    case SQLITE_TEXT:
      label->kind = LABEL_TEXT;
      label->text = (const char *)sqlite3_value_text(value);
      label->length = (size_t)sqlite3_value_bytes(value);
      return label->text ? SQLITE_OK : failure(error, SQLITE_NOMEM, "out of memory");
    default:
      return failure(error, SQLITE_ERROR, "a label is a BLOB (bytes: %d), expected text or a number",
                     sqlite3_value_bytes(value));
  }
}

void value_result(sqlite3_context *context, Label label) {
  if (label.kind == LABEL_INTEGER)
    sqlite3_result_int64(context, label.integer);
  else if (label.kind == LABEL_REAL)
    sqlite3_result_double(context, label.real);
  else
    sqlite3_result_text64(context, label.text, label.length, SQLITE_TRANSIENT, SQLITE_UTF8);
}
