/* lsa.h -- latent semantic analysis: texts as points in a space of few dimensions
** (Deerwester, Dumais, Furnas, Landauer, Harshman 1990).
**
** The rows of A are texts, with TF-IDF values. W is an orthonormal basis of A's main
** directions, found by subspace iteration (Halko, Martinsson, Tropp 2011):
**
**   W = orthonormal(random)      then several times      W = orthonormal(A'(A W))
**
** A text's point is its row of A W, scaled to length 1. Texts about one subject are close
** together, even if they have no word in common. Labels are not used.
*/
#ifndef CLASSIFY_LSA_H
#define CLASSIFY_LSA_H

#include "base/workers.h"
#include "linear/sparse.h"

/* Computes points [rows->count][size]; that of a text without words is 0. Returns early, with
** undefined points, if the workers are stopped.
*/
Status lsa_points(const SparseRows *rows, size_t size, uint64_t seed, Workers *workers, float *points, Error *error);

#endif
