/* score.h -- how good predictions are.
**
** Counts pairs of actual and predicted label. F1 of a label is
** 2 true / (actual + predicted); macro-F1 is its mean over the labels that
** occur as either (as scikit-learn's f1_score(average='macro')).
*/
#ifndef CLASSIFY_SCORE_H
#define CLASSIFY_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef struct Score {
  size_t labels, rows, correct;
  size_t *actual, *predicted, *hits; /* [labels] */
} Score;

Status score_new(size_t labels, Score *score, Error *error);
void score_free(Score *score);
void score_clear(Score *score);

/* An actual label past the known ones counts as a row that is wrong. */
void score_add(Score *score, uint32_t actual, uint32_t predicted);

double score_accuracy(const Score *score); /* 0 without rows */
double score_macro_f1(const Score *score); /* 0 without rows */

#endif
