#include "linear/hashed_features.h"

#include <stdbool.h>

#include "text/capitals.h"
#include "text/ngram_hash.h"
#include "text/word_shape.h"

enum { REACH = 3 }; /* tokens of a triple */

/* The hash before the first token of a pair or triple. */
static uint32_t begin_hash(void) {
  const char begin[] = {(char)NGRAM_MARK, 'N'};
  return ngram_hash_on(NGRAM_HASH, begin, sizeof begin);
}

/* Whether the first tokens of a run that has these kinds are a feature, if so many. */
static bool is_feature(const WordKind kind[REACH], size_t tokens) {
  bool first = kind[0] == WORD_NUMERIC, last = kind[tokens - 1] == WORD_NUMERIC;
  bool unspaced = kind[0] == WORD_UNSPACED && kind[1] == WORD_UNSPACED && kind[2] == WORD_UNSPACED;
  return first || last || (tokens == REACH && unspaced);
}

/* Lists pairs and triples. Most tokens have none, and need no hash. */
static size_t list_runs(const uint32_t *shapes, size_t vocabulary, const Lexicon *lexicon, const uint32_t *words,
                        size_t tokens, HashedFeature found[]) {
  uint32_t shape[REACH], hash = begin_hash();
  WordKind kind[REACH] = {WORD_PLAIN, WORD_PLAIN, WORD_PLAIN};
  size_t count = 0;
  for (size_t i = 0; i < tokens; i++) {
    shape[i] = words[i] < vocabulary ? shapes[words[i]] : lexicon->subwords->shape[words[i] - vocabulary];
    kind[i] = word_kind(shape[i]);
  }
  bool wanted[REACH + 1] = {false, false, tokens > 1 && is_feature(kind, 2), tokens > 2 && is_feature(kind, 3)};
  if (!wanted[2] && !wanted[3]) return 0;
  for (size_t i = 0; i < tokens; i++) {
    hash = ngram_hash_number(hash, kind[i] == WORD_NUMERIC ? shape[i] : words[i] < vocabulary ? 4 * words[i] : 0);
    if (wanted[i + 1]) found[count++] = (HashedFeature){ngram_hash_end(hash), (uint32_t)i + 1};
  }
  return count;
}

size_t hashed_features(const uint32_t *shapes, size_t vocabulary, const Lexicon *lexicon, Text text, size_t t,
                       HashedFeature found[HASHED_FEATURES]) {
  size_t left = text.length - t < REACH ? text.length - t : REACH;
  size_t count = list_runs(shapes, vocabulary, lexicon, text.words + t, left, found);
  if (text.capitals && text.capitals[t] != CAPITALS_NONE)
    found[count++] = (HashedFeature){capitals_hash((Capitals)text.capitals[t]), 1};
  return count;
}
