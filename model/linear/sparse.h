/* sparse.h -- a sparse matrix: row i has the entries begin[i] .. end[i] - 1, each a feature and
** its value. All arrays are borrowed.
*/
#ifndef CLASSIFY_SPARSE_H
#define CLASSIFY_SPARSE_H

#include <stddef.h>
#include <stdint.h>

typedef struct SparseRows {
  size_t count, features;
  const size_t *begin, *end; /* [count]                  */
  const uint32_t *feature;   /* [entries] below features */
  const float *value;        /* [entries]                */
} SparseRows;

#endif
