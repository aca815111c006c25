#include "linear/tfidf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linear/hashed_features.h"
#include "text/word_shape.h"

void tfidf_free(Tfidf *n) {
  free(n->pair_end);
  free(n->second);
  free(n->table);
  free(n->idf);
  free(n->shapes);
  *n = (Tfidf){0};
}

void tfidf_vector_free(TfidfVector *v) {
  free(v->number);
  free(v->times);
  free(v->value);
  free(v->index);
  *v = (TfidfVector){0};
}

size_t tfidf_vector_bytes(const TfidfVector *v) {
  return v->capacity * (sizeof *v->number + sizeof *v->times + sizeof *v->value) + v->index_capacity * sizeof *v->index;
}

/* ---- features ---------------------------------------------------------------- */

float tfidf_idf(size_t texts, size_t texts_with) {
  return 1.0f + logf((1.0f + (float)texts) / (1.0f + (float)texts_with));
}

uint32_t tfidf_word(const Tfidf *n, uint32_t word) {
  if (word < n->words) return word;
  return n->spelled && word >= n->vocabulary ? (uint32_t)(tfidf_features(n) + word - n->vocabulary) : 0;
}

/* The hash table of a first word's pairs, with twice as many places as pairs. */
typedef struct PairTable {
  TfidfPair *places;
  uint32_t size;
} PairTable;

static PairTable table_of(const Tfidf *n, uint32_t first) {
  if (first == 0 || first >= n->words) return (PairTable){NULL, 0};
  uint32_t begin = n->pair_end[first - 1];
  return (PairTable){n->table + 2 * (size_t)begin, 2 * (n->pair_end[first] - begin)};
}

/* Returns the place where the search for a second word begins. */
static uint32_t table_start(PairTable table, uint32_t second) {
  return (uint32_t)((uint64_t)(second * 0x9E3779B1u) * table.size >> 32);
}

/* Returns the place of the second word, or the free place for it. */
static TfidfPair *table_find(PairTable table, uint32_t second) {
  uint32_t at = table_start(table, second);
  while (table.places[at].second && table.places[at].second != second) at = at + 1 < table.size ? at + 1 : 0;
  return &table.places[at];
}

Status tfidf_index(Tfidf *n, Error *error) {
  n->table = memory_aligned(2 * n->pairs + 1, sizeof *n->table);
  if (!n->table) return error_no_memory(error);
  memset(n->table, 0, 2 * n->pairs * sizeof *n->table);
  for (uint32_t w = 1; w < n->words; w++) {
    PairTable table = table_of(n, w);
    if (table.size == 0) continue; /* no pair begins with it */
    for (uint32_t i = n->pair_end[w - 1]; i < n->pair_end[w]; i++)
      *table_find(table, n->second[i]) = (TfidfPair){n->second[i], (uint32_t)n->words + i};
  }
  return STATUS_OK;
}

static inline uint32_t find_pair(const Tfidf *n, uint32_t first, uint32_t second) {
  PairTable table = table_of(n, first);
  return table.size ? table_find(table, second)->feature : 0;
}

uint32_t tfidf_pair(const Tfidf *n, uint32_t first, uint32_t second) { return find_pair(n, first, second); }

/* ---- one text ---------------------------------------------------------------- */

static bool vector_reserve(TfidfVector *v, size_t wanted) {
  if (wanted <= v->capacity) return true;
  size_t capacities[3] = {v->capacity, v->capacity, v->capacity};
  if (!memory_grow(&v->number, &capacities[0], wanted, sizeof *v->number)) return false;
  if (!memory_grow(&v->times, &capacities[1], wanted, sizeof *v->times)) return false;
  if (!memory_grow(&v->value, &capacities[2], wanted, sizeof *v->value)) return false;
  v->capacity = capacities[0];
  return true;
}

/* Returns the place of the feature in the index, or the free place for it. */
static uint32_t *index_place(const TfidfVector *v, uint32_t feature) {
  size_t mask = ((size_t)1 << v->index_bits) - 1;
  size_t at = (size_t)(feature * UINT64_C(0x9E3779B97F4A7C15) >> (64 - v->index_bits));
  while (v->index[at] && v->number[v->index[at] - 1] != feature) at = (at + 1) & mask;
  return &v->index[at];
}

enum { POLL_FEATURES = 1 << 14 }; /* that are found, or placed, between two polls: some ms */

/* Makes an index of 1 << bits places, and has memory for half as many features. */
static Status vector_index(TfidfVector *v, unsigned bits, Error *error) {
  size_t size = (size_t)1 << bits;
  Status status = STATUS_OK;
  if (!vector_reserve(v, size / 2) || !memory_grow(&v->index, &v->index_capacity, size, sizeof *v->index))
    return error_no_memory(error);
  memset(v->index, 0, size * sizeof *v->index);
  v->index_bits = bits;
  for (size_t i = 0; i < v->count && !status; i++) {
    *index_place(v, v->number[i]) = (uint32_t)i + 1;
    status = poll_every(v->poll, i, POLL_FEATURES, error);
  }
  return status;
}

/* Empties the vector, for at most `most` features; a long text, which repeats its words, begins with fewer. */
static Status vector_begin(TfidfVector *v, size_t most, Error *error) {
  enum { LEAST_BITS = 5, MOST_BITS = 15 };
  unsigned bits = LEAST_BITS;
  while (bits < MOST_BITS && (size_t)1 << bits < 2 * most) bits++;
  v->count = 0;
  return vector_index(v, bits, error);
}

/* Makes room for the features of one token more. */
static inline Status vector_room(TfidfVector *v, Error *error) {
  bool enough = v->count + TFIDF_OCCURRENCES <= (size_t)1 << v->index_bits >> 1;
  return enough ? STATUS_OK : vector_index(v, v->index_bits + 1, error);
}

size_t tfidf_vector_find(const TfidfVector *v, uint32_t feature) {
  uint32_t place = v->count ? *index_place(v, feature) : 0;
  return place ? place - 1 : v->count;
}

static void count_feature(TfidfVector *v, uint32_t feature) {
  uint32_t *place = index_place(v, feature);
  if (*place) {
    v->times[*place - 1]++;
    return;
  }
  v->number[v->count] = feature;
  v->times[v->count++] = 1;
  *place = (uint32_t)v->count;
}

static inline size_t find_occurrences(const Tfidf *n, const Lexicon *lexicon, Text text, size_t t,
                                      TfidfOccurrence found[TFIDF_OCCURRENCES]) {
  HashedFeature shapes[HASHED_FEATURES];
  size_t count = 0;
  uint32_t word = tfidf_word(n, text.words[t]);
  uint32_t pair = t + 1 < text.length ? find_pair(n, text.words[t], text.words[t + 1]) : 0;
  if (word) found[count++] = (TfidfOccurrence){word, 1};
  if (pair) found[count++] = (TfidfOccurrence){pair, 2};
  size_t more = n->shapes ? hashed_features(n->shapes, n->vocabulary, lexicon, text, t, shapes) : 0;
  for (size_t i = 0; i < more; i++)
    found[count++] = (TfidfOccurrence){TFIDF_HASHED | shapes[i].hash, shapes[i].tokens};
  return count;
}

size_t tfidf_occurrences(const Tfidf *n, const Lexicon *lexicon, Text text, size_t t,
                         TfidfOccurrence found[TFIDF_OCCURRENCES]) {
  return find_occurrences(n, lexicon, text, t, found);
}

/* Counts those that begin at tokens from `begin` to `end`. Prefetches the places of all pairs first, since they are
** scattered in memory.
*/
static Status count_block(const Tfidf *n, const Lexicon *lexicon, Text text, size_t begin, size_t end, TfidfVector *v,
                          Error *error) {
  TfidfOccurrence found[TFIDF_OCCURRENCES];
  Status status = STATUS_OK;
  for (size_t t = begin; t < end && t + 1 < text.length; t++) {
    PairTable table = table_of(n, text.words[t]);
    if (table.size) __builtin_prefetch(table.places + table_start(table, text.words[t + 1]));
  }
  for (size_t t = begin; t < end && !status; t++) {
    size_t count = find_occurrences(n, lexicon, text, t, found);
    status = vector_room(v, error);
    for (size_t i = 0; i < count && !status; i++) count_feature(v, found[i].feature);
  }
  return status;
}

static Status count_features(const Tfidf *n, const Lexicon *lexicon, Text text, TfidfVector *v, Error *error) {
  enum { TOKENS = 1 << 12 }; /* between two polls */
  Status status = STATUS_OK;
  for (size_t begin = 0; begin < text.length && !status; begin += TOKENS) {
    size_t end = text.length - begin < TOKENS ? text.length : begin + TOKENS;
    status = count_block(n, lexicon, text, begin, end, v, error);
    if (!status && end < text.length) status = poll_proceed(v->poll, error);
  }
  return status;
}

/* Returns 1 + ln(times), from a table if times is small. */
static float log_count(uint32_t times) {
  static const float FEW[] = {0, 1, 1.6931472f, 2.0986123f, 2.3862944f, 2.609438f, 2.7917595f, 2.9459102f};
  return times < sizeof FEW / sizeof *FEW ? FEW[times] : 1.0f + logf((float)times);
}

/* Returns whether words like that of this number have n-grams. */
static bool has_ngrams(const Tfidf *n, const Lexicon *lexicon, uint32_t number) {
  if (!n->shapes) return n->spelled;
  uint32_t shape = number < n->words ? n->shapes[number] : lexicon->subwords->shape[number - tfidf_features(n)];
  return word_kind(shape) != WORD_UNSPACED;
}

/* Returns the idf of a feature, and adds to *factor what its n-grams have of its square. */
static float weigh_feature(const Tfidf *n, const Lexicon *lexicon, uint32_t number, double *factor) {
  *factor = 1.0;
  if (number & TFIDF_HASHED) return TFIDF_SHAPES;
  if (number - n->words < n->pairs) return n->idf[number];
  if (has_ngrams(n, lexicon, number)) *factor += (double)TFIDF_SUBWORDS * TFIDF_SUBWORDS;
  return n->idf[number < n->words ? number : 0];
}

static Status weigh_features(const Tfidf *n, const Lexicon *lexicon, TfidfVector *v, Error *error) {
  double squares = 0.0, factor;
  Status status = STATUS_OK;
  for (size_t i = 0; i < v->count && !status; i++) {
    v->value[i] = log_count(v->times[i]) * weigh_feature(n, lexicon, v->number[i], &factor);
    squares += factor * v->value[i] * v->value[i];
    status = poll_every(v->poll, i, POLL_FEATURES, error);
  }
  float length = squares > 0 ? (float)sqrt(squares) : 1.0f;
  for (size_t i = 0; i < v->count; i++) v->value[i] /= length;
  return status;
}

Status tfidf_vector(const Tfidf *n, const Lexicon *lexicon, Text text, TfidfVector *v, Error *error) {
  size_t most = memory_product(TFIDF_OCCURRENCES, text.length);
  Status status = vector_begin(v, memory_sum(most, TFIDF_OCCURRENCES), error);
  if (!status) status = count_features(n, lexicon, text, v, error);
  if (!status) status = weigh_features(n, lexicon, v, error);
  return status;
}

/* ---- training ------------------------------------------------------------------- */

/* An occurrence of a pair whose first word is known: the second word and the text. */
typedef uint64_t Pair;
static Pair pair_of(uint32_t second, size_t text) { return (uint64_t)second << 32 | (uint32_t)text; }
static uint32_t pair_second(Pair pair) { return (uint32_t)(pair >> 32); }

enum {
  COMMONEST = 1 << 10, /* pairs in at least so many texts count as equally common */
  POLL_TEXTS = 64,
  WORDS = 64           /* of which a task sorts the pairs */
};

typedef struct Collection {
  Tfidf *tfidf;
  TfidfTraining training;
  Workers *workers;
  uint32_t *texts_with;  /* [vocabulary] texts that have the word               */
  uint32_t *last_text;   /* [vocabulary] the last of them, + 1                  */
  size_t *begin;         /* [vocabulary + 1] where a first word's pairs begin   */
  Pair *pairs;           /* [begin[vocabulary]] sorted by first, second, text   */
  Error *error;
} Collection;

/* Returns whether a word is a feature. */
static bool counts(const Collection *c, uint32_t word) { return word > 0 && word < c->training.vocabulary; }

static Status count_words(Collection *c) {
  c->texts_with = calloc(c->training.vocabulary + 1, sizeof *c->texts_with);
  c->last_text = calloc(c->training.vocabulary + 1, sizeof *c->last_text);
  c->begin = calloc(c->training.vocabulary + 2, sizeof *c->begin);
  if (!c->texts_with || !c->last_text || !c->begin) return error_no_memory(c->error);
  for (size_t i = 0; i < c->training.count && (i % POLL_TEXTS || !workers_stopped(c->workers)); i++) {
    Text text = c->training.texts[i];
    for (size_t t = 0; t < text.length; t++) {
      uint32_t word = text.words[t];
      if (!counts(c, word)) continue;
      c->texts_with[word] += c->last_text[word] != i + 1;
      c->last_text[word] = (uint32_t)(i + 1);
      if (t + 1 < text.length && counts(c, text.words[t + 1])) c->begin[word + 1]++;
    }
  }
  for (size_t w = 0; w < c->training.vocabulary; w++) c->begin[w + 1] += c->begin[w];
  return STATUS_OK;
}

static int rising_pairs(const void *a, const void *b) {
  Pair x = *(const Pair *)a, y = *(const Pair *)b;
  return (x > y) - (x < y);
}

static Status list_pairs(Collection *c) {
  size_t *next = calloc(c->training.vocabulary + 1, sizeof *next);
  c->pairs = memory_aligned(c->begin[c->training.vocabulary] + 1, sizeof *c->pairs);
  if (next && c->pairs) {
    memcpy(next, c->begin, c->training.vocabulary * sizeof *next);
    for (size_t i = 0; i < c->training.count && (i % POLL_TEXTS || !workers_stopped(c->workers)); i++) {
      Text text = c->training.texts[i];
      for (size_t t = 0; t + 1 < text.length; t++)
        if (counts(c, text.words[t]) && counts(c, text.words[t + 1]))
          c->pairs[next[text.words[t]]++] = pair_of(text.words[t + 1], i);
    }
  }
  free(next);
  return next && c->pairs ? STATUS_OK : error_no_memory(c->error);
}

/* Returns the end of the occurrences of the pair at `at`, and counts their texts. */
static size_t pair_run(const Collection *c, size_t at, size_t end, uint32_t *texts_with) {
  size_t next = at + 1;
  *texts_with = 1;
  for (; next < end && pair_second(c->pairs[next]) == pair_second(c->pairs[at]); next++)
    *texts_with += c->pairs[next] != c->pairs[next - 1];
  return next;
}

/* Returns the least number of texts that a pair must be in, so that words and pairs together
** are at most `most` features.
*/
static uint32_t least_texts(const Collection *c) {
  size_t with[COMMONEST + 1] = {0}; /* pairs by number of texts */
  for (size_t w = 1; w < c->training.vocabulary; w++) {
    uint32_t texts_with;
    for (size_t at = c->begin[w]; at < c->begin[w + 1];) {
      at = pair_run(c, at, c->begin[w + 1], &texts_with);
      with[texts_with < COMMONEST ? texts_with : COMMONEST]++;
    }
  }
  size_t left = c->training.most > c->training.vocabulary ? c->training.most - c->training.vocabulary : 0;
  if (with[COMMONEST] > left) return UINT32_MAX;
  left -= with[COMMONEST];
  uint32_t least = COMMONEST;
  for (; least > 1 && with[least - 1] <= left; least--) left -= with[least - 1];
  return least;
}

static float idf_of(const Collection *c, uint32_t texts_with) { return tfidf_idf(c->training.count, texts_with); }

typedef struct Capacities {
  size_t second, idf;
} Capacities;

/* Appends a pair; pairs are appended in their order. */
static Status keep_pair(Collection *c, Capacities *capacities, uint32_t second, float idf) {
  Tfidf *n = c->tfidf;
  if (!memory_grow(&n->second, &capacities->second, n->pairs + 1, sizeof *n->second) ||
      !memory_grow(&n->idf, &capacities->idf, n->words + n->pairs + 1, sizeof *n->idf))
    return error_no_memory(c->error);
  n->second[n->pairs] = second;
  n->idf[n->words + n->pairs++] = idf;
  return STATUS_OK;
}

/* Keeps the pairs of a first word that are in at least `least` texts, merged with those that
** were there before.
*/
static Status keep_pairs_of(Collection *c, Capacities *capacities, size_t word, uint32_t least) {
  const Tfidf *before = c->training.before && word < c->training.before->words ? c->training.before : NULL;
  size_t old = before && word ? before->pair_end[word - 1] : 0, old_end = before ? before->pair_end[word] : 0;
  Status status = STATUS_OK;
  for (size_t at = c->begin[word], next; at < c->begin[word + 1] && !status; at = next) {
    uint32_t second = pair_second(c->pairs[at]), texts_with;
    next = pair_run(c, at, c->begin[word + 1], &texts_with);
    for (; old < old_end && before->second[old] < second && !status; old++)
      status = keep_pair(c, capacities, before->second[old], before->idf[before->words + old]);
    if (old < old_end && before->second[old] == second) continue; /* kept by a later turn */
    if (texts_with >= least && second < c->tfidf->words && !status)
      status = keep_pair(c, capacities, second, idf_of(c, texts_with));
  }
  for (; old < old_end && !status; old++)
    status = keep_pair(c, capacities, before->second[old], before->idf[before->words + old]);
  return status;
}

static Status keep_features(Collection *c) {
  Tfidf *n = c->tfidf;
  Capacities capacities = {0, 0};
  Status status = STATUS_OK;
  uint32_t least = least_texts(c);
  const Tfidf *before = c->training.before;
  n->vocabulary = c->training.vocabulary;
  n->words = c->training.vocabulary < c->training.most ? c->training.vocabulary : c->training.most;
  if (before && n->words < before->words) n->words = before->words;
  n->pair_end = calloc(n->words + 1, sizeof *n->pair_end);
  if (!n->pair_end || !memory_grow(&n->idf, &capacities.idf, n->words + 1, sizeof *n->idf))
    return error_no_memory(c->error);
  for (size_t w = 0; w < n->words && !status; w++) {
    n->idf[w] = before && w < before->words ? before->idf[w] : idf_of(c, c->texts_with[w]);
    if (w) status = keep_pairs_of(c, &capacities, w, least);
    n->pair_end[w] = (uint32_t)n->pairs;
  }
  return status;
}

static Status list_task(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  Collection *c = context;
  c->error = error;
  Status status = count_words(c);
  return status || workers_stopped(c->workers) ? status : list_pairs(c);
}

static Status sort_task(void *context, size_t index, size_t worker, Error *error) {
  (void)worker;
  (void)error;
  Collection *c = context;
  size_t end = (index + 1) * WORDS < c->training.vocabulary ? (index + 1) * WORDS : c->training.vocabulary;
  for (size_t w = index * WORDS; w < end && !workers_stopped(c->workers); w++) {
    size_t same = c->begin[w + 1] - c->begin[w];
    if (same > 1) qsort(c->pairs + c->begin[w], same, sizeof *c->pairs, rising_pairs);
  }
  return STATUS_OK;
}

static Status keep_task(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  Collection *c = context;
  c->error = error;
  return keep_features(c);
}

Status tfidf_collect(Tfidf *tfidf, const TfidfTraining *training, Workers *workers, Error *error) {
  Collection c = {.tfidf = tfidf, .training = *training, .workers = workers};
  *tfidf = (Tfidf){0};
  Status status = workers_run(workers, 1, list_task, &c, error);
  if (!status) status = workers_run(workers, (training->vocabulary + WORDS - 1) / WORDS, sort_task, &c, error);
  if (!status) status = workers_run(workers, 1, keep_task, &c, error);
  if (!status) status = tfidf_index(tfidf, error);
  free(c.texts_with);
  free(c.last_text);
  free(c.begin);
  free(c.pairs);
  if (status) tfidf_free(tfidf);
  return status;
}
