#include "host/mistyped_labels.h"

#include <math.h>

#include "host/json.h"
#include "host/label_reader.h"

/* Reads a text as a number; any other text is no error. */
static bool read_number(Label text, Label *number) {
  Error ignored;
  if (text.length == 0 || (text.text[0] != '-' && (text.text[0] < '0' || text.text[0] > '9'))) return false;
  JsonReader json = json_begin(text.text, text.length, "a label", &ignored);
  *number = label_reader_number(&json);
  return json_end(&json) == STATUS_OK;
}

static uint32_t find_number(const Labels *known, Label text) {
  Label number;
  return read_number(text, &number) ? labels_find(known, number) : LABELS_NONE;
}

static int find_text(const Labels *known, Label number, uint32_t *found, Error *error) {
  sqlite3_str *json = sqlite3_str_new(NULL);
  json_label(json, number);
  Label text = {.kind = LABEL_TEXT, .text = sqlite3_str_value(json), .length = (size_t)sqlite3_str_length(json)};
  int rc = sqlite3_str_errcode(json) ? failure_no_memory(error) : SQLITE_OK;
  if (!rc) *found = labels_find(known, text);
  sqlite3_free(sqlite3_str_finish(json));
  return rc;
}

static bool is_whole(Label label) {
  return label.kind == LABEL_REAL && fabs(label.real) < 0x1p53 && label.real == floor(label.real);
}

/* Finds what is known in place of a label that is not, and what makes it of the label; 2.0 may be known as '2'. */
static int find_other(const Labels *known, Label label, uint32_t *found, const char **cast, Error *error) {
  *found = LABELS_NONE;
  if (labels_find(known, label) != LABELS_NONE) return SQLITE_OK;
  if (label.kind == LABEL_TEXT) {
    *cast = "CAST(x AS NUMERIC)";
    *found = find_number(known, label);
    return SQLITE_OK;
  }
  *cast = "CAST(x AS TEXT)";
  int rc = find_text(known, label, found, error);
  if (rc || *found != LABELS_NONE || !is_whole(label)) return rc;
  *cast = "CAST(CAST(x AS INTEGER) AS TEXT)";
  return find_text(known, (Label){.kind = LABEL_INTEGER, .integer = (int64_t)label.real}, found, error);
}

static int show(Label label, char shown[64], Error *error) {
  sqlite3_str *sentence = sqlite3_str_new(NULL);
  if (label.kind == LABEL_TEXT) {
    sqlite3_str_appendf(sentence, "the text '%.*s'", label.length < 40 ? (int)label.length : 40, label.text);
  } else {
    sqlite3_str_appendall(sentence, "the number ");
    json_label(sentence, label);
  }
  char *text = sqlite3_str_finish(sentence);
  if (!text) return failure_no_memory(error);
  sqlite3_snprintf(64, shown, "%s", text);
  sqlite3_free(text);
  return SQLITE_OK;
}

int mistyped_labels_count(MistypedLabels *m, const Labels *known, const RowLabels *labels, Error *error) {
  const char *cast = NULL;
  uint32_t found = LABELS_NONE;
  size_t i = 0;
  int rc = SQLITE_OK;
  for (; i < labels->count && found == LABELS_NONE && !rc; i++)
    rc = find_other(known, labels->labels[i], &found, &cast, error);
  if (rc || found == LABELS_NONE || ++m->rows > 1) return rc;
  m->cast = cast;
  rc = show(labels->labels[i - 1], m->shown, error);
  return rc ? rc : show(labels_get(known, found), m->known, error);
}

int mistyped_labels_check(const MistypedLabels *m, const char *query, const char *where, bool arrays, Error *error) {
  if (m->rows == 0) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "%zu row%s of the %s ha%s a label such as %s, expected %s as in %s%s%s%s",
                 m->rows, m->rows == 1 ? "" : "s", query, m->rows == 1 ? "s" : "ve", m->shown, m->known, where,
                 arrays ? "" : ": ", arrays ? "" : m->cast, arrays ? "" : " makes it one");
}
