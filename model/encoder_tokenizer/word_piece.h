/* word_piece.h -- BERT's model: of a word, the longest token that it begins with, then the longest of the
** rest among those that continue a word, and so on.
**
**   "unaffable"   un ##aff ##able
**
** A word that cannot be cut so, or is too long, is one unknown token.
*/
#ifndef CLASSIFY_WORD_PIECE_H
#define CLASSIFY_WORD_PIECE_H

#include "encoder_tokenizer/pieces.h"

typedef struct WordPiece {
  uint32_t unknown;
  size_t max_characters; /* of a word */
  uint32_t inner;        /* the node of the prefix of tokens that continue a word, or TRIE_NONE */
} WordPiece;

/* Appends the tokens of a word, which is UTF-8. Returns false if memory is out. */
bool word_piece_encode(const WordPiece *w, const Pieces *pieces, const char *word, size_t length, size_t characters,
                       TokenIds *ids);

#endif
