/* minibatch.h -- one step of gradient descent, cut into shards.
**
** The texts of a minibatch are cut into a number of shards that depends on
** nothing but the batch size. Workers take shards as they come; each has its
** own scratch, gradient and random numbers. The shards' gradients are then
** added in the order of the shards, so the result is the same to the bit for
** any number of threads.
**
**   1  each shard       forward, loss, backward
**   2  each slice       adds the shards' gradients, sums their squares
**   3  each slice       clips, Adam
**
** A slice is a part of the parameters: a run of the dense ones, and some rows of
** the table of words and n-grams (row_gradients.h).
*/
#ifndef CLASSIFY_MINIBATCH_H
#define CLASSIFY_MINIBATCH_H

#include "base/workers.h"
#include "network/network.h"

typedef struct Minibatch Minibatch;

typedef struct MinibatchOptions {
  size_t batch_size;          /* texts, at most                            */
  float dropout;              /* of network.h                              */
  float word_dropout;         /* share of words read as if not in the vocabulary */
  Lexicon lexicon;            /* its subword list is borrowed                  */
  const float *label_weights; /* [labels] or NULL; borrowed                */
} MinibatchOptions;

/* Parameters are borrowed and changed by each step. */
Status minibatch_new(Parameters *parameters, const MinibatchOptions *options, Minibatch **minibatch,
                     Error *error);
void minibatch_free(Minibatch *minibatch);

typedef struct MinibatchResult {
  double loss;    /* mean over the texts */
  size_t correct; /* of the texts, with dropout on */
} MinibatchResult;

typedef struct MinibatchStep {
  const Text *texts;       /* [count], longest first for speed; borrowed till the next step */
  const uint32_t *targets; /* [count], borrowed as well   */
  size_t count;            /* at most batch_size          */
  float learning_rate;
  uint64_t seed;           /* of this step alone          */
} MinibatchStep;

/* Fills in the next step, or sets *more to false: there is none. `last` is what came of
** the step before (NULL: this is the first). Called between steps, on any thread.
*/
typedef Status MinibatchNext(void *context, const MinibatchResult *last, MinibatchStep *step, bool *more,
                             Error *error);

/* A step whose loss is not finite changes nothing. Nor does one that fails; but an
** interrupt may leave one half made.
*/
Status minibatch_run(Minibatch *minibatch, MinibatchNext *next, void *context, Workers *workers, Error *error);

/* The gradient of the last step, to a block of the parameters' shape: for the tests. */
void minibatch_gradient(const Minibatch *minibatch, Parameters *gradient);

#endif
