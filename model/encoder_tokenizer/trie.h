/* trie.h -- byte strings by their beginnings: each node is a beginning, its children are one byte longer.
**
** Node 0 is the empty beginning. The children of a node are numbers in a row, by rising byte, from
** first[node] to first[node + 1] - 1, so that one memchr() over their bytes finds a child.
*/
#ifndef CLASSIFY_TRIE_H
#define CLASSIFY_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TRIE_NONE UINT32_MAX

typedef struct Trie {
  uint8_t *byte;   /* [nodes] the last byte of each beginning      */
  uint32_t *first; /* [nodes + 1]                                  */
  uint32_t *value; /* [nodes] of a string that ends here, or none  */
  size_t nodes;
} Trie; /* all zero holds nothing, not even node 0 */

typedef struct TrieEntry {
  const char *bytes;
  uint32_t length, value;
} TrieEntry;

/* Builds a trie, and sorts the entries. Of two that are the same string the one with the larger value
** counts. Returns false if memory is out; nothing has to be freed then.
*/
bool trie_build(Trie *trie, TrieEntry *entries, size_t count);

void trie_free(Trie *trie);

/* Returns the child of a node, or 0 if there is none. */
static inline uint32_t trie_child(const Trie *t, uint32_t node, char byte) {
  uint32_t first = t->first[node], count = t->first[node + 1] - first;
  const uint8_t *found = count ? memchr(t->byte + first, (unsigned char)byte, count) : NULL;
  return found ? (uint32_t)(found - t->byte) : 0;
}

/* Returns the node of a beginning, or TRIE_NONE. */
uint32_t trie_find(const Trie *trie, const char *bytes, size_t length);

#endif
