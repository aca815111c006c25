/* tokenizer.h -- cuts a text into tokens.
**
** A token is a word (letters, marks and digits) or a single visible character of another kind:
** punctuation, an emoji with its modifiers, a Chinese, Kana, Thai, Lao, Khmer or Burmese
** character. Its text is folded by Unicode's NFKC_Casefold, so that "Ärger", "ÄRGER" and
** "ärger" are the same; its span is where it is in the original text.
**
** Invalid UTF-8 is read as U+FFFD. NUL separates tokens, like a space, and so does U+200B. Other
** format characters, such as soft hyphens and joiners, do not.
*/
#ifndef CLASSIFY_TOKENIZER_H
#define CLASSIFY_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"

/* A token. Both texts are valid while the sink is called; in HTML they have characters in place of references.
**
** `unfolded` tells which letters were capitals. tokenizer_unicode sets it. It is NULL for a tag of HTML, and with all
** other tokenizers: what they make of capitals is the user's choice.
*/
typedef struct Token {
  const char *text;       /* [length]: folded, or as its tokenizer gives it    */
  size_t length;
  const char *unfolded;   /* [unfolded_length]: before folding, or NULL        */
  size_t unfolded_length; /* 0 if it is NULL                                   */
  size_t start, end;      /* bytes start .. end - 1 of the text as it is given */
} Token;

/* Called for each token. Returns false to stop. */
typedef bool TokenSink(void *context, const Token *token);

/* A tokenizer: one of those below, or another, whose struct then begins with this one. The poll, which may be empty, is
** asked while a long text is read.
*/
typedef struct Tokenizer Tokenizer;
struct Tokenizer {
  Status (*split)(const Tokenizer *tokenizer, const char *text, size_t length, Poll poll, TokenSink *sink,
                  void *context, Error *error);
};

extern const Tokenizer tokenizer_unicode;
extern const Tokenizer tokenizer_unicode_as_written; /* the same tokens, not folded */

/* Returns whether a letter is a token by itself: one of a script that is written without spaces. */
bool tokenizer_is_unspaced(int32_t code);

/* A token's text is cut to this many bytes; `unfolded` and its span are not. */
enum { TOKEN_MAX_BYTES = 192 };

#endif
