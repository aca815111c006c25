#include "text/vocabulary.h"

#include <stdlib.h>

#include "base/memory.h"

void vocabulary_free(Vocabulary *v) {
  strings_free(&v->words);
  free(v->counts);
  *v = (Vocabulary){0};
}

size_t vocabulary_size(const Vocabulary *v) { return v->words.count + 1; }

uint32_t vocabulary_find(const Vocabulary *v, const char *word, size_t length) {
  uint32_t found = strings_find(&v->words, word, length);
  return found == STRINGS_NONE ? VOCABULARY_UNKNOWN : found + 1;
}

Status vocabulary_add(Vocabulary *v, const char *word, size_t length, uint32_t *number, Error *error) {
  size_t known = v->words.count;
  if (!memory_grow(&v->counts, &v->counts_capacity, known + 1, sizeof *v->counts))
    return error_no_memory(error);
  uint32_t at = strings_add(&v->words, word, length);
  if (at == STRINGS_NONE) return error_no_memory(error);
  if (at == known) v->counts[at] = 0;
  v->counts[at]++;
  *number = at + 1;
  return STATUS_OK;
}

typedef struct Counted {
  uint32_t word, count;
} Counted;

static int more_frequent_first(const void *a, const void *b) {
  const Counted *x = a, *y = b;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return x->word < y->word ? -1 : 1;
}

/* Copies the listed words, in their order. */
static Status copy_words(const Vocabulary *v, const Counted *list, size_t count, Vocabulary *kept,
                         uint32_t *renumbered, Error *error) {
  for (size_t i = 0; i < count; i++) {
    size_t length;
    const char *word = strings_get(&v->words, list[i].word, &length);
    Status status = vocabulary_add(kept, word, length, &renumbered[list[i].word + 1], error);
    if (status) return status;
    kept->counts[i] = list[i].count;
  }
  return STATUS_OK;
}

Status vocabulary_prune(const Vocabulary *v, size_t min_count, size_t most,
                        size_t keep, Vocabulary *kept, uint32_t **renumbered, Error *error) {
  Counted *list = malloc((v->words.count + 1) * sizeof *list);
  uint32_t *map = calloc(v->words.count + 1, sizeof *map);
  size_t count = 0;
  Status status = list && map ? STATUS_OK : error_no_memory(error);
  *kept = (Vocabulary){0};
  for (size_t i = 0; !status && i < v->words.count; i++)
    if (i < keep || v->counts[i] >= min_count) list[count++] = (Counted){(uint32_t)i, v->counts[i]};
  if (count > keep) qsort(list + keep, count - keep, sizeof *list, more_frequent_first);
  if (most < keep) most = keep;
  if (!status) status = copy_words(v, list, count < most ? count : most, kept, map, error);
  free(list);
  if (status) {
    vocabulary_free(kept);
    free(map);
  } else {
    *renumbered = map;
  }
  return status;
}
