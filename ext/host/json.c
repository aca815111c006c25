#define _GNU_SOURCE /* uselocale */
#include "host/json.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/number_text.h"
#include "base/utf8.h"
#include "host/printable.h"

/* This thread alone, so that other threads of the host see nothing of it. */
int json_step(sqlite3_stmt *stmt) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!plain) return SQLITE_NOMEM;
  locale_t before = uselocale(plain);
  int rc = sqlite3_step(stmt);
  uselocale(before);
  freelocale(plain);
  return rc;
}

static void append_escaped(sqlite3_str *json, unsigned char c) {
  static const char SHORT[] = "btn_fr"; /* for the codes 8 to 13; 11 has no letter */
  if (c == '"' || c == '\\')
    sqlite3_str_appendf(json, "\\%c", c);
  else if (c >= 8 && c <= 13 && c != 11)
    sqlite3_str_appendf(json, "\\%c", SHORT[c - 8]);
  else
    sqlite3_str_appendf(json, "\\u%04x", c);
}

void json_text(sqlite3_str *json, const char *text, size_t length) {
  sqlite3_str_appendchar(json, 1, '"');
  for (size_t i = 0; i < length;) {
    unsigned char c = (unsigned char)text[i];
    size_t n = utf8_length(text + i, length - i);
    if (c < 0x20 || c == '"' || c == '\\')
      append_escaped(json, c);
    else
      printable_utf8(json, text + i, n);
    i += n;
  }
  sqlite3_str_appendchar(json, 1, '"');
}

static void append_real(sqlite3_str *json, double value) {
  if (isfinite(value))
    sqlite3_str_appendall(json, number_exact(value).text);
  else
    sqlite3_str_appendall(json, value > 0 ? "9e999" : "-9e999");
}

void json_label(sqlite3_str *json, Label label) {
  if (label.kind == LABEL_TEXT)
    json_text(json, label.text, label.length);
  else if (label.kind == LABEL_INTEGER)
    sqlite3_str_appendf(json, "%lld", (sqlite3_int64)label.integer);
  else
    append_real(json, label.real);
}

void json_labels(sqlite3_str *json, const Labels *labels, LabelSet set) {
  sqlite3_str_appendchar(json, 1, '[');
  for (size_t i = 0; i < set.count; i++) {
    if (i) sqlite3_str_appendchar(json, 1, ',');
    json_label(json, labels_get(labels, set.labels[i]));
  }
  sqlite3_str_appendchar(json, 1, ']');
}

void json_label_key(sqlite3_str *json, Label label) {
  if (label.kind != LABEL_TEXT) sqlite3_str_appendchar(json, 1, '"');
  json_label(json, label);
  if (label.kind != LABEL_TEXT) sqlite3_str_appendchar(json, 1, '"');
}

void json_number(sqlite3_str *json, double value) {
  if (isfinite(value))
    sqlite3_str_appendf(json, "%.6g", value);
  else
    sqlite3_str_appendall(json, "null");
}

bool json_label_reads(Label label, const char *text, size_t length) {
  if (label.kind == LABEL_TEXT) return utf8_reads(text, length, label.text, label.length);
  sqlite3_str *json = sqlite3_str_new(NULL);
  json_label(json, label);
  bool same = sqlite3_str_length(json) == (int)length && memcmp(sqlite3_str_value(json), text, length) == 0;
  sqlite3_free(sqlite3_str_finish(json));
  return same;
}
