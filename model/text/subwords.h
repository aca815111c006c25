/* subwords.h -- the character n-grams that words are made of.
**
** Between marks of its ends a word is cut into all runs of 3, 4 and 5
** characters, "where" into
**
**   <wh whe her ere re>  <whe wher here ere>  <wher where here>
**
** (of scripts that write a syllable or a word as one character: 1, 2 and 3), and
** each is known by its hash, which a layer takes modulo the number of buckets
** that it has (Bojanowski et al. 2017). So words that were never seen are not
** unknown: their parts are known.
*/
#ifndef CLASSIFY_SUBWORDS_H
#define CLASSIFY_SUBWORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* A list of hashes for each of a number of words. */
typedef struct Subwords {
  uint32_t *hash; /* [end of the last word]  */
  size_t *end;    /* [count] of a word's list */
  size_t count;
  size_t hash_capacity, end_capacity;
} Subwords; /* all zero is empty */

void subwords_free(Subwords *subwords);
void subwords_clear(Subwords *subwords); /* memory is kept */

/* Adds a word as the last one. */
Status subwords_add(Subwords *subwords, const char *word, size_t length, Error *error);

/* The hashes of word number `word`. */
const uint32_t *subwords_get(const Subwords *subwords, size_t word, size_t *count);

#endif
