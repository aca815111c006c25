/* pieces.h -- the tokens of a tokenizer: by id, and those of its model by their bytes.
**
** Add the model's tokens, then index them, then add others, which only have an id.
*/
#ifndef CLASSIFY_PIECES_H
#define CLASSIFY_PIECES_H

#include "base/status.h"
#include "encoder_tokenizer/token_ids.h"
#include "encoder_tokenizer/trie.h"

/* The length bounds what a search takes at each place of a text. */
enum { PIECE_MAX_ID = 10000000, PIECE_MAX_BYTES = 512 };

typedef struct Pieces {
  char *bytes;
  size_t length, bytes_capacity;
  struct Piece {
    uint32_t start, length; /* in bytes[]; the length is TOKEN_NONE if no token has this id */
  } *piece;                 /* [count] */
  size_t count, capacity;   /* the largest id + 1 */
  size_t tokens;            /* that there are */
  Trie trie;                /* of the model's, to their ids */
} Pieces; /* all zero has none */

void pieces_free(Pieces *pieces);

/* Adds a token. Fails unless it is UTF-8 of at most PIECE_MAX_BYTES and its id at most PIECE_MAX_ID and free. */
Status pieces_add(Pieces *pieces, size_t id, const char *bytes, size_t length, Error *error);

/* Makes the trie. Fails if a token is there twice. */
Status pieces_index(Pieces *pieces, Error *error);

/* Returns the id of a token of the model, or TOKEN_NONE. */
uint32_t pieces_find(const Pieces *pieces, const char *bytes, size_t length);

/* Returns the token with this id, or NULL. It is not NUL-terminated, and may be empty. */
const char *pieces_get(const Pieces *pieces, size_t id, size_t *length);

#endif
