#include "classifier/model_names.h"

#include <stdio.h>
#include <string.h>

#include "network/parameters.h"

static const char *const KEYS[] = {"attention_padding", "format", "gru_padding", "identifier", "markup", "max_tokens",
                                   "multilabel", "padded_length", "padding", "precision", "separator", "shapes",
                                   "tokenize", "truncating", "unknown"};

/* Besides those of parameters.h. The first can be quantised, as those can. */
static const char *const FLOATS[] = {"blend", "keywords.contributions", "linear.bias", "linear.idf", "linear.kernel",
                                     "multilabel.blend", "multilabel.thresholds"};
static const char *const OTHERS[] = {"keywords.counts", "keywords.labels", "keywords.words", "labels.bytes",
                                     "labels.ends", "labels.kinds", "linear.hashed", "linear.pairs.ends",
                                     "linear.pairs.words", "ngrams", "seen", "vocabulary.bytes", "vocabulary.ends"};
static const char KNOWN_TENSORS[] =
    "attention.bias, .kernel; blend; embedding; gru.forward.bias, .kernel, .recurrent_kernel; "
    "the same of gru.backward; keywords.contributions, .counts, .labels, .words; labels.bytes, .ends, .kinds; "
    "linear.bias, .hashed, .idf, .kernel, .pairs.ends, .pairs.words; multilabel.blend, .thresholds; ngrams; "
    "output.bias, .kernel; seen; subwords; vocabulary.bytes, .ends";

enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS, FLOAT_COUNT = sizeof FLOATS / sizeof *FLOATS,
       OTHER_COUNT = sizeof OTHERS / sizeof *OTHERS, PART_COUNT = 3 };

static bool is_name(const char *name, const char *bytes, size_t length) {
  return strlen(name) == length && memcmp(name, bytes, length) == 0;
}

static bool is_one_of(const char *const *names, size_t count, const char *bytes, size_t length) {
  for (size_t i = 0; i < count; i++)
    if (is_name(names[i], bytes, length)) return true;
  return false;
}

static bool is_of_floats(const char *bytes, size_t length) {
  for (Tensor t = 0; t < TENSOR_COUNT; t++)
    if (is_name(parameters_name(t), bytes, length)) return true;
  return is_one_of(FLOATS, FLOAT_COUNT, bytes, length);
}

/* A tensor of floats, or a part of one that is quantised. */
static bool is_float_tensor(const char *bytes, size_t length) {
  static const char *const PARTS[PART_COUNT] = {".codes", ".scales", ".shape"};
  for (size_t i = 0; i < PART_COUNT; i++) {
    size_t part = strlen(PARTS[i]);
    if (length > part && memcmp(bytes + length - part, PARTS[i], part) == 0)
      return is_of_floats(bytes, length - part);
  }
  return is_of_floats(bytes, length);
}

/* Writes the names with commas between them. */
static void list_keys(char *list, size_t size) {
  size_t length = 0;
  for (size_t i = 0; i < KEY_COUNT; i++)
    length += (size_t)snprintf(list + length, size - length, "%s%s", i ? ", " : "", KEYS[i]);
}

static Status not_known(const char *what, const char *bytes, size_t length, const char *known, Error *error) {
  return error_set(error, STATUS_INVALID, "%s '%.*s' is not known (known: %s)", what, (int)(length < 40 ? length : 40),
                   bytes, known);
}

Status model_names_check(const SafeTensors *st, Error *error) {
  size_t length;
  char keys[(size_t)KEY_COUNT * 24];
  list_keys(keys, sizeof keys);
  for (uint32_t i = 0; i < st->keys.count; i++) {
    const char *key = strings_get(&st->keys, i, &length);
    if (!is_one_of(KEYS, KEY_COUNT, key, length)) return not_known("metadata", key, length, keys, error);
  }
  for (uint32_t i = 0; i < st->names.count; i++) {
    const char *name = strings_get(&st->names, i, &length);
    if (!is_float_tensor(name, length) && !is_one_of(OTHERS, OTHER_COUNT, name, length))
      return not_known("tensor", name, length, KNOWN_TENSORS, error);
  }
  return STATUS_OK;
}
