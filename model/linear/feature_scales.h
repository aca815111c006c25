/* feature_scales.h -- how far a support vector machine trusts each feature, before it has seen its own errors.
**
** Of two features that would explain a row, the machine (svm.h) rather takes the one with the larger scale:
**
**   s_f^2 = k_f |r_f| / mean |r|           r_f = ln( (a_f / p + A) / (b_f / (1 - p) + A) )
**
** r_f is naive Bayes' log-count ratio (Wang and Manning 2012): a_f rows with the label and b_f others have the feature,
** p is the share of the rows that have the label. What as many rows of either kind have gets no weight. A = 3 rows more
** are taken to have each feature, with the label as often as all rows do, so that two rows prove little. The mean is
** over all features of all rows. k is 1 for words and pairs, and 2 for n-grams and hashed features.
*/
#ifndef CLASSIFY_FEATURE_SCALES_H
#define CLASSIFY_FEATURE_SCALES_H

#include <stdbool.h>

#include "base/status.h"
#include "linear/sparse.h"

/* How many of some rows have each feature. */
typedef struct FeatureCounts {
  size_t rows;
  uint32_t *rows_with; /* [features] */
  bool *seen;          /* private    */
} FeatureCounts;

/* Makes counts of no rows. */
Status feature_counts_new(const SparseRows *rows, FeatureCounts *counts, Error *error);
void feature_counts_free(FeatureCounts *counts);

/* Adds rows first .. end - 1, or with targets those of them whose target is `positive`. */
void feature_counts_add(const SparseRows *rows, size_t first, size_t end, const uint32_t *targets, uint32_t positive,
                        FeatureCounts *counts);

void feature_counts_clear(size_t features, FeatureCounts *counts);

/* Adds other counts of the same features, and sets these to 0. */
void feature_counts_move(size_t features, FeatureCounts *from, FeatureCounts *to);

/* Sets squares [features] to s_f^2. `all` counts all rows, `with` those that have the label; the n-grams and hashed
** features begin at `ngrams`.
*/
void feature_scales_get(size_t features, size_t ngrams, const FeatureCounts *all, const FeatureCounts *with,
                        float *squares);

#endif
