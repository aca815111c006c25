/* vocabulary.h -- the words that a model knows, and their numbers.
**
** Number 0 is the unknown word; string w of `words` has number w + 1. A training adds and counts
** words as they occur; pruning then keeps the most frequent ones.
*/
#ifndef CLASSIFY_VOCABULARY_H
#define CLASSIFY_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"
#include "base/status.h"
#include "base/strings.h"

enum { VOCABULARY_UNKNOWN = 0 };

typedef struct Vocabulary {
  Strings words;
  uint32_t *counts; /* [words.count] or NULL */
  size_t counts_capacity;
} Vocabulary; /* all zero is empty */

void vocabulary_free(Vocabulary *vocabulary);

size_t vocabulary_size(const Vocabulary *vocabulary); /* includes the unknown word */

/* Returns the word's number, or VOCABULARY_UNKNOWN. */
uint32_t vocabulary_find(const Vocabulary *vocabulary, const char *word, size_t length);

/* Adds the word, unless it is there, and increments its count. */
Status vocabulary_add(Vocabulary *vocabulary, const char *word, size_t length, uint32_t *number, Error *error);

typedef struct VocabularyLimits {
  size_t min_count, most; /* of a word, of words                                   */
  size_t keep;            /* the first words, kept with their numbers in any case  */
  Poll poll;              /* of the caller, or empty                               */
} VocabularyLimits;

/* Copies to `kept` the first `keep` words, then those with a count of at least min_count by
** falling count (equal counts in order of arrival), at most `most` words in all.
** (*renumbered)[old number] is the new number, 0 for words not kept; the caller frees it.
*/
Status vocabulary_prune(const Vocabulary *vocabulary, const VocabularyLimits *limits, Vocabulary *kept,
                        uint32_t **renumbered, Error *error);

#endif
