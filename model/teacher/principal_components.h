/* principal_components.h -- the directions in which rows of numbers differ most (Pearson 1901), by subspace
** iteration on their second moments:
**
**   W = orthonormal(random)      then several times      W = orthonormal(X'X W)
**
** X'X is worked out only if there are as many rows as columns. Else it is X'(X W), so that memory grows with the
** numbers in X and in W, not with the square of the columns.
*/
#ifndef CLASSIFY_PRINCIPAL_COMPONENTS_H
#define CLASSIFY_PRINCIPAL_COMPONENTS_H

#include <stdint.h>

#include "base/matrix.h"
#include "base/workers.h"

/* The caller has centred x if it is to be. basis [columns][kept] gets orthonormal columns, kept
** being at most x's columns. Directions beyond the rank of x are arbitrary, or zero; those beyond its rows are zero.
** A long task: it ends early when the workers are stopped.
*/
Status principal_components(Matrix x, size_t kept, uint64_t seed, Workers *workers, float *basis, Error *error);

#endif
