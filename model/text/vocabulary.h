/* vocabulary.h -- the words a model knows, as numbers.
**
** Number 0 is every word that is not in the vocabulary; word w of the set has
** number w + 1. While a model is trained words are added as they come and
** counted; pruning then keeps the frequent ones, the most frequent first.
*/
#ifndef CLASSIFY_VOCABULARY_H
#define CLASSIFY_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strings.h"

enum { VOCABULARY_UNKNOWN = 0 };

typedef struct Vocabulary {
  Strings words;
  uint32_t *counts; /* [words.count] or NULL */
  size_t counts_capacity;
} Vocabulary; /* all zero is empty */

void vocabulary_free(Vocabulary *vocabulary);

size_t vocabulary_size(const Vocabulary *vocabulary); /* with the unknown word */
uint32_t vocabulary_find(const Vocabulary *vocabulary, const char *word, size_t length);

/* Counts the word, new or known. */
Status vocabulary_add(Vocabulary *vocabulary, const char *word, size_t length, uint32_t *number,
                      Error *error);

/* `kept` becomes the words that were added at least min_count times, at most
** `most` of them; words added equally often stay in order of arrival. The first
** `keep` words come first and are all kept. renumbered[old] is a word's new number, or 0, and is for the caller to free().
*/
Status vocabulary_prune(const Vocabulary *vocabulary, size_t min_count, size_t most,
                        size_t keep, Vocabulary *kept, uint32_t **renumbered, Error *error);

#endif
