/* svm_newton.h -- the support vector machine of svm.h for many rows, on all threads.
**
** Newton's method on the primal, which is quadratic while the rows with a positive loss stay the same, with conjugate
** gradients for each step (Keerthi and DeCoste 2005). All of it is products of the rows with a vector, and of the
** transposed rows with a vector. These are cheap: the weights of a word's n-grams are added up once a product, not once
** a row; and threads share them. The rows are in a fixed number of blocks, whose sums are added in their order, so that
** the result does not depend on the number of threads.
**
** A step lowers the objective by far the most of what it can at first, and less and less later: it ends when a step
** lowers it by less than a hundredth, long before test rows cease to notice.
*/
#ifndef CLASSIFY_SVM_NEWTON_H
#define CLASSIFY_SVM_NEWTON_H

#include "base/time_left.h"
#include "base/workers.h"
#include "linear/sparse.h"

typedef struct SvmNewton SvmNewton;

/* A solver for several problems on the same rows, which are borrowed. */
Status svm_newton_new(const SparseRows *rows, Workers *workers, SvmNewton **solver, Error *error);
void svm_newton_limit(SvmNewton *solver, const TimeLeft *time); /* borrowed; then no step or product begins */
void svm_newton_free(SvmNewton *solver);

/* s^2 [features] of the next problem, for the caller to set. */
float *svm_newton_squares(SvmNewton *solver);

/* As svm_fit(): weights [features + 1] are those to begin with, then the result, the bias last. It is not for a task of
** the workers, and uses up the squares.
*/
Status svm_newton_fit(SvmNewton *solver, const uint32_t *targets, uint32_t positive, const float *costs,
                      float *weights, Error *error);

/* Returns the bytes of a solver. */
uint64_t svm_newton_bytes(uint64_t rows, uint64_t features, uint64_t bundles);

#endif
