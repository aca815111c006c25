/* random.h -- reproducible random numbers.
**
** splitmix64 (Steele, Lea, Flood 2014). Its state is a counter, so starting a stream costs
** nothing: each shard of each minibatch has a stream of its own, and results do not
** depend on the number of threads.
*/
#ifndef CLASSIFY_RANDOM_H
#define CLASSIFY_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct Random {
  uint64_t state;
} Random;

/* What a stream is for. The numbers decide what a seed gives, so they never change. */
typedef enum RandomPurpose {
  RANDOM_PARAMETERS = 0,   /* index: the tensor                        */
  RANDOM_VALIDATION = 1,   /* the validation rows                      */
  RANDOM_SHARD = 2,        /* a shard of a minibatch                   */
  RANDOM_ROWS = 3,         /* the order of rows; index: the epoch      */
  RANDOM_MINIBATCH = 4,    /* index: the step                          */
  RANDOM_SVM = 5,          /* index: the label                         */
  RANDOM_KNOWN_ROWS = 6,   /* old rows that fine-tuning repeats        */
  RANDOM_LSA = 7,          /* the first basis                          */
  RANDOM_PSEUDO_LABELS = 8, /* the folds that choose the method        */
  RANDOM_FOLDS = 9,        /* the folds of cross-validation            */
  RANDOM_KEYWORDS = 10,    /* the rows that keywords come from         */
  RANDOM_EXAMPLES = 11,    /* the validation rows that a model keeps   */
  RANDOM_COMPONENTS = 12,  /* the first basis of principal components  */
  RANDOM_TEACHER = 13,     /* the texts that a teacher looks at first  */
  RANDOM_DRAWN_LABELS = 14, /* of guessed labels; index: the row       */
  RANDOM_FINE_TUNING = 15, /* the minibatches of an encoder            */
  RANDOM_TEXT_FOLDS = 16   /* that whole models judge                  */
} RandomPurpose;

/* Starts the stream of (seed, purpose, index). */
Random random_stream(uint64_t seed, RandomPurpose purpose, uint64_t index);

uint64_t random_next(Random *random);
float random_uniform(Random *random);               /* in [0, 1)            */
float random_normal(Random *random);                /* mean 0, variance 1   */
size_t random_below(Random *random, size_t bound);  /* in 0 .. bound - 1    */

/* Fisher-Yates. */
void random_shuffle(Random *random, uint32_t *values, size_t count);

/* Inverted dropout: sets each value to 0 with probability `rate`, else divides it by
** 1 - rate. The same seed drops the same places, so that the backward pass calls it on the
** gradient and no mask is stored.
*/
void random_dropout(float *values, size_t count, float rate, uint64_t seed);

#endif
