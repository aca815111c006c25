/* orthonormal.h -- makes the columns of a matrix orthonormal: what subspace iteration does again and again. */
#ifndef CLASSIFY_ORTHONORMAL_H
#define CLASSIFY_ORTHONORMAL_H

#include "base/workers.h"

/* w [rows][size] becomes w L'^-1, where w'w = L L' (Cholesky). gram [size][size] is scratch. Columns that depend on
** those before them become short instead. Returns early if the workers are stopped.
*/
void orthonormal_columns(size_t rows, size_t size, float *w, Workers *workers, float *gram);

#endif
