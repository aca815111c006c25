#include "vocabulary.h"

#include <stdlib.h>

#include "memory.h"

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

Status vocabulary_add(Vocabulary *v, const char *word, size_t length, uint32_t *number,
                      Error *error) {
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

/* Moves the kept words, in their order, into a vocabulary of their own. */
static Status keep_words(const Vocabulary *v, const Counted *kept, size_t count, Vocabulary *pruned,
                         uint32_t *renumbered, Error *error) {
  for (size_t i = 0; i < count; i++) {
    size_t length;
    const char *word = strings_get(&v->words, kept[i].word, &length);
    uint32_t *number = &renumbered[kept[i].word + 1];
    Status status = vocabulary_add(pruned, word, length, number, error);
    if (status) return status;
    pruned->counts[i] = kept[i].count;
  }
  return STATUS_OK;
}

Status vocabulary_prune(Vocabulary *v, size_t min_count, size_t most, uint32_t **renumbered,
                        Error *error) {
  Vocabulary pruned = {0};
  Counted *kept = malloc((v->words.count + 1) * sizeof *kept);
  uint32_t *map = calloc(v->words.count + 1, sizeof *map);
  size_t count = 0;
  Status status = kept && map ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; !status && i < v->words.count; i++)
    if (v->counts[i] >= min_count) kept[count++] = (Counted){(uint32_t)i, v->counts[i]};
  if (count > 1) qsort(kept, count, sizeof *kept, more_frequent_first);
  if (!status) status = keep_words(v, kept, count < most ? count : most, &pruned, map, error);
  free(kept);
  if (status) {
    vocabulary_free(&pruned);
    free(map);
    return status;
  }
  vocabulary_free(v);
  *v = pruned;
  *renumbered = map;
  return STATUS_OK;
}
