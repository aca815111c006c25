/* subwords.h -- the character n-grams of words (Bojanowski et al. 2017).
**
** A word, between the marks < and >, has the n-grams of 3, 4 and 5 characters. Those of
** "where" are
**
**   <wh whe her ere re>  <whe wher here ere>  <wher where here>
**
** In scripts where a character is a syllable or a word they have 1, 2 and 3 characters. An
** n-gram is stored as its hash, or for a model that knows n-grams (ngrams.h) as its number. A
** layer takes what is stored modulo its number of buckets.
*/
#ifndef CLASSIFY_SUBWORDS_H
#define CLASSIFY_SUBWORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "text/ngrams.h"

/* The n-grams of each word of a list. */
typedef struct Subwords {
  uint32_t *hash; /* [end of the last word] hashes, or numbers */
  size_t *end;    /* [count] where those of a word end         */
  size_t count;
  size_t hash_capacity, end_capacity;
} Subwords; /* all zero is empty */

void subwords_free(Subwords *subwords);
void subwords_clear(Subwords *subwords); /* keeps the memory */

/* Appends a word: the numbers of its n-grams if some are known, else their hashes. */
Status subwords_add(Subwords *subwords, const Ngrams *known, const char *word, size_t length, Error *error);

/* Finds the n-grams of the words, of which hashes are stored: ngrams_collect(). Word w occurs times[w] times. */
Status subwords_ngrams(const Subwords *subwords, const uint32_t *times, size_t most, Ngrams *ngrams, Error *error);

/* Makes a list of numbers from one of hashes, if n-grams are known, else a copy. NULL: none are known. */
Status subwords_number(const Subwords *subwords, const Ngrams *known, Subwords *numbered, Error *error);

/* Returns the n-grams [*count] of word number `word`. */
const uint32_t *subwords_get(const Subwords *subwords, size_t word, size_t *count);

#endif
