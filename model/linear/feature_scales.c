#include "linear/feature_scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float MORE_ROWS = 3.0f; /* A                                */
static const float NGRAMS = 2.0f;    /* k of n-grams and hashed features */

Status feature_counts_new(const SparseRows *rows, FeatureCounts *c, Error *error) {
  size_t repeated = rows->bundles ? rows->features - rows->bundles->first : 0;
  *c = (FeatureCounts){0, calloc(rows->features + 1, sizeof *c->rows_with), calloc(repeated + 1, sizeof *c->seen)};
  if (c->rows_with && c->seen) return STATUS_OK;
  feature_counts_free(c);
  return error_no_memory(error);
}

void feature_counts_free(FeatureCounts *c) {
  free(c->rows_with);
  free(c->seen);
  *c = (FeatureCounts){0};
}

/* Counts a feature that a row may have several times. */
static inline void count_once(size_t feature, size_t first, FeatureCounts *c) {
  c->rows_with[feature] += !c->seen[feature - first];
  c->seen[feature - first] = true;
}

static void count_row(const SparseRows *r, size_t row, FeatureCounts *c) {
  const Bundles *bundles = r->bundles;
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    if (number < r->features && bundles && number >= bundles->first)
      count_once(number, bundles->first, c);
    else if (number < r->features)
      c->rows_with[number]++;
    for (size_t g = 0; b && g < b->count; g++) count_once(bundles->feature[b->begin + g], bundles->first, c);
  }
}

/* Makes `seen` false again. */
static void forget_row(const SparseRows *r, size_t row, FeatureCounts *c) {
  const Bundles *bundles = r->bundles;
  if (!bundles) return;
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    uint32_t number = r->feature[e];
    const Bundle *b = sparse_bundle(r, number);
    if (number < r->features && number >= bundles->first) c->seen[number - bundles->first] = false;
    for (size_t g = 0; b && g < b->count; g++) c->seen[bundles->feature[b->begin + g] - bundles->first] = false;
  }
}

void feature_counts_add(const SparseRows *r, size_t first, size_t end, const uint32_t *targets, uint32_t positive,
                        FeatureCounts *c) {
  for (size_t i = first; i < end; i++) {
    if (targets && targets[i] != positive) continue;
    c->rows++;
    count_row(r, i, c);
    forget_row(r, i, c);
  }
}

void feature_counts_clear(size_t features, FeatureCounts *c) {
  memset(c->rows_with, 0, features * sizeof *c->rows_with);
  c->rows = 0;
}

void feature_counts_move(size_t features, FeatureCounts *from, FeatureCounts *to) {
  for (size_t f = 0; f < features; f++) to->rows_with[f] += from->rows_with[f];
  to->rows += from->rows;
  feature_counts_clear(features, from);
}

void feature_scales_get(size_t features, size_t ngrams, const FeatureCounts *all, const FeatureCounts *with,
                        float *squares) {
  float share = ((float)with->rows + 0.5f) / ((float)all->rows + 1.0f); /* neither 0 nor 1 */
  double sum = 0.0, entries = 0.0;
  for (size_t f = 0; f < features; f++) {
    float a = (float)with->rows_with[f], b = (float)(all->rows_with[f] - with->rows_with[f]);
    squares[f] = fabsf(logf((a / share + MORE_ROWS) / (b / (1.0f - share) + MORE_ROWS)));
    sum += (double)squares[f] * all->rows_with[f];
    entries += all->rows_with[f];
  }
  float factor = sum > 0.0 ? (float)(entries / sum) : 0.0f;
  for (size_t f = 0; f < features; f++) squares[f] *= f < ngrams ? factor : factor * NGRAMS;
}
