#include "linear/svm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { MOST_PASSES = 100, POLL_ROWS = 1024 };
static const float TOLERANCE = 0.02f; /* largest minus least projected gradient of a pass */

void svm_free(Svm *s) {
  free(s->weights);
  free(s->squares);
  free(s->alpha);
  free(s->lengths);
  free(s->active);
  *s = (Svm){0};
}

Status svm_new(const SparseRows *r, Svm *s, Error *error) {
  *s = (Svm){.weights = calloc(r->features + 1, sizeof *s->weights),
             .squares = malloc((r->features + 1) * sizeof *s->squares),
             .alpha = calloc(r->count + 1, sizeof *s->alpha),
             .lengths = calloc(r->count + 1, sizeof *s->lengths),
             .active = calloc(r->count + 1, sizeof *s->active)};
  if (!s->weights || !s->squares || !s->alpha || !s->lengths || !s->active) {
    svm_free(s);
    return error_no_memory(error);
  }
  for (size_t f = 0; f < r->features; f++) s->squares[f] = 1.0f;
  svm_measure(r, s);
  return STATUS_OK;
}

void svm_measure(const SparseRows *r, Svm *s) {
  for (size_t i = 0; i < r->count; i++) {
    s->lengths[i] = 1.0f;
    for (size_t f = r->begin[i]; f < r->end[i]; f++)
      s->lengths[i] += r->value[f] * r->value[f] * s->squares[r->feature[f]];
  }
}

static float row_margin(const SparseRows *r, const float *w, size_t row) {
  double sum = w[r->features];
  for (size_t f = r->begin[row]; f < r->end[row]; f++) sum += w[r->feature[f]] * r->value[f];
  return (float)sum;
}

static void row_add(const SparseRows *r, Svm *s, size_t row, float factor) {
  for (size_t f = r->begin[row]; f < r->end[row]; f++)
    s->weights[r->feature[f]] += factor * s->squares[r->feature[f]] * r->value[f];
  s->weights[r->features] += factor;
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

/* Visits the active rows once, in their order. */
static void one_pass(const Problem *p, Workers *workers, Svm *s, Shrinking *shrinking) {
  const SparseRows *r = p->rows;
  float least = INFINITY, most = -INFINITY, bound = shrinking->bound;
  size_t active = shrinking->active;
  for (size_t k = 0; k < active && (k % POLL_ROWS || !workers_stopped(workers)); k++) {
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
    row_add(r, s, i, (s->alpha[i] - before) * y);
  }
  *shrinking = (Shrinking){.active = active, .bound = bound, .least = least, .most = most};
}

void svm_fit(const SparseRows *r, const uint32_t *targets, uint32_t positive, const float *costs,
             uint64_t seed, Workers *workers, Svm *s) {
  Random random = random_stream(seed, RANDOM_SVM, positive);
  Problem problem = {r, targets, positive, costs};
  Shrinking shrinking = {.active = r->count, .bound = INFINITY};
  memset(s->alpha, 0, r->count * sizeof *s->alpha);
  for (size_t i = 0; i < r->count; i++) s->active[i] = (uint32_t)i;
  for (size_t pass = 0; pass < MOST_PASSES && !workers_stopped(workers); pass++) {
    random_shuffle(&random, s->active, shrinking.active);
    one_pass(&problem, workers, s, &shrinking);
    shrinking.bound = shrinking.most > 0.0f ? shrinking.most : INFINITY;
    if (shrinking.most - shrinking.least > TOLERANCE) continue;
    if (shrinking.active == r->count) break;
    shrinking = (Shrinking){.active = r->count, .bound = INFINITY}; /* checks all rows once more */
  }
}
