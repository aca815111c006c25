/* added_tokens.h -- tokens that are found in a text before it is cut: the "added_tokens" of a
** tokenizer.json, such as [SEP].
**
** Of those that begin at the leftmost place the longest is found. A token is looked for in the text as it
** is written, or, if it is `normalized`, in what the normalizer makes of the text, and of the token.
*/
#ifndef CLASSIFY_ADDED_TOKENS_H
#define CLASSIFY_ADDED_TOKENS_H

#include "encoder_tokenizer/normalizer.h"
#include "encoder_tokenizer/pieces.h"
#include "base/text_poll.h"

typedef struct AddedToken {
  size_t id;
  size_t start, length;     /* of its text, in bytes[]                             */
  size_t pattern, searched; /* the start and length of what is searched, in bytes[] */
  bool single_word;         /* not beside a character of a word                    */
  bool lstrip, rstrip;      /* with the white space on its left, on its right      */
  bool normalized;
} AddedToken;

typedef struct AddedTokens {
  AddedToken *token; /* [count] */
  size_t count, capacity;
  char *bytes;
  size_t length, bytes_capacity;
  Trie written, normalized; /* to numbers in token[] */
} AddedTokens; /* all zero has none */

void added_tokens_free(AddedTokens *a);

/* Reads the array that comes next. */
void added_tokens_read(AddedTokens *a, JsonReader *r);

/* Adds a token of the model that is looked for as it is written. Returns false if memory is out. */
bool added_tokens_add(AddedTokens *a, size_t id, const char *bytes, size_t length);

/* Gets ready for searching. Adds tokens that the model lacks to `pieces`. Fails if a token's id is not the
** one that it has there, or the next.
*/
Status added_tokens_prepare(AddedTokens *a, Pieces *pieces, const Normalizer *normalizer, Error *error);

/* Returns whether the text may be cut between a character and a space, and tokens be found in each part. */
bool added_tokens_are_local(const AddedTokens *a);

/* Whether there are any that are looked for in a normalized text. */
bool added_tokens_any_normalized(const AddedTokens *a);

typedef struct AddedSearch {
  const char *text;
  size_t length;
  bool normalized; /* the text is, and so are the tokens */
  TextPoll *poll;
} AddedSearch;

typedef struct AddedMatch {
  size_t start, end; /* with the white space that belongs to it */
  uint32_t id;
} AddedMatch;

/* Finds the first token that begins from `from` on and before `limit`. Finds none once the poll says to end. */
bool added_tokens_find(const AddedTokens *a, const AddedSearch *search, size_t from, size_t limit, AddedMatch *match);

#endif
