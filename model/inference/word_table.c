#include "inference/word_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/sizes.h"
#include "inference/gru_step.h"
#include "network/network.h"

enum {
  MOST_FLOATS = 1 << 24, /* of all rows that are kept: 64 MB   */
  BLOCK = 8,             /* neighbouring rows computed together */
  LAST = 16              /* floats that begin with x . w        */
};

struct WordTable {
  const float *vectors;  /* [vocabulary][embedding], the parameters' */
  Padding padding;       /* its word is one of the first two         */
  size_t embedding, width;
  size_t words;          /* the first words, whose rows are kept     */
  float *kernel;         /* [embedding][width] W, and w              */
  float *bias;           /* [width]                                  */
  float *masked;         /* [width] the gates of padding that the GRU does not read */
  float *capitals;       /* [CAPITALS_COUNT][width], without the bias; NULL if they have no row */
  size_t capital_words;  /* the first words, whose rows with capitals are kept */
  _Atomic(float *) *capital_rows; /* [capital_words][CAPITALS_COUNT] each [width + embedding], or NULL */
  _Atomic(float *) *blocks; /* [words / BLOCK, rounded up] each [BLOCK][width], or NULL */
  pthread_mutex_t mutex; /* held while rows are computed             */
};

static void free_all(_Atomic(float *) *rows, size_t count) {
  for (size_t i = 0; rows && i < count; i++) free(atomic_load_explicit(&rows[i], memory_order_relaxed));
  free(rows);
}

static size_t count_blocks(const WordTable *t) { return t->words / BLOCK + 1; }

void word_table_free(WordTable *t) {
  if (!t) return;
  pthread_mutex_destroy(&t->mutex);
  free(t->kernel);
  free(t->bias);
  free(t->masked);
  free(t->capitals);
  free_all(t->capital_rows, t->capital_words * CAPITALS_COUNT);
  free_all(t->blocks, count_blocks(t));
  free(t);
}

size_t word_table_width(const WordTable *t) { return t->width; }
bool word_table_keeps(const WordTable *t, uint32_t word) { return word < t->words; }

const float *word_table_find(const WordTable *t, uint32_t word) {
  if (word >= t->words) return NULL;
  const float *block = atomic_load_explicit(&t->blocks[word / BLOCK], memory_order_acquire);
  return block ? block + word % BLOCK * t->width : NULL;
}

/* ---- kernel and bias -------------------------------------------------------------- */

/* Packs one direction's kernel and bias at column `at` of the table's. */
static void pack_direction(WordTable *t, const Parameters *p, Tensor first, size_t at, float *sum) {
  size_t hidden = p->shape.hidden, gates = 3 * hidden;
  const float *kernel = p->tensor[first], *bias = p->tensor[first + 2];
  for (size_t i = 0; i < t->embedding; i++)
    gru_step_pack_row(hidden, kernel + i * gates, t->kernel + i * t->width + at);
  size_t twice = p->shape.resets_early ? 0 : 2 * hidden; /* gates whose two biases are added */
  for (size_t j = 0; j < gates; j++) sum[j] = bias[j] + (j < twice ? bias[gates + j] : 0.0f);
  gru_step_pack_row(hidden, sum, t->bias + at);
}

/* sum [3 hidden] is scratch. */
static void pack(WordTable *t, const Parameters *p, float *sum) {
  size_t padded = gru_step_padded(p->shape.hidden), state = shape_state(&p->shape);
  if (padded) {
    pack_direction(t, p, TENSOR_GRU_FORWARD, 0, sum);
    pack_direction(t, p, TENSOR_GRU_BACKWARD, 3 * padded, sum);
    padding_gates(p->shape.hidden, sum);
    gru_step_pack_row(p->shape.hidden, sum, t->masked);
    gru_step_pack_row(p->shape.hidden, sum, t->masked + 3 * padded);
  }
  for (size_t i = 0; i < t->embedding && state > 2 * p->shape.hidden; i++)
    t->kernel[i * t->width + 6 * padded] = p->tensor[TENSOR_ATTENTION_KERNEL][2 * p->shape.hidden + i];
}

static bool pack_capitals(WordTable *t, const Parameters *p) {
  EmbeddingWeights embedding = network_embedding(p);
  t->capitals = memory_floats(CAPITALS_COUNT * t->width);
  t->capital_words = smaller(MOST_FLOATS / (CAPITALS_COUNT * (t->width + t->embedding)), t->words);
  t->capital_rows = calloc(t->capital_words * CAPITALS_COUNT + 1, sizeof *t->capital_rows);
  if (!t->capitals || !t->capital_rows) return false;
  memset(t->capitals, 0, CAPITALS_COUNT * t->width * sizeof *t->capitals);
  for (Capitals c = CAPITALS_NONE + 1; c < CAPITALS_COUNT; c++) {
    float *vector = embedding.table + embedding_capitals(&embedding, c) * embedding.size;
    matrix_product((Matrix){vector, 1, t->embedding}, (Matrix){t->kernel, t->embedding, t->width}, 1.0f,
                   t->capitals + c * t->width);
  }
  return true;
}

Status word_table_new(const Parameters *p, WordTable **table, Error *error) {
  WordTable *t = calloc(1, sizeof *t);
  if (!t || pthread_mutex_init(&t->mutex, NULL)) {
    free(t);
    return error_no_memory(error);
  }
  t->vectors = p->tensor[TENSOR_EMBEDDING];
  t->padding = p->shape.padding;
  t->embedding = p->shape.embedding;
  t->width = 6 * gru_step_padded(p->shape.hidden) + LAST;
  t->words = smaller(MOST_FLOATS / t->width, p->shape.vocabulary);
  t->kernel = memory_floats(memory_product(t->embedding, t->width));
  t->bias = memory_floats(t->width);
  t->masked = memory_floats(t->width);
  t->blocks = calloc(count_blocks(t), sizeof *t->blocks);
  float *sum = memory_floats(3 * p->shape.hidden);
  bool made = t->kernel && t->bias && t->masked && t->blocks && sum;
  if (made) pack(t, p, sum);
  if (made && p->shape.shaped && p->shape.buckets) made = pack_capitals(t, p);
  free(sum);
  if (made) {
    *table = t;
    return STATUS_OK;
  }
  word_table_free(t);
  return error_no_memory(error);
}

const float *word_table_capitals(const WordTable *t, Capitals capitals) {
  return t->capitals && capitals ? t->capitals + capitals * t->width : NULL;
}

static void fill_capital_row(const WordTable *t, Capitals capitals, const float *row, const float *vector,
                             const float *added, float *to) {
  matrix_sum_scaled(t->width, 1.0f, row, 1.0f, t->capitals + capitals * t->width, to);
  matrix_sum_scaled(t->embedding, 1.0f, vector, 1.0f, added, to + t->width);
}

const float *word_table_capital_row(WordTable *t, uint32_t word, Capitals capitals, const float *row,
                                    const float *vector, const float *added) {
  if (word >= t->capital_words) return NULL;
  _Atomic(float *) *place = &t->capital_rows[word * CAPITALS_COUNT + capitals];
  float *kept = atomic_load_explicit(place, memory_order_acquire);
  if (kept) return kept;
  pthread_mutex_lock(&t->mutex);
  kept = atomic_load_explicit(place, memory_order_relaxed);
  if (!kept && (kept = memory_aligned(t->width + t->embedding, sizeof *kept)) != NULL) {
    fill_capital_row(t, capitals, row, vector, added, kept);
    atomic_store_explicit(place, kept, memory_order_release);
  }
  pthread_mutex_unlock(&t->mutex);
  return kept;
}

/* ---- rows --------------------------------------------------------------------------- */

void word_table_compute(const WordTable *t, const float *vectors, size_t count, float *rows) {
  for (size_t i = 0; i < count; i++) memcpy(rows + i * t->width, t->bias, t->width * sizeof *rows);
  matrix_product((Matrix){vectors, count, t->embedding}, (Matrix){t->kernel, t->embedding, t->width}, 1.0f, rows);
}

/* The same rows are always computed together, since how BLAS rounds a row depends on that. */
static bool fill(WordTable *t, size_t block) {
  size_t first = block * BLOCK, count = smaller(t->words - first, BLOCK);
  uint32_t padding = t->padding.word;
  float *rows = memory_aligned(count * t->width, sizeof *rows);
  if (!rows) return false;
  word_table_compute(t, t->vectors + first * t->embedding, count, rows);
  if (t->padding.state != PADDING_READ && padding / BLOCK == block)
    memcpy(rows + padding % BLOCK * t->width, t->masked, (t->width - LAST) * sizeof *rows);
  atomic_store_explicit(&t->blocks[block], rows, memory_order_release);
  return true;
}

Status word_table_fill(WordTable *t, const uint32_t *words, size_t count, Error *error) {
  bool filled = true;
  pthread_mutex_lock(&t->mutex);
  for (size_t i = 0; i < count && filled; i++) {
    size_t block = words[i] / BLOCK;
    if (!atomic_load_explicit(&t->blocks[block], memory_order_relaxed)) filled = fill(t, block);
  }
  pthread_mutex_unlock(&t->mutex);
  return filled ? STATUS_OK : error_no_memory(error);
}
