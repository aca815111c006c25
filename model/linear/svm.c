#include "linear/svm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

enum {
  MOST_PASSES = 100,
  POLL_ROWS = 64,
  FIRST_OTHERS = 1000, HASTY_OTHERS = 250, MOST_ROUNDS = 20, /* of a working set; hasty: where time is limited */
  LINE = 16, /* numbers in a cache line */
  ROW_AHEAD = 12, ENTRIES_AHEAD = 8, WEIGHTS_AHEAD = 4, BUNDLES_AHEAD = 2 /* rows that memory is fetched before */
};
static const float WIDE = 0.1f;       /* how far a row outside of the working set may be within its margin */
static const float TOLERANCE = 0.02f; /* largest minus least projected gradient of a pass */

void svm_free(Svm *s) {
  free(s->weights);
  free(s->squares);
  free(s->alpha);
  free(s->lengths);
  free(s->active);
  free(s->sums);
  free(s->numbers);
  *s = (Svm){0};
}

uint64_t svm_bytes(uint64_t rows, uint64_t features, uint64_t bundles) {
  return sizeof(float) * (3 * features + bundles + 3 * rows);
}

Status svm_new(const SparseRows *r, Svm *s, Error *error) {
  *s = (Svm){.weights = calloc(r->features + 1, sizeof *s->weights),
             .squares = malloc((r->features + 1) * sizeof *s->squares),
             .alpha = calloc(r->count + 1, sizeof *s->alpha),
             .lengths = calloc(r->count + 1, sizeof *s->lengths),
             .active = calloc(r->count + 1, sizeof *s->active),
             .numbers = memory_aligned(r->features + (r->bundles ? r->bundles->count : 0) + 1, sizeof *s->numbers),
             .sums = memory_floats(r->bundles ? r->features - r->bundles->first : 0)};
  if (!s->weights || !s->squares || !s->alpha || !s->lengths || !s->active || !s->sums || !s->numbers) {
    svm_free(s);
    return error_no_memory(error);
  }
  for (size_t f = 0; f < r->features; f++) s->squares[f] = 1.0f;
  return STATUS_OK;
}

/* ---- a row ----------------------------------------------------------------------- */

/* Adds up in four sums, which do not wait for each other. */
static float list_sum(const uint32_t *feature, size_t count, const float *w) {
  float sum[4] = {0};
  size_t g = 0;
  for (; g + 4 <= count; g += 4)
    for (size_t k = 0; k < 4; k++) sum[k] += w[feature[g + k]];
  for (; g < count; g++) sum[0] += w[feature[g]];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static float row_margin(const SparseRows *r, const float *w, size_t row) {
  double sum = w[r->features];
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    float weight = number < r->features ? w[number] : 0.0f;
    if (b) weight += b->coefficient * list_sum(r->bundles->feature + b->begin, b->count, w);
    sum += weight * r->value[e];
  }
  return (float)sum;
}

static void row_add(const SparseRows *r, const float *squares, size_t row, float factor, float *w) {
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    float step = factor * r->value[e];
    if (number < r->features) w[number] += step * squares[number];
    if (!b) continue;
    const uint32_t *feature = r->bundles->feature + b->begin;
    step *= b->coefficient;
    for (size_t g = 0; g < b->count; g++) w[feature[g]] += step * squares[feature[g]];
  }
  w[r->features] += factor;
}

/* Adds `value` to the sum of a feature; returns how much that adds to the sum of squares. */
static float add_square(float value, float square, float *sum) {
  float before = *sum;
  *sum += value;
  return value * (2.0f * before + value) * square;
}

/* Returns |x|^2, with the bias' feature. `sums` [features past bundles->first] is zeros, also afterwards. */
static float row_length(const SparseRows *r, const float *squares, size_t row, float *sums) {
  float length = 1.0f;
  const Bundles *bundles = r->bundles;
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    float value = r->value[e];
    if (number < r->features && bundles && number >= bundles->first)
      length += add_square(value, squares[number], &sums[number - bundles->first]);
    else if (number < r->features)
      length += value * value * squares[number];
    for (size_t g = 0; b && g < b->count; g++) {
      uint32_t feature = bundles->feature[b->begin + g];
      length += add_square(value * b->coefficient, squares[feature], &sums[feature - bundles->first]);
    }
  }
  for (size_t e = r->begin[row]; bundles && e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    if (number < r->features && number >= bundles->first) sums[number - bundles->first] = 0.0f;
    for (size_t g = 0; b && g < b->count; g++) sums[bundles->feature[b->begin + g] - bundles->first] = 0.0f;
  }
  return length;
}

void svm_measure(const SparseRows *r, Workers *workers, Svm *s) {
  for (size_t i = 0; i < r->count && (i % POLL_ROWS || !workers_stopped(workers)); i++)
    s->lengths[i] = row_length(r, s->squares, i, s->sums);
}

typedef struct Problem {
  const SparseRows *rows;
  const uint32_t *targets; /* [rows->count] */
  uint32_t positive;
  const float *costs;      /* [rows->count] */
} Problem;

typedef struct Shrinking {
  size_t active;      /* rows that are still looked at                                    */
  float bound;        /* a row leaves if its coefficient is 0 and its gradient above this */
  float least, most;  /* of the projected gradients of a pass                             */
} Shrinking;

/* ---- a pass ---------------------------------------------------------------------- */

static inline void fetch_row(const Problem *p, const Svm *s, size_t row) {
  __builtin_prefetch(&p->rows->begin[row]);
  __builtin_prefetch(&p->rows->end[row]);
  __builtin_prefetch(&p->targets[row]);
  __builtin_prefetch(&p->costs[row]);
  __builtin_prefetch(&s->alpha[row]);
  __builtin_prefetch(&s->lengths[row]);
}

static inline void fetch_entries(const SparseRows *r, size_t row) {
  for (size_t e = r->begin[row]; e < r->end[row]; e += LINE) {
    __builtin_prefetch(&r->feature[e]);
    __builtin_prefetch(&r->value[e]);
  }
}

static inline void fetch_weights(const SparseRows *r, const Svm *s, size_t row) {
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    if (b) __builtin_prefetch(b);
    if (number >= r->features) continue;
    __builtin_prefetch(&s->weights[number]);
    __builtin_prefetch(&s->squares[number]);
  }
}

static inline void fetch_bundles(const SparseRows *r, size_t row) {
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    const Bundle *b = sparse_bundle(r, r->feature[e]);
    if (!b) break; /* they come first */
    __builtin_prefetch(&r->bundles->feature[b->begin]);
    __builtin_prefetch(&r->bundles->feature[b->begin + LINE]);
  }
}

/* The rows come in random order, so that nothing of them is in the cache unless it is asked for. */
static inline void fetch_ahead(const Problem *p, const Svm *s, size_t k, size_t active) {
  if (k + ROW_AHEAD < active) fetch_row(p, s, s->active[k + ROW_AHEAD]);
  if (k + ENTRIES_AHEAD < active) fetch_entries(p->rows, s->active[k + ENTRIES_AHEAD]);
  if (k + WEIGHTS_AHEAD < active) fetch_weights(p->rows, s, s->active[k + WEIGHTS_AHEAD]);
  if (p->rows->bundles && k + BUNDLES_AHEAD < active) fetch_bundles(p->rows, s->active[k + BUNDLES_AHEAD]);
}

/* Visits the active rows once, in their order. */
static void one_pass(const Problem *p, Workers *workers, Svm *s, Shrinking *shrinking) {
  const SparseRows *r = p->rows;
  float least = INFINITY, most = -INFINITY, bound = shrinking->bound;
  size_t active = shrinking->active;
  for (size_t k = 0; k < active && (k % POLL_ROWS || !workers_stopped(workers)); k++) {
    fetch_ahead(p, s, k, active);
    size_t i = s->active[k];
    float y = p->targets[i] == p->positive ? 1.0f : -1.0f, ridge = 0.5f / p->costs[i], before = s->alpha[i];
    float gradient = y * row_margin(r, s->weights, i) - 1.0f + ridge * before;
    if (before == 0.0f && gradient > bound) {
      s->active[k--] = s->active[--active];
      s->active[active] = (uint32_t)i;
      continue;
    }
    float projected = before == 0.0f ? fminf(gradient, 0.0f) : gradient;
    most = fmaxf(most, projected);
    least = fminf(least, projected);
    if (fabsf(projected) < 1e-12f) continue;
    s->alpha[i] = fmaxf(before - gradient / (s->lengths[i] + ridge), 0.0f);
    row_add(r, s->squares, i, (s->alpha[i] - before) * y, s->weights);
  }
  *shrinking = (Shrinking){.active = active, .bound = bound, .least = least, .most = most};
}

/* Visits the first `count` rows of the list, again and again, until they are fitted. */
static void fit_rows(const Problem *p, size_t count, Random *random, Workers *workers, Svm *s) {
  Shrinking shrinking = {.active = count, .bound = INFINITY};
  for (size_t pass = 0; pass < MOST_PASSES && !workers_stopped(workers); pass++) {
    random_shuffle(random, s->active, shrinking.active);
    one_pass(p, workers, s, &shrinking);
    if (time_left(s->time) <= 0.0) break;
    shrinking.bound = shrinking.most > 0.0f ? shrinking.most : INFINITY;
    if (shrinking.most - shrinking.least > TOLERANCE) continue;
    if (shrinking.active == count) break;
    shrinking = (Shrinking){.active = count, .bound = INFINITY}; /* checks all rows once more */
  }
}

void svm_fit(const SparseRows *r, const uint32_t *targets, uint32_t positive, const float *costs,
             uint64_t seed, Workers *workers, Svm *s) {
  Random random = random_stream(seed, RANDOM_SVM, positive);
  Problem problem = {r, targets, positive, costs};
  memset(s->alpha, 0, r->count * sizeof *s->alpha);
  for (size_t i = 0; i < r->count; i++) s->active[i] = (uint32_t)i;
  fit_rows(&problem, r->count, &random, workers, s);
}

/* ---- by a working set --------------------------------------------------------------- */

/* A row that is in the set has a length. */
static void add_to_set(const Problem *p, size_t row, Svm *s, size_t *count) {
  s->lengths[row] = row_length(p->rows, s->squares, row, s->sums);
  s->active[(*count)++] = (uint32_t)row;
}

/* Begins with the rows of the label, and some of all others. */
static size_t begin_set(const Problem *p, Random *random, Workers *workers, Svm *s) {
  size_t others = time_left(s->time) < INFINITY ? HASTY_OTHERS : FIRST_OTHERS;
  size_t rows = p->rows->count, count = 0, apart = rows / others + 1;
  size_t next = (size_t)(random_uniform(random) * (float)apart);
  memset(s->lengths, 0, rows * sizeof *s->lengths);
  memset(s->alpha, 0, rows * sizeof *s->alpha);
  for (size_t i = 0; i < rows && (i % POLL_ROWS || !workers_stopped(workers)); i++) {
    bool drawn = i == next;
    if (drawn) next += apart;
    if (drawn || p->targets[i] == p->positive) add_to_set(p, i, s, &count);
  }
  return count;
}

/* Sets `numbers`: what an entry of each number adds to a margin, if its value is 1. */
static void sum_numbers(const SparseRows *r, const float *w, float *numbers) {
  memcpy(numbers, w, r->features * sizeof *numbers);
  for (size_t b = 0; r->bundles && b < r->bundles->count; b++) {
    const Bundle *bundle = &r->bundles->bundle[b];
    float sum = bundle->coefficient * list_sum(r->bundles->feature + bundle->begin, bundle->count, w);
    if (b < r->bundles->own) numbers[b] += sum;
    else numbers[r->features + b] = sum;
  }
}

/* Adds the rows whose margins are too small; returns how many rows the set has then. */
static size_t widen_set(const Problem *p, size_t count, Workers *workers, Svm *s) {
  const SparseRows *r = p->rows;
  float bias = s->weights[r->features];
  sum_numbers(r, s->weights, s->numbers);
  for (size_t i = 0; i < r->count && (i % POLL_ROWS || !workers_stopped(workers)); i++) {
    if (s->lengths[i] > 0.0f) continue;
    float margin = bias;
    for (size_t e = r->begin[i]; e < r->end[i]; e++) margin += s->numbers[r->feature[e]] * r->value[e];
    if (margin > WIDE - 1.0f) add_to_set(p, i, s, &count); /* all rows of the label are in the set */
  }
  return count;
}

void svm_fit_by_set(const SparseRows *r, const uint32_t *targets, uint32_t positive, const float *costs,
                    uint64_t seed, Workers *workers, Svm *s) {
  Random random = random_stream(seed, RANDOM_SVM, positive);
  Problem problem = {r, targets, positive, costs};
  size_t count = begin_set(&problem, &random, workers, s), before = 0;
  for (size_t round = 0; round < MOST_ROUNDS && count > before && !workers_stopped(workers); round++) {
    fit_rows(&problem, count, &random, workers, s);
    if (time_left(s->time) <= 0.0) break;
    before = count;
    count = widen_set(&problem, count, workers, s);
  }
}
