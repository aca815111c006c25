/* word_vectors.h -- pretrained word vectors: GloVe, word2vec, fastText. */
#ifndef CLASSIFY_WORD_VECTORS_H
#define CLASSIFY_WORD_VECTORS_H

#include "base/status.h"
#include "base/strings.h"

typedef struct WordVectors {
  Strings words;  /* folded (tokenizer.h)                       */
  size_t size;    /* numbers in a vector; 0 before the first    */
  float *values;  /* [words.count][size] */
  size_t capacity;
} WordVectors; /* all zero is empty */

void word_vectors_free(WordVectors *vectors);

/* Adds a vector; all have the same size. The word is folded. It is ignored if it is not exactly
** one token, or has a vector already.
*/
Status word_vectors_add(WordVectors *vectors, const char *word, size_t length, const float *values,
                        size_t size, Error *error);

/* Returns the vector of a folded word, or NULL. */
const float *word_vectors_find(const WordVectors *vectors, const char *word, size_t length);

/* Scales all vectors so that the root mean square of their values is `deviation`. */
void word_vectors_scale(WordVectors *vectors, float deviation);

#endif
