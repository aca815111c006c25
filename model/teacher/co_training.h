/* co_training.h -- guesses labels by two views of a text that correct each other (Blum, Mitchell 1998).
**
** The first view is the features of its sentence vector, read by logistic regression; it knows from few examples
** what texts are about. The second is its words and pairs of words, read by naive Bayes; it learns from many
** texts which words a table uses for a label. Z and N are their scores:
**
**   Z = regression on the labelled rows                       P = softmax(2 Z)
**   five times:
**     Z = regression on all rows, with the targets P
**     from the third time on:  N = naive Bayes of P, each row judged by the others' words
**     P = softmax(log softmax(2 Z) + w log softmax(N))     w is 1/2, or 1 with 20 labels at most and sentence
**                                                          vectors that have not learned from them
**
** Where labels have names (zero_shot.h) these are a third view: each P has the closeness to the names added. If a
** label has fewer than 4 rows, texts are also scored by closeness first, in place of the regression on the labelled
** rows.
**
** The labelled rows keep their labels in P. All other rows together weigh three times as much in the regression
** as the labelled ones, but none more than one of these. In naive Bayes a labelled row counts three times, and N is
** divided by 1 + words / 10, since the words of a text are not independent.
*/
#ifndef CLASSIFY_CO_TRAINING_H
#define CLASSIFY_CO_TRAINING_H

#include <stdbool.h>

#include "base/time_left.h"
#include "base/workers.h"
#include "linear/sparse.h"

/* All borrowed. */
typedef struct CoTraining {
  const float *features;   /* [words->count][size]                               */
  size_t size;
  bool tuned;              /* what made the features has learned from the labels */
  const SparseRows *words; /* their values are not looked at                     */
  const uint32_t *targets; /* [words->count] LABELS_NONE: without a label        */
  size_t labels;
  const float *by_names, *by_centres; /* [words->count][labels] of zero_shot_scores(); NULL: no label has a name */
  const TimeLeft *time;    /* or NULL                                            */
} CoTraining;

/* probabilities [words->count][labels]; 1 for the label of a labelled row. Where time is over there are no more rounds.
** A long task: it ends early, with probabilities that mean nothing, when the workers are stopped.
*/
Status co_training_predict(const CoTraining *training, Workers *workers, float *probabilities, Error *error);

#endif
