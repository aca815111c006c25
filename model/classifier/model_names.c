#include "classifier/model_names.h"

#include <string.h>

#include "network/parameters.h"

static const char *const KEYS[] = {"attention_padding", "format", "gru_padding", "identifier", "markup", "max_tokens",
                                   "multilabel", "padded_length", "padding", "precision", "separator", "shapes",
                                   "tokenize", "truncating", "unknown"};
#define KNOWN_KEYS "attention_padding, format, gru_padding, identifier, markup, max_tokens, multilabel, padded_length, " \
                   "padding, precision, separator, shapes, tokenize, truncating, unknown"

/* Besides those of parameters.h. The first can be quantised, as those can. */
static const char *const FLOATS[] = {"blend", "keywords.contributions", "linear.bias", "linear.idf", "linear.kernel",
                                     "multilabel.blend", "multilabel.thresholds"};
static const char *const OTHERS[] = {"keywords.counts", "keywords.labels", "keywords.words", "labels.bytes",
                                     "labels.ends", "labels.kinds", "linear.hashed", "linear.pairs.ends",
                                     "linear.pairs.words", "ngrams", "seen", "vocabulary.bytes", "vocabulary.ends"};
#define KNOWN_TENSORS "attention.bias, .kernel; blend; embedding; gru.forward.bias, .kernel, .recurrent_kernel; the same " \
                      "of gru.backward; keywords.contributions, .counts, .labels, .words; labels.bytes, .ends, .kinds; " \
                      "linear.bias, .hashed, .idf, .kernel, .pairs.ends, .pairs.words; multilabel.blend, .thresholds; " \
                      "ngrams; output.bias, .kernel; seen; subwords; vocabulary.bytes, .ends"

#define COUNT(array) (sizeof(array) / sizeof *(array))

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
  return is_one_of(FLOATS, COUNT(FLOATS), bytes, length);
}

/* A tensor of floats, or a part of one that is quantised. */
static bool is_float_tensor(const char *bytes, size_t length) {
  static const char *const PARTS[] = {".codes", ".scales", ".shape"};
  for (size_t i = 0; i < COUNT(PARTS); i++) {
    size_t part = strlen(PARTS[i]);
    if (length > part && memcmp(bytes + length - part, PARTS[i], part) == 0)
      return is_of_floats(bytes, length - part);
  }
  return is_of_floats(bytes, length);
}

static Status not_known(const char *what, const char *bytes, size_t length, const char *known, Error *error) {
  return error_set(error, STATUS_INVALID, "%s '%.*s' is not known (known: %s)", what, (int)(length < 40 ? length : 40),
                   bytes, known);
}

Status model_names_check(const SafeTensors *st, Error *error) {
  size_t length;
  for (uint32_t i = 0; i < st->keys.count; i++) {
    const char *key = strings_get(&st->keys, i, &length);
    if (!is_one_of(KEYS, COUNT(KEYS), key, length)) return not_known("metadata", key, length, KNOWN_KEYS, error);
  }
  for (uint32_t i = 0; i < st->names.count; i++) {
    const char *name = strings_get(&st->names, i, &length);
    if (!is_float_tensor(name, length) && !is_one_of(OTHERS, COUNT(OTHERS), name, length))
      return not_known("tensor", name, length, KNOWN_TENSORS, error);
  }
  return STATUS_OK;
}
