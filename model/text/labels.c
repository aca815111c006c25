#include "text/labels.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number_text.h"
#include "base/utf8.h"

enum { NUMBER_KEY = 40 };

void labels_free(Labels *labels) {
  strings_free(&labels->keys);
  free(labels->kinds);
  *labels = (Labels){0};
}

static bool is_integral(double value) {
  return value >= -0x1p63 && value < 0x1p63 && value == floor(value);
}

/* A key has the bits of a real, since printf() writes 2.5 as 2,5 in some locales. */
static uint64_t real_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static size_t number_key(Label label, char key[NUMBER_KEY]) {
  int length;
  if (label.kind == LABEL_INTEGER)
    length = snprintf(key, NUMBER_KEY, "n%" PRId64, label.integer);
  else if (is_integral(label.real))
    length = snprintf(key, NUMBER_KEY, "n%" PRId64, (int64_t)label.real);
  else
    length = snprintf(key, NUMBER_KEY, "r%016" PRIx64, real_bits(label.real));
  return (size_t)length;
}

/* Parses a number's key into label->integer and label->real; returns false if it is malformed. */
static bool key_number(const char *key, size_t length, Label *label) {
  char text[NUMBER_KEY] = "", *end;
  if (length < 2 || length >= NUMBER_KEY) return false;
  memcpy(text, key + 1, length - 1);
  if (key[0] == 'n') {
    label->integer = strtoll(text, &end, 10);
    label->real = (double)label->integer;
  } else {
    uint64_t bits = strtoull(text, &end, 16);
    memcpy(&label->real, &bits, sizeof bits);
  }
  return end == text + length - 1;
}

Label labels_get(const Labels *labels, uint32_t number) {
  size_t length;
  const char *key = strings_get(&labels->keys, number, &length);
  Label label = {.kind = (LabelKind)labels->kinds[number]};
  if (label.kind == LABEL_TEXT) {
    label.text = key + 1;
    label.length = length - 1;
  } else {
    key_number(key, length, &label);
  }
  return label;
}

LabelText label_text(Label label) {
  LabelText t;
  int length = (int)(label.length < 60 ? label.length : 60);
  if (label.kind == LABEL_INTEGER) snprintf(t.text, sizeof t.text, "%" PRId64, label.integer);
  else if (label.kind == LABEL_REAL) snprintf(t.text, sizeof t.text, "%s", number_exact(label.real).text);
  else snprintf(t.text, sizeof t.text, "'%.*s'", length, label.text);
  return t;
}

static uint32_t add_key(Labels *labels, uint8_t kind, const char *key, size_t length) {
  size_t known = labels->keys.count;
  if (!memory_grow(&labels->kinds, &labels->kinds_capacity, known + 1, 1)) return LABELS_NONE;
  uint32_t number = strings_add(&labels->keys, key, length);
  if (number == known) labels->kinds[number] = kind;
  return number;
}

static bool is_damaged(Label label) { return label.kind == LABEL_TEXT && !utf8_is_valid(label.text, label.length); }

/* Returns the key of a text as UTF-8, which the caller frees; NULL if memory is out. */
static char *text_key(Label label, size_t *length) {
  *length = 1 + utf8_repair(label.text, label.length, NULL);
  char *key = malloc(*length);
  if (!key) return NULL;
  key[0] = 't';
  utf8_repair(label.text, label.length, key + 1);
  return key;
}

static uint32_t find_whole(const Labels *labels, Label label) {
  char number_text[NUMBER_KEY];
  if (label.kind == LABEL_TEXT)
    return strings_find_after(&labels->keys, 't', label.text ? label.text : "", label.length);
  return strings_find(&labels->keys, number_text, number_key(label, number_text));
}

/* Needs no memory, so that it cannot fail. */
static uint32_t find_damaged(const Labels *labels, Label label) {
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    Label known = labels_get(labels, l);
    if (known.kind == LABEL_TEXT && utf8_reads(label.text, label.length, known.text, known.length)) return l;
  }
  return LABELS_NONE;
}

uint32_t labels_find(const Labels *labels, Label label) {
  return is_damaged(label) ? find_damaged(labels, label) : find_whole(labels, label);
}

Status labels_add(Labels *labels, Label label, uint32_t *number, Error *error) {
  char number_text[NUMBER_KEY];
  *number = is_damaged(label) ? LABELS_NONE : find_whole(labels, label);
  if (*number != LABELS_NONE) return STATUS_OK;
  size_t length;
  char *text = label.kind == LABEL_TEXT ? text_key(label, &length) : NULL;
  if (label.kind == LABEL_TEXT && !text) return error_no_memory(error);
  if (!text) length = number_key(label, number_text);
  *number = add_key(labels, (uint8_t)label.kind, text ? text : number_text, length);
  free(text);
  return *number == LABELS_NONE ? error_no_memory(error) : STATUS_OK;
}

/* Checks that a key can be parsed to a finite number, and that number_key() writes the same key. */
static bool key_is_valid(uint8_t kind, const char *key, size_t length) {
  Label label = {.kind = (LabelKind)kind};
  char own[NUMBER_KEY];
  if (kind == LABEL_TEXT) return length > 0 && key[0] == 't';
  if (kind != LABEL_INTEGER && kind != LABEL_REAL) return false;
  return key_number(key, length, &label) && isfinite(label.real) && number_key(label, own) == length &&
         memcmp(own, key, length) == 0;
}

Status labels_copy(const Labels *from, Labels *labels, Error *error) {
  Status status = STATUS_OK;
  uint32_t number;
  for (uint32_t l = 0; l < from->keys.count && !status; l++)
    status = labels_add(labels, labels_get(from, l), &number, error);
  return status;
}

/* Two that differ only in bytes that are not UTF-8 would be one label. */
static Status add_damaged_key(Labels *labels, Label label, Error *error) {
  size_t known = labels->keys.count;
  uint32_t number;
  Status status = labels_add(labels, label, &number, error);
  if (status || number == known) return status;
  Label same = labels_get(labels, number);
  return error_set(error, STATUS_INVALID, "label %zu is '%.*s' as UTF-8, and so is label %zu, expected labels that "
                   "differ", known + 1, (int)(same.length < 60 ? same.length : 60), same.text, (size_t)number + 1);
}

Status labels_add_key(Labels *labels, uint8_t kind, const char *key, size_t length, Error *error) {
  size_t known = labels->keys.count;
  if (!key_is_valid(kind, key, length)) return error_set(error, STATUS_INVALID, "label %zu is not a value", known + 1);
  Label text = {.kind = LABEL_TEXT, .text = key + 1, .length = length - 1};
  if (kind == LABEL_TEXT && is_damaged(text)) return add_damaged_key(labels, text, error);
  uint32_t number = add_key(labels, kind, key, length);
  if (number == LABELS_NONE) return error_no_memory(error);
  if (number < known) return error_set(error, STATUS_INVALID, "label %zu is there twice", known + 1);
  return STATUS_OK;
}
