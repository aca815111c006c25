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
** Rows that have sets of labels are measured in the same way, with these differences:
**
**   a row is right  if its set is the one given (subset accuracy)
**   micro-F1   2 true / (actual + predicted) over all labels together
**   log loss   the mean over rows and labels of -ln p(what the row says of the label)
**   LRAP       label ranking average precision: the mean, over the labels of a row, of the
**              share of its labels among all that are at least as probable; 1 of a row with
**              none or all of the labels; the mean of that over the rows
**   calibration error   of the labels that were given, by their probabilities
**
** All but the calibration error are scikit-learn's, with zero_division=0. Labels are numbers;
** those past the model's own are labels that it does not know: rows may have them, they
** are never predicted, and their probability is 0.
*/
#ifndef CLASSIFY_SCORE_H
#define CLASSIFY_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strings.h"
#include "text/label_sets.h"

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
  double ranking, unknown; /* with sets: sums of the rows', and labels past the model's own, in all rows */
  size_t columns;          /* with sets: labels of the model; else 0                                  */
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

/* A row with a set of labels, and the set that it was given. Borrowed. */
typedef struct ScoreSet {
  size_t labels;              /* that the model knows                                               */
  LabelSet actual, given;     /* actual is sorted; it may have labels past the model's              */
  const float *probabilities; /* [given.count] of those given                                       */
  double ranking; /* the sum over its labels that the model knows of the share of LRAP              */
  double loss;    /* the sum of the log loss over the labels of the model                           */
} ScoreSet;

Status score_add_set(Score *score, const ScoreSet *row, Error *error);

/* The same from counts: that there are rows with sets; then for each label its counts. */
Status score_count_label(Score *score, uint32_t label, const ScoreLabel *counts, Error *error);

/* With sets: makes pairs of each label by itself: the rows that have it and were given it, those that
** have it (predicted: SCORE_ABSENT), those that were given it (actual: SCORE_ABSENT).
*/
#define SCORE_ABSENT UINT32_MAX
Status score_pair_labels(Score *score, Error *error);

/* All are 0 without rows. */
double score_accuracy(const Score *score);
double score_macro_f1(const Score *score);
double score_weighted_f1(const Score *score);
double score_micro_f1(const Score *score);
double score_ranking(const Score *score); /* LRAP */
double score_log_loss(const Score *score);
double score_calibration_error(const Score *score);

double score_precision(const ScoreLabel *label);
double score_recall(const ScoreLabel *label);
double score_f1(const ScoreLabel *label);

/* Pairs by actual label, then by predicted one. */
void score_sort(Score *score);

#endif
