/* lexicon.h -- what word numbers mean: those below the vocabulary's size are its words, and
** number vocabulary + k is word k of a subword list.
**
** While a model learns, the subword list begins with the words of the vocabulary, in its
** order. In a finished model it has only words that are not in the vocabulary, since a
** row of the embedding then includes the sum of its word's n-grams: the model is folded.
*/
#ifndef CLASSIFY_LEXICON_H
#define CLASSIFY_LEXICON_H

#include <stdbool.h>

#include "text/subwords.h"
#include "text/text.h"

typedef struct Lexicon {
  const Subwords *subwords; /* borrowed; NULL without n-grams */
  bool folded;
} Lexicon;

/* Texts and the lexicon of their words; borrowed. */
typedef struct Texts {
  const Text *text; /* [count] */
  size_t count;
  const Lexicon *lexicon;
} Texts;

/* Returns the upper bound of word numbers. */
static inline size_t lexicon_words(const Lexicon *lexicon, size_t vocabulary) {
  return vocabulary + (lexicon->subwords ? lexicon->subwords->count : 0);
}

/* While a model learns: returns the number of the same word as if it were not in the vocabulary. */
static inline uint32_t lexicon_unknown(const Lexicon *lexicon, size_t vocabulary, uint32_t word) {
  if (word == 0 || word >= vocabulary) return word;
  return lexicon->subwords ? (uint32_t)(vocabulary + word) : 0;
}

#endif
