/* encoder_tokenizer.h -- the tokenizer of a pretrained sentence encoder, such as those of the BERT family.
**
** It is read from a tokenizer.json, as the package `tokenizers` of Hugging Face writes it, or from a
** vocab.txt, and gives the same ids as that package. A text goes through these parts:
**
**   added_tokens.h    tokens such as [SEP] are found in it
**   normalizer.h      what is between them is put into a normal form: lower case, without accents
**   pre_tokenizer.h   and cut into pieces, at white space for example
**   token_model.h     pieces are cut into tokens, by WordPiece or Unigram
**   post_processor.h  tokens such as [CLS] are put around all
**
** Differences: classes of characters are those of utf8proc's Unicode version, where `tokenizers` has
** several older ones. Metaspace's prepend_scheme "first" is about the first piece, even if an earlier step
** has made more of the text's first character. What is not UTF-8 is read as U+FFFD. Nothing is padded.
*/
#ifndef CLASSIFY_ENCODER_TOKENIZER_H
#define CLASSIFY_ENCODER_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"
#include "encoder_tokenizer/token_ids.h"

/* It never changes, so that threads may share it. */
typedef struct EncoderTokenizer EncoderTokenizer;

/* Reads the contents of a tokenizer.json, which begin with '{' after white space, or else of a vocab.txt: a
** token of WordPiece in each line, for texts treated as BERT does. That is with lower case and without
** accents, unless a token has a letter that has a small form, other than in brackets like [CLS]. There must be [UNK],
** [CLS] and [SEP]. A byte order mark before either is skipped.
**
** Fails with a sentence that names what is wrong or not supported. The caller frees the tokenizer.
*/
Status encoder_tokenizer_new(const char *bytes, size_t length, EncoderTokenizer **tokenizer, Error *error);
void encoder_tokenizer_free(EncoderTokenizer *tokenizer);

typedef struct EncodeOptions {
  bool special; /* the tokens that belong around a text are put there */
  size_t most;  /* tokens of all together                             */
  Poll poll;    /* asked while a long text is read; or empty          */
} EncodeOptions;

/* Appends the ids of a text's tokens to `ids`: options.most at most, and no more than the truncation of the file. The
** text's tokens are cut at the end (or at the beginning, if the file has the direction Left), so that the special ones
** have room. If there is not even room for these, the first of them are appended.
**
** A long text costs no more than its beginning if its words are cut at spaces.
*/
Status encoder_tokenizer_encode(const EncoderTokenizer *tokenizer, const char *text, size_t length,
                                EncodeOptions options, TokenIds *ids, Error *error);

/* Returns the largest id + 1. */
size_t encoder_tokenizer_ids(const EncoderTokenizer *tokenizer);

/* Returns the id of the token that unknown words become. */
uint32_t encoder_tokenizer_unknown(const EncoderTokenizer *tokenizer);

/* Returns the token with this id, or NULL. It is not NUL-terminated, and may hold any character. */
const char *encoder_tokenizer_token(const EncoderTokenizer *tokenizer, uint32_t id, size_t *length);

#endif
