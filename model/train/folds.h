/* folds.h -- deals the rows of a table into folds, for cross-validation.
**
** Each label's texts are spread over all folds. All rows of a text are in one fold, so that none is judged by a model
** that knows it; texts are the same if their tokens are. A label whose rows all have one text could not be known by
** the model that judges them, so that these rows are in no fold.
*/
#ifndef CLASSIFY_FOLDS_H
#define CLASSIFY_FOLDS_H

#include "text/corpus.h"

enum { FOLDS = 4, FOLDS_NONE = FOLDS };

typedef struct Folds {
  uint8_t *of;  /* [rows] fold of each row, or FOLDS_NONE */
  size_t dealt; /* rows that are in a fold                */
} Folds; /* all zero: there are none */

/* Meant for small tables: takes time by the square of the rows. */
Status folds_deal(const Corpus *corpus, uint64_t seed, Folds *folds, Error *error);
void folds_free(Folds *folds);

#endif
