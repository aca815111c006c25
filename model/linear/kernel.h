/* kernel.h -- the kernel of a linear branch (linear.h), row by row: for the files of linear.h's functions.
**
**   words and pairs       a row each, by the number of the feature (tfidf.h)
**   n-grams               a row for each bucket
**   hashed features       the row of a bucket, or of a branch that knows them by name their own
*/
#ifndef CLASSIFY_KERNEL_H
#define CLASSIFY_KERNEL_H

#include "linear/linear.h"

/* Whether one column stands for two labels. */
static inline bool linear_is_binary(const Linear *l) { return l->columns < l->labels; }

static inline size_t linear_kernel_rows(const Linear *l) {
  return tfidf_features(&l->tfidf) + l->buckets + l->hashed.count;
}

#define LINEAR_NO_ROW UINT32_MAX

/* Returns the row of a hashed feature; LINEAR_NO_ROW if it is not known. */
uint32_t linear_hashed_row(const Linear *linear, uint32_t number);

/* Adds the term of a word's n-grams, sum over g of B_g / (2 sqrt(n)), times `scale`, to `to` [columns]. */
void linear_add_buckets(const Linear *linear, const Subwords *subwords, size_t word, float scale, float *to);

#endif
