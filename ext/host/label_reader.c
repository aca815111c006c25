#include "host/label_reader.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "host/value.h"

static const char NAME[] = "the list of labels";

void label_reader_free(LabelReader *r) {
  free(r->labels);
  free(r->bytes);
  *r = (LabelReader){0};
}

static Status find_array(const char *text, size_t length, bool *array, Error *error) {
  JsonReader json = json_begin(text, length, NAME, error);
  *array = json_peek(&json) == '[';
  if (!*array) return STATUS_OK;
  json_skip(&json);
  Status status = json_end(&json);
  *array = status == STATUS_OK;
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

int label_reader_is_array(sqlite3_value *value, bool *array, Error *error) {
  *array = false;
  if (sqlite3_value_type(value) != SQLITE_TEXT) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return failure_no_memory(error);
  return failure_code(find_array(text, (size_t)sqlite3_value_bytes(value), array, error));
}

static Status add_label(LabelReader *r, Label label, Error *error) {
  if (!memory_grow(&r->labels, &r->capacity, r->count + 1, sizeof *r->labels)) return error_no_memory(error);
  r->labels[r->count++] = label;
  return STATUS_OK;
}

/* ---- JSON ------------------------------------------------------------------------------- */

/* Integers that SQLite has stay integers; the bytes of the number are checked already. */
static Label number_label(const char *number, const char *end, double real) {
  char digits[32] = "";
  size_t length = (size_t)(end - number);
  Label label = {.kind = LABEL_REAL, .real = real};
  if (length >= sizeof digits) return label;
  memcpy(digits, number, length);
  if (strpbrk(digits, ".eE")) return label;
  errno = 0;
  label.integer = strtoll(digits, NULL, 10);
  if (errno == 0) label.kind = LABEL_INTEGER;
  return label;
}

Label label_reader_number(JsonReader *json) {
  json_peek(json);
  const char *begin = json->at;
  double real = json_read_number(json);
  if (json->status) return (Label){0};
  return number_label(begin, json->at, real);
}

/* Reads one element. *used counts the bytes that are taken of r->bytes. */
static Status read_element(LabelReader *r, JsonReader *json, size_t *used, Error *error) {
  char first = json_peek(json);
  if (first == '"') {
    Label label = {.kind = LABEL_TEXT, .text = r->bytes + *used};
    json_read_string(json);
    if (json->status) return json->status;
    label.length = json->length;
    if (label.length) memcpy(r->bytes + *used, json->text, label.length);
    *used += label.length;
    return add_label(r, label, error);
  }
  if (first != '-' && (first < '0' || first > '9'))
    return error_set(error, STATUS_INVALID, "the labels %.60s have an element that is neither text nor number",
                     json->name);
  Label label = label_reader_number(json);
  if (label.kind == LABEL_REAL && !isfinite(label.real))
    return error_set(error, STATUS_INVALID, "the labels %.60s have a number that is too large", json->name);
  return json->status ? json->status : add_label(r, label, error);
}

/* A text is never longer than it is written in JSON, so that the bytes need not move. */
static Status read_array(LabelReader *r, const char *text, size_t length, Error *error) {
  size_t used = 0;
  if (!memory_grow(&r->bytes, &r->bytes_capacity, length + 1, 1)) return error_no_memory(error);
  JsonReader json = json_begin(text, length, text, error);
  Status status = STATUS_OK, end;
  json_expect(&json, '[');
  for (bool first = true; !status && json_next(&json, ']', &first);) status = read_element(r, &json, &used, error);
  Error ignored;
  if (status) json.error = &ignored;
  end = json_end(&json);
  return status ? status : end;
}

/* ---- a separator ---------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static Status add_part(LabelReader *r, const char *begin, const char *end, Error *error) {
  while (begin < end && is_blank(*begin)) begin++;
  while (begin < end && is_blank(end[-1])) end--;
  if (begin == end) return STATUS_OK;
  return add_label(r, (Label){.kind = LABEL_TEXT, .text = begin, .length = (size_t)(end - begin)}, error);
}

/* Returns where the separator is next, or the end. */
static const char *next_separator(const char *at, const char *end, const char *separator, size_t size) {
  while ((size_t)(end - at) >= size && memcmp(at, separator, size) != 0) at++;
  return (size_t)(end - at) >= size ? at : end;
}

static Status cut(LabelReader *r, const char *text, size_t length, Error *error) {
  size_t size = strlen(r->separator);
  const char *end = text + length, *at = text;
  Status status = STATUS_OK;
  while (at < end && !status) {
    const char *stop = next_separator(at, end, r->separator, size);
    status = add_part(r, at, stop, error);
    at = stop < end ? stop + size : end;
  }
  return status;
}

/* ---- both -------------------------------------------------------------------------------------- */

int label_reader_read(LabelReader *r, sqlite3_value *value, RowLabels *labels, Error *error) {
  Label ignored;
  r->count = 0;
  if (sqlite3_value_type(value) == SQLITE_BLOB) return value_label(value, &ignored, error); /* an error */
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return failure_no_memory(error);
  size_t length = (size_t)sqlite3_value_bytes(value);
  bool array;
  int rc = label_reader_is_array(value, &array, error);
  if (rc) return rc;
  if (array)
    rc = failure_code(read_array(r, text, length, error));
  else if (r->separator)
    rc = failure_code(cut(r, text, length, error));
  else
    rc = failure(error, SQLITE_ERROR, "the labels are '%.60s', expected a JSON array such as '[\"a\",\"b\"]'", text);
  *labels = (RowLabels){r->labels, r->count};
  return rc;
}
