/* linear_rows.h -- texts as rows for the support vector machines of a linear branch.
**
** A row has an entry for each word, pair and hashed feature of its text. The n-grams of a word are a bundle (sparse.h)
** that all rows with the word have in common: they would be most of a row.
*/
#ifndef CLASSIFY_LINEAR_ROWS_H
#define CLASSIFY_LINEAR_ROWS_H

#include "base/workers.h"
#include "linear/bundles.h"
#include "linear/linear.h"

/* Rows that are read side by side, before they are put one after another. */
enum { LINEAR_ROWS_AT_ONCE = 1 << 15 };

typedef struct LinearRows {
  size_t *begin;     /* [count + 1] */
  uint32_t *feature; /* [begin[count]] */
  float *value;
  WordBundles words; /* without n-grams: none */
  SparseRows rows;   /* borrows them          */
} LinearRows; /* all zero is none */

/* Reads the texts of a training, by the features of a branch whose kernel has its size already. */
Status linear_rows_read(const Linear *linear, const LinearTraining *training, Workers *workers, LinearRows *rows,
                        Error *error);
void linear_rows_free(LinearRows *rows);

#endif
