/* feature_scales.h -- how far a support vector machine trusts each feature, before it has seen its own errors.
**
** Of two features that would explain a row, the machine (svm.h) rather takes the one with the larger scale:
**
**   s_f^2 = k_f |r_f| / mean |r|           r_f = ln( (a_f / p + A) / (b_f / (1 - p) + A) )
**
** r_f is naive Bayes' log-count ratio (Wang and Manning 2012): a_f rows with the label and b_f others have the feature,
** p is the share of the rows that have the label. What as many rows of either kind have gets no weight. A = 3 rows more
** are taken to have each feature, with the label as often as all rows do, so that two rows prove little. The mean is
** over all entries of the rows. k is 1 for words and pairs, and 2 for n-grams and hashed features.
*/
#ifndef CLASSIFY_FEATURE_SCALES_H
#define CLASSIFY_FEATURE_SCALES_H

#include "base/status.h"
#include "linear/sparse.h"

typedef struct FeatureScales {
  const SparseRows *rows;
  size_t ngrams;       /* the first feature of which k is 2                         */
  uint32_t *rows_with; /* [features] how many rows have a feature: feature_scales_new() */
} FeatureScales;

/* The rows are borrowed. Threads may share it. */
Status feature_scales_new(const SparseRows *rows, size_t ngrams, FeatureScales *scales, Error *error);
void feature_scales_free(FeatureScales *scales);

/* Sets squares [features] to s_f^2 for the rows with targets[i] == positive against all others. */
void feature_scales_get(const FeatureScales *scales, const uint32_t *targets, uint32_t positive, float *squares);

#endif
