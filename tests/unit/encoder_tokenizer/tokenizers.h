/* tokenizers.h -- small tokenizers as JSON, and what they make of texts. */
#ifndef CLASSIFY_TOKENIZERS_H
#define CLASSIFY_TOKENIZERS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_tokenizer/encoder_tokenizer.h"
#include "unit/support.h"

/* The parts of a tokenizer.json; NULL: the one that stands first here, or none. */
typedef struct Parts {
  const char *model, *normalizer, *pre_tokenizer, *post_processor, *added_tokens, *truncation;
} Parts;

#define WORDS \
  "{\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\"," \
  " \"max_input_chars_per_word\": 10, \"vocab\": {\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3," \
  " \"[unused1]\": 4, \"un\": 5, \"##aff\": 6, \"##able\": 7, \"the\": 8, \"a\": 9, \"##a\": 10, \",\": 11," \
  " \"\\u4e2d\": 12, \"The\": 13, \"\\u00e9\": 14, \"##\\u00e9\": 15, \"##b\": 16, \"[MASK]\": 17}}"

#define PIECES \
  "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0.0], [\"\\u2581\", -2.0], [\"a\", -1.5]," \
  " [\"b\", -1.5], [\"ab\", -2.5], [\"\\u2581ab\", -3.0], [\"abc\", -7.0], [\"c\", -4.0], [\"<s>\", 0], [\"</s>\", 0]]}"

#define BERT "{\"type\": \"BertNormalizer\"}"
#define BERT_PRE_TOKENIZER "{\"type\": \"BertPreTokenizer\"}"
#define METASPACES "{\"type\": \"Metaspace\", \"replacement\": \"\\u2581\"}"
#define CLS_SEP "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}"
#define S_S "{\"type\": \"RobertaProcessing\", \"sep\": [\"</s>\", 9], \"cls\": [\"<s>\", 8]}"
#define ADDED(id, content, more) "{\"id\": " #id ", \"content\": \"" content "\"" more "}"

SHARED const char *or_null(const char *json) { return json ? json : "null"; }

SHARED char *tokenizer_json(const Parts *p) {
  size_t size = 4096 + strlen(p->model ? p->model : WORDS);
  char *json = allocate(size + (p->added_tokens ? strlen(p->added_tokens) : 0), 1);
  sprintf(json,
          "{\"version\": \"1.0\", \"truncation\": %s, \"padding\": {\"strategy\": \"BatchLongest\"}, "
          "\"added_tokens\": [%s], \"normalizer\": %s, \"pre_tokenizer\": %s, \"post_processor\": %s, "
          "\"decoder\": null, \"model\": %s}",
          or_null(p->truncation), p->added_tokens ? p->added_tokens : "", or_null(p->normalizer),
          or_null(p->pre_tokenizer), or_null(p->post_processor), p->model ? p->model : WORDS);
  return json;
}

SHARED EncoderTokenizer *new_tokenizer(Parts parts) {
  EncoderTokenizer *tokenizer;
  char *json = tokenizer_json(&parts);
  assert_ok(encoder_tokenizer_new(json, strlen(json), &tokenizer, &error));
  free(json);
  return tokenizer;
}

SHARED EncoderTokenizer *bert_tokenizer(void) {
  return new_tokenizer((Parts){.normalizer = BERT, .pre_tokenizer = BERT_PRE_TOKENIZER, .post_processor = CLS_SEP,
                               .added_tokens = ADDED(3, "[SEP]", "") ", " ADDED(17, "[MASK]", ", \"lstrip\": true")});
}

/* Checks the tokens of a text, with a space between them. The text is copied to its exact size, so that a
** sanitizer sees a read past it.
*/
SHARED void check_most(const EncoderTokenizer *t, const char *text, size_t length, bool special, size_t most,
                       const char *expected) {
  TokenIds ids = {0};
  char *exact = allocate(length, 1), *tokens;
  memcpy(exact, text, length);
  assert_ok(encoder_tokenizer_encode(t, exact, length, (EncodeOptions){special, most, {0}}, &ids, &error));
  size_t size = 1, at = 0, token_length;
  for (size_t i = 0; i < ids.count; i++) {
    assert_non_null(encoder_tokenizer_token(t, ids.ids[i], &token_length));
    size += token_length + 1;
  }
  tokens = allocate(size, 1);
  for (size_t i = 0; i < ids.count; i++) {
    const char *token = encoder_tokenizer_token(t, ids.ids[i], &token_length);
    at += (size_t)sprintf(tokens + at, "%s%.*s", i ? " " : "", (int)token_length, token);
  }
  assert_string_equal(tokens, expected);
  free(tokens);
  free(exact);
  token_ids_free(&ids);
}

SHARED void check_tokens(const EncoderTokenizer *t, const char *text, const char *expected) {
  check_most(t, text, strlen(text), false, SIZE_MAX, expected);
}

/* A tokenizer of these parts makes these tokens. */
SHARED void check_parts(Parts parts, const char *text, const char *expected) {
  EncoderTokenizer *t = new_tokenizer(parts);
  check_tokens(t, text, expected);
  encoder_tokenizer_free(t);
}

/* A tokenizer of these parts is refused with this sentence. */
SHARED void check_refused(Parts parts, const char *sentence) {
  EncoderTokenizer *tokenizer = NULL;
  char *json = tokenizer_json(&parts);
  Status status = encoder_tokenizer_new(json, strlen(json), &tokenizer, &error);
  assert_int_equal(status, STATUS_INVALID);
  assert_null(tokenizer);
  assert_string_equal(error.message, sentence);
  free(json);
}

#endif
