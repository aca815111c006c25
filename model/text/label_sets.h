/* label_sets.h -- the labels of rows that may have several, or none.
**
** Many rows have the same set of labels. So each set is kept once, as a sequence of label
** numbers, and a row has the number of its set: 4 bytes, however many labels there are.
*/
#ifndef CLASSIFY_LABEL_SETS_H
#define CLASSIFY_LABEL_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

/* Label numbers, each once; borrowed. */
typedef struct LabelSet {
  const uint32_t *labels; /* [count] */
  size_t count;
} LabelSet;

static inline bool label_set_has(LabelSet set, uint32_t label) {
  for (size_t i = 0; i < set.count; i++)
    if (set.labels[i] == label) return true;
  return false;
}

/* A list that grows. */
typedef struct LabelList {
  uint32_t *labels; /* [count] */
  size_t count, capacity;
} LabelList; /* all zero is empty */

void label_list_free(LabelList *list);
bool label_list_add(LabelList *list, uint32_t label); /* false: memory is out */

/* Sorts the list, and removes labels that are there twice. */
void label_list_normalise(LabelList *list);
static inline LabelSet label_list_set(const LabelList *list) { return (LabelSet){list->labels, list->count}; }

/* Two sequences of the same labels in another order are two sets: whoever adds them sorts them. */
typedef struct LabelSets {
  Strings keys; /* the numbers' bytes */
} LabelSets;    /* all zero is empty */

void label_sets_free(LabelSets *sets);
static inline size_t label_sets_count(const LabelSets *sets) { return sets->keys.count; }

/* Adds a set, unless it is there, and returns its number; STRINGS_NONE if memory is out. */
uint32_t label_sets_add(LabelSets *sets, LabelSet set);

/* Returns a set; it points into `sets` until the next one is added. */
LabelSet label_sets_get(const LabelSets *sets, uint32_t number);

#endif
