/* markup.h -- texts that are written in HTML, for any tokenizer.
**
** Each tag is a token, `<b>` or `</b>`: its name in small letters, without attributes. It ends a word. The text between
** tags goes to the tokenizer with characters in place of their references; a token's span is in the text as written:
**
**   <P class=x>2 caf&eacute;s<br/>a < b      <p>  2  cafés (caf&eacute;s)  <br>  a  <  b
**
** html.h says what a tag is, and what is skipped; character_reference.h, what a reference.
*/
#ifndef CLASSIFY_MARKUP_H
#define CLASSIFY_MARKUP_H

#include "tokenizer/tokenizer.h"

typedef enum Markup { MARKUP_NONE, MARKUP_HTML } Markup;

/* Reads HTML, and cuts the text in it by another tokenizer, which is borrowed. Threads may share it if they may share
** that one.
*/
typedef struct MarkupTokenizer {
  Tokenizer base; /* first: a MarkupTokenizer is a Tokenizer */
  const Tokenizer *inner;
} MarkupTokenizer;

MarkupTokenizer markup_tokenizer(const Tokenizer *inner);

/* Sets *plain [*plain_length], for the caller to free(), to the text that stands in HTML, with a blank in place of each
** tag and of what is skipped.
*/
Status markup_plain_text(const char *text, size_t length, Poll poll, char **plain, size_t *plain_length, Error *error);

#endif
