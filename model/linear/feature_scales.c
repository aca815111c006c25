#include "linear/feature_scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float MORE_ROWS = 3.0f; /* A                                 */
static const float NGRAMS = 2.0f;    /* k of n-grams and hashed features */

Status feature_scales_new(const SparseRows *rows, size_t ngrams, FeatureScales *s, Error *error) {
  *s = (FeatureScales){rows, ngrams, calloc(rows->features + 1, sizeof *s->rows_with)};
  if (!s->rows_with) return error_no_memory(error);
  for (size_t i = 0; i < rows->count; i++)
    for (size_t at = rows->begin[i]; at < rows->end[i]; at++) s->rows_with[rows->feature[at]]++;
  return STATUS_OK;
}

void feature_scales_free(FeatureScales *s) {
  free(s->rows_with);
  *s = (FeatureScales){0};
}

/* Sets counts [features] to how many of the positive rows have a feature; returns the number of these rows. */
static size_t count_positive(const SparseRows *r, const uint32_t *targets, uint32_t positive, float *counts) {
  size_t rows = 0;
  memset(counts, 0, r->features * sizeof *counts);
  for (size_t i = 0; i < r->count; i++) {
    if (targets[i] != positive) continue;
    rows++;
    for (size_t at = r->begin[i]; at < r->end[i]; at++) counts[r->feature[at]] += 1.0f;
  }
  return rows;
}

void feature_scales_get(const FeatureScales *s, const uint32_t *targets, uint32_t positive, float *squares) {
  const SparseRows *r = s->rows;
  size_t positives = count_positive(r, targets, positive, squares);
  float share = ((float)positives + 0.5f) / ((float)r->count + 1.0f); /* neither 0 nor 1 */
  double sum = 0.0, entries = 0.0;
  for (size_t f = 0; f < r->features; f++) {
    float with = squares[f], others = (float)s->rows_with[f] - with;
    squares[f] = fabsf(logf((with / share + MORE_ROWS) / (others / (1.0f - share) + MORE_ROWS)));
    sum += (double)squares[f] * s->rows_with[f];
    entries += s->rows_with[f];
  }
  float factor = sum > 0.0 ? (float)(entries / sum) : 0.0f;
  for (size_t f = 0; f < r->features; f++) squares[f] *= f < s->ngrams ? factor : factor * NGRAMS;
}
