/* logistic_regression.h -- multinomial logistic regression on rows of numbers.
**
**   p_i = softmax(W x_i + b)
**   minimises  |W|^2 / 2 + cost * sum over rows i of  -weight_i * sum over labels c of  t_ic log p_ic
**
** The targets t_ic of a row are probabilities, so that a row may belong to several labels in part. Found by
** L-BFGS (Nocedal, Wright 2006, algorithm 7.5), with the same bits for any number of threads.
*/
#ifndef CLASSIFY_LOGISTIC_REGRESSION_H
#define CLASSIFY_LOGISTIC_REGRESSION_H

#include <stdint.h>

#include "base/time_left.h"
#include "base/workers.h"

/* All borrowed. */
typedef struct LogisticProblem {
  const float *x;       /* [.][size]                                         */
  const uint32_t *rows; /* [count] of x, and of the next two                 */
  const float *targets; /* [.][labels]                                       */
  const float *weights; /* [.]                                               */
  size_t count, size, labels;
  float cost;
  const TimeLeft *time; /* or NULL: of fit */
} LogisticProblem;

/* How many numbers the parameters have: W [labels][size], then b [labels]. */
size_t logistic_regression_size(const LogisticProblem *problem);

/* Goes on from the parameters that it is given, all zero to begin with, for at most so many iterations, and while
** there is time. A long task: it ends early when the workers are stopped.
*/
Status logistic_regression_fit(const LogisticProblem *problem, size_t iterations, Workers *workers, float *parameters,
                               Error *error);

/* scores [count][labels] = W x + b of the first `count` rows of x, whatever problem->rows says. */
Status logistic_regression_score(const LogisticProblem *problem, const float *parameters, size_t count,
                                 Workers *workers, float *scores, Error *error);

#endif
