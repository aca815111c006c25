/* word_vectors.h -- pretrained word vectors: GloVe, word2vec, fastText. */
#ifndef CLASSIFY_WORD_VECTORS_H
#define CLASSIFY_WORD_VECTORS_H

#include "base/status.h"
#include "base/strings.h"
#include "tokenizer/tokenizer.h"

typedef struct WordVectors {
  Strings words;  /* as the tokenizer gives them                */
  size_t size;    /* numbers in a vector; 0 before the first    */
  float *values;  /* [words.count][size] */
  size_t capacity;
} WordVectors; /* all zero is empty */

void word_vectors_free(WordVectors *vectors);

/* Adds the vector of a word, of which the model's tokenizer makes what it makes of the word in a text.
** The word is ignored if it is not exactly one token, of at most TOKEN_MAX_BYTES, or has a vector
** already. All vectors have the same size.
*/
Status word_vectors_add(WordVectors *vectors, const Tokenizer *tokenizer, const char *word, size_t length,
                        const float *values, size_t size, Error *error);

/* Returns the vector of a token, or NULL. */
const float *word_vectors_find(const WordVectors *vectors, const char *word, size_t length);

/* Scales all vectors so that the root mean square of their values is `deviation`. */
void word_vectors_scale(WordVectors *vectors, float deviation);

#endif
