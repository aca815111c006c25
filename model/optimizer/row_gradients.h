/* row_gradients.h -- from the gradients of word vectors to those of the table's rows.
**
**   d_row = sum over its terms of factor * d_vector
**
** A word's vector is a sum of rows of the table (embedding.h), so that its gradient is a term
** of the gradient of each of them. Most rows of a minibatch have a single term: their
** gradient is not computed, but read from d_vector.
**
** Row r belongs to slice r % SLICES. Each shard of a minibatch lists its terms by slice. Then
** each slice adds up the terms of its rows, in the order of the shards. Slices share
** nothing, so that each may run on a thread of its own.
*/
#ifndef CLASSIFY_ROW_GRADIENTS_H
#define CLASSIFY_ROW_GRADIENTS_H

#include "network/embedding.h"

enum { SLICES = 8 };

typedef struct RowTerm {
  uint32_t row, word; /* the word is a slot of the batch (batch.h) */
  float factor;
} RowTerm;

/* The terms of one shard. */
typedef struct RowTerms {
  struct RowTermList {
    RowTerm *term; /* [count] */
    size_t count, capacity;
  } slice[SLICES];
  const float *d_vectors; /* [distinct][size], borrowed           */
  float *squares;         /* [distinct], |d_vector|^2             */
  size_t squares_capacity;
} RowTerms; /* all zero is empty */

/* Lists the terms of a batch. d_vectors is borrowed until the next call; memory is reused. */
Status row_terms_fill(RowTerms *terms, const EmbeddingWeights *weights, const Lexicon *lexicon,
                      const Batch *batch, const float *d_vectors, Error *error);
void row_terms_free(RowTerms *terms);

/* The gradient of one row is factor * d. */
typedef struct RowGradient {
  const float *d; /* [size]                                              */
  float *sum;     /* the same as d if there are several terms, else NULL */
  float squares;  /* |d|^2 if there is a single term                     */
  float factor;
  uint32_t row;
} RowGradient;

/* The rows of one slice that have terms. */
typedef struct RowGradients {
  RowGradient *row; /* [count] */
  size_t count, capacity;
  float *sums;      /* [summed][size] */
  size_t summed, sums_capacity;
  uint32_t *place;  /* [rows of the slice] index in `row`; undefined for rows without terms */
} RowGradients;

/* table_rows counts the rows of all slices. */
Status row_gradients_new(RowGradients *rows, size_t table_rows, Error *error);
void row_gradients_free(RowGradients *rows);

/* Clears the rows and reserves memory for `terms` terms, of rows of `size` numbers. */
Status row_gradients_begin(RowGradients *rows, size_t terms, size_t size, Error *error);

/* Adds a shard's terms of slice number `slice`. */
void row_gradients_add(RowGradients *rows, const RowTerms *terms, size_t slice, size_t size);

/* Returns the sum of squares over all gradients. */
double row_gradients_squares(const RowGradients *rows, size_t size);

#endif
