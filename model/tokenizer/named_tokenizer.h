/* named_tokenizer.h -- the tokenizers that need no host, by name.
**
**   (empty)                                  tokenizer_unicode
**   unicode     lower none                   tokenizer_unicode_as_written; without `lower`: as above
**   whitespace  lower none|ascii|unicode     cut at ASCII whitespace (plain_tokenizer.h)
**               remove CHARS
**               separators CHARS             cut at these instead
**   characters  lower none|ascii|unicode     each character is a token
**               remove CHARS
**
** Options follow the name in any order, each at most once. CHARS is `punctuation`, the 32
** punctuation marks of ASCII, or `spaces`, those at which Python's str.split() cuts, or characters
** between single quotes; a quote among them is doubled.
**
**   whitespace lower ascii remove punctuation             as TextVectorization by default
**   whitespace lower unicode separators ' !"#$%&()*+...'  as Keras's older Tokenizer
**   whitespace lower unicode separators spaces            as text.lower().split() in Python
*/
#ifndef CLASSIFY_NAMED_TOKENIZER_H
#define CLASSIFY_NAMED_TOKENIZER_H

#include "tokenizer/tokenizer.h"

/* Returns whether a tokenizer has this name, whatever its options are worth. */
bool named_tokenizer_exists(const char *name);

/* Makes the tokenizer. It never changes, so that threads may share it; the caller frees it by
** free(). Fails with a sentence if there is none of this name or an option is not valid.
*/
Status named_tokenizer_new(const char *name, Tokenizer **tokenizer, Error *error);

#endif
