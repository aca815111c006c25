#include "linear/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/memory.h"
#include "base/quantisation.h"
#include "base/simd.h"

enum {
  WIDE = 16, /* columns at a time  */
  GRAMS = 32 /* n-grams at a time */
};

void linear_free(Linear *l) {
  tfidf_free(&l->tfidf);
  ngrams_free(&l->hashed);
  free(l->kernel);
  free(l->bias);
  *l = (Linear){0};
}

/* ---- margins ------------------------------------------------------------------- */

/* Adds value[i] times row row[i] of the kernel, for all i, in `width` columns. The width is a
** constant at each call, so that the inner loops are unrolled: most models have few columns.
*/
static inline void add_columns(const float *kernel, size_t columns, size_t width, const uint32_t *row,
                               const float *value, size_t count, float *to) {
  float sum[WIDE] = {0};
  for (size_t i = 0; i < count; i++)
    for (size_t c = 0; c < width; c++) sum[c] += value[i] * kernel[row[i] * columns + c];
  for (size_t c = 0; c < width; c++) to[c] += sum[c];
}

SIMD_VERSIONS(static, void, add_rows,
              (const float *kernel, size_t columns, const uint32_t *row, const float *value, size_t count, float *to),
              (kernel, columns, row, value, count, to)) {
  size_t c = 0;
  for (; c + WIDE <= columns; c += WIDE) add_columns(kernel + c, columns, WIDE, row, value, count, to + c);
  for (; c + 4 <= columns; c += 4) add_columns(kernel + c, columns, 4, row, value, count, to + c);
  for (; c < columns; c++) add_columns(kernel + c, columns, 1, row, value, count, to + c);
}

void linear_add_buckets(const Linear *l, const Subwords *subwords, size_t word, float scale, float *to) {
  size_t count;
  const uint32_t *hash = subwords_get(subwords, word, &count);
  const float *rows = l->kernel + tfidf_features(&l->tfidf) * l->columns;
  uint32_t row[GRAMS];
  float value[GRAMS];
  for (size_t g = 0; g < GRAMS; g++) value[g] = scale * TFIDF_SUBWORDS / sqrtf((float)count);
  for (size_t first = 0, some; first < count; first += some) {
    some = count - first < GRAMS ? count - first : GRAMS;
    for (size_t g = 0; g < some; g++) row[g] = hash[first + g] % (uint32_t)l->buckets;
    add_rows(rows, l->columns, row, value, some, to);
  }
}

uint32_t linear_hashed_row(const Linear *l, uint32_t number) {
  uint32_t hash = number & ~TFIDF_HASHED;
  size_t features = tfidf_features(&l->tfidf);
  if (!ngrams_exist(&l->hashed)) return (uint32_t)(features + hash % l->buckets);
  uint32_t known = ngrams_find(&l->hashed, hash);
  return known < l->hashed.count ? (uint32_t)(features + l->buckets + known) : LINEAR_NO_ROW;
}

/* Adds the term of a feature that has buckets only. */
static void add_other(const Linear *l, const Lexicon *lexicon, uint32_t number, float value, float *to) {
  if (number & TFIDF_HASHED) {
    uint32_t row = linear_hashed_row(l, number);
    if (row != LINEAR_NO_ROW) add_rows(l->kernel, l->columns, &row, &value, 1, to);
  } else {
    linear_add_buckets(l, lexicon->subwords, number - tfidf_features(&l->tfidf), value, to);
  }
}

enum { POLL_TERMS = 1 << 12 }; /* that are added between two polls: some ms */

Status linear_forward(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, float *margins, Error *error) {
  size_t features = tfidf_features(&l->tfidf), polled = 0;
  Status status = STATUS_OK;
  float *out = linear_is_binary(l) ? margins + 1 : margins;
  memcpy(out, l->bias, l->columns * sizeof *out);
  for (size_t i = 0, end = 0; i < v->count && !status; i = ++end) { /* rows, then a feature without a row of its own */
    while (end < v->count && v->number[end] < features) end++;
    add_rows(l->kernel, l->columns, v->number + i, v->value + i, end - i, out);
    if (end < v->count) add_other(l, lexicon, v->number[end], v->value[end], out);
    if (end - polled < POLL_TERMS) continue;
    status = poll_proceed(v->poll, error);
    polled = end;
  }
  if (linear_is_binary(l)) margins[0] = -margins[1];
  return status;
}

/* Returns the weight of a feature for a label. */
static float feature_weight(const Linear *l, const Lexicon *lexicon, uint32_t feature, uint32_t label) {
  size_t features = tfidf_features(&l->tfidf), column = linear_is_binary(l) ? 0 : label, count;
  float weight = 0.0f;
  if (feature & TFIDF_HASHED) {
    uint32_t row = linear_hashed_row(l, feature);
    weight = row == LINEAR_NO_ROW ? 0.0f : l->kernel[row * l->columns + column];
  } else if (feature < features) {
    weight = l->kernel[feature * l->columns + column];
  } else {
    const uint32_t *hash = subwords_get(lexicon->subwords, feature - features, &count);
    for (size_t g = 0; g < count; g++)
      weight += l->kernel[(features + hash[g] % l->buckets) * l->columns + column];
    weight *= TFIDF_SUBWORDS / sqrtf((float)(count ? count : 1));
  }
  return linear_is_binary(l) && label == 0 ? -weight : weight;
}

/* Returns what each occurrence of a feature adds to the label's margin. */
static float feature_contribution(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, uint32_t feature,
                                  uint32_t label) {
  size_t at = tfidf_vector_find(v, feature);
  if (at == v->count) return 0.0f;
  return feature_weight(l, lexicon, feature, label) * v->value[at] / (float)v->times[at];
}

Status linear_contribute(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, Text text, uint32_t label,
                         float scale, float *contributions, Error *error) {
  const Tfidf *n = &l->tfidf;
  TfidfOccurrence found[TFIDF_OCCURRENCES];
  Status status = STATUS_OK;
  for (size_t t = 0; t < text.length && !status; t++) {
    size_t count = tfidf_occurrences(n, lexicon, text, t, found);
    for (size_t i = 0; i < count; i++) {
      float share = scale * feature_contribution(l, lexicon, v, found[i].feature, label) / (float)found[i].tokens;
      for (size_t k = 0; k < found[i].tokens; k++) contributions[t + k] += share;
    }
    status = poll_every(v->poll, t, POLL_TERMS, error);
  }
  return status;
}

/* ---- for a file --------------------------------------------------------------------- */

/* Lists the hashed features of a text. */
static Status list_hashed(const Linear *l, const Lexicon *lexicon, Text text, Poll poll, NgramUse *uses, size_t *listed,
                          Error *error) {
  const Tfidf *n = &l->tfidf;
  HashedFeature found[HASHED_FEATURES];
  Status status = STATUS_OK;
  *listed = 0;
  for (size_t t = 0; t < text.length && !status; t++) {
    size_t count = hashed_features(n->shapes, n->vocabulary, lexicon, text, t, found);
    for (size_t i = 0; i < count; i++) uses[(*listed)++] = (NgramUse){found[i].hash & ~TFIDF_HASHED, 1, 1};
    status = poll_every(poll, t, POLL_TERMS, error);
  }
  return status;
}

/* Adds those of a text to the list. What a text has several times counts once: so uses are added up text by text. */
static Status add_hashed(const Linear *l, const Lexicon *lexicon, Text text, Poll poll, NgramUse *uses, size_t *count,
                         Error *error) {
  size_t listed;
  uses += *count;
  Status status = list_hashed(l, lexicon, text, poll, uses, &listed, error);
  if (!status) status = ngrams_add_up(uses, &listed, poll, error);
  if (status) return status;
  for (size_t i = 0; i < listed; i++) uses[i].words = 1;
  *count += listed;
  return STATUS_OK;
}

Status linear_hashed(const Linear *l, const Texts *texts, size_t most, Poll poll, Ngrams *hashed, Error *error) {
  enum { MOST_TOKENS = 1 << 20, TEXTS = 2 };
  size_t tokens = 0, count = 0, read = 0;
  *hashed = (Ngrams){0};
  if (!l->tfidf.shapes) return STATUS_OK;
  while (read < texts->count && (read == 0 || tokens + texts->text[read].length <= MOST_TOKENS))
    tokens += texts->text[read++].length;
  NgramUse *uses = memory_aligned(memory_product(tokens, HASHED_FEATURES) + 1, sizeof *uses);
  if (!uses) return error_no_memory(error);
  Status status = STATUS_OK;
  for (size_t i = 0; i < read && !status; i++)
    status = add_hashed(l, texts->lexicon, texts->text[i], poll, uses, &count, error);
  if (!status) status = ngrams_collect(uses, count, TEXTS, most, poll, hashed, error);
  free(uses);
  return status;
}

/* The rows are those of the buckets. */
Status linear_name_ngrams(Linear *l, const Ngrams *ngrams, Ngrams *hashed, Error *error) {
  size_t features = tfidf_features(&l->tfidf), size = l->columns * sizeof *l->kernel;
  float *named = memory_floats(memory_product(features + ngrams->count + 1 + hashed->count, l->columns));
  if (!named) return error_no_memory(error);
  const float *bucket = l->kernel + features * l->columns;
  float *row = named + features * l->columns;
  memcpy(named, l->kernel, features * size);
  for (size_t i = 0; i < ngrams->count; i++, row += l->columns)
    memcpy(row, bucket + ngrams->hash[i] % l->buckets * l->columns, size);
  row += l->columns;
  for (size_t i = 0; i < hashed->count; i++, row += l->columns)
    memcpy(row, bucket + hashed->hash[i] % l->buckets * l->columns, size);
  free(l->kernel);
  l->kernel = named;
  l->buckets = ngrams->count + 1;
  l->hashed = *hashed;
  *hashed = (Ngrams){0};
  return STATUS_OK;
}

static size_t kernel_weights(const Linear *l) { return linear_kernel_rows(l) * l->columns; }

void linear_round(Linear *l, unsigned bits) {
  quantisation_round(bits, l->kernel, kernel_weights(l));
  for (size_t f = 0; bits && f < tfidf_features(&l->tfidf); f++)
    l->tfidf.idf[f] = half_to_float(half_from_float(l->tfidf.idf[f]));
}

/* Returns a copy for free(), of one element at least; NULL: out of memory. */
static void *copy_of(const void *from, size_t count, size_t size) {
  void *copy = memory_aligned(count + 1, size);
  if (copy && count) memcpy(copy, from, count * size);
  return copy;
}

Status linear_copy(const Linear *from, Linear *to, Error *error) {
  const Tfidf *n = &from->tfidf;
  Ngrams hashed;
  Status status = ngrams_copy(&from->hashed, &hashed, error);
  if (status) {
    *to = (Linear){0};
    return status;
  }
  *to = *from;
  to->hashed = hashed;
  to->tfidf.shapes = n->shapes ? copy_of(n->shapes, n->vocabulary, sizeof *n->shapes) : NULL;
  to->kernel = copy_of(from->kernel, kernel_weights(from), sizeof *from->kernel);
  to->bias = copy_of(from->bias, from->columns, sizeof *from->bias);
  to->tfidf.pair_end = copy_of(n->pair_end, n->words, sizeof *n->pair_end);
  to->tfidf.second = copy_of(n->second, n->pairs, sizeof *n->second);
  to->tfidf.idf = copy_of(n->idf, tfidf_features(n), sizeof *n->idf);
  to->tfidf.table = copy_of(n->table, 2 * n->pairs, sizeof *n->table);
  bool shapes = to->tfidf.shapes || !n->shapes;
  if (shapes && to->kernel && to->bias && to->tfidf.pair_end && to->tfidf.second && to->tfidf.idf && to->tfidf.table)
    return STATUS_OK;
  linear_free(to);
  return error_no_memory(error);
}
