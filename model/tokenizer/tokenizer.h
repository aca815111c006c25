/* tokenizer.h -- cuts a text into tokens.
**
** A token is a word (letters, marks and digits) or a single visible character of another kind:
** punctuation, an emoji with its modifiers, a Chinese, Kana, Thai, Lao, Khmer or Burmese
** character. Its text is folded by Unicode's NFKC_Casefold, so that "Ärger", "ÄRGER" and
** "ärger" are the same; its span is where it is in the original text.
**
** Invalid UTF-8 is read as U+FFFD. NUL separates tokens, like a space.
*/
#ifndef CLASSIFY_TOKENIZER_H
#define CLASSIFY_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Called for each token with its folded text, which is valid during the call, and its span:
** bytes start .. end - 1 of the original. Returns false to stop.
*/
typedef bool TokenSink(void *context, const char *token, size_t length, size_t start, size_t end);

/* A tokenizer: one of those below, or another, whose struct then begins with this one. */
typedef struct Tokenizer Tokenizer;
struct Tokenizer {
  Status (*split)(const Tokenizer *tokenizer, const char *text, size_t length, TokenSink *sink,
                  void *context, Error *error);
  bool folds; /* a token's text does not tell which of its letters are capitals */
};

extern const Tokenizer tokenizer_unicode;
extern const Tokenizer tokenizer_unicode_as_written; /* the same tokens, not folded */

/* Returns whether a letter is a token by itself: one of a script that is written without spaces. */
bool tokenizer_is_unspaced(int32_t code);

/* A token's text is cut to this many bytes; its span is not. */
enum { TOKEN_MAX_BYTES = 192 };

#endif
