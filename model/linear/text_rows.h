/* text_rows.h -- texts as rows of TF-IDF values, without what only one text has: that tells nothing of others. */
#ifndef CLASSIFY_TEXT_ROWS_H
#define CLASSIFY_TEXT_ROWS_H

#include "base/workers.h"
#include "linear/sparse.h"
#include "linear/tfidf.h"

typedef struct TextRows {
  size_t *begin, *end; /* [count]   */
  uint32_t *feature;   /* [entries] */
  float *value;
  SparseRows rows;     /* borrows them */
} TextRows; /* all zero is none */

/* Allocates rows, to be filled in. */
bool text_rows_new(TextRows *rows, size_t count, size_t features, size_t entries);
void text_rows_free(TextRows *rows);

/* Computes a row for each text, by features that were collected from the same texts. Ends early when the workers
** are stopped.
*/
Status text_rows_read(TextRows *rows, const Tfidf *tfidf, const Text *texts, size_t count, Workers *workers,
                      Error *error);

#endif
