/* charsmap.h -- SentencePiece's compiled rules of normalization, such as nmt_nfkc: the normalizer
** Precompiled.
**
**   bytes 0..3   size of the trie in bytes, little-endian, as all numbers here
**   trie         units of 32 bits: a double array, as Darts-clone writes it
**   texts        that characters are replaced by, each ended by a NUL
**
** A unit, of which the trie's root is the first:
**
**   bits 0..7    the byte that leads here        bit 31   this is a leaf: bits 0..30 are where its text begins
**   bit 8        it has a leaf                   bits 9.. distance to its children, by exclusive or: in units
**                                                         of 256 if bit 9 is set
**
** Every index is checked, so that a damaged map cannot be read outside: it then replaces nothing.
*/
#ifndef CLASSIFY_CHARSMAP_H
#define CLASSIFY_CHARSMAP_H

#include "encoder_tokenizer/codes.h"
#include "encoder_tokenizer/json_type.h"

typedef struct Charsmap {
  uint32_t *unit; /* [units] */
  size_t units;
  char *texts;
  size_t length;  /* of the texts */
} Charsmap; /* all zero replaces nothing */

void charsmap_free(Charsmap *map);

/* Reads the string that comes next, a map in base64. */
void charsmap_read(Charsmap *map, JsonReader *r);

/* Appends what becomes of `text` to `out`. A grapheme cluster of less than 6 bytes is looked up as a
** whole, and replaced by what its shortest beginning becomes; if there is nothing, or it is longer, its
** characters are looked up one by one.
*/
void charsmap_run(const Charsmap *map, const Codes *text, Codes *out);

/* Returns how many bytes the longest of the texts has: more than that takes the place of no character. */
size_t charsmap_longest(const Charsmap *map);

/* Returns whether a character by itself stays as it is. */
bool charsmap_keeps(const Charsmap *map, int32_t code);

#endif
