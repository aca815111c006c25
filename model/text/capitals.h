/* capitals.h -- where a token has capital letters, which its folded text does not tell. */
#ifndef CLASSIFY_CAPITALS_H
#define CLASSIFY_CAPITALS_H

#include <stddef.h>
#include <stdint.h>

typedef enum Capitals {
  CAPITALS_NONE,
  CAPITALS_FIRST, /* the first letter only: Paris, A      */
  CAPITALS_ALL,   /* all letters, two or more: FREE, USB2 */
  CAPITALS_MIXED, /* any other: iPhone, McDonald          */
  CAPITALS_COUNT,
  CAPITALS_ROWS = CAPITALS_COUNT - 1 /* all but CAPITALS_NONE have a row of the embedding */
} Capitals;

enum { CAPITALS_BYTES = 1 << 16 }; /* of a longer token only so many count */

/* Returns the capitals of a token before it was folded (tokenizer.h); CAPITALS_NONE if there are no bytes. */
Capitals capitals_of(const char *text, size_t length);

/* Returns the hash that capitals have among n-grams (subwords.h). */
uint32_t capitals_hash(Capitals capitals);

#endif
