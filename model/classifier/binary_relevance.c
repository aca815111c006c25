#include "classifier/binary_relevance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/memory.h"
#include "base/number_text.h"

enum {
  NEWTON_STEPS = 30,
  MOST_ANSWERS = 1 << 22 /* that the shared threshold is looked for in, about: 64 MB */
};

static const double PRIOR_ROWS = 10.0; /* that the prior of a scale counts as       */
static const double BIAS_PRIOR = 1.0;  /* the prior's precision of a label's d      */
static const double LEAST = 0.05;      /* that a scale may become, of its prior     */
static const double EXPECTED_ROWS = 10.0; /* that the expected F1 counts as         */
static const double SHARED_ROWS = 3.0; /* that the shared threshold counts as       */
static const double LEAST_SHARE = 0.5; /* that a threshold may be, of the shared one */
static const double LEAST_PRIOR = 0.01, MOST_BIAS = 30.0;
static const double COMMON_BIAS_PRIOR = 0.1; /* the same of the common d            */

void binary_relevance_free(BinaryRelevance *b) {
  free(b->blend);
  free(b->thresholds);
  *b = (BinaryRelevance){0};
}

static Status allocate(size_t labels, BinaryRelevance *b, Error *error) {
  *b = (BinaryRelevance){.labels = labels, .blend = memory_floats(labels * BLEND_SIZE),
                         .thresholds = memory_floats(labels)};
  if (b->blend && b->thresholds) return STATUS_OK;
  binary_relevance_free(b);
  return error_no_memory(error);
}

Status binary_relevance_new(size_t labels, const RelevancePrior *prior, BinaryRelevance *b, Error *error) {
  Status status = allocate(labels, b, error);
  for (size_t c = 0; c < labels && !status; c++) {
    memcpy(b->blend + c * BLEND_SIZE, prior->blend, sizeof prior->blend);
    b->thresholds[c] = prior->threshold;
  }
  return status;
}

/* Sets mean [BLEND_SIZE] over the labels. */
static void mean_blend(const BinaryRelevance *b, double mean[BLEND_SIZE]) {
  for (size_t k = 0; k < BLEND_SIZE; k++) {
    mean[k] = 0.0;
    for (size_t c = 0; c < b->labels; c++) mean[k] += (double)b->blend[c * BLEND_SIZE + k] / (double)b->labels;
  }
}

static float mean_threshold(const BinaryRelevance *b) {
  double mean = 0.0;
  for (size_t c = 0; c < b->labels; c++) mean += (double)b->thresholds[c] / (double)b->labels;
  return (float)mean;
}

void binary_relevance_take(BinaryRelevance *b, const BinaryRelevance *from) {
  double mean[BLEND_SIZE];
  float threshold = mean_threshold(from);
  mean_blend(from, mean);
  for (size_t c = 0; c < b->labels; c++) {
    bool known = c < from->labels;
    b->thresholds[c] = known ? from->thresholds[c] : threshold;
    for (size_t k = 0; k < BLEND_SIZE; k++)
      b->blend[c * BLEND_SIZE + k] = known ? from->blend[c * BLEND_SIZE + k] : (float)mean[k];
  }
}

void binary_relevance_forward(const BinaryRelevance *b, const float *margins, float *logits) {
  for (size_t c = 0; c < b->labels; c++) {
    const float *blend = b->blend + c * BLEND_SIZE;
    logits[c] = blend[BLEND_NETWORK] * logits[c] + blend[BLEND_BIAS];
    if (margins) logits[c] += blend[BLEND_LINEAR] * margins[c];
  }
}

/* ---- calibration ------------------------------------------------------------------------- */

/* One label of the rows, or all labels together. */
typedef struct Fit {
  const RelevanceRows *rows;
  size_t labels, first, end; /* labels first to before end */
  const bool *has;           /* [rows][end - first] */
  double theta[BLEND_SIZE], prior[BLEND_SIZE], precision[BLEND_SIZE];
  double g[BLEND_SIZE], h[BLEND_SIZE][BLEND_SIZE]; /* gradient and Hessian of the loss */
} Fit;

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

static void add_cell(Fit *f, const double x[BLEND_SIZE], bool has) {
  double p = sigmoid(f->theta[0] * x[0] + f->theta[1] * x[1] + f->theta[2] * x[2]), weight = p * (1.0 - p);
  for (size_t i = 0; i < BLEND_SIZE; i++) {
    f->g[i] += (p - (has ? 1.0 : 0.0)) * x[i];
    for (size_t j = 0; j < BLEND_SIZE; j++) f->h[i][j] += weight * x[i] * x[j];
  }
}

static void find_curve(Fit *f) {
  memset(f->h, 0, sizeof f->h);
  for (size_t i = 0; i < BLEND_SIZE; i++) {
    f->g[i] = f->precision[i] * (f->theta[i] - f->prior[i]);
    f->h[i][i] = f->precision[i];
  }
  for (size_t row = 0, cell = 0; row < f->rows->count; row++) {
    const float *network = f->rows->network + row * f->labels, *margins = f->rows->margins;
    for (size_t c = f->first; c < f->end; c++)
      add_cell(f, (double[]){(double)network[c], margins ? (double)margins[row * f->labels + c] : 0.0, 1.0},
               f->has[cell++]);
  }
}

/* Solves h x = g by Gauss without pivots: h is positive definite. */
static void solve(double h[BLEND_SIZE][BLEND_SIZE], double g[BLEND_SIZE], double x[BLEND_SIZE]) {
  for (size_t k = 0; k < BLEND_SIZE; k++)
    for (size_t i = k + 1; i < BLEND_SIZE; i++) {
      double factor = h[i][k] / h[k][k];
      for (size_t j = k; j < BLEND_SIZE; j++) h[i][j] -= factor * h[k][j];
      g[i] -= factor * g[k];
    }
  for (size_t i = BLEND_SIZE; i-- > 0;) {
    x[i] = g[i];
    for (size_t j = i + 1; j < BLEND_SIZE; j++) x[i] -= h[i][j] * x[j];
    x[i] /= h[i][i];
  }
}

/* Minimises the loss from theta on. Steps are held to half of a scale, and to 2 of the bias. */
static void minimise(Fit *f) {
  bool moved = true;
  for (int step = 0; step < NEWTON_STEPS && moved; step++) {
    double move[BLEND_SIZE];
    moved = false;
    find_curve(f);
    solve(f->h, f->g, move);
    for (size_t i = 0; i < BLEND_SIZE; i++) {
      double most = i == BLEND_BIAS ? 2.0 : 0.5 * f->theta[i], size = i == BLEND_BIAS ? 1.0 : f->prior[i];
      f->theta[i] -= fmax(-most, fmin(move[i], most));
      if (i != BLEND_BIAS) f->theta[i] = fmax(f->theta[i], LEAST * f->prior[i]);
      moved = moved || fabs(move[i]) > 1e-4 * size;
    }
    f->theta[BLEND_BIAS] = fmax(-MOST_BIAS, fmin(f->theta[BLEND_BIAS], MOST_BIAS));
  }
}

/* `bias`: the precision of the prior of d. The scales of a file may be anything; a prior is not 0 or below. */
static void set_prior(Fit *f, const double prior[BLEND_SIZE], double bias) {
  for (size_t i = 0; i < BLEND_SIZE; i++) {
    f->theta[i] = f->prior[i] = i == BLEND_BIAS ? prior[i] : fmax(prior[i], LEAST_PRIOR);
    f->precision[i] = i == BLEND_BIAS ? bias : PRIOR_ROWS / (f->prior[i] * f->prior[i]);
  }
}

/* has [rows][end - first] */
static void find_members(const RelevanceRows *rows, size_t first, size_t end, bool *has) {
  for (size_t row = 0; row < rows->count; row++) {
    LabelSet set = label_sets_get(rows->sets, rows->targets[row]);
    bool *cell = has + row * (end - first);
    memset(cell, 0, (end - first) * sizeof *cell);
    for (size_t i = 0; i < set.count; i++)
      if (set.labels[i] >= first && set.labels[i] < end) cell[set.labels[i] - first] = true;
  }
}

/* ---- thresholds ---------------------------------------------------------------------------- */

typedef struct Answer {
  double p, part; /* part of a row that has the label */
} Answer;

static int most_probable_first(const void *a, const void *b) {
  const Answer *x = a, *y = b;
  return x->p == y->p ? (x->part < y->part) - (x->part > y->part) : x->p > y->p ? -1 : 1;
}

/* Returns the threshold of the highest F1: of those between two probabilities the usual one, if it is there, else the
** middle. answers [count] are sorted here.
*/
static float best_threshold(Answer *answers, size_t count, float usual) {
  double total = 0.0, hits = 0.0, best = -1.0, threshold = (double)usual;
  qsort(answers, count, sizeof *answers, most_probable_first);
  for (size_t i = 0; i < count; i++) total += answers[i].part;
  for (size_t i = 0; i < count; i++) {
    double next = i + 1 < count ? answers[i + 1].p : 0.0;
    hits += answers[i].part;
    double f1 = 2.0 * hits / ((double)(i + 1) + total);
    if (answers[i].p <= next || f1 <= best) continue;
    best = f1;
    bool between = (double)usual > next && (double)usual < answers[i].p;
    threshold = between ? (double)usual : 0.5 * (answers[i].p + next);
  }
  return (float)threshold;
}

/* Sets the threshold of the label whose calibration is fitted. */
static float fit_threshold(const Fit *f, float usual, Answer *answers) {
  double positives = 0.0;
  for (size_t row = 0; row < f->rows->count; row++) positives += f->has[row];
  double trust = positives / (positives + EXPECTED_ROWS);
  for (size_t row = 0; row < f->rows->count; row++) {
    size_t cell = row * f->labels + f->first;
    double margin = f->rows->margins ? (double)f->rows->margins[cell] : 0.0;
    double p = sigmoid(f->theta[0] * (double)f->rows->network[cell] + f->theta[1] * margin + f->theta[2]);
    answers[row] = (Answer){p, trust * (f->has[row] ? 1.0 : 0.0) + (1.0 - trust) * p};
  }
  return best_threshold(answers, f->rows->count, usual);
}

static void count_positives(const RelevanceRows *rows, size_t labels, double *positives) {
  for (size_t row = 0; row < rows->count; row++) {
    LabelSet set = label_sets_get(rows->sets, rows->targets[row]);
    for (size_t i = 0; i < set.count; i++)
      if (set.labels[i] < labels) positives[set.labels[i]] += 1.0;
  }
}

/* Sets answers [rows][labels] of every `step`th row by the calibration that is fitted; returns how many there are. */
static size_t list_answers(const BinaryRelevance *b, const RelevanceRows *rows, size_t step, float *logits,
                           Answer *answers) {
  size_t labels = b->labels, listed = 0;
  for (size_t row = 0; row < rows->count; row += step, listed += labels) {
    LabelSet set = label_sets_get(rows->sets, rows->targets[row]);
    Answer *of_row = answers + listed;
    memcpy(logits, rows->network + row * labels, labels * sizeof *logits);
    binary_relevance_forward(b, rows->margins ? rows->margins + row * labels : NULL, logits);
    for (size_t c = 0; c < labels; c++) of_row[c] = (Answer){sigmoid((double)logits[c]), 0.0};
    for (size_t i = 0; i < set.count; i++)
      if (set.labels[i] < labels) of_row[set.labels[i]].part = 1.0;
  }
  return listed;
}

/* Moves each threshold towards the one that all labels share, the more so the fewer rows have the label. */
static Status share_thresholds(BinaryRelevance *b, const RelevanceRows *rows, float usual, Error *error) {
  size_t labels = b->labels, step = 1 + rows->count * labels / MOST_ANSWERS;
  Answer *answers = memory_aligned(memory_product(rows->count / step + 1, labels), sizeof *answers);
  double *positives = calloc(labels, sizeof *positives);
  float *logits = memory_floats(labels);
  Status status = answers && positives && logits ? STATUS_OK : error_no_memory(error);
  if (!status) {
    size_t count = list_answers(b, rows, step, logits, answers);
    double shared = (double)best_threshold(answers, count, usual);
    count_positives(rows, labels, positives);
    for (size_t c = 0; c < labels; c++) {
      double own = positives[c] / (positives[c] + SHARED_ROWS);
      double threshold = own * (double)b->thresholds[c] + (1.0 - own) * shared;
      b->thresholds[c] = (float)fmax(threshold, LEAST_SHARE * shared);
    }
  }
  free(answers);
  free(positives);
  free(logits);
  return status;
}

/* ---- fit ------------------------------------------------------------------------------------- */

/* The prior of a label is the common fit, as far from it as the label was from `mean` before. */
static void fit_labels(BinaryRelevance *b, Fit *f, const double mean[BLEND_SIZE], bool *has, Answer *answers) {
  double common[BLEND_SIZE], prior[BLEND_SIZE];
  memcpy(common, f->theta, sizeof common);
  for (size_t c = 0; c < b->labels; c++) {
    for (size_t k = 0; k < BLEND_SIZE; k++)
      prior[k] = common[k] + (double)b->blend[c * BLEND_SIZE + k] - mean[k];
    f->first = c;
    f->end = c + 1;
    find_members(f->rows, c, c + 1, has);
    set_prior(f, prior, BIAS_PRIOR);
    minimise(f);
    for (size_t k = 0; k < BLEND_SIZE; k++) b->blend[c * BLEND_SIZE + k] = (float)f->theta[k];
    b->thresholds[c] = fit_threshold(f, b->thresholds[c], answers);
  }
}

Status binary_relevance_fit(BinaryRelevance *b, const RelevanceRows *rows, Error *error) {
  double mean[BLEND_SIZE];
  float usual = mean_threshold(b);
  bool *has = memory_aligned(memory_product(rows->count, b->labels) + 1, sizeof *has);
  Answer *answers = memory_aligned(rows->count + 1, sizeof *answers);
  Status status = has && answers ? STATUS_OK : error_no_memory(error);
  if (!status) {
    Fit fit = {.rows = rows, .labels = b->labels, .end = b->labels, .has = has};
    mean_blend(b, mean);
    find_members(rows, 0, b->labels, has);
    set_prior(&fit, mean, COMMON_BIAS_PRIOR);
    minimise(&fit);
    fit_labels(b, &fit, mean, has, answers);
  }
  free(has);
  free(answers);
  return status ? status : share_thresholds(b, rows, usual, error);
}

/* ---- files ----------------------------------------------------------------------------------- */

static const char BLEND[] = "multilabel.blend", THRESHOLDS[] = "multilabel.thresholds";

void binary_relevance_write(const BinaryRelevance *b, SafeTensorsWriter *w) {
  if (!binary_relevance_exists(b)) return;
  safetensors_write_tensor(w, BLEND, DTYPE_F32, (size_t[]){b->labels, BLEND_SIZE}, 2, b->blend);
  safetensors_write_tensor(w, THRESHOLDS, DTYPE_F32, &b->labels, 1, b->thresholds);
}

static Status check_thresholds(const BinaryRelevance *b, Error *error) {
  for (size_t c = 0; c < b->labels; c++)
    if (!(b->thresholds[c] >= 0.0f && b->thresholds[c] <= 1.0f))
      return error_set(error, STATUS_INVALID, "tensor '%s' has %s for label %zu, expected a number from 0 to 1",
                       THRESHOLDS, number_digits((double)b->thresholds[c], 6).text, c);
  return STATUS_OK;
}

Status binary_relevance_read(const SafeTensors *st, const uint8_t *bytes, size_t labels, BinaryRelevance *b,
                             Error *error) {
  const TensorView *blend = NULL, *thresholds = NULL;
  *b = (BinaryRelevance){0};
  Status status = STATUS_OK;
  if (safetensors_find(st, BLEND))
    status = safetensors_require(st, BLEND, DTYPE_F32, (size_t[]){labels, BLEND_SIZE}, 2, &blend, error);
  if (!status && safetensors_find(st, THRESHOLDS))
    status = safetensors_require(st, THRESHOLDS, DTYPE_F32, &labels, 1, &thresholds, error);
  if (!status) status = binary_relevance_new(labels, &(RelevancePrior){{1.0f, 1.0f, 0.0f}, 0.5f}, b, error);
  if (status) return status;
  if (blend)
    status = safetensors_copy_floats(st, bytes, blend, labels * BLEND_SIZE, FINITE_MOST_OF_MODEL, b->blend, error);
  if (!status && thresholds)
    status = safetensors_copy_floats(st, bytes, thresholds, labels, FINITE_MOST_OF_MODEL, b->thresholds, error);
  if (!status) status = check_thresholds(b, error);
  if (status) binary_relevance_free(b);
  return status;
}
