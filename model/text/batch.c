#include "text/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Grows arrays that share one capacity. It is set only after all have grown, so that it
** stays true if one fails.
*/
static bool grow_together(uint32_t **arrays[], size_t count, size_t *capacity, size_t wanted) {
  size_t grown = *capacity;
  for (size_t i = 0; i < count; i++) {
    grown = *capacity;
    if (!memory_grow(arrays[i], &grown, wanted, sizeof(uint32_t))) return false;
  }
  *capacity = grown;
  return true;
}

static bool reserve_texts(Batch *b) {
  uint32_t **by_text[] = {&b->order, &b->length};
  uint32_t **by_step[] = {&b->active, &b->offset, &b->counts};
  return grow_together(by_text, 2, &b->texts_capacity, b->texts + 1) &&
         grow_together(by_step, 3, &b->steps_capacity, b->steps + 2);
}

static bool reserve_words(Batch *b, size_t vocabulary, bool capitals) {
  uint32_t **by_token[] = {&b->slot, &b->word};
  size_t keys = capitals ? CAPITALS_COUNT * vocabulary : vocabulary;
  if (!grow_together(by_token, 2, &b->tokens_capacity, b->tokens + 1)) return false;
  if (capitals && !memory_grow(&b->capitals_block, &b->capitals_capacity, b->tokens + 1, 1)) return false;
  b->capitals = capitals ? b->capitals_block : NULL;
  if (keys <= b->keys) return true;
  uint32_t *seen = calloc(keys, sizeof *seen);
  if (!seen) return false;
  free(b->seen);
  b->seen = seen;
  b->keys = keys;
  return true;
}

/* A stable counting sort by falling length. The counts also give active[] and offset[]. */
static void sort_by_length(Batch *b, const Text *texts) {
  memset(b->counts, 0, (b->steps + 1) * sizeof *b->counts);
  for (size_t i = 0; i < b->texts; i++) b->counts[texts[i].length]++;
  uint32_t longer = 0;
  for (size_t length = b->steps + 1; length-- > 0;) {
    uint32_t same = b->counts[length];
    b->counts[length] = longer; /* from here on the row of the next text of this length */
    if (length < b->steps) b->active[length] = longer;
    longer += same;
  }
  b->offset[0] = 0;
  for (size_t t = 0; t < b->steps; t++) b->offset[t + 1] = b->offset[t] + b->active[t];
  for (size_t i = 0; i < b->texts; i++) {
    uint32_t row = b->counts[texts[i].length]++;
    b->order[row] = (uint32_t)i;
    b->length[row] = (uint32_t)texts[i].length;
  }
}

/* Returns the place in seen[] of distinct word u. */
static size_t key_of(const Batch *b, size_t vocabulary, size_t u) {
  return b->word[u] + vocabulary * (size_t)batch_capitals(b, u);
}

/* Numbers the distinct words in order of their first packed place. */
static void pack(Batch *b, const Text *texts, size_t vocabulary) {
  b->distinct = 0;
  for (size_t t = 0; t < b->steps; t++) {
    for (size_t i = 0; i < b->active[t]; i++) {
      const Text *text = &texts[b->order[i]];
      b->word[b->distinct] = text->words[t];
      if (b->capitals) b->capitals[b->distinct] = text->capitals ? text->capitals[t] : CAPITALS_NONE;
      uint32_t *seen = &b->seen[key_of(b, vocabulary, b->distinct)];
      if (*seen == 0) *seen = (uint32_t)++b->distinct;
      b->slot[batch_place(b, i, t)] = *seen - 1;
    }
  }
  for (size_t u = 0; u < b->distinct; u++) b->seen[key_of(b, vocabulary, u)] = 0;
}

Status batch_sort(Batch *b, const Text *texts, size_t count, Error *error) {
  b->texts = count;
  b->steps = b->tokens = b->distinct = 0;
  for (size_t i = 0; i < count; i++) {
    b->tokens += texts[i].length;
    if (texts[i].length > b->steps) b->steps = texts[i].length;
  }
  if (b->tokens > UINT32_MAX || !reserve_texts(b)) return error_no_memory(error);
  sort_by_length(b, texts);
  return STATUS_OK;
}

Status batch_fill(Batch *b, const Text *texts, size_t count, size_t vocabulary, Error *error) {
  Status status = batch_sort(b, texts, count, error);
  if (status) return status;
  bool capitals = false;
  for (size_t i = 0; i < count; i++) capitals = capitals || texts[i].capitals;
  if (!reserve_words(b, vocabulary, capitals)) return error_no_memory(error);
  pack(b, texts, vocabulary);
  return STATUS_OK;
}

void batch_free(Batch *b) {
  free(b->order);
  free(b->length);
  free(b->active);
  free(b->offset);
  free(b->slot);
  free(b->word);
  free(b->capitals_block);
  free(b->counts);
  free(b->seen);
  *b = (Batch){0};
}
