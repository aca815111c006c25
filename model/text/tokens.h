/* tokens.h -- texts as tokens: the words' numbers and, if spans are asked for, where
** each stands.
**
** Filled by one text after another; memory is kept.
*/
#ifndef CLASSIFY_TOKENS_H
#define CLASSIFY_TOKENS_H

#include <stdbool.h>

#include "text/lexicon.h"
#include "text/text.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

typedef struct Tokens {
  uint32_t *words; /* [count] */
  size_t count, words_capacity;
  Subwords subwords; /* of the words that are not in the vocabulary */
  bool with_spans;
  struct TokenSpan {
    size_t start, end;      /* bytes of the text */
    size_t token, length;   /* in `folded`       */
  } *spans; /* [span_count]: of the text's own tokens, not of padding */
  size_t span_count;
  size_t spans_capacity;
  char *folded;
  size_t folded_length, folded_capacity;
} Tokens; /* all zero is empty */

void tokens_free(Tokens *tokens);
void tokens_clear(Tokens *tokens);

/* How a text is read. Padding has words but no spans. */
typedef struct TokensOptions {
  const Vocabulary *vocabulary;
  bool spelled;         /* words that are not in it get numbers of the subword list     */
  size_t most;          /* tokens read of a text                                    */
  size_t padded_length; /* word 0 is added up to this length                        */
} TokensOptions;

/* Adds a text. */
Status tokens_add(Tokens *tokens, const TokensOptions *options, const Tokenizer *tokenizer, const char *text,
                  size_t length, Error *error);

/* All that was added, as one text, and the lexicon of its words, in a finished model. */
static inline Text tokens_text(const Tokens *tokens) { return (Text){tokens->words, tokens->count}; }
static inline Lexicon tokens_lexicon(const Tokens *tokens) {
  return (Lexicon){.subwords = &tokens->subwords, .folded = true};
}

#endif
