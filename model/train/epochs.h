/* epochs.h -- passes of the network over the rows that are trained on.
**
** The rows are shuffled for each epoch. Those of a pool of minibatches are sorted by
** length, so that a minibatch has texts of about one length, while its texts still change
** from epoch to epoch. The learning rate rises to its height in the first tenth of all
** steps, then falls to zero.
*/
#ifndef CLASSIFY_EPOCHS_H
#define CLASSIFY_EPOCHS_H

#include "train/training.h"

typedef struct TrainingRows {
  uint32_t *row; /* [count] numbers in the corpus, in the order of the epoch */
  size_t count;
} TrainingRows;

/* Holds what goes on from epoch to epoch: Adam's moments, the place in the schedule. */
typedef struct Epochs Epochs;

Status epochs_new(Training *t, Epochs **epochs, Error *error);
void epochs_free(Epochs *epochs);

/* After the last epoch: frees what learning alone needs, so that only epochs_rows() and epochs_done() may follow. */
void epochs_end(Epochs *epochs);

/* Runs one epoch and fills in the training figures of *t->epoch. A loss that is not finite
** is an error. Where time is out the epoch ends early, after at least one minibatch.
*/
Status epochs_run(Epochs *epochs, Training *t, Error *error);

/* Call one of them when t->rows are set or have changed: epochs_plan() makes a schedule for `count`
** epochs, epochs_plan_last() sets it to where one epoch is left.
*/
Status epochs_plan(Epochs *epochs, const Training *t, size_t count, Error *error);
Status epochs_plan_last(Epochs *epochs, const Training *t, Error *error);

/* Return the progress, on any thread: the rows learned from in all; the epochs done, with a fraction. */
size_t epochs_rows(const Epochs *epochs);
double epochs_done(const Epochs *epochs);

#endif
