/* tokenizer.h -- cuts a text into tokens.
**
** A token is a word (letters, marks and digits), or one visible character
** of any other kind: punctuation, an emoji with its modifiers, a Chinese, Kana,
** Thai, Lao, Khmer or Burmese character. Its text is folded as Unicode's NFKC_Casefold
** does, so "Ärger", "ÄRGER" and "ärger" are one token; the span says where it
** stands in the text as written.
**
** Bytes that are not UTF-8 are read as U+FFFD; NUL separates, like a space.
*/
#ifndef CLASSIFY_TOKENIZER_H
#define CLASSIFY_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* One token: its folded text, and bytes start .. end - 1 of the original. The
** text is good during the call only. False: no further tokens are wanted.
*/
typedef bool TokenSink(void *context, const char *token, size_t length, size_t start, size_t end);

/* A way of cutting: ours below, or one that a host lends (it then begins its
** own struct with this one).
*/
typedef struct Tokenizer Tokenizer;
struct Tokenizer {
  Status (*split)(const Tokenizer *tokenizer, const char *text, size_t length, TokenSink *sink,
                  void *context, Error *error);
};

extern const Tokenizer tokenizer_unicode;

/* A token's folded text is cut to this many bytes; its span is whole. */
enum { TOKEN_MAX_BYTES = 192 };

#endif
