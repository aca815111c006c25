#include "teacher/encoder_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "teacher/principal_components.h"

typedef struct WordReading {
  const EncoderWords *asked;
  Strings words;
  EncoderTexts texts;
  float *vectors; /* [words][hidden]              */
  float *mean;    /* [hidden]                     */
  float *basis;   /* [hidden][size]               */
  float *short_vectors; /* [words][size]          */
} WordReading;

static void reading_free(WordReading *r) {
  strings_free(&r->words);
  encoder_texts_free(&r->texts);
  free(r->vectors);
  free(r->mean);
  free(r->basis);
  free(r->short_vectors);
}

/* ---- the words ---------------------------------------------------------------------------- */

static Status add_word(WordReading *r, const char *word, size_t length, Error *error) {
  size_t before = r->words.count;
  if (strings_add(&r->words, word, length) == STRINGS_NONE) return error_no_memory(error);
  if (r->words.count == before) return STATUS_OK;
  return encoder_tokenize(r->asked->encoder, word, length, &r->texts, error);
}

static Status add_table_words(WordReading *r, Error *error) {
  const Strings *words = r->asked->words;
  Status status = STATUS_OK;
  for (uint32_t w = 0; w < words->count && !status; w++) {
    size_t length;
    const char *word = strings_get(words, w, &length);
    status = add_word(r, word, length, error);
  }
  return status;
}

/* An encoder's vocabulary has its most frequent words first. */
static Status add_encoder_words(WordReading *r, Error *error) {
  const EncoderTokenizer *tokenizer = r->asked->encoder->tokenizer;
  Status status = STATUS_OK;
  for (uint32_t id = 0; id < encoder_tokenizer_ids(tokenizer) && r->words.count < r->asked->most && !status; id++) {
    size_t length;
    const char *word = encoder_tokenizer_is_word(tokenizer, id) ? encoder_tokenizer_token(tokenizer, id, &length) : NULL;
    if (word) status = add_word(r, word, length, error);
  }
  return status;
}

/* ---- vectors --------------------------------------------------------------------------------- */

static void take_vector(void *context, size_t text, size_t worker, const float *vector) {
  (void)worker;
  const WordReading *r = context;
  size_t hidden = encoder_size(r->asked->encoder);
  memcpy(r->vectors + text * hidden, vector, hidden * sizeof *vector);
}

static Status allocate(WordReading *r, Error *error) {
  size_t hidden = encoder_size(r->asked->encoder), size = r->asked->size;
  r->vectors = memory_floats(r->words.count * hidden);
  r->mean = memory_floats(hidden);
  r->basis = memory_floats(hidden * size);
  r->short_vectors = memory_floats(r->words.count * size);
  return r->vectors && r->mean && r->basis && r->short_vectors ? STATUS_OK : error_no_memory(error);
}

static Status shorten(WordReading *r, Workers *workers, Error *error) {
  size_t hidden = encoder_size(r->asked->encoder), count = r->words.count;
  Matrix vectors = {r->vectors, count, hidden};
  matrix_add_columns(vectors, r->mean);
  for (size_t i = 0; i < count; i++)
    matrix_add_scaled(hidden, -1.0f / (float)count, r->mean, r->vectors + i * hidden);
  Status status = principal_components(vectors, r->asked->size, r->asked->seed, workers, r->basis, error);
  if (!status) matrix_product(vectors, (Matrix){r->basis, hidden, r->asked->size}, 0.0f, r->short_vectors);
  return status;
}

static Status give_vectors(const WordReading *r, WordVectors *vectors, Error *error) {
  size_t size = r->asked->size;
  Status status = STATUS_OK;
  for (uint32_t w = 0; w < r->words.count && !status; w++) {
    size_t length;
    const char *word = strings_get(&r->words, w, &length);
    status = word_vectors_add(vectors, r->asked->tokenizer, word, length, r->short_vectors + w * size, size, error);
  }
  return status;
}

Status encoder_words_read(const EncoderWords *words, Workers *workers, WordVectors *vectors, Error *error) {
  WordReading r = {.asked = words};
  Status status = add_table_words(&r, error);
  if (!status) status = add_encoder_words(&r, error);
  if (!status) status = allocate(&r, error);
  EncoderSink sink = {&words->encoder->transformer.config.layers, 1, take_vector, &r};
  if (!status) status = encoder_run(words->encoder, &r.texts, workers, sink, error);
  if (!status) status = shorten(&r, workers, error);
  if (!status) status = give_vectors(&r, vectors, error);
  reading_free(&r);
  return status;
}
