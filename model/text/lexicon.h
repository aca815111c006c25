/* lexicon.h -- the words of one batch or many, as numbers.
**
** Numbers below the vocabulary's size are its words. From there on they are numbers
** of the subword list: its word k is number vocabulary + k.
**
** While a model learns, the subword list begins with the vocabulary's own words, by their
** numbers. In a finished model the vocabulary's rows of the embedding hold the sum of
** their n-grams already ("folded"), and the subword list has only other words.
*/
#ifndef CLASSIFY_LEXICON_H
#define CLASSIFY_LEXICON_H

#include <stdbool.h>

#include "text/subwords.h"
#include "text/text.h"

typedef struct Lexicon {
  const Subwords *subwords; /* NULL where there are no n-grams */
  bool folded;
} Lexicon;

/* Texts, and the lexicon that their words are of; borrowed. */
typedef struct Texts {
  const Text *text; /* [count] */
  size_t count;
  const Lexicon *lexicon;
} Texts;

/* Word numbers are below this. */
static inline size_t lexicon_words(const Lexicon *lexicon, size_t vocabulary) {
  return vocabulary + (lexicon->subwords ? lexicon->subwords->count : 0);
}

/* While a model learns: the number of a word as one that is not in the vocabulary. */
static inline uint32_t lexicon_unknown(const Lexicon *lexicon, size_t vocabulary, uint32_t word) {
  if (word == 0 || word >= vocabulary) return word;
  return lexicon->subwords ? (uint32_t)(vocabulary + word) : 0;
}

#endif
