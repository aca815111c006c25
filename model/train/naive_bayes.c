#include "train/naive_bayes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "network/output.h"

enum { ITERATIONS = 12, POLL_ROWS = 1024 };
static const float SMOOTHING = 0.1f; /* added to the count of each word */
static const float LABELLED_WEIGHT = 3.0f, UNLABELLED_WEIGHT = 0.3f;
static const float LOG_ZERO = -1e30f; /* less than any sum of logarithms */

typedef struct NaiveBayes {
  const SparseRows *words;
  const uint32_t *targets;
  size_t labels;
  Workers *workers;
  float *log_prior;      /* [labels] log P(c), up to a constant */
  float *log_likelihood; /* [words][labels] log P(w | c)        */
  float *total;          /* [labels] sums of counts over words  */
  float *responsibility; /* [rows][labels] r_ic                 */
  uint32_t *predicted;   /* [rows]                              */
} NaiveBayes;

static void naive_bayes_free(NaiveBayes *n) {
  free(n->log_prior);
  free(n->log_likelihood);
  free(n->total);
  free(n->responsibility);
}

static Status naive_bayes_new(NaiveBayes *n, Error *error) {
  n->log_prior = memory_floats(n->labels);
  n->log_likelihood = memory_floats(memory_product(n->words->features, n->labels));
  n->total = memory_floats(n->labels);
  n->responsibility = memory_floats(memory_product(n->words->count, n->labels));
  bool ok = n->log_prior && n->log_likelihood && n->total && n->responsibility;
  return ok ? STATUS_OK : error_no_memory(error);
}

static void read_targets(NaiveBayes *n) {
  for (size_t c = 0; c < n->labels; c++) n->log_prior[c] = LOG_ZERO;
  for (size_t i = 0; i < n->words->count; i++) {
    n->predicted[i] = n->targets[i];
    if (n->targets[i] == LABELS_NONE) continue;
    n->log_prior[n->targets[i]] = 0.0f;
    n->responsibility[i * n->labels + n->targets[i]] = LABELLED_WEIGHT;
  }
}

/* Estimates the likelihoods of words. log_likelihood holds counts until they are complete. */
static void maximise(NaiveBayes *n) {
  const SparseRows *w = n->words;
  size_t labels = n->labels, cells = w->features * labels;
  float *count = n->log_likelihood;
  for (size_t i = 0; i < cells; i++) count[i] = SMOOTHING;
  for (size_t i = 0; i < w->count; i++)
    for (size_t e = w->begin[i]; e < w->end[i]; e++)
      matrix_add_scaled(labels, 1.0f, n->responsibility + i * labels, count + w->feature[e] * labels);
  memset(n->total, 0, labels * sizeof *n->total);
  for (size_t f = 0; f < w->features; f++) matrix_add_scaled(labels, 1.0f, count + f * labels, n->total);
  for (size_t i = 0; i < cells; i++) n->log_likelihood[i] = logf(count[i] / n->total[i % labels]);
}

/* posterior [labels] of a row */
static void compute_posterior(const NaiveBayes *n, size_t row, float *posterior) {
  const SparseRows *w = n->words;
  size_t labels = n->labels;
  float damping = 1.0f + (float)(w->end[row] - w->begin[row]) / 10.0f;
  memcpy(posterior, n->log_prior, labels * sizeof *posterior);
  for (size_t e = w->begin[row]; e < w->end[row]; e++)
    matrix_add_scaled(labels, 1.0f, n->log_likelihood + w->feature[e] * labels, posterior);
  for (size_t c = 0; c < labels; c++) posterior[c] /= damping;
  output_softmax(1, labels, posterior, posterior);
}

/* Estimates the labels of rows without one. */
static void expect(NaiveBayes *n) {
  const SparseRows *w = n->words;
  for (size_t i = 0; i < w->count && (i % POLL_ROWS || !workers_stopped(n->workers)); i++) {
    float *responsibility = n->responsibility + i * n->labels;
    if (n->targets[i] != LABELS_NONE) continue;
    compute_posterior(n, i, responsibility);
    if (w->end[i] > w->begin[i]) n->predicted[i] = output_argmax(responsibility, n->labels);
    for (size_t c = 0; c < n->labels; c++) responsibility[c] *= UNLABELLED_WEIGHT;
  }
}

Status naive_bayes_predict(const SparseRows *words, const uint32_t *targets, size_t labels, Workers *workers,
                           uint32_t *predicted, Error *error) {
  NaiveBayes n = {.words = words, .targets = targets, .labels = labels, .workers = workers, .predicted = predicted};
  Status status = naive_bayes_new(&n, error);
  if (!status) read_targets(&n);
  for (int i = 0; i < ITERATIONS && !status && !workers_stopped(workers); i++) {
    maximise(&n);
    expect(&n);
  }
  naive_bayes_free(&n);
  return status;
}
