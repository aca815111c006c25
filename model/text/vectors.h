/* vectors.h -- word vectors that were learned elsewhere, on more text than a
** table has: GloVe, word2vec, fastText.
*/
#ifndef CLASSIFY_VECTORS_H
#define CLASSIFY_VECTORS_H

#include "base/status.h"
#include "base/strings.h"

typedef struct Vectors {
  Strings words;  /* as tokenizer.h folds them */
  size_t size;    /* numbers a vector; 0 until there is one */
  float *values;  /* [words.count][size] */
  size_t capacity;
} Vectors; /* all zero is empty */

void vectors_free(Vectors *vectors);

/* The first vector of a word counts. `size` is that of the vectors before. The
** word is folded; one that is more than one token, or none, is left out.
*/
Status vectors_add(Vectors *vectors, const char *word, size_t length, const float *values,
                   size_t size, Error *error);

const float *vectors_find(const Vectors *vectors, const char *word, size_t length); /* or NULL */

/* Scales all so that their values are `deviation` from 0, root of mean square. */
void vectors_scale(Vectors *vectors, float deviation);

#endif
