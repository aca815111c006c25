/* row_gradients.h -- from the gradients of words to those of the table's rows.
**
**   d_row = sum over the row's shares of factor d_word
**
** A word's vector is a sum of rows of the table (embedding.h), so each of these
** has a share in the word's gradient. Most rows of a minibatch have one share:
** then d_row is never written down, only where d_word is.
**
** Rows are dealt out to SLICES slices by their number. Each shard of a minibatch
** lists the shares of its words; then each slice adds up those of its rows, in
** the order of the shards, and updates them. Slices have nothing in common, so
** that each may run on a thread of its own.
*/
#ifndef CLASSIFY_ROW_GRADIENTS_H
#define CLASSIFY_ROW_GRADIENTS_H

#include "network/embedding.h"

enum { SLICES = 8 };

typedef struct RowTerm {
  uint32_t row, word; /* word: of the batch's distinct ones */
  float factor;
} RowTerm;

/* Those of one batch. */
typedef struct RowTerms {
  struct RowTermList {
    RowTerm *share; /* [count] */
    size_t count, capacity;
  } slice[SLICES];
  const float *d_vectors; /* [distinct][size], borrowed  */
  float *squares;         /* [distinct] of d_vectors     */
  size_t squares_capacity;
} RowTerms; /* all zero is empty */

/* Memory is kept from batch to batch. d_vectors is borrowed until the next. */
Status row_terms_fill(RowTerms *shares, const EmbeddingWeights *weights, const Lexicon *lexicon,
                      const Batch *batch, const float *d_vectors, Error *error);
void row_terms_free(RowTerms *shares);

/* A row's gradient is factor d[size]. */
typedef struct RowGradient {
  const float *d;
  float *sum;    /* d itself where there are several shares, else NULL */
  float squares; /* of d, where there is one share                     */
  float factor;
  uint32_t row;
} RowGradient;

/* The rows of one slice that have shares. */
typedef struct RowGradients {
  RowGradient *row; /* [count] */
  size_t count, capacity;
  float *sums;      /* [summed][size] */
  size_t summed, sums_capacity;
  uint32_t *place;  /* [rows of the slice] where in the list, of any value for those not there */
} RowGradients;

/* For a table of so many rows, in all slices. */
Status row_gradients_new(RowGradients *rows, size_t table_rows, Error *error);
void row_gradients_free(RowGradients *rows);

/* Empties the list and makes room for as many shares, of rows of `size` numbers. */
Status row_gradients_begin(RowGradients *rows, size_t shares, size_t size, Error *error);

/* Adds a batch's shares in the rows of slice number `slice`. */
void row_gradients_add(RowGradients *rows, const RowTerms *shares, size_t slice, size_t size);

/* The sum of the squares of all their gradients. */
double row_gradients_squares(const RowGradients *rows, size_t size);

#endif
