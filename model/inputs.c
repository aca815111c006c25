#include "inputs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "memory.h"
#include "step.h"

enum {
  BLOCK = 64,              /* rows worked out by one product */
  MOST_FLOATS = 1 << 24    /* of the rows that are kept: 64 MB */
};

enum { EMPTY, QUEUED, FILLED };

struct Inputs {
  const float *table;   /* [vocabulary][embedding] of the parameters */
  size_t embedding, width, words;
  float *kernel;        /* [embedding][width] W, and w         */
  float *bias;          /* [width]                             */
  float *rows;          /* [words][width]                      */
  atomic_uchar *state;  /* [words]                             */
  pthread_mutex_t mutex; /* of those who fill: */
  uint32_t queue[BLOCK];
  float *vectors;       /* [BLOCK][embedding] */
  float *filled;        /* [BLOCK][width]     */
};

void inputs_free(Inputs *in) {
  if (!in) return;
  pthread_mutex_destroy(&in->mutex);
  free(in->kernel);
  free(in->bias);
  free(in->rows);
  free(in->state);
  free(in->vectors);
  free(in->filled);
  free(in);
}

size_t inputs_width(const Inputs *in) { return in->width; }
bool inputs_keeps(const Inputs *in, uint32_t word) { return word < in->words; }

const float *inputs_find(const Inputs *in, uint32_t word) {
  if (word >= in->words || atomic_load_explicit(&in->state[word], memory_order_acquire) != FILLED) return NULL;
  return in->rows + word * in->width;
}

/* ---- kernel and bias -------------------------------------------------------------- */

/* One direction's share, `at` floats into each row of the kernel. */
static void pack_direction(Inputs *in, const Parameters *p, Tensor first, size_t at) {
  size_t hidden = p->shape.hidden, gates = 3 * hidden;
  const float *kernel = p->tensor[first], *bias = p->tensor[first + 2];
  for (size_t i = 0; i < in->embedding; i++) step_pack_row(hidden, kernel + i * gates, in->kernel + i * in->width + at);
  float *sum = in->filled; /* not in use yet */
  for (size_t j = 0; j < gates; j++) sum[j] = bias[j] + (j < 2 * hidden ? bias[gates + j] : 0.0f);
  step_pack_row(hidden, sum, in->bias + at);
}

static void pack(Inputs *in, const Parameters *p) {
  size_t padded = step_padded(p->shape.hidden), state = shape_state(&p->shape);
  if (padded) {
    pack_direction(in, p, TENSOR_GRU_FORWARD, 0);
    pack_direction(in, p, TENSOR_GRU_BACKWARD, 3 * padded);
  }
  for (size_t i = 0; i < in->embedding && state > 2 * p->shape.hidden; i++)
    in->kernel[i * in->width + 6 * padded] = p->tensor[TENSOR_ATTENTION_KERNEL][2 * p->shape.hidden + i];
}

Status inputs_new(const Parameters *p, Inputs **inputs, Error *error) {
  Inputs *in = calloc(1, sizeof *in);
  if (!in || pthread_mutex_init(&in->mutex, NULL)) {
    free(in);
    return error_no_memory(error);
  }
  in->table = p->tensor[TENSOR_EMBEDDING];
  in->embedding = p->shape.embedding;
  in->width = 6 * step_padded(p->shape.hidden) + 16;
  in->words = MOST_FLOATS / in->width < p->shape.vocabulary ? MOST_FLOATS / in->width : p->shape.vocabulary;
  in->kernel = memory_floats(in->embedding * in->width);
  in->bias = memory_floats(in->width);
  in->rows = calloc(in->words * in->width + 1, sizeof *in->rows); /* takes no memory until it is filled */
  in->state = calloc(in->words + 1, sizeof *in->state);
  in->vectors = memory_floats(BLOCK * in->embedding);
  in->filled = memory_floats(BLOCK * in->width);
  if (!in->kernel || !in->bias || !in->rows || !in->state || !in->vectors || !in->filled) {
    inputs_free(in);
    return error_no_memory(error);
  }
  pack(in, p);
  *inputs = in;
  return STATUS_OK;
}

/* ---- rows --------------------------------------------------------------------------- */

void inputs_compute(const Inputs *in, const float *vectors, size_t count, float *rows) {
  for (size_t i = 0; i < count; i++) memcpy(rows + i * in->width, in->bias, in->width * sizeof *rows);
  matrix_product(count, in->width, in->embedding, vectors, in->embedding, in->kernel, in->width, 1.0f, rows,
                 in->width);
}

static void fill_queued(Inputs *in, size_t count) {
  for (size_t i = 0; i < count; i++)
    memcpy(in->vectors + i * in->embedding, in->table + in->queue[i] * in->embedding, in->embedding * sizeof(float));
  inputs_compute(in, in->vectors, count, in->filled);
  for (size_t i = 0; i < count; i++) {
    memcpy(in->rows + in->queue[i] * in->width, in->filled + i * in->width, in->width * sizeof(float));
    atomic_store_explicit(&in->state[in->queue[i]], FILLED, memory_order_release);
  }
}

void inputs_fill(Inputs *in, const uint32_t *words, size_t count) {
  size_t queued = 0;
  pthread_mutex_lock(&in->mutex);
  for (size_t i = 0; i < count; i++) {
    if (atomic_load_explicit(&in->state[words[i]], memory_order_relaxed) != EMPTY) continue;
    atomic_store_explicit(&in->state[words[i]], QUEUED, memory_order_relaxed);
    in->queue[queued++] = words[i];
    if (queued == BLOCK) {
      fill_queued(in, queued);
      queued = 0;
    }
  }
  if (queued) fill_queued(in, queued);
  pthread_mutex_unlock(&in->mutex);
}
