/* word_shape.h -- what the letters of a word look like.
**
** The pattern of a word has a character for each of its own: 0 for a digit, a for a Latin letter, b
** for any other letter, ASCII of another kind as it is, and m for the rest. Its runs are the
** pattern with one of each run:
**
**   12          00         0               7kq2xwb9    0aa0aaa0   0a0a0
**   v1          a0         a0              12.50       00.00      0.0
**
** (The usual tokenizer makes three tokens of 12.50; see linear/hashed_features.h for those.) Words
** that were never seen are known by n-grams (subwords.h), and so are their shapes: each of these
** is hashed (ngram_hash.h) behind the byte NGRAM_MARK, so that no text can have it.
**
**   a digit somewhere           d
**                               c kind       kind: 0 only digits; h six hexadecimal digits or
**                               q kind n     more, not all of them 0 to 9; x any other.
**                               p pattern    n: characters, a byte
**                               r runs       the first 8
**   three times the same, but   l
**   not in digits alone         s word       with one character for each run: sooo, so
**   letters of two scripts      m            of Latin, Greek, Cyrillic and all other
*/
#ifndef CLASSIFY_WORD_SHAPE_H
#define CLASSIFY_WORD_SHAPE_H

#include <stddef.h>
#include <stdint.h>

typedef enum WordKind {
  WORD_PLAIN,
  WORD_NUMERIC, /* has a digit                                                         */
  WORD_UNSPACED /* a letter, with its marks, of a script that has no spaces in between */
} WordKind;

/* Returns a word's shape: its kind in the two lowest bits; above them, of a numeric word, the
** hash of p and the pattern, or with more than 8 characters of q, kind and n.
*/
uint32_t word_shape(const char *word, size_t length);
static inline WordKind word_kind(uint32_t shape) { return (WordKind)(shape & 3); }

enum { WORD_SHAPE_NGRAMS = 8 };

/* Sets the hashes of the list above that the word has; returns their number. */
size_t word_shape_ngrams(const char *word, size_t length, uint32_t hashes[WORD_SHAPE_NGRAMS]);

#endif
