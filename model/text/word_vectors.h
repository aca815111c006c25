/* word_vectors.h -- word vectors that were learned elsewhere, on more text than a
** table has: GloVe, word2vec, fastText.
*/
#ifndef CLASSIFY_WORD_VECTORS_H
#define CLASSIFY_WORD_VECTORS_H

#include "base/status.h"
#include "base/strings.h"

typedef struct WordVectors {
  Strings words;  /* as tokenizer.h folds them */
  size_t size;    /* numbers a vector; 0 until there is one */
  float *values;  /* [words.count][size] */
  size_t capacity;
} WordVectors; /* all zero is empty */

void word_vectors_free(WordVectors *vectors);

/* The first vector of a word counts. `size` is that of the vectors before. The
** word is folded; one that is more than one token, or none, is left out.
*/
Status word_vectors_add(WordVectors *vectors, const char *word, size_t length, const float *values,
                        size_t size, Error *error);

const float *word_vectors_find(const WordVectors *vectors, const char *word, size_t length); /* or NULL */

/* Scales all so that their values are `deviation` from 0, root of mean square. */
void word_vectors_scale(WordVectors *vectors, float deviation);

#endif
