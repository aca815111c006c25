/* sparse.h -- a sparse matrix: row i has the entries begin[i] .. end[i] - 1, each a number and its value. All arrays
** are borrowed.
**
** Without bundles the number of an entry is its feature, and a row has each feature at most once. Bundles are lists of
** features that many rows have in common, such as the n-grams of a word. With them an entry of value v stands for
**
**   number < own                   feature `number` with v, and all of bundle `number`
**   own <= number < features       feature `number` with v
**   number = features + b          all of bundle b
**
** and all of a bundle is v times its coefficient for each feature in its list. From feature `first` on a row may have
** a feature several times, by several bundles, or twice in one list; its values then add up.
*/
#ifndef CLASSIFY_SPARSE_H
#define CLASSIFY_SPARSE_H

#include <stddef.h>
#include <stdint.h>

typedef struct Bundle {
  size_t begin;   /* of its list in Bundles.feature */
  uint32_t count;
  float coefficient;
} Bundle;

typedef struct Bundles {
  size_t count; /* of bundles */
  size_t own, first;
  const Bundle *bundle;
  const uint32_t *feature;
} Bundles;

typedef struct SparseRows {
  size_t count, features;
  const size_t *begin, *end; /* [count]                  */
  const uint32_t *feature;   /* [entries] numbers        */
  const float *value;        /* [entries]                */
  const Bundles *bundles;    /* NULL: there are none     */
} SparseRows;

/* Returns the bundle of an entry, or NULL. */
static inline const Bundle *sparse_bundle(const SparseRows *rows, uint32_t number) {
  const Bundles *b = rows->bundles;
  if (!b) return NULL;
  if (number < b->own) return &b->bundle[number];
  return number < rows->features ? NULL : &b->bundle[number - rows->features];
}

#endif
