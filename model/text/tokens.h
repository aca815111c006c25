/* tokens.h -- texts as word numbers and, if with_spans is set, spans. Texts are appended one
** after the other; tokens_clear() keeps the memory.
*/
#ifndef CLASSIFY_TOKENS_H
#define CLASSIFY_TOKENS_H

#include <stdbool.h>

#include "base/workers.h"
#include "text/lexicon.h"
#include "text/text.h"
#include "tokenizer/tokenizer.h"
#include "text/vocabulary.h"

typedef struct Tokens {
  Poll poll;         /* of the caller, asked while a long text is read; or empty */
  uint32_t *words;   /* [count] */
  uint8_t *capitals; /* [count], or NULL if they are not asked for */
  size_t count, words_capacity, capitals_capacity;
  Subwords subwords; /* n-grams of the words that are not in the vocabulary */
  bool with_spans;
  struct TokenSpan {
    size_t start, end;      /* bytes of the text            */
    size_t token, length;   /* its folded text, in `folded` */
  } *spans; /* [count] */
  size_t spans_capacity;
  char *folded;
  size_t folded_length, folded_capacity;
} Tokens; /* all zero is empty */

void tokens_free(Tokens *tokens);
void tokens_clear(Tokens *tokens);
size_t tokens_bytes(const Tokens *tokens); /* that they hold */

typedef struct TokensOptions {
  const Vocabulary *vocabulary;
  bool spelled;         /* words that are not in it have n-grams (lexicon.h)        */
  bool shaped;          /* their shapes, and the capitals of all tokens, count too  */
  const Ngrams *ngrams; /* that the model knows                                     */
  size_t most;          /* tokens read of a text, at most                           */
} TokensOptions;

/* Appends a text. */
Status tokens_add(Tokens *tokens, const TokensOptions *options, const Tokenizer *tokenizer, const char *text,
                  size_t length, Error *error);

/* Return all tokens as one text, and the lexicon of its words, for a finished model. */
static inline Text tokens_text(const Tokens *tokens) {
  return (Text){tokens->words, tokens->count, tokens->subwords.shaped ? tokens->capitals : NULL};
}
static inline Lexicon tokens_lexicon(const Tokens *tokens) {
  return (Lexicon){.subwords = &tokens->subwords, .folded = true};
}

#endif
