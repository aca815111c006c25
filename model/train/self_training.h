/* self_training.h -- pseudo-labels by self-training (Yarowsky 1995) of support vector
** machines, one against the rest for each label.
**
** In round 0 the machines learn from the labelled rows. In each later round they learn from
** the rows that they were most confident of in the round before, too: those with the
** largest margins, as many of each label, and more from round to round. In the last round
** these are up to 0.8 of all rows. Without later rounds it is supervised learning.
*/
#ifndef CLASSIFY_SELF_TRAINING_H
#define CLASSIFY_SELF_TRAINING_H

#include "base/workers.h"
#include "linear/sparse.h"

/* All borrowed. */
typedef struct SelfTraining {
  const SparseRows *rows;
  const uint32_t *targets; /* [rows->count] LABELS_NONE: without a label */
  size_t labels, rounds;   /* rounds: after round 0                      */
  float labelled_cost, pseudo_labelled_cost; /* of a row (svm.h)         */
  uint64_t seed;
} SelfTraining;

/* predicted [rows->count]: a labelled row's own label; the one with the largest margin of
** a row without, among the labels that a labelled row has; LABELS_NONE if that row has no
** entries. Fails only without memory. A long task: it ends early, with predictions that
** mean nothing, when the workers stop.
*/
Status self_training_predict(const SelfTraining *training, Workers *workers, uint32_t *predicted, Error *error);

#endif
