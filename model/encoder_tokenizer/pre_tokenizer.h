/* pre_tokenizer.h -- cuts a normalized text into pieces, which the model cuts into tokens: the
** "pre_tokenizer" of a tokenizer.json.
**
**   BertPreTokenizer   cut at white space, which is dropped; each punctuation mark is a piece
**   WhitespaceSplit    cut at white space
**   Whitespace         the same, and between what a regular expression calls \w and others
**   Punctuation        with any behavior
**   Metaspace          a space becomes U+2581, or another character, and begins a piece
**   Sequence
*/
#ifndef CLASSIFY_PRE_TOKENIZER_H
#define CLASSIFY_PRE_TOKENIZER_H

#include "encoder_tokenizer/codes.h"
#include "encoder_tokenizer/json_type.h"

typedef struct PreTokenizer {
  struct PreTokenizerStep *step; /* [count] a Sequence is its steps */
  size_t count, capacity;
} PreTokenizer; /* all zero leaves a text one piece */

void pre_tokenizer_free(PreTokenizer *p);

/* Adds the steps of the pre-tokenizer that comes next, an object or null. */
void pre_tokenizer_read(PreTokenizer *p, JsonReader *r);

/* Adds the steps of BertPreTokenizer. Returns false if memory is out. */
bool pre_tokenizer_add_bert(PreTokenizer *p);

/* Returns whether a piece ends before each space. */
bool pre_tokenizer_cuts_at_spaces(const PreTokenizer *p);

/* Cuts a text, which may become longer; `spare` is for its use, and both fail together. `begins`: it is the
** beginning of the whole text. The pieces are then to be had by pre_tokenizer_next().
*/
void pre_tokenizer_run(const PreTokenizer *p, Codes *text, Codes *spare, bool begins);

/* Finds the next piece at or after *from: from .. to - 1. Returns false if there is none. */
bool pre_tokenizer_next(Codes *text, size_t *from, size_t *to);

#endif
