/* plain_tokenizer.h -- the tokenizers `whitespace` and `characters`: a text is cut at separators, or
** between any two characters.
**
** First the text is put into lower case, then characters are removed, then it is cut. So what is
** removed inside a word joins its sides, and lists of characters name them in lower case. A span is
** in the text as it was: from the first character of the token that is kept to the last.
**
**   removed '    don't 'tis    ->   dont  (don't)   tis  (tis)
**
** These are Keras's TextVectorization and Tokenizer, and Python's str.split(). Invalid UTF-8 is read
** as U+FFFD. A token is never empty. NUL is a character like others.
*/
#ifndef CLASSIFY_PLAIN_TOKENIZER_H
#define CLASSIFY_PLAIN_TOKENIZER_H

#include "tokenizer/tokenizer.h"

typedef enum LetterCase {
  CASE_AS_WRITTEN,
  CASE_LOWER_ASCII,  /* A to Z only       */
  CASE_LOWER_UNICODE /* lower_case.h      */
} LetterCase;

typedef struct PlainOptions {
  bool characters;  /* cut into characters; there are no separators then */
  LetterCase letter_case;
  /* valid UTF-8, borrowed during the call; a character may be there twice */
  const char *removed, *separators;
  size_t removed_length, separators_length;
} PlainOptions;

/* Makes a tokenizer, which never changes, so that threads may share it. It is one block for free(). */
Status plain_tokenizer_new(const PlainOptions *options, Tokenizer **tokenizer, Error *error);

#endif
