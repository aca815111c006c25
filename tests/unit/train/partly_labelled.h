/* partly_labelled.h -- made-up sparse rows, some of them labelled, to predict the others' labels of. */
#ifndef CLASSIFY_PARTLY_LABELLED_H
#define CLASSIFY_PARTLY_LABELLED_H

#include <stdlib.h>

#include "base/random.h"
#include "linear/sparse.h"
#include "unit/support.h"

enum { MOST_ROWS = 200, MOST_ENTRIES = 20 * MOST_ROWS };

typedef struct PartlyLabelled {
  size_t begin[MOST_ROWS], end[MOST_ROWS];
  uint32_t feature[MOST_ENTRIES];
  float value[MOST_ENTRIES];
  SparseRows rows;
  uint32_t truth[MOST_ROWS];   /* the label that a row is of      */
  uint32_t targets[MOST_ROWS]; /* that, or LABELS_NONE            */
  uint32_t predicted[MOST_ROWS];
} PartlyLabelled;

SHARED PartlyLabelled *partly_labelled_new(size_t features) {
  PartlyLabelled *p = allocate(1, sizeof *p);
  p->rows = (SparseRows){0, features, p->begin, p->end, p->feature, p->value};
  return p;
}

/* Adds a row without entries. */
SHARED void add_row_of(PartlyLabelled *p, uint32_t truth, bool labelled) {
  size_t row = p->rows.count++;
  assert_true(row < MOST_ROWS);
  p->begin[row] = p->end[row] = row ? p->end[row - 1] : 0;
  p->truth[row] = truth;
  p->targets[row] = labelled ? truth : LABELS_NONE;
}

/* Adds an entry to the last row. */
SHARED void add_entry(PartlyLabelled *p, uint32_t feature, float value) {
  size_t at = p->end[p->rows.count - 1]++;
  assert_true(at < MOST_ENTRIES && feature < p->rows.features);
  p->feature[at] = feature;
  p->value[at] = value;
}

SHARED size_t count_right(const PartlyLabelled *p) {
  size_t right = 0;
  for (size_t i = 0; i < p->rows.count; i++) right += p->predicted[i] == p->truth[i];
  return right;
}

#endif
