/* token_model.h -- cuts a piece of text into tokens: the "model" of a tokenizer.json. */
#ifndef CLASSIFY_TOKEN_MODEL_H
#define CLASSIFY_TOKEN_MODEL_H

#include "encoder_tokenizer/json_type.h"
#include "encoder_tokenizer/unigram.h"
#include "encoder_tokenizer/word_piece.h"

enum { PREFIX_MAX_BYTES = 32 };

typedef struct TokenModel {
  enum { MODEL_NONE, MODEL_WORD_PIECE, MODEL_UNIGRAM } kind;
  Pieces pieces;
  WordPiece word_piece;
  Unigram unigram;
  char prefix[PREFIX_MAX_BYTES]; /* of tokens that continue a word: "##" */
  size_t prefix_length;
} TokenModel; /* all zero is none */

void token_model_free(TokenModel *m);

/* Reads the model that comes next. */
void token_model_read(TokenModel *m, JsonReader *r);

/* Reads a vocab.txt, a token of WordPiece in each line; an empty line has none. Lines end with LF or CR LF. */
Status token_model_read_lines(TokenModel *m, const char *text, size_t length, Error *error);

uint32_t token_model_unknown(const TokenModel *m);

/* Appends the tokens of a piece, which is UTF-8. Returns false if memory is out. */
bool token_model_encode(const TokenModel *m, const char *piece, size_t length, size_t characters, Lattice *lattice,
                        TokenIds *ids);

#endif
