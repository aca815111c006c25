/* normalizer.h -- what becomes of a text before it is cut: the "normalizer" of a tokenizer.json.
**
**   BertNormalizer   removes control characters, puts spaces around Chinese characters, removes
**                    accents (if strip_accents says so, or is null and lowercase is true), lower case
**   Lowercase        each character by itself: there is no final sigma
**   StripAccents     removes all marks
**   NFC NFD NFKC NFKD
**   Replace          a String, or the Regex " {2,}"
**   Prepend  Strip  Precompiled (charsmap.h)  Sequence
*/
#ifndef CLASSIFY_NORMALIZER_H
#define CLASSIFY_NORMALIZER_H

#include "encoder_tokenizer/codes.h"
#include "encoder_tokenizer/json_type.h"

typedef struct Normalizer {
  struct NormalizerStep *step; /* [count] a Sequence is its steps */
  size_t count, capacity;
} Normalizer; /* all zero changes nothing */

void normalizer_free(Normalizer *n);

/* Adds the steps of the normalizer that comes next, an object or null. */
void normalizer_read(Normalizer *n, JsonReader *r);

/* Adds the steps of BertNormalizer. Returns false if memory is out. */
bool normalizer_add_bert(Normalizer *n, bool lowercase);

/* Returns whether a text may be cut between a character that is kept and a space, and its parts be normalized
** one by one.
*/
bool normalizer_is_local(const Normalizer *n);

/* Returns whether `code` is a letter, or a visible character of ASCII, that no other becomes part of, and that
** becomes at most a small letter. `before` is the character before it, or 0.
*/
bool normalizer_keeps(const Normalizer *n, int32_t before, int32_t code);

/* Normalizes a text in place; `spare` is for its use, and must not be asked for anything but memory. Both
** fail together. Sets *begins to false if the first character was removed.
*/
void normalizer_run(const Normalizer *n, Codes *text, Codes *spare, bool *begins);

#endif
