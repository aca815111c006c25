/* subwords.h -- the character n-grams of words (Bojanowski et al. 2017).
**
** A word, between the marks < and >, has the n-grams of 3, 4 and 5 characters. Those of
** "where" are
**
**   <wh whe her ere re>  <whe wher here ere>  <wher where here>
**
** In scripts where a character is a syllable or a word they have 1, 2 and 3 characters. An
** n-gram is stored as its hash; a layer takes the hash modulo its number of buckets.
*/
#ifndef CLASSIFY_SUBWORDS_H
#define CLASSIFY_SUBWORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* The hashes of each word of a list. */
typedef struct Subwords {
  uint32_t *hash; /* [end of the last word]  */
  size_t *end;    /* [count] where the hashes of a word end */
  size_t count;
  size_t hash_capacity, end_capacity;
} Subwords; /* all zero is empty */

void subwords_free(Subwords *subwords);
void subwords_clear(Subwords *subwords); /* keeps the memory */

/* Appends a word. */
Status subwords_add(Subwords *subwords, const char *word, size_t length, Error *error);

/* Returns the hashes [*count] of word number `word`. */
const uint32_t *subwords_get(const Subwords *subwords, size_t word, size_t *count);

#endif
