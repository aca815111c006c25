#include "encoder_tokenizer/trie.h"

#include <stdlib.h>

#include "base/memory.h"

/* The entries that begin as a node does: their first `depth` bytes are the same. */
typedef struct Range {
  uint32_t from, to, depth;
} Range;

typedef struct Building {
  const TrieEntry *entries;
  Trie trie;
  Range *range; /* [nodes] */
  size_t byte_capacity, first_capacity, value_capacity, range_capacity;
} Building;

static bool add_node(Building *b, uint8_t byte, Range range) {
  Trie *t = &b->trie;
  size_t wanted = t->nodes + 1;
  if (wanted >= TRIE_NONE || !memory_grow(&t->byte, &b->byte_capacity, wanted, sizeof *t->byte) ||
      !memory_grow(&t->first, &b->first_capacity, wanted + 1, sizeof *t->first) ||
      !memory_grow(&t->value, &b->value_capacity, wanted, sizeof *t->value) ||
      !memory_grow(&b->range, &b->range_capacity, wanted, sizeof *b->range))
    return false;
  t->byte[t->nodes] = byte;
  t->value[t->nodes] = TRIE_NONE;
  b->range[t->nodes++] = range;
  return true;
}

/* Adds the children of a node behind all nodes, by the next byte of its entries. */
static bool add_children(Building *b, uint32_t node) {
  Range r = b->range[node];
  b->trie.first[node] = (uint32_t)b->trie.nodes;
  for (; r.from < r.to && b->entries[r.from].length == r.depth; r.from++)
    b->trie.value[node] = b->entries[r.from].value;
  while (r.from < r.to) {
    uint32_t end = r.from + 1;
    char byte = b->entries[r.from].bytes[r.depth];
    while (end < r.to && b->entries[end].bytes[r.depth] == byte) end++;
    if (!add_node(b, (uint8_t)byte, (Range){r.from, end, r.depth + 1})) return false;
    r.from = end;
  }
  return true;
}

static int by_bytes(const void *a, const void *b) {
  const TrieEntry *x = a, *y = b;
  uint32_t shorter = x->length < y->length ? x->length : y->length;
  int order = shorter ? memcmp(x->bytes, y->bytes, shorter) : 0;
  if (order) return order;
  if (x->length != y->length) return x->length < y->length ? -1 : 1;
  return x->value < y->value ? -1 : x->value > y->value;
}

bool trie_build(Trie *trie, TrieEntry *entries, size_t count) {
  Building b = {.entries = entries};
  if (count > UINT32_MAX) return false;
  if (count) qsort(entries, count, sizeof *entries, by_bytes);
  bool built = add_node(&b, 0, (Range){0, (uint32_t)count, 0});
  for (uint32_t node = 0; built && node < b.trie.nodes; node++) built = add_children(&b, node);
  free(b.range);
  if (built)
    b.trie.first[b.trie.nodes] = (uint32_t)b.trie.nodes;
  else
    trie_free(&b.trie);
  *trie = b.trie;
  return built;
}

void trie_free(Trie *t) {
  free(t->byte);
  free(t->first);
  free(t->value);
  *t = (Trie){0};
}

uint32_t trie_find(const Trie *t, const char *bytes, size_t length) {
  uint32_t node = 0;
  for (size_t i = 0; i < length; i++) {
    node = trie_child(t, node, bytes[i]);
    if (node == 0) return TRIE_NONE;
  }
  return node;
}
