#include "teacher/logistic_regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "network/output.h"

/* Rows are cut into SHARDS, whose gradients are added in their order. A shard is read a block at a time. */
enum { HISTORY = 8, MOST_HALVINGS = 20, SHARDS = 8, BLOCK = 128 };

static const double TOLERANCE = 1e-4; /* of the objective's fall, as a share of it, over two iterations */

typedef struct Fit {
  const LogisticProblem *problem;
  Workers *workers;
  size_t numbers;
  float *at, *gradient;          /* [numbers] where the search is      */
  float *trial, *trial_gradient; /* [numbers] and where it looks       */
  float *direction;              /* [numbers]                          */
  float *steps, *changes;        /* [HISTORY][numbers] of parameters and gradient */
  double curvature[HISTORY];     /* step . change                      */
  size_t remembered;
  float *shard_gradients;        /* [SHARDS][numbers]                  */
  double shard_losses[SHARDS];
  float *scratch;                /* [workers][BLOCK][size + labels]    */
  float *block;                  /* of all of them                     */
} Fit;

size_t logistic_regression_size(const LogisticProblem *p) { return p->labels * (p->size + 1); }

/* ---- memory ---------------------------------------------------------------------------- */

static size_t lay_out(Fit *f, float *block) {
  size_t used = 0, n = f->numbers;
  f->at = memory_take(block, &used, n);
  f->gradient = memory_take(block, &used, n);
  f->trial = memory_take(block, &used, n);
  f->trial_gradient = memory_take(block, &used, n);
  f->direction = memory_take(block, &used, n);
  f->steps = memory_take(block, &used, HISTORY * n);
  f->changes = memory_take(block, &used, HISTORY * n);
  f->shard_gradients = memory_take(block, &used, SHARDS * n);
  f->scratch = memory_take(block, &used, workers_count(f->workers) * BLOCK * (f->problem->size + f->problem->labels));
  return used;
}

static Status fit_new(Fit *f, const LogisticProblem *problem, Workers *workers, Error *error) {
  *f = (Fit){.problem = problem, .workers = workers, .numbers = logistic_regression_size(problem)};
  f->block = memory_floats(lay_out(f, NULL));
  if (!f->block) return error_no_memory(error);
  lay_out(f, f->block);
  return STATUS_OK;
}

/* ---- the objective ------------------------------------------------------------------------ */

/* Adds W x + b of `count` rows to scores. */
static void score_rows(const LogisticProblem *p, const float *parameters, const float *x, size_t count, float *scores) {
  const float *bias = parameters + p->labels * p->size;
  for (size_t i = 0; i < count; i++) memcpy(scores + i * p->labels, bias, p->labels * sizeof *scores);
  matrix_product_bt((Matrix){x, count, p->size}, (Matrix){parameters, p->labels, p->size}, 1.0f, scores);
}

/* Turns scores into the gradient by them, weight (p - t), and returns the loss. */
static double differentiate(const LogisticProblem *p, const uint32_t *rows, size_t count, float *scores) {
  double loss = 0;
  for (size_t i = 0; i < count; i++) {
    float *s = scores + i * p->labels, weight = p->cost * p->weights[rows[i]];
    const float *target = p->targets + rows[i] * p->labels;
    output_softmax(1, p->labels, s, s);
    for (size_t c = 0; c < p->labels; c++) {
      if (target[c] > 0) loss -= (double)weight * (double)target[c] * log(fmax((double)s[c], 1e-30));
      s[c] = weight * (s[c] - target[c]);
    }
  }
  return loss;
}

/* The rows of a shard: their loss, and their gradient by W and b. */
static Status evaluate_shard(void *context, size_t shard, size_t worker, Error *error) {
  (void)error;
  Fit *f = context;
  const LogisticProblem *p = f->problem;
  float *gradient = f->shard_gradients + shard * f->numbers;
  float *x = f->scratch + worker * BLOCK * (p->size + p->labels), *scores = x + BLOCK * p->size;
  size_t begin = p->count * shard / SHARDS, end = p->count * (shard + 1) / SHARDS;
  memset(gradient, 0, f->numbers * sizeof *gradient);
  f->shard_losses[shard] = 0;
  for (size_t i = begin; i < end; i += BLOCK) {
    size_t count = end - i < BLOCK ? end - i : BLOCK;
    for (size_t k = 0; k < count; k++) memcpy(x + k * p->size, p->x + p->rows[i + k] * p->size, p->size * sizeof *x);
    score_rows(p, f->trial, x, count, scores);
    f->shard_losses[shard] += differentiate(p, p->rows + i, count, scores);
    matrix_product_at((Matrix){scores, count, p->labels}, (Matrix){x, count, p->size}, 1.0f, gradient);
    matrix_add_columns((Matrix){scores, count, p->labels}, gradient + p->labels * p->size);
  }
  return STATUS_OK;
}

/* Computes the objective and its gradient at `trial`. */
static Status evaluate(Fit *f, double *value, Error *error) {
  size_t kernel = f->problem->labels * f->problem->size;
  Status status = workers_run(f->workers, SHARDS, evaluate_shard, f, error);
  if (status) return status;
  memset(f->trial_gradient, 0, f->numbers * sizeof *f->trial_gradient);
  memcpy(f->trial_gradient, f->trial, kernel * sizeof *f->trial);
  *value = matrix_squares(kernel, f->trial) / 2;
  for (size_t s = 0; s < SHARDS; s++) {
    *value += f->shard_losses[s];
    matrix_add_scaled(f->numbers, 1.0f, f->shard_gradients + s * f->numbers, f->trial_gradient);
  }
  return STATUS_OK;
}

/* ---- the search ---------------------------------------------------------------------------- */

static double dot(const Fit *f, const float *x, const float *y) {
  double sum = 0;
  for (size_t i = 0; i < f->numbers; i++) sum += (double)x[i] * (double)y[i];
  return sum;
}

/* direction = -H gradient, H being the inverse of the Hessian as the last steps show it. */
static void choose_direction(Fit *f) {
  size_t n = f->numbers, known = f->remembered < HISTORY ? f->remembered : HISTORY;
  double alpha[HISTORY];
  for (size_t i = 0; i < n; i++) f->direction[i] = -f->gradient[i];
  for (size_t k = 1; k <= known; k++) {
    size_t at = (f->remembered - k) % HISTORY;
    alpha[at] = dot(f, f->steps + at * n, f->direction) / f->curvature[at];
    matrix_add_scaled(n, (float)-alpha[at], f->changes + at * n, f->direction);
  }
  if (known) {
    size_t last = (f->remembered - 1) % HISTORY;
    const float *change = f->changes + last * n;
    float scale = (float)(f->curvature[last] / dot(f, change, change));
    for (size_t i = 0; i < n; i++) f->direction[i] *= scale;
  }
  for (size_t k = known; k >= 1; k--) {
    size_t at = (f->remembered - k) % HISTORY;
    double beta = dot(f, f->changes + at * n, f->direction) / f->curvature[at];
    matrix_add_scaled(n, (float)(alpha[at] - beta), f->steps + at * n, f->direction);
  }
}

/* Remembers the step from `at` to `trial`, unless the gradient did not grow along it, and takes it. */
static void take_step(Fit *f) {
  size_t n = f->numbers, slot = f->remembered % HISTORY;
  float *step = f->steps + slot * n, *change = f->changes + slot * n;
  matrix_sum_scaled(n, 1.0f, f->trial, -1.0f, f->at, step);
  matrix_sum_scaled(n, 1.0f, f->trial_gradient, -1.0f, f->gradient, change);
  f->curvature[slot] = dot(f, step, change);
  if (f->curvature[slot] > 1e-12) f->remembered++;
  memcpy(f->at, f->trial, n * sizeof *f->at);
  memcpy(f->gradient, f->trial_gradient, n * sizeof *f->gradient);
}

/* Halves the step until the objective falls enough (Armijo). *moved is false if it never does. */
static Status search_line(Fit *f, double *value, bool *moved, Error *error) {
  double slope = dot(f, f->direction, f->gradient), found = 0;
  double length = f->remembered ? 1.0 : fmin(1.0, 1.0 / sqrt(dot(f, f->gradient, f->gradient)));
  *moved = false;
  for (int i = 0; i < MOST_HALVINGS && !*moved && slope < 0; i++, length /= 2) {
    matrix_sum_scaled(f->numbers, 1.0f, f->at, (float)length, f->direction, f->trial);
    Status status = evaluate(f, &found, error);
    if (status) return status;
    *moved = found <= *value + 1e-4 * length * slope;
  }
  if (*moved) *value = found;
  return STATUS_OK;
}

Status logistic_regression_fit(const LogisticProblem *problem, size_t iterations, Workers *workers, float *parameters,
                               Error *error) {
  Fit f;
  double value = 0, before[2] = {INFINITY, INFINITY};
  bool moved = true; /* and there is time */
  Status status = fit_new(&f, problem, workers, error);
  if (status) return status;
  memcpy(f.trial, parameters, f.numbers * sizeof *parameters);
  status = evaluate(&f, &value, error);
  memcpy(f.at, f.trial, f.numbers * sizeof *f.at);
  memcpy(f.gradient, f.trial_gradient, f.numbers * sizeof *f.gradient);
  for (size_t i = 0; i < iterations && moved && !status && before[1] - value > TOLERANCE * value; i++) {
    before[1] = before[0];
    before[0] = value;
    choose_direction(&f);
    status = search_line(&f, &value, &moved, error);
    if (!status && moved) take_step(&f);
    moved = moved && time_left(problem->time) > 0.0;
  }
  memcpy(parameters, f.at, f.numbers * sizeof *parameters);
  free(f.block);
  return status;
}

/* ---- scores ------------------------------------------------------------------------------------ */

typedef struct Scoring {
  const LogisticProblem *problem;
  const float *parameters;
  size_t count;
  float *scores;
} Scoring;

static Status score_block(void *context, size_t block, size_t worker, Error *error) {
  (void)worker;
  (void)error;
  const Scoring *s = context;
  const LogisticProblem *p = s->problem;
  size_t begin = block * BLOCK, count = s->count - begin < BLOCK ? s->count - begin : BLOCK;
  score_rows(p, s->parameters, p->x + begin * p->size, count, s->scores + begin * p->labels);
  return STATUS_OK;
}

Status logistic_regression_score(const LogisticProblem *problem, const float *parameters, size_t count,
                                 Workers *workers, float *scores, Error *error) {
  Scoring s = {problem, parameters, count, scores};
  return workers_run(workers, (count + BLOCK - 1) / BLOCK, score_block, &s, error);
}
