#include "network/embedding.h"

#include <math.h>
#include <string.h>

#include "base/matrix.h"

uint32_t embedding_capitals(const EmbeddingWeights *w, Capitals capitals) {
  if (!w->shaped || capitals == CAPITALS_NONE) return 0;
  return (uint32_t)(w->vocabulary + w->buckets + capitals - 1);
}

WordRows embedding_rows(const EmbeddingWeights *w, const Lexicon *lexicon, uint32_t word, Capitals capitals) {
  WordRows rows = {.own = word < w->vocabulary ? word : 0, .capitals = embedding_capitals(w, capitals)};
  if (word < w->vocabulary && (lexicon->folded || !lexicon->subwords)) return rows;
  size_t spelled = word < w->vocabulary ? word : word - w->vocabulary;
  rows.hash = subwords_get(lexicon->subwords, spelled, &rows.count);
  if (rows.count) rows.factor = 1.0f / sqrtf((float)rows.count);
  return rows;
}

/* Adds the sum of a word's n-grams, times `factor`. */
static void add_rows(const EmbeddingWeights *w, const WordRows *rows, float factor, float *out) {
  enum { RUN = 32 };
  uint32_t bucket[RUN];
  for (size_t begin = 0; begin < rows->count; begin += RUN) {
    size_t count = rows->count - begin < RUN ? rows->count - begin : RUN;
    for (size_t g = 0; g < count; g++) bucket[g] = (uint32_t)(rows->hash[begin + g] % w->buckets);
    matrix_add_rows(count, w->size, factor, w->table + w->vocabulary * w->size, bucket, out);
  }
}

void embedding_vector(const EmbeddingWeights *w, const Lexicon *lexicon, uint32_t word, Capitals capitals,
                      float *out) {
  WordRows rows = embedding_rows(w, lexicon, word, capitals);
  memcpy(out, w->table + rows.own * w->size, w->size * sizeof *out);
  add_rows(w, &rows, rows.factor, out);
  if (rows.capitals) matrix_add_scaled(w->size, 1.0f, w->table + rows.capitals * w->size, out);
}

void embedding_forward(const EmbeddingWeights *w, const Lexicon *lexicon, const Batch *batch, float *out) {
  for (size_t u = 0; u < batch->distinct; u++)
    embedding_vector(w, lexicon, batch->word[u], batch_capitals(batch, u), out + u * w->size);
}

void embedding_fold(const EmbeddingWeights *w, const Subwords *subwords, size_t words, float sign) {
  Lexicon lexicon = {.subwords = subwords};
  for (uint32_t word = 1; word < words; word++) {
    WordRows rows = embedding_rows(w, &lexicon, word, CAPITALS_NONE);
    add_rows(w, &rows, sign * rows.factor, w->table + word * w->size);
  }
}

void embedding_spread(const float *vectors, size_t size, const Batch *batch, float *states, size_t stride) {
  for (size_t n = 0; n < batch->tokens; n++)
    memcpy(states + n * stride, vectors + batch->slot[n] * size, size * sizeof *states);
}

void embedding_gather(const float *d_states, size_t stride, size_t size, const Batch *batch, float *d_vectors) {
  for (size_t n = 0; n < batch->tokens; n++) {
    float *to = d_vectors + batch->slot[n] * size;
    const float *from = d_states + n * stride;
    for (size_t j = 0; j < size; j++) to[j] += from[j];
  }
}
