/* unigram.h -- SentencePiece's model: of all ways to cut a piece of text into tokens the one whose
** scores have the largest sum.
**
** A character that is no token by itself may also be unknown, with a score 10 below the lowest. Unknown
** characters in a row are one unknown token, or with byte_fallback a token <0x..> for each byte, if the
** vocabulary has those.
**
** Taku Kudo: Subword Regularization. ACL 2018. The search is linear in the length of the piece.
*/
#ifndef CLASSIFY_UNIGRAM_H
#define CLASSIFY_UNIGRAM_H

#include "base/text_poll.h"
#include "encoder_tokenizer/pieces.h"

typedef struct Unigram {
  double *score; /* [scores] by id */
  size_t scores, capacity;
  double unknown_score;
  uint32_t unknown;
  bool byte_fallback;
  uint32_t byte[256]; /* the tokens <0x00> .. <0xFF>, or TOKEN_NONE */
} Unigram;

void unigram_free(Unigram *u);

/* Appends the score of the next id. Returns false if memory is out. */
bool unigram_add(Unigram *u, double score);

/* Computes the last three members, when all scores have been added and the pieces indexed. */
void unigram_prepare(Unigram *u, const Pieces *pieces);

/* The best way to each place of a piece. Allocated as needed, and used again. */
typedef struct Lattice {
  TextPoll *poll;           /* asked while a long piece is cut; or NULL */
  struct LatticeNode *node; /* [length + 1] */
  size_t capacity;
} Lattice; /* all zero is empty */

void lattice_free(Lattice *lattice);

/* Appends the tokens of a piece, which is UTF-8. Returns false if memory is out or the poll says stop. */
bool unigram_encode(const Unigram *u, const Pieces *pieces, const char *piece, size_t length, Lattice *lattice,
                    TokenIds *ids);

#endif
