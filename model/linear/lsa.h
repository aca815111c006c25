/* lsa.h -- texts as points in the space that their words share (latent
** semantic analysis: Deerwester, Dumais, Furnas, Landauer, Harshman 1990).
**
** The rows of A are texts as weighed words. W is an orthonormal basis of the
** space that A's rows vary in most, found by subspace iteration (Halko,
** Martinsson, Tropp 2011):
**
**   W = orthonormal(random)      then several times      W = orthonormal(A'(A W))
**
** and a text's point is its row of A W, scaled to length 1. Nothing is learned
** from labels, so texts of one subject lie close together whether or not they
** share a word.
*/
#ifndef CLASSIFY_LSA_H
#define CLASSIFY_LSA_H

#include "base/workers.h"
#include "linear/sparse.h"

/* points [rows.count][size], zero where a text has no words. A long task: it ends
** early, with points that mean nothing, when the workers stop.
*/
Status lsa_points(const SparseRows *rows, size_t size, uint64_t seed, Workers *workers, float *points,
                  Error *error);

#endif
