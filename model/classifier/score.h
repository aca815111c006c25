/* score.h -- how good predictions are, as the field measures it.
**
**   precision  of a label: of the rows that were given it, the share that has it
**   recall     of a label: of the rows that have it, the share that was given it
**   F1         2 true / (actual + predicted), which is their harmonic mean
**   macro-F1   the mean of F1 over the labels that occur, as actual or predicted
**   weighted   the same, weighted by the rows that have each label
**   log loss   the mean of -ln p(actual), with p at least SCORE_LEAST
**   calibration error (ECE; Guo, Pleiss, Sun, Weinberger 2017): predictions fall into
**              bins of equal width by confidence; the mean over all rows of
**              |share right - mean confidence| of the row's bin
**
** All but the last are scikit-learn's, with zero_division=0. Labels are numbers;
** those past the model's own are labels that it does not know: rows may have them, they
** are never predicted, and their probability is 0.
*/
#ifndef CLASSIFY_SCORE_H
#define CLASSIFY_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strings.h"

enum { SCORE_BINS = 15 };
#define SCORE_LEAST 2.220446049250313e-16 /* the epsilon of a double */

typedef struct ScoreLabel {
  size_t actual, predicted, hits; /* rows */
} ScoreLabel;

typedef struct ScoreBin {
  size_t rows, hits;
  double confidence; /* the sum of the rows' */
} ScoreBin;

typedef struct ScorePair {
  uint32_t actual, predicted;
  size_t rows;
} ScorePair;

typedef struct Score {
  size_t rows, hits;
  double loss; /* the sum of the rows' */
  ScoreLabel *label; /* [labels] */
  size_t labels;     /* one more than the highest number that occurred */
  ScoreBin bin[SCORE_BINS];
  ScorePair *pair;   /* [pairs] the confusion matrix without its zeros */
  size_t pairs;
  /* private */
  Strings keys; /* of the pairs */
  size_t label_capacity, pair_capacity;
} Score; /* all zero: no rows */

void score_free(Score *score); /* leaves one without rows */

/* Adds one row, or a number of rows of which only the labels are known. */
Status score_add(Score *score, uint32_t actual, uint32_t predicted, double confidence, double of_actual, Error *error);
Status score_count(Score *score, uint32_t actual, uint32_t predicted, size_t rows, Error *error);

/* All are 0 without rows. */
double score_accuracy(const Score *score);
double score_macro_f1(const Score *score);
double score_weighted_f1(const Score *score);
double score_log_loss(const Score *score);
double score_calibration_error(const Score *score);

double score_precision(const ScoreLabel *label);
double score_recall(const ScoreLabel *label);
double score_f1(const ScoreLabel *label);

/* Pairs by actual label, then by predicted one. */
void score_sort(Score *score);

#endif
