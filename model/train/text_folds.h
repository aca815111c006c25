/* text_folds.h -- deals the rows of a table into folds, for cross-validation.
**
** Each label's texts are spread over all folds. All rows of a text are in one fold, so that none is judged by a model
** that knows it; texts are the same if their tokens are. A label whose rows all have one text could not be known by
** the model that judges them, so that these rows are in no fold.
*/
#ifndef CLASSIFY_TEXT_FOLDS_H
#define CLASSIFY_TEXT_FOLDS_H

#include "text/corpus.h"

enum { TEXT_FOLDS = 4, TEXT_FOLDS_NONE = TEXT_FOLDS };

typedef struct TextFolds {
  uint8_t *of;  /* [rows] fold of each row, or TEXT_FOLDS_NONE */
  size_t dealt; /* rows that are in a fold                */
} TextFolds; /* all zero: there are none */

/* Meant for small tables: takes time by the square of the rows. */
Status text_folds_deal(const Corpus *corpus, uint64_t seed, TextFolds *folds, Error *error);
void text_folds_free(TextFolds *folds);

#endif
