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

#include "base/workers.h"
#include "linear/sparse.h"

/* Scratch of one solver, to be used again for the next problem on the rows. */
typedef struct Svm {
  float *weights;  /* [features + 1] the result: w, then the bias */
  /* private */
  float *alpha;    /* [count] */
  float *lengths;  /* [count] x.x with the bias */
  uint32_t *active;
} Svm; /* all zero is empty */

Status svm_new(const SparseRows *rows, Svm *svm, Error *error);
void svm_free(Svm *svm);

/* For other rows, no more than before, with the same features. */
void svm_measure(const SparseRows *rows, Svm *svm);

/* Tells the rows with targets[i] == positive from all others. costs [count].
** Begins from the weights as they are: zero, or those of rows learned before,
** which then are what w is drawn to. Ends early when the workers stop.
*/
void svm_fit(const SparseRows *rows, const uint32_t *targets, uint32_t positive, const float *costs,
             uint64_t seed, Workers *workers, Svm *svm);

#endif
