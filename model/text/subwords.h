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
**
** In a list that is shaped a word also has the n-grams of its shape (word_shape.h), and a letter of
** a script without spaces has none, since they would only repeat it. Lists of models that were
** trained before there were shapes are not shaped.
*/
#ifndef CLASSIFY_SUBWORDS_H
#define CLASSIFY_SUBWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "text/ngrams.h"

/* The n-grams of each word of a list. */
typedef struct Subwords {
  uint32_t *hash;  /* [end of the last word] hashes, or numbers                     */
  size_t *end;     /* [count] where those of a word end                             */
  size_t count;
  uint32_t *shape; /* [count] word_shape(); WORD_PLAIN in a list that is not shaped */
  bool shaped;     /* set before the first word                                     */
  size_t hash_capacity, end_capacity, shape_capacity;
} Subwords; /* all zero is empty */

void subwords_free(Subwords *subwords);
void subwords_clear(Subwords *subwords); /* keeps the memory */

/* Appends a word: the numbers of its n-grams if some are known, else their hashes. */
Status subwords_add(Subwords *subwords, const Ngrams *known, const char *word, size_t length, Error *error);

/* Returns about how many n-grams a word has, without making them. */
size_t subwords_estimate(const char *word, size_t length);

/* Finds the n-grams of the words, of which hashes are stored: ngrams_collect(). Word w occurs times[w] times. */
Status subwords_ngrams(const Subwords *subwords, const uint32_t *times, size_t most, Poll poll, Ngrams *ngrams,
                       Error *error);

/* Makes a list of numbers from one of hashes, if n-grams are known, else a copy. NULL: none are known. */
Status subwords_number(const Subwords *subwords, const Ngrams *known, Poll poll, Subwords *numbered, Error *error);

/* Returns the n-grams [*count] of word number `word`. */
const uint32_t *subwords_get(const Subwords *subwords, size_t word, size_t *count);

#endif
