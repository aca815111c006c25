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

Status score_add(Score *s, uint32_t actual, uint32_t predicted, double confidence, double of_actual, Error *error) {
  Status status = score_count(s, actual, predicted, 1, error);
  if (status) return status;
  size_t place = confidence > 0.0 ? (size_t)(confidence * (double)SCORE_BINS) : 0; /* NaN: the first bin */
  ScoreBin *bin = &s->bin[place < SCORE_BINS ? place : SCORE_BINS - 1];
  bin->rows++;
  bin->hits += actual == predicted;
  bin->confidence += confidence;
  s->loss -= log(fmax(of_actual, SCORE_LEAST));
  return STATUS_OK;
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
double score_log_loss(const Score *s) { return ratio(s->loss, (double)s->rows); }

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
  double sum = 0.0;
  for (size_t l = 0; l < s->labels; l++) sum += score_f1(&s->label[l]) * (double)s->label[l].actual;
  return ratio(sum, (double)s->rows);
}

double score_calibration_error(const Score *s) {
  double gaps = 0.0, rows = 0.0;
  for (size_t b = 0; b < SCORE_BINS; b++) {
    gaps += fabs((double)s->bin[b].hits - s->bin[b].confidence);
    rows += (double)s->bin[b].rows;
  }
  return ratio(gaps, rows);
}
