#include "classifier/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void score_free(Score *s) {
  free(s->label);
  free(s->pair);
  strings_free(&s->keys);
  *s = (Score){0};
}

/* ---- rows ----------------------------------------------------------------------- */

static Status reach_label(Score *s, uint32_t label, Error *error) {
  if (!memory_grow(&s->label, &s->label_capacity, (size_t)label + 1, sizeof *s->label)) return error_no_memory(error);
  while (s->labels <= label) s->label[s->labels++] = (ScoreLabel){0};
  return STATUS_OK;
}

static Status find_pair(Score *s, uint32_t actual, uint32_t predicted, ScorePair **pair, Error *error) {
  const uint32_t key[2] = {actual, predicted};
  if (!memory_grow(&s->pair, &s->pair_capacity, s->pairs + 1, sizeof *s->pair)) return error_no_memory(error);
  uint32_t number = strings_add(&s->keys, (const char *)key, sizeof key);
  if (number == STRINGS_NONE) return error_no_memory(error);
  if (number == s->pairs) s->pair[s->pairs++] = (ScorePair){actual, predicted, 0};
  *pair = &s->pair[number];
  return STATUS_OK;
}

Status score_count(Score *s, uint32_t actual, uint32_t predicted, size_t rows, Error *error) {
  ScorePair *pair = NULL;
  Status status = reach_label(s, actual > predicted ? actual : predicted, error);
  if (!status) status = find_pair(s, actual, predicted, &pair, error);
  if (status) return status;
  size_t hits = actual == predicted ? rows : 0;
  pair->rows += rows;
  s->label[actual].actual += rows;
  s->label[predicted].predicted += rows;
  s->label[actual].hits += hits;
  s->rows += rows;
  s->hits += hits;
  return STATUS_OK;
}

static void add_to_bin(Score *s, double confidence, bool hit) {
  size_t place = confidence > 0.0 ? (size_t)(confidence * (double)SCORE_BINS) : 0; /* NaN: the first bin */
  ScoreBin *bin = &s->bin[place < SCORE_BINS ? place : SCORE_BINS - 1];
  bin->rows++;
  bin->hits += hit;
  bin->confidence += confidence;
}

Status score_add(Score *s, uint32_t actual, uint32_t predicted, double confidence, double of_actual, Error *error) {
  Status status = score_count(s, actual, predicted, 1, error);
  if (status) return status;
  add_to_bin(s, confidence, actual == predicted);
  s->loss -= log(fmax(of_actual, SCORE_LEAST));
  return STATUS_OK;
}

static bool is_same_set(const ScoreSet *row) {
  if (row->actual.count != row->given.count) return false;
  for (size_t i = 0; i < row->given.count; i++)
    if (!label_set_has(row->actual, row->given.labels[i])) return false;
  return true;
}

Status score_count_label(Score *s, uint32_t label, const ScoreLabel *counts, Error *error) {
  Status status = reach_label(s, label, error);
  if (status) return status;
  s->label[label].actual += counts->actual;
  s->label[label].predicted += counts->predicted;
  s->label[label].hits += counts->hits;
  return STATUS_OK;
}

/* Adds the share of a row with some labels to the sums of LRAP. */
static void add_ranking(Score *s, const ScoreSet *row, size_t unknown) {
  size_t count = row->actual.count;
  bool all = count - unknown == row->labels;
  s->ranking += count == 0 || all ? 1.0 : row->ranking / (double)count;
  if (count && !all) s->unknown += (double)unknown;
}

Status score_add_set(Score *s, const ScoreSet *row, Error *error) {
  size_t unknown = 0;
  Status status = STATUS_OK;
  for (size_t i = 0; i < row->actual.count && !status; i++) {
    uint32_t label = row->actual.labels[i];
    unknown += label >= row->labels;
    status = score_count_label(s, label, &(ScoreLabel){.actual = 1}, error);
  }
  for (size_t i = 0; i < row->given.count && !status; i++) {
    bool hit = label_set_has(row->actual, row->given.labels[i]);
    status = score_count_label(s, row->given.labels[i], &(ScoreLabel){.predicted = 1, .hits = hit}, error);
    add_to_bin(s, (double)row->probabilities[i], hit);
  }
  if (status) return status;
  s->columns = row->labels;
  s->rows++;
  s->hits += is_same_set(row);
  s->loss += row->loss - (double)unknown * log(SCORE_LEAST);
  add_ranking(s, row, unknown);
  return STATUS_OK;
}

static Status add_label_pair(Score *s, uint32_t actual, uint32_t predicted, size_t rows, Error *error) {
  ScorePair *pair = NULL;
  Status status = rows ? find_pair(s, actual, predicted, &pair, error) : STATUS_OK;
  if (pair) pair->rows = rows;
  return status;
}

Status score_pair_labels(Score *s, Error *error) {
  Status status = STATUS_OK;
  for (uint32_t l = 0; l < s->labels && !status; l++) {
    const ScoreLabel *label = &s->label[l];
    status = add_label_pair(s, l, l, label->hits, error);
    if (!status) status = add_label_pair(s, l, SCORE_ABSENT, label->actual - label->hits, error);
    if (!status) status = add_label_pair(s, SCORE_ABSENT, l, label->predicted - label->hits, error);
  }
  return status;
}

static int by_labels(const void *a, const void *b) {
  const ScorePair *x = a, *y = b;
  if (x->actual != y->actual) return x->actual < y->actual ? -1 : 1;
  return (x->predicted > y->predicted) - (x->predicted < y->predicted);
}

/* The keys are freed, since their numbers are those before sorting. */
void score_sort(Score *s) {
  strings_free(&s->keys);
  if (s->pairs) qsort(s->pair, s->pairs, sizeof *s->pair, by_labels);
}

/* ---- figures -------------------------------------------------------------------- */

static double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

double score_accuracy(const Score *s) { return ratio((double)s->hits, (double)s->rows); }

/* How many labels there are, those that only rows have too. */
static double columns_of(const Score *s) { return (double)(s->labels > s->columns ? s->labels : s->columns); }

double score_log_loss(const Score *s) {
  return ratio(s->loss, (double)s->rows * (s->columns ? columns_of(s) : 1.0));
}

/* A label that the model does not know is behind all others: its share is that of the row's labels among all. */
double score_ranking(const Score *s) {
  return ratio(s->ranking + (s->columns ? s->unknown / columns_of(s) : 0.0), (double)s->rows);
}

double score_precision(const ScoreLabel *l) { return ratio((double)l->hits, (double)l->predicted); }
double score_recall(const ScoreLabel *l) { return ratio((double)l->hits, (double)l->actual); }
double score_f1(const ScoreLabel *l) { return ratio(2.0 * (double)l->hits, (double)l->actual + (double)l->predicted); }

double score_macro_f1(const Score *s) {
  double sum = 0.0, occurring = 0.0;
  for (size_t l = 0; l < s->labels; l++) {
    sum += score_f1(&s->label[l]);
    occurring += s->label[l].actual + s->label[l].predicted > 0;
  }
  return ratio(sum, occurring);
}

double score_weighted_f1(const Score *s) {
  double sum = 0.0, actual = 0.0;
  for (size_t l = 0; l < s->labels; l++) {
    sum += score_f1(&s->label[l]) * (double)s->label[l].actual;
    actual += (double)s->label[l].actual;
  }
  return ratio(sum, actual);
}

double score_micro_f1(const Score *s) {
  ScoreLabel all = {0};
  for (size_t l = 0; l < s->labels; l++) {
    all.actual += s->label[l].actual;
    all.predicted += s->label[l].predicted;
    all.hits += s->label[l].hits;
  }
  return score_f1(&all);
}

double score_calibration_error(const Score *s) {
  double gaps = 0.0, rows = 0.0;
  for (size_t b = 0; b < SCORE_BINS; b++) {
    gaps += fabs((double)s->bin[b].hits - s->bin[b].confidence);
    rows += (double)s->bin[b].rows;
  }
  return ratio(gaps, rows);
}
