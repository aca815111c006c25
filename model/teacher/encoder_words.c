#include "teacher/encoder_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/time_chunks.h"
#include "teacher/principal_components.h"

enum { CHUNK = 64 }; /* words of a thread, at least */

typedef struct WordReading {
  const EncoderWords *asked;
  EncoderTexts texts; /* of the chunk                 */
  TimeChunks chunks;
  float *vectors; /* [words][hidden]              */
  float *mean;    /* [hidden]                     */
  float *basis;   /* [hidden][size]               */
  float *short_vectors; /* [words][size]          */
} WordReading;

static void reading_free(WordReading *r) {
  encoder_texts_free(&r->texts);
  free(r->vectors);
  free(r->mean);
  free(r->basis);
  free(r->short_vectors);
}

/* ---- the words ---------------------------------------------------------------------------- */

static Status tokenize_words(WordReading *r, Error *error) {
  Status status = STATUS_OK;
  encoder_texts_clear(&r->texts);
  for (size_t w = r->chunks.begin; w < r->chunks.end && !status; w++) {
    size_t length;
    const char *word = strings_get(r->asked->words, (uint32_t)w, &length);
    status = encoder_tokenize(r->asked->encoder, word, length, &r->texts, error);
  }
  return status;
}

/* ---- vectors --------------------------------------------------------------------------------- */

static void take_vector(void *context, size_t text, size_t worker, const float *vector) {
  (void)worker;
  const WordReading *r = context;
  size_t hidden = encoder_size(r->asked->encoder);
  memcpy(r->vectors + (r->chunks.begin + text) * hidden, vector, hidden * sizeof *vector);
  if (r->asked->done) atomic_fetch_add(r->asked->done, 1);
}

static Status allocate(WordReading *r, Error *error) {
  size_t hidden = encoder_size(r->asked->encoder), size = r->asked->size;
  r->vectors = memory_floats(memory_product(r->asked->words->count, hidden));
  r->mean = memory_floats(hidden);
  r->basis = memory_floats(memory_product(hidden, size));
  r->short_vectors = memory_floats(memory_product(r->asked->words->count, size));
  return r->vectors && r->mean && r->basis && r->short_vectors ? STATUS_OK : error_no_memory(error);
}

static Status read_words(WordReading *r, Workers *workers, Error *error) {
  const Encoder *encoder = r->asked->encoder;
  EncoderSink sink = {&encoder->transformer.config.layers, 1, take_vector, r};
  Status status = STATUS_OK;
  while (!status && time_chunks_next(&r->chunks)) {
    status = tokenize_words(r, error);
    if (!status) status = encoder_run(encoder, &r->texts, workers, sink, error);
  }
  return status;
}

static Status shorten(WordReading *r, Workers *workers, Error *error) {
  size_t hidden = encoder_size(r->asked->encoder), count = r->chunks.end;
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
  for (size_t w = 0; w < r->chunks.end && !status; w++) {
    size_t length;
    const char *word = strings_get(r->asked->words, (uint32_t)w, &length);
    status = word_vectors_add(vectors, r->asked->tokenizer, word, length, r->short_vectors + w * size, size, error);
  }
  return status;
}

Status encoder_words_read(const EncoderWords *words, Workers *workers, WordVectors *vectors, Error *error) {
  WordReading r = {.asked = words};
  r.chunks = (TimeChunks){.time = words->time, .count = words->words->count, .least = CHUNK * workers_count(workers)};
  Status status = allocate(&r, error);
  if (!status) status = read_words(&r, workers, error);
  if (!status) status = shorten(&r, workers, error);
  if (!status) status = give_vectors(&r, vectors, error);
  reading_free(&r);
  return status;
}
