/* minibatch.h -- steps of minibatch gradient descent, on several threads.
**
** The texts of a minibatch are divided into shards, the parameters into slices. A step has
** three phases:
**
**   1  for each shard       forward pass, loss, backward pass
**   2  for each slice       the sum of the shards' gradients, and its sum of squares
**   3  for each slice       clipping, Adam
**
** A slice is a range of the dense parameters and some rows of the embedding's table
** (row_gradients.h). The number of shards depends on the batch size only, each shard has its
** own random numbers, and gradients are added in the order of the shards: so the result is
** the same to the bit for any number of threads.
*/
#ifndef CLASSIFY_MINIBATCH_H
#define CLASSIFY_MINIBATCH_H

#include "base/workers.h"
#include "network/network.h"

typedef struct Minibatch Minibatch;

typedef struct MinibatchOptions {
  size_t batch_size;          /* texts in a minibatch, at most                         */
  float dropout;              /* the rate of network.h                                 */
  float word_dropout;         /* fraction of words read as if not in the vocabulary    */
  Lexicon lexicon;            /* its subword list is borrowed                          */
  const float *label_weights; /* [labels] or NULL (output.h); borrowed                 */
  const LabelSets *sets;      /* the same                                              */
  Poll poll;                  /* of the caller, while the minibatch is made; or empty  */
} MinibatchOptions;

/* The parameters are borrowed; each step changes them. */
Status minibatch_new(Parameters *parameters, const MinibatchOptions *options, Minibatch **minibatch, Error *error);
void minibatch_free(Minibatch *minibatch);

/* Returns the number of shards, and sets how many texts each has at most. */
size_t minibatch_shards(size_t batch_size, size_t *texts);

typedef struct MinibatchResult {
  double loss;    /* mean over the texts; with sets a sum over labels */
  size_t correct; /* texts labelled right, while dropout was on */
} MinibatchResult;

typedef struct MinibatchStep {
  const Text *texts;       /* [count], fastest if sorted by falling length */
  const uint32_t *targets; /* [count] labels, or numbers of sets           */
  size_t count;            /* at most batch_size. All are borrowed until the next step */
  float learning_rate;
  uint64_t seed;           /* differs from step to step                    */
  const float *const *likely; /* [count] or NULL: see Targets in output.h  */
} MinibatchStep;

/* Fills in the next step, or sets *more to false if there is none. `last` is the result of
** the previous step, NULL at the first. Called between steps, on any thread.
*/
typedef Status MinibatchNext(void *context, const MinibatchResult *last, MinibatchStep *step, bool *more, Error *error);

/* Makes steps until `next` gives none. A step that fails, or whose loss is not finite,
** changes no parameter; an interrupted step may have changed some.
*/
Status minibatch_run(Minibatch *minibatch, MinibatchNext *next, void *context, Workers *workers, Error *error);

/* For tests: copies the gradient of the last step to a block of the parameters' shape. */
void minibatch_gradient(const Minibatch *minibatch, Parameters *gradient);

#endif
