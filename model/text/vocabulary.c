#include "text/vocabulary.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"

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

enum { POLL_WORDS = 1 << 12 }; /* that are copied between two polls */

typedef struct Counted {
  uint32_t word, count;
} Counted;

static int more_frequent_first(const void *a, const void *b) {
  const Counted *x = a, *y = b;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return x->word < y->word ? -1 : 1;
}

/* Copies the listed words, in their order. */
static Status copy_words(const Vocabulary *v, const Counted *list, size_t count, Poll poll, Vocabulary *kept,
                         uint32_t *renumbered, Error *error) {
  Status status = STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) {
    size_t length;
    const char *word = strings_get(&v->words, list[i].word, &length);
    status = vocabulary_add(kept, word, length, &renumbered[list[i].word + 1], error);
    if (!status) kept->counts[i] = list[i].count;
    if (!status) status = poll_every(poll, i, POLL_WORDS, error);
  }
  return status;
}

Status vocabulary_prune(const Vocabulary *v, const VocabularyLimits *limits, Vocabulary *kept, uint32_t **renumbered,
                        Error *error) {
  size_t keep = limits->keep, most = limits->most > keep ? limits->most : keep;
  Counted *list = malloc((v->words.count + 1) * sizeof *list);
  uint32_t *map = calloc(v->words.count + 1, sizeof *map);
  size_t count = 0;
  Status status = list && map ? STATUS_OK : error_no_memory(error);
  *kept = (Vocabulary){0};
  for (size_t i = 0; !status && i < v->words.count; i++)
    if (i < keep || v->counts[i] >= limits->min_count) list[count++] = (Counted){(uint32_t)i, v->counts[i]};
  if (count > keep)
    status = sort_list(list + keep, count - keep, sizeof *list, more_frequent_first, limits->poll, error);
  if (!status) status = copy_words(v, list, count < most ? count : most, limits->poll, kept, map, error);
  free(list);
  if (status) {
    vocabulary_free(kept);
    free(map);
  } else {
    *renumbered = map;
  }
  return status;
}
