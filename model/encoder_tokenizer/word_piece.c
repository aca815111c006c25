#include "encoder_tokenizer/word_piece.h"

/* Returns the longest token that the word begins with, of those below a node, and its length. */
static uint32_t longest(const Trie *trie, uint32_t node, const char *word, size_t length, size_t *found_length) {
  uint32_t found = TOKEN_NONE;
  for (size_t i = 0; i < length && (node = trie_child(trie, node, word[i])) != 0; i++) {
    if (trie->value[node] == TRIE_NONE) continue;
    found = trie->value[node];
    *found_length = i + 1;
  }
  return found;
}

bool word_piece_encode(const WordPiece *w, const Pieces *pieces, const char *word, size_t length, size_t characters,
                       TokenIds *ids) {
  size_t before = ids->count, step = 0;
  uint32_t node = 0;
  bool known = characters <= w->max_characters, added = true;
  for (size_t at = 0; at < length && known && added; at += step) {
    uint32_t id = node == TRIE_NONE ? TOKEN_NONE : longest(&pieces->trie, node, word + at, length - at, &step);
    known = id != TOKEN_NONE;
    added = token_ids_add(ids, id);
    node = w->inner;
  }
  if (known) return added;
  ids->count = before;
  return token_ids_add(ids, w->unknown);
}
