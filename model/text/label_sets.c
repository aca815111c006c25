#include "text/label_sets.h"

#include <stdlib.h>

#include "base/memory.h"

void label_list_free(LabelList *list) {
  free(list->labels);
  *list = (LabelList){0};
}

bool label_list_add(LabelList *list, uint32_t label) {
  if (!memory_grow(&list->labels, &list->capacity, list->count + 1, sizeof *list->labels)) return false;
  list->labels[list->count++] = label;
  return true;
}

static int rising(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

void label_list_normalise(LabelList *list) {
  size_t kept = 0;
  if (list->count > 1) qsort(list->labels, list->count, sizeof *list->labels, rising);
  for (size_t i = 0; i < list->count; i++)
    if (kept == 0 || list->labels[i] != list->labels[kept - 1]) list->labels[kept++] = list->labels[i];
  list->count = kept;
}

void label_sets_free(LabelSets *sets) { strings_free(&sets->keys); }

uint32_t label_sets_add(LabelSets *sets, LabelSet set) {
  return strings_add(&sets->keys, set.count ? (const char *)set.labels : "", set.count * sizeof *set.labels);
}

/* All keys have whole numbers, so that each begins where a number may. */
LabelSet label_sets_get(const LabelSets *sets, uint32_t number) {
  size_t length;
  const void *key = strings_get(&sets->keys, number, &length);
  return (LabelSet){key, length / sizeof(uint32_t)};
}
