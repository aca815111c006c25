/* hashed_features.h -- features of a text that are hashed: what its tokens look like.
**
**   a token with capitals                              its Capitals (capitals.h)
**   two neighbours, one of them numeric                a pair: 12 . is 00 .
**   three neighbours, the first or the last numeric    a triple: 12 . 50 is 00 . 00
**   three characters of a script without spaces        a triple, as they are
**
** In pairs and triples a numeric word (word_shape.h) is its shape, a word of the vocabulary is
** itself, and all others are the same. So amounts, dates, versions and telephone numbers, which
** are cut into tokens that rarely occur twice, have features in common.
**
** The hash is that of NGRAM_MARK, N, and four bytes for each token: its shape, or four times its
** number, or 0. A hashed feature has the row of a bucket, as n-grams have (linear.h).
*/
#ifndef CLASSIFY_HASHED_FEATURES_H
#define CLASSIFY_HASHED_FEATURES_H

#include "text/lexicon.h"
#include "text/text.h"

typedef struct HashedFeature {
  uint32_t hash;
  uint32_t tokens; /* that it is made of */
} HashedFeature;

enum { HASHED_FEATURES = 4 }; /* that begin at one token, at most */

/* Lists the features that begin at token t; returns their number. shapes [vocabulary] are those of the
** vocabulary's words, the lexicon has those of the others.
*/
size_t hashed_features(const uint32_t *shapes, size_t vocabulary, const Lexicon *lexicon, Text text, size_t t,
                       HashedFeature found[HASHED_FEATURES]);

#endif
