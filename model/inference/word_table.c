#include "inference/word_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "inference/gru_step.h"

enum {
  MOST_FLOATS = 1 << 24, /* of the rows that are kept: 64 MB              */
  BLOCK = 8              /* rows that follow each other and are filled together */
};

struct WordTable {
  const float *table;   /* [vocabulary][embedding] of the parameters */
  size_t embedding, width, words;
  float *kernel;        /* [embedding][width] W, and w         */
  float *bias;          /* [width]                             */
  float *rows;          /* [words][width]                      */
  atomic_bool *filled;  /* [words / BLOCK, rounded up]         */
  pthread_mutex_t mutex; /* of those who fill                  */
};

void word_table_free(WordTable *in) {
  if (!in) return;
  pthread_mutex_destroy(&in->mutex);
  free(in->kernel);
  free(in->bias);
  free(in->rows);
  free(in->filled);
  free(in);
}

size_t word_table_width(const WordTable *in) { return in->width; }
bool word_table_keeps(const WordTable *in, uint32_t word) { return word < in->words; }

const float *word_table_find(const WordTable *in, uint32_t word) {
  if (word >= in->words || !atomic_load_explicit(&in->filled[word / BLOCK], memory_order_acquire)) return NULL;
  return in->rows + word * in->width;
}

/* ---- kernel and bias -------------------------------------------------------------- */

/* One direction's share, `at` floats into each row of the kernel. */
static void pack_direction(WordTable *in, const Parameters *p, Tensor first, size_t at, float *sum) {
  size_t hidden = p->shape.hidden, gates = 3 * hidden;
  const float *kernel = p->tensor[first], *bias = p->tensor[first + 2];
  for (size_t i = 0; i < in->embedding; i++) gru_step_pack_row(hidden, kernel + i * gates, in->kernel + i * in->width + at);
  for (size_t j = 0; j < gates; j++) sum[j] = bias[j] + (j < 2 * hidden ? bias[gates + j] : 0.0f);
  gru_step_pack_row(hidden, sum, in->bias + at);
}

/* sum [3 hidden] is scratch. */
static void pack(WordTable *in, const Parameters *p, float *sum) {
  size_t padded = gru_step_padded(p->shape.hidden), state = shape_state(&p->shape);
  if (padded) {
    pack_direction(in, p, TENSOR_GRU_FORWARD, 0, sum);
    pack_direction(in, p, TENSOR_GRU_BACKWARD, 3 * padded, sum);
  }
  for (size_t i = 0; i < in->embedding && state > 2 * p->shape.hidden; i++)
    in->kernel[i * in->width + 6 * padded] = p->tensor[TENSOR_ATTENTION_KERNEL][2 * p->shape.hidden + i];
}

Status word_table_new(const Parameters *p, WordTable **inputs, Error *error) {
  WordTable *in = calloc(1, sizeof *in);
  if (!in || pthread_mutex_init(&in->mutex, NULL)) {
    free(in);
    return error_no_memory(error);
  }
  in->table = p->tensor[TENSOR_EMBEDDING];
  in->embedding = p->shape.embedding;
  in->width = 6 * gru_step_padded(p->shape.hidden) + 16;
  in->words = MOST_FLOATS / in->width < p->shape.vocabulary ? MOST_FLOATS / in->width : p->shape.vocabulary;
  in->kernel = memory_floats(in->embedding * in->width);
  in->bias = memory_floats(in->width);
  in->rows = calloc(in->words * in->width + 1, sizeof *in->rows); /* takes no memory until it is filled */
  in->filled = calloc(in->words / BLOCK + 1, sizeof *in->filled);
  float *sum = memory_floats(3 * p->shape.hidden);
  bool made = in->kernel && in->bias && in->rows && in->filled && sum;
  if (made) pack(in, p, sum);
  free(sum);
  if (made) {
    *inputs = in;
    return STATUS_OK;
  }
  word_table_free(in);
  return error_no_memory(error);
}

/* ---- rows --------------------------------------------------------------------------- */

void word_table_compute(const WordTable *in, const float *vectors, size_t count, float *rows) {
  for (size_t i = 0; i < count; i++) memcpy(rows + i * in->width, in->bias, in->width * sizeof *rows);
  matrix_product((Matrix){vectors, count, in->embedding}, (Matrix){in->kernel, in->embedding, in->width}, 1.0f, rows);
}

/* Always the same rows together: BLAS rounds a row by those it is worked out with. */
static void fill(WordTable *in, size_t block) {
  size_t first = block * BLOCK, count = in->words - first < BLOCK ? in->words - first : BLOCK;
  word_table_compute(in, in->table + first * in->embedding, count, in->rows + first * in->width);
  atomic_store_explicit(&in->filled[block], true, memory_order_release);
}

void word_table_fill(WordTable *in, const uint32_t *words, size_t count) {
  pthread_mutex_lock(&in->mutex);
  for (size_t i = 0; i < count; i++) {
    size_t block = words[i] / BLOCK;
    if (!atomic_load_explicit(&in->filled[block], memory_order_relaxed)) fill(in, block);
  }
  pthread_mutex_unlock(&in->mutex);
}
