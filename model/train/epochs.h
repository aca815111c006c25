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

/* With Adam's moments and the place in the schedule, which go on from epoch to epoch. */
typedef struct Epochs Epochs;

Status epochs_new(Training *t, Epochs **epochs, Error *error);
void epochs_free(Epochs *epochs);

/* One epoch: fills in what *t->epoch says of training. A loss that is not finite is an
** error. Ends early, after one minibatch at the least, where time is out.
*/
Status epochs_run(Epochs *epochs, Training *t, Error *error);

/* The rows are known, or others than before: plans the schedule for so many epochs, or
** sets it to where one epoch is left of it.
*/
Status epochs_plan(Epochs *epochs, const Training *t, size_t count, Error *error);
Status epochs_plan_last(Epochs *epochs, const Training *t, Error *error);

/* How far they are, on any thread: rows learned from in all, and epochs with a fraction. */
size_t epochs_rows(const Epochs *epochs);
double epochs_done(const Epochs *epochs);

#endif
