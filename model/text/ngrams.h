/* ngrams.h -- the character n-grams that a finished model knows, and their numbers.
**
** An n-gram is known by its hash (subwords.h), and has a number from 0 on, by rising hash. All others have
** the number `count`. A training learns n-grams in buckets, the hash modulo their number; when it ends, those
** that most words have are kept, of equals those that occur most often.
*/
#ifndef CLASSIFY_NGRAMS_H
#define CLASSIFY_NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"
#include "base/safetensors_writer.h"
#include "base/status.h"

typedef struct Ngrams {
  uint32_t *hash; /* [count] rising                                              */
  size_t count;
  /* private */
  uint32_t *first; /* [2^bits + 1] number of the first hash with these upper bits */
  unsigned bits;
} Ngrams; /* all zero: there are buckets */

void ngrams_free(Ngrams *ngrams);

/* NULL is none. */
static inline bool ngrams_exist(const Ngrams *ngrams) { return ngrams && ngrams->first; }

/* Returns the number of an n-gram. */
uint32_t ngrams_find(const Ngrams *ngrams, uint32_t hash);

/* That an n-gram is in some words, which occur so many times together. */
typedef struct NgramUse {
  uint32_t hash, words, times;
} NgramUse;

/* Adds up the uses of one n-gram in the list [*count], and sorts them; sets *count to how many n-grams there are. */
Status ngrams_add_up(NgramUse *uses, size_t *count, Poll poll, Error *error);

/* Keeps `most` of the n-grams that are in at least `least` words, or all if there are fewer. The uses [count] may have
** an n-gram several times; they are added up and sorted in place.
*/
Status ngrams_collect(NgramUse *uses, size_t count, uint32_t least, size_t most, Poll poll, Ngrams *ngrams,
                      Error *error);

Status ngrams_copy(const Ngrams *from, Ngrams *to, Error *error);

/* A tensor U32 [count]; where it is missing, there are buckets. */
void ngrams_write(const Ngrams *ngrams, const char *name, SafeTensorsWriter *writer);
Status ngrams_read(const SafeTensors *st, const uint8_t *bytes, const char *name, Ngrams *ngrams, Error *error);

#endif
