/* svm.h -- a linear support vector machine.
**
**   minimise over w   sum_f w_f^2 / (2 s_f^2) + sum_i cost_i max(0, 1 - y_i w.x_i)^2
**
** which is a plain machine on features that are multiplied by a scale s_f, whose weights are then multiplied by it,
** too; by dual coordinate descent with shrinking (Hsieh, Chang, Lin, Keerthi, Sundararajan 2008,
** algorithm 3). Each row has an additional feature of value 1 and scale 1, whose weight is the bias.
*/
#ifndef CLASSIFY_SVM_H
#define CLASSIFY_SVM_H

#include "base/time_left.h"
#include "base/workers.h"
#include "linear/sparse.h"

/* A solver and its result, reused for several problems on the same rows. */
typedef struct Svm {
  float *weights;   /* [features + 1] w, then the bias                                        */
  float *squares;   /* [features] s^2, for the caller to set before svm_measure(); 1 at first */
  const TimeLeft *time; /* when it is over, a fit ends after the pass under way; borrowed; or NULL.
                        ** With a limit svm_fit_by_set() begins with fewer rows                        */
  /* private */
  float *alpha;     /* [count] coefficients of the dual                                       */
  float *lengths;   /* [count] |x|^2, with the bias' feature                                  */
  uint32_t *active; /* [count] rows, first the active ones                                    */
  float *sums;      /* [features past bundles->first] zeros                                   */
  float *numbers;   /* [features + bundles] of the weights, as each entry has them: svm_fit_by_set() */
} Svm; /* all zero is empty */

Status svm_new(const SparseRows *rows, Svm *svm, Error *error);
void svm_free(Svm *svm);

/* Returns the bytes of a solver. */
uint64_t svm_bytes(uint64_t rows, uint64_t features, uint64_t bundles);

/* Prepares the solver, before its first fit and again for other scales, or for other rows, at most as many, with the
** same features. Returns early if the workers are stopped.
*/
void svm_measure(const SparseRows *rows, Workers *workers, Svm *svm);

/* Fits svm->weights to separate the rows with targets[i] == positive from all others. The
** caller sets the weights to begin with: 0, or those of an earlier fit, w0; then
** w - w0 takes the place of w in the first sum. Returns early if the workers are stopped.
*/
void svm_fit(const SparseRows *rows, const uint32_t *targets, uint32_t positive, const float *costs,
             uint64_t seed, Workers *workers, Svm *svm);

/* The same for a label that few of very many rows have, nearly as exactly, in far less time. It fits the rows of
** the label and a few others, finds those that this machine does not get right, fits these, too, and so on. Most rows
** are only looked at once a round, by weights that are added up for each entry's number before. Takes the place of
** svm_measure() and svm_fit().
*/
void svm_fit_by_set(const SparseRows *rows, const uint32_t *targets, uint32_t positive, const float *costs,
                    uint64_t seed, Workers *workers, Svm *svm);

#endif
