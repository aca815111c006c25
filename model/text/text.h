/* text.h -- a text, as the layers read it. */
#ifndef CLASSIFY_TEXT_H
#define CLASSIFY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Word numbers (vocabulary.h, lexicon.h); borrowed. */
typedef struct Text {
  const uint32_t *words;
  size_t length;
} Text;

/* A hash of the text as written: FNV-1a of 64 bits, folded to 32. Of a million texts
** one in 4,000 has the hash of one of a million others.
*/
uint32_t text_fingerprint(const char *bytes, size_t length);

#endif
