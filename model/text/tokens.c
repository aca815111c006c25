#include "text/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/capitals.h"

void tokens_free(Tokens *t) {
  free(t->words);
  free(t->capitals);
  free(t->spans);
  free(t->folded);
  subwords_free(&t->subwords);
  *t = (Tokens){0};
}

void tokens_clear(Tokens *t) {
  t->count = t->folded_length = 0;
  subwords_clear(&t->subwords);
}

size_t tokens_bytes(const Tokens *t) {
  const Subwords *s = &t->subwords;
  size_t subwords = s->hash_capacity * sizeof *s->hash + s->end_capacity * sizeof *s->end +
                    s->shape_capacity * sizeof *s->shape;
  return t->words_capacity * sizeof *t->words + t->capitals_capacity * sizeof *t->capitals +
         t->spans_capacity * sizeof *t->spans + t->folded_capacity + subwords;
}

typedef struct Collector {
  const TokensOptions *options;
  Tokens *tokens;
  size_t left; /* tokens still to be read */
  bool failed;
} Collector;

static bool add_span(Tokens *t, const Token *token) {
  if (!memory_grow(&t->spans, &t->spans_capacity, t->count + 1, sizeof *t->spans)) return false;
  if (!memory_grow(&t->folded, &t->folded_capacity, t->folded_length + token->length + 1, 1)) return false;
  t->spans[t->count] = (struct TokenSpan){token->start, token->end, t->folded_length, token->length};
  memcpy(t->folded + t->folded_length, token->text, token->length);
  t->folded_length += token->length;
  return true;
}

/* Finds a word's number; a word that is not in the vocabulary is added to the subword list. */
static bool find_word(const TokensOptions *o, Tokens *t, const Token *token, uint32_t *word) {
  Error error;
  *word = vocabulary_find(o->vocabulary, token->text, token->length);
  if (*word != VOCABULARY_UNKNOWN || !o->spelled) return true;
  *word = (uint32_t)(vocabulary_size(o->vocabulary) + t->subwords.count);
  return !subwords_add(&t->subwords, o->ngrams, token->text, token->length, &error);
}

/* Makes room for one token more. It is asked for before a text without tokens, too: a text has an address. */
static bool reserve_token(Tokens *t, bool shaped) {
  return (!shaped || memory_grow(&t->capitals, &t->capitals_capacity, t->count + 1, sizeof *t->capitals)) &&
         memory_grow(&t->words, &t->words_capacity, t->count + 1, sizeof *t->words);
}

static bool add_token(Tokens *t, const TokensOptions *o, const Token *token) {
  uint32_t word;
  if (!find_word(o, t, token, &word) || !reserve_token(t, o->shaped)) return false;
  if (o->shaped) t->capitals[t->count] = (uint8_t)capitals_of(token->unfolded, token->unfolded_length);
  t->words[t->count++] = word;
  return true;
}

static bool collect(void *context, const Token *token) {
  Collector *c = context;
  Tokens *t = c->tokens;
  c->failed = (t->with_spans && !add_span(t, token)) || !add_token(t, c->options, token);
  return !c->failed && --c->left > 0;
}

Status tokens_add(Tokens *tokens, const TokensOptions *o, const Tokenizer *tokenizer, const char *text,
                  size_t length, Error *error) {
  Collector c = {.options = o, .tokens = tokens, .left = o->most};
  tokens->subwords.shaped = o->shaped;
  if (!reserve_token(tokens, o->shaped)) return error_no_memory(error);
  if (c.left == 0) return STATUS_OK;
  Status status = tokenizer->split(tokenizer, text, length, tokens->poll, collect, &c, error);
  return c.failed ? error_no_memory(error) : status;
}
