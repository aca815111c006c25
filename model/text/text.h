/* text.h -- a text as a sequence of words. */
#ifndef CLASSIFY_TEXT_H
#define CLASSIFY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Word numbers (vocabulary.h, lexicon.h); borrowed. */
typedef struct Text {
  const uint32_t *words;
  size_t length;
  const uint8_t *capitals; /* Capitals of each token; NULL: not known */
} Text;

/* Returns a hash of a text's bytes: FNV-1a of 64 bits, folded to 32. A text collides with one of
** a million others with a probability of 1 in 4,000.
*/
uint32_t text_fingerprint(const char *bytes, size_t length);

#endif
