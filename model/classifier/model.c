#include "classifier/model.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/little_endian.h"
#include "base/memory.h"
#include "classifier/model_names.h"

#define FORMAT_NAME "sqlite-classify "
enum { FORMAT_VERSION = 1 };
static const char FORMAT[] = FORMAT_NAME "1";

enum {
  MAX_PADDED = 1 << 16,       /* tokens: each text takes memory for as many, */
  MAX_PADDED_STATES = 1 << 24 /* and for the numbers of their states: 64 MB  */
};

void model_free(Model *m) {
  if (!m) return;
  inference_free(&m->inference);
  parameters_free(&m->parameters);
  linear_free(&m->linear);
  binary_relevance_free(&m->relevance);
  free(m->separator);
  vocabulary_free(&m->vocabulary);
  ngrams_free(&m->ngrams);
  labels_free(&m->labels);
  keywords_free(&m->keywords);
  fingerprints_free(&m->fingerprints);
  free(m->tokenize);
  free(m);
}

Status model_finish(Model *m, Error *error) {
  return inference_new(&m->parameters, m->precision, &m->inference, error);
}

/* Padding before the text counts as positions, so that it stays where attention has a bias. */
void model_set_padding(Model *m) {
  Shape *s = &m->parameters.shape;
  size_t length = 1;
  if (m->vocabulary.words.count) strings_get(&m->vocabulary.words, 0, &length);
  s->padding.word = length == 0;
  bool unread = s->padding.skipped && (s->hidden == 0 || s->padding.state != PADDING_READ);
  m->reading.drops_padding = unread && !(m->reading.pads_before && s->positions);
}

/* ---- writing -------------------------------------------------------------- */

static void write_number(SafeTensorsWriter *w, const char *key, size_t value) {
  char text[32];
  snprintf(text, sizeof text, "%zu", value);
  safetensors_write_metadata(w, key, text);
}

/* A metadatum that is one of a few words, the first of them if it is absent. */
typedef struct Choice {
  const char *key, *words[3], *expected;
} Choice;

static const Choice MARKUP = {"markup", {"none", "html"}, "'none' or 'html'"};
static const Choice PADDING = {"padding", {"post", "pre"}, "'post' or 'pre'"};
static const Choice TRUNCATING = {"truncating", {"post", "pre"}, "'post' or 'pre'"};
static const Choice UNKNOWN = {"unknown", {"read", "skip"}, "'read' or 'skip'"};
static const Choice GRU_PADDING = {"gru_padding", {"read", "carry", "zero"}, "'read', 'carry' or 'zero'"};
static const Choice ATTENTION_PADDING = {"attention_padding", {"read", "skip"}, "'read' or 'skip'"};
static const Choice SHAPES = {"shapes", {"false", "true"}, "'false' or 'true'"};

static const Choice MULTILABEL = {"multilabel", {"false", "true"}, "'true' or 'false'"};

static void write_choice(SafeTensorsWriter *w, const Choice *choice, size_t chosen) {
  if (chosen) safetensors_write_metadata(w, choice->key, choice->words[chosen]);
}

static void write_reading(SafeTensorsWriter *w, const Reading *reading, const Padding *padding) {
  write_number(w, "max_tokens", reading->max_tokens);
  write_number(w, "padded_length", reading->padded_length);
  write_choice(w, &PADDING, reading->pads_before);
  write_choice(w, &TRUNCATING, reading->keeps_last);
  write_choice(w, &UNKNOWN, reading->skips_unknown);
  write_choice(w, &GRU_PADDING, padding->state);
  write_choice(w, &ATTENTION_PADDING, padding->skipped);
}

Status model_write(Model *m, Poll poll, uint8_t **bytes, size_t *size, Error *error) {
  SafeTensorsWriter w = {.poll = poll};
  const Strings *words = &m->vocabulary.words, *labels = &m->labels.keys;
  const float scales[2] = {m->calibration.network, m->calibration.linear};
  safetensors_write_metadata(&w, "format", FORMAT);
  safetensors_write_metadata(&w, "tokenize", m->tokenize);
  write_choice(&w, &MARKUP, m->markup);
  write_reading(&w, &m->reading, &m->parameters.shape.padding);
  if (m->precision == PRECISION_INT8) safetensors_write_metadata(&w, "precision", "int8");
  write_choice(&w, &SHAPES, m->parameters.shape.shaped);
  write_choice(&w, &MULTILABEL, model_is_multilabel(m));
  if (m->separator) safetensors_write_metadata(&w, "separator", m->separator);
  parameters_write(&m->parameters, &m->bits.network, &w);
  if (!model_is_multilabel(m)) safetensors_write_tensor(&w, "blend", DTYPE_F32, &(size_t){2}, 1, scales);
  binary_relevance_write(&m->relevance, &w);
  linear_write(&m->linear, m->bits.linear, &w);
  keywords_write(&m->keywords, &w);
  fingerprints_write(&m->fingerprints, &w);
  ngrams_write(&m->ngrams, "ngrams", &w);
  safetensors_write_tensor(&w, "vocabulary.ends", DTYPE_U32, &words->count, 1, words->end);
  safetensors_write_tensor(&w, "labels.ends", DTYPE_U32, &labels->count, 1, labels->end);
  safetensors_write_tensor(&w, "labels.kinds", DTYPE_U8, &labels->count, 1, m->labels.kinds);
  safetensors_write_tensor(&w, "labels.bytes", DTYPE_U8, &labels->length, 1, labels->bytes);
  safetensors_write_tensor(&w, "vocabulary.bytes", DTYPE_U8, &words->length, 1, words->bytes);
  Status status = safetensors_end(&w, bytes, size, error);
  if (!status) safetensors_stated_identifier(*bytes, *size, m->identifier);
  return status;
}

/* ---- reading -------------------------------------------------------------- */

typedef struct File {
  const uint8_t *bytes;
  SafeTensors st;
  Error *error;
} File;

static Status read_number(const File *f, const char *key, size_t most, size_t *value) {
  const char *text = safetensors_metadata(&f->st, key);
  size_t digits = text ? strspn(text, "0123456789") : 0;
  unsigned long long number = digits ? strtoull(text, NULL, 10) : 0; /* the largest if there are too many */
  if (digits == 0 || text[digits] || number > most)
    return error_set(f->error, STATUS_INVALID, "metadata '%s' is '%.40s', expected a number up to %zu",
                     key, text ? text : "", most);
  *value = (size_t)number;
  return STATUS_OK;
}

static Status read_choice(const File *f, const Choice *choice, size_t *chosen) {
  const char *text = safetensors_metadata(&f->st, choice->key), *const *words = choice->words;
  *chosen = 0;
  if (!text) return STATUS_OK;
  for (size_t i = 0; i < 3 && words[i]; i++) {
    *chosen = i;
    if (strcmp(text, words[i]) == 0) return STATUS_OK;
  }
  return error_set(f->error, STATUS_INVALID, "metadata '%s' is '%.40s', expected %s", choice->key, text,
                   choice->expected);
}

static Status read_reading(const File *f, Reading *reading, Padding *padding) {
  size_t pads_before, keeps_last, skips_unknown, state, skipped;
  Status status = read_number(f, "max_tokens", INT_MAX, &reading->max_tokens);
  size_t most = reading->max_tokens < MAX_PADDED ? reading->max_tokens : MAX_PADDED;
  if (!status) status = read_number(f, "padded_length", most, &reading->padded_length);
  if (!status) status = read_choice(f, &PADDING, &pads_before);
  if (!status) status = read_choice(f, &TRUNCATING, &keeps_last);
  if (!status) status = read_choice(f, &UNKNOWN, &skips_unknown);
  if (!status) status = read_choice(f, &GRU_PADDING, &state);
  if (!status) status = read_choice(f, &ATTENTION_PADDING, &skipped);
  if (status) return status;
  reading->pads_before = pads_before;
  reading->keeps_last = keeps_last;
  reading->skips_unknown = skips_unknown;
  *padding = (Padding){.state = (PaddingState)state, .skipped = skipped};
  return STATUS_OK;
}

static Status find_list(const File *f, const char *name, Dtype dtype, const TensorView **view) {
  return safetensors_require(&f->st, name, dtype, (size_t[]){TENSOR_ANY}, 1, view, f->error);
}

/* A list of strings: string i is at bytes `end of i - 1` .. `end of i`. */
typedef struct StringList {
  const uint8_t *bytes, *ends;
  size_t end_bytes; /* of a number of `ends` */
  size_t count, length;
} StringList;

static Status find_strings(const File *f, const char *bytes_name, const char *ends_name,
                           StringList *list) {
  const TensorView *bytes, *ends;
  Status status = find_list(f, bytes_name, DTYPE_U8, &bytes);
  if (!status) status = find_list(f, ends_name, DTYPE_U32, &ends);
  if (status) return status;
  const uint8_t *data = f->bytes + f->st.header_end;
  *list = (StringList){data + bytes->begin, data + ends->begin, dtype_bytes(ends->dtype), ends->shape[0],
                       bytes->shape[0]};
  return STATUS_OK;
}

static uint32_t list_end(const StringList *list, size_t number) {
  return (uint32_t)little_endian_number(list->ends + number * list->end_bytes, list->end_bytes);
}

static Status list_get(const File *f, const StringList *list, size_t number, const char **bytes,
                       size_t *length) {
  uint32_t start = number ? list_end(list, number - 1) : 0, end = list_end(list, number);
  if (start > end || end > list->length)
    return error_set(f->error, STATUS_INVALID, "string %zu lies at bytes %u to %u of %zu", number,
                     start, end, list->length);
  *bytes = (const char *)list->bytes + start;
  *length = end - start;
  return STATUS_OK;
}

enum { POLL_WORDS = 1 << 14 }; /* that are added between two polls: some ms */

static Status read_vocabulary(const File *f, Model *m) {
  StringList list;
  Status status = find_strings(f, "vocabulary.bytes", "vocabulary.ends", &list);
  if (status) return status;
  if (!strings_reserve(&m->vocabulary.words, list.count, list.length)) return error_no_memory(f->error);
  for (size_t i = 0; i < list.count; i++) {
    const char *word = NULL;
    size_t length = 0;
    status = list_get(f, &list, i, &word, &length);
    if (!status) status = poll_every(f->st.poll, i, POLL_WORDS, f->error);
    if (status) return status;
    uint32_t number = strings_add(&m->vocabulary.words, word, length);
    if (number == STRINGS_NONE) return error_no_memory(f->error);
    if (number != i)
      return error_set(f->error, STATUS_INVALID, "words %u and %zu of the vocabulary are the same",
                       number, i);
  }
  return STATUS_OK;
}

static Status check_padding(const File *f, const Reading *reading, const Shape *shape) {
  size_t most = MAX_PADDED_STATES / shape_state(shape);
  if (reading->padded_length <= most) return STATUS_OK;
  return error_set(f->error, STATUS_INVALID, "metadata 'padded_length' is %zu, expected at most %zu with %zu numbers "
                   "for each token", reading->padded_length, most, shape_state(shape));
}

/* The embedding may have more rows than there are words, but not fewer. */
static Status read_parameters(const File *f, Padding padding, bool shaped, Model *m) {
  const TensorView *ends, *embedding = safetensors_find(&f->st, parameters_name(TENSOR_EMBEDDING));
  Status status = find_list(f, "vocabulary.ends", DTYPE_U32, &ends);
  if (status) return status;
  size_t words = ends->shape[0] + 1;
  if (embedding && embedding->rank == 2 && embedding->shape[0] < words)
    return error_set(f->error, STATUS_INVALID, "the vocabulary has %zu words, its embedding %zu", words,
                     embedding->shape[0]);
  status = parameters_read(&f->st, f->bytes, words, &m->parameters, f->error);
  m->parameters.shape.padding = padding;
  if (status || !shaped) return status;
  m->parameters.shape.shaped = true;
  if (m->parameters.shape.buckets > CAPITALS_ROWS) return STATUS_OK;
  return error_set(f->error, STATUS_INVALID, "tensor 'subwords' has %zu rows, expected more than %d, of capitals, in a "
                   "file with shapes", m->parameters.shape.buckets, CAPITALS_ROWS);
}

/* Each n-gram has a row of subwords, and one of the linear branch if it has n-grams; and so have all others. */
static Status read_ngrams(const File *f, Model *m) {
  Status status = ngrams_read(&f->st, f->bytes, "ngrams", &m->ngrams, f->error);
  size_t rows = shape_ngrams(&m->parameters.shape), weights = m->linear.buckets;
  if (status || !ngrams_exist(&m->ngrams)) return status;
  if (m->ngrams.count + 1 == rows && (weights == 0 || weights == rows)) return STATUS_OK;
  return error_set(f->error, STATUS_INVALID, "there are %zu n-grams, expected one less than rows of 'subwords' (%zu) "
                   "and of n-grams in 'linear.kernel' (%zu)", m->ngrams.count, rows, weights);
}

/* Words with n-grams have vectors of their own, so that none would be left out. */
static Status check_unknown(const File *f, const Model *m) {
  if (!m->reading.skips_unknown || m->parameters.shape.buckets == 0) return STATUS_OK;
  return error_set(f->error, STATUS_INVALID, "metadata 'unknown' is 'skip', expected 'read' in a file with tensor "
                   "'subwords'");
}

static Status read_labels(const File *f, Model *m) {
  StringList list;
  const TensorView *kinds;
  Status status = find_strings(f, "labels.bytes", "labels.ends", &list);
  if (status) return status;
  if (list.count != m->parameters.shape.labels)
    return error_set(f->error, STATUS_INVALID, "there are %zu labels, the output has %zu", list.count,
                     m->parameters.shape.labels);
  status = safetensors_require(&f->st, "labels.kinds", DTYPE_U8, &list.count, 1, &kinds, f->error);
  for (size_t i = 0; i < list.count && !status; i++) {
    const char *key = NULL;
    size_t length = 0;
    uint8_t kind = f->bytes[f->st.header_end + kinds->begin + i];
    status = list_get(f, &list, i, &key, &length);
    if (!status) status = labels_add_key(&m->labels, kind, key, length, f->error);
  }
  return status;
}

static Status read_blend(const File *f, Model *m) {
  const TensorView *view;
  float scales[2] = {1.0f, 1.0f};
  Status status = STATUS_OK;
  if (safetensors_find(&f->st, "blend")) {
    status = safetensors_require(&f->st, "blend", DTYPE_F32, (size_t[]){2}, 1, &view, f->error);
    if (!status) status = safetensors_copy_floats(&f->st, f->bytes, view, 2, FINITE_MOST_OF_MODEL, scales,
                                          f->error);
  }
  m->calibration = (Calibration){scales[0], scales[1]};
  return status;
}

/* How labels are decided on. */
static Status read_decisions(const File *f, Model *m) {
  size_t multilabel;
  const char *separator = safetensors_metadata(&f->st, "separator");
  Status status = read_choice(f, &MULTILABEL, &multilabel);
  if (status || !multilabel) return status ? status : read_blend(f, m);
  if (separator && !*separator)
    return error_set(f->error, STATUS_INVALID, "metadata 'separator' is empty, expected a text");
  m->separator = separator ? strdup(separator) : NULL;
  if (separator && !m->separator) return error_no_memory(f->error);
  return binary_relevance_read(&f->st, f->bytes, m->parameters.shape.labels, &m->relevance, f->error);
}

/* Comes before all else: a file of another format may differ in everything else. */
static Status check_format(const File *f) {
  const char *format = safetensors_metadata(&f->st, "format");
  if (format && strcmp(format, FORMAT) == 0) return STATUS_OK;
  size_t name = strlen(FORMAT_NAME), digits = 0;
  if (format && strncmp(format, FORMAT_NAME, name) == 0) digits = strspn(format + name, "0123456789");
  if (digits == 0 || digits > 9 || format[name + digits])
    return error_set(f->error, STATUS_INVALID, "metadata 'format' is '%.40s', expected '%s'", format ? format : "",
                     FORMAT);
  return error_set(f->error, STATUS_INVALID, "metadata 'format' is '%s', expected '%s': the file was written for %s "
                   "version of sqlite-classify", format, FORMAT,
                   strtol(format + name, NULL, 10) > FORMAT_VERSION ? "a newer" : "an older");
}

static Status read_metadata(const File *f, Model *m, Padding *padding, size_t *shaped) {
  const char *tokenize = safetensors_metadata(&f->st, "tokenize");
  if (!tokenize) return error_set(f->error, STATUS_INVALID, "metadata 'tokenize' is missing");
  m->tokenize = strdup(tokenize);
  if (!m->tokenize) return error_no_memory(f->error);
  size_t markup;
  Status status = read_choice(f, &MARKUP, &markup);
  if (!status) status = read_reading(f, &m->reading, padding);
  if (!status) status = read_choice(f, &SHAPES, shaped);
  m->markup = (Markup)markup;
  const char *precision = safetensors_metadata(&f->st, "precision");
  if (!precision || status) return status;
  m->precision = PRECISION_INT8;
  return strcmp(precision, "int8") == 0 ? STATUS_OK
                                        : error_set(f->error, STATUS_INVALID, "metadata 'precision' is '%.40s', "
                                                    "expected 'int8'", precision);
}

/* A file without an identifier runs too; one that states a wrong one does not. */
static Status check_identifier(const File *f, size_t size, Model *m) {
  char stated[IDENTIFIER_LENGTH + 1];
  if (!safetensors_stated_identifier(f->bytes, size, stated)) return STATUS_OK;
  Status status = safetensors_identify(f->bytes, size, f->st.poll, m->identifier, f->error);
  if (status || strcmp(stated, m->identifier) == 0) return status;
  return error_set(f->error, STATUS_INVALID,
                   "the bytes have changed since their identifier was written; weights that were "
                   "edited on purpose run when 'identifier' is removed from their metadata");
}

Status model_read(const uint8_t *bytes, size_t size, Poll poll, Model **model, Error *error) {
  File f = {.bytes = bytes, .error = error};
  Status status = safetensors_read(bytes, size, size, &f.st, error);
  if (status) return status;
  f.st.poll = poll;
  Padding padding = {0};
  size_t shaped = 0;
  Model *m = calloc(1, sizeof *m);
  if (!m) status = error_no_memory(error);
  if (!status) status = check_format(&f);
  if (!status) status = check_identifier(&f, size, m);
  if (!status) status = model_names_check(&f.st, error);
  if (!status) status = safetensors_unpack(&f.st, bytes, error);
  if (!status) status = read_metadata(&f, m, &padding, &shaped);
  if (!status) status = read_parameters(&f, padding, shaped, m);
  if (!status) status = check_unknown(&f, m);
  if (!status) status = check_padding(&f, &m->reading, &m->parameters.shape);
  if (!status) status = read_decisions(&f, m);
  if (!status)
    status = linear_read(&f.st, bytes, m->parameters.shape.vocabulary, m->parameters.shape.labels,
                         linear_columns(m->parameters.shape.labels, model_is_multilabel(m)), &m->linear, error);
  if (!status)
    status = keywords_read(&f.st, bytes, m->parameters.shape.vocabulary, m->parameters.shape.labels, &m->keywords,
                           error);
  if (!status) status = fingerprints_read(&f.st, bytes, &m->fingerprints, error);
  if (!status) status = read_vocabulary(&f, m);
  if (!status && m->parameters.shape.shaped) status = linear_read_shapes(&m->linear, &m->vocabulary, error);
  if (!status) status = read_ngrams(&f, m);
  if (!status) status = read_labels(&f, m);
  if (!status) model_set_padding(m);
  if (!status) status = model_finish(m, error);
  safetensors_free(&f.st);
  if (status)
    model_free(m);
  else
    *model = m;
  return status;
}

/* ---- texts ---------------------------------------------------------------- */

Status model_tokens(const Model *m, const Tokenizer *tokenizer, const char *text, size_t length,
                    Tokens *tokens, Error *error) {
  bool all = linear_exists(&m->linear) || m->reading.keeps_last || m->reading.skips_unknown;
  TokensOptions options = {.vocabulary = &m->vocabulary, .ngrams = &m->ngrams,
                           .spelled = m->parameters.shape.buckets > 0,
                           .shaped = m->parameters.shape.shaped, .most = all ? SIZE_MAX : m->reading.max_tokens};
  return tokens_add(tokens, &options, tokenizer, text, length, error);
}
