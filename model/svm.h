/* svm.h -- a linear support vector machine.
**
**   minimise over w   |w|^2 / 2 + sum_i cost_i max(0, 1 - y_i w.x_i)^2
**
** by coordinate descent on the dual, one row's coefficient at a time, with
** shrinking (Hsieh, Chang, Lin, Keerthi, Sundararajan 2008, algorithm 3). Each
** row has one feature more, of value 1, whose weight is the bias.
*/
#ifndef CLASSIFY_SVM_H
#define CLASSIFY_SVM_H

#include "workers.h"

#include <stdint.h>

/* Sparse rows: row i has the entries begin[i] .. end[i] - 1. Borrowed. */
typedef struct SvmRows {
  size_t count, features;
  const size_t *begin, *end; /* [count]                   */
  const uint32_t *feature;   /* [entries] below features  */
  const float *value;        /* [entries]                 */
} SvmRows;

/* Scratch of one solver, to be used again for the next problem on the rows. */
typedef struct Svm {
  float *weights;  /* [features + 1] the result: w, then the bias */
  /* private */
  float *alpha;    /* [count] */
  float *lengths;  /* [count] x.x with the bias */
  uint32_t *active;
} Svm; /* all zero is empty */

Status svm_new(const SvmRows *rows, Svm *svm, Error *error);
void svm_free(Svm *svm);

/* Tells the rows with targets[i] == positive from all others. costs [count].
** Begins from the weights as they are: zero, or those of rows learned before,
** which then are what w is drawn to. Ends early when the workers stop.
*/
void svm_fit(const SvmRows *rows, const uint32_t *targets, uint32_t positive, const float *costs,
             uint64_t seed, Workers *workers, Svm *svm);

#endif
