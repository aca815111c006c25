#include "text/word_vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void word_vectors_free(WordVectors *v) {
  strings_free(&v->words);
  free(v->values);
  *v = (WordVectors){0};
}

/* The first token of a word, and the number of tokens; one that is too long counts as two. */
typedef struct FirstToken {
  char bytes[TOKEN_MAX_BYTES];
  size_t length, tokens;
} FirstToken;

static bool take_token(void *context, const Token *token) {
  FirstToken *f = context;
  f->tokens += token->length > sizeof f->bytes ? 2 : 1;
  if (f->tokens == 1) memcpy(f->bytes, token->text, token->length);
  f->length = token->length;
  return f->tokens < 2;
}

Status word_vectors_add(WordVectors *v, const Tokenizer *tokenizer, const char *word, size_t length,
                        const float *values, size_t size, Error *error) {
  FirstToken first = {.tokens = 0};
  Status status = tokenizer->split(tokenizer, word, length, (Poll){0}, take_token, &first, error);
  if (status || first.tokens != 1) return status;
  size_t known = v->words.count;
  uint32_t number = strings_add(&v->words, first.bytes, first.length);
  if (number == STRINGS_NONE) return error_no_memory(error);
  if (number < known) return STATUS_OK;
  if (!memory_grow(&v->values, &v->capacity, memory_product(known + 1, size), sizeof *v->values))
    return error_no_memory(error);
  memcpy(v->values + known * size, values, size * sizeof *values);
  v->size = size;
  return STATUS_OK;
}

const float *word_vectors_find(const WordVectors *v, const char *word, size_t length) {
  uint32_t number = strings_find(&v->words, word, length);
  return number == STRINGS_NONE ? NULL : v->values + number * v->size;
}

void word_vectors_scale(WordVectors *v, float deviation) {
  size_t count = v->words.count * v->size;
  double squares = 0.0;
  for (size_t i = 0; i < count; i++) squares += (double)v->values[i] * v->values[i];
  float factor = squares > 0 ? deviation / (float)sqrt(squares / (double)count) : 1.0f;
  for (size_t i = 0; i < count; i++) v->values[i] *= factor;
}
