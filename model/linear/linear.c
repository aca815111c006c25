#include "linear/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/memory.h"
#include "base/quantisation.h"
#include "base/simd.h"
#include "linear/feature_scales.h"
#include "linear/svm.h"
#include "text/labels.h"
#include "text/word_shape.h"

static const float COST = 2.0f; /* of a row within its margin: the C of LIBLINEAR */

enum {
  MOST_BUCKET_WEIGHTS = 1 << 21,
  MOST_BUCKETS = 1 << 17,
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

/* Whether one column stands for two labels. */
static bool is_binary(const Linear *l) { return l->columns < l->labels; }

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

/* Adds the term of a word's n-grams, sum over g of B_g / (2 sqrt(n)), times `scale`. */
static void add_buckets(const Linear *l, const Subwords *subwords, size_t word, float scale, float *to) {
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

#define NO_ROW UINT32_MAX

/* Returns the row of a hashed feature: its bucket, or if these are known by name its own or NO_ROW. */
static uint32_t hashed_row(const Linear *l, uint32_t number) {
  uint32_t hash = number & ~TFIDF_HASHED;
  size_t features = tfidf_features(&l->tfidf);
  if (!ngrams_exist(&l->hashed)) return (uint32_t)(features + hash % l->buckets);
  uint32_t known = ngrams_find(&l->hashed, hash);
  return known < l->hashed.count ? (uint32_t)(features + l->buckets + known) : NO_ROW;
}

/* Adds the term of a feature that has buckets only. */
static void add_other(const Linear *l, const Lexicon *lexicon, uint32_t number, float value, float *to) {
  if (number & TFIDF_HASHED) {
    uint32_t row = hashed_row(l, number);
    if (row != NO_ROW) add_rows(l->kernel, l->columns, &row, &value, 1, to);
  } else {
    add_buckets(l, lexicon->subwords, number - tfidf_features(&l->tfidf), value, to);
  }
}

void linear_forward(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, float *margins) {
  size_t features = tfidf_features(&l->tfidf);
  float *out = is_binary(l) ? margins + 1 : margins;
  memcpy(out, l->bias, l->columns * sizeof *out);
  for (size_t i = 0, end = 0; i < v->count; i = ++end) { /* rows, then a feature without a row of its own */
    while (end < v->count && v->number[end] < features) end++;
    add_rows(l->kernel, l->columns, v->number + i, v->value + i, end - i, out);
    if (end < v->count) add_other(l, lexicon, v->number[end], v->value[end], out);
  }
  if (is_binary(l)) margins[0] = -margins[1];
}

/* Returns the weight of a feature for a label. */
static float feature_weight(const Linear *l, const Lexicon *lexicon, uint32_t feature, uint32_t label) {
  size_t features = tfidf_features(&l->tfidf), column = is_binary(l) ? 0 : label, count;
  float weight = 0.0f;
  if (feature & TFIDF_HASHED) {
    uint32_t row = hashed_row(l, feature);
    weight = row == NO_ROW ? 0.0f : l->kernel[row * l->columns + column];
  } else if (feature < features) {
    weight = l->kernel[feature * l->columns + column];
  } else {
    const uint32_t *hash = subwords_get(lexicon->subwords, feature - features, &count);
    for (size_t g = 0; g < count; g++)
      weight += l->kernel[(features + hash[g] % l->buckets) * l->columns + column];
    weight *= TFIDF_SUBWORDS / sqrtf((float)(count ? count : 1));
  }
  return is_binary(l) && label == 0 ? -weight : weight;
}

/* Returns what each occurrence of a feature adds to the label's margin. */
static float feature_contribution(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, uint32_t feature,
                                  uint32_t label) {
  size_t at = tfidf_vector_find(v, feature);
  if (at == v->count) return 0.0f;
  return feature_weight(l, lexicon, feature, label) * v->value[at] / (float)v->times[at];
}

void linear_contribute(const Linear *l, const Lexicon *lexicon, const TfidfVector *v, Text text,
                       uint32_t label, float scale, float *contributions) {
  const Tfidf *n = &l->tfidf;
  TfidfOccurrence found[TFIDF_OCCURRENCES];
  for (size_t t = 0; t < text.length; t++) {
    size_t count = tfidf_occurrences(n, lexicon, text, t, found);
    for (size_t i = 0; i < count; i++) {
      float share = scale * feature_contribution(l, lexicon, v, found[i].feature, label) / (float)found[i].tokens;
      for (size_t k = 0; k < found[i].tokens; k++) contributions[t + k] += share;
    }
  }
}

/* ---- learning ---------------------------------------------------------------------- */

enum { CHUNK = 256 }; /* rows a task reads */

typedef struct Part {
  uint32_t feature;
  float value;
} Part;

/* The scratch of a worker that reads texts. */
typedef struct Reader {
  TfidfVector vector;
  Part *parts; /* [count] n-grams of a text's words */
  size_t count, capacity;
} Reader;

/* Which rows have a label, for the machine of that label. */
typedef struct Members {
  bool *in_set;      /* [sets]                              */
  uint32_t *targets; /* [count] the label, or LABELS_NONE   */
} Members;

typedef struct Learning {
  Linear *linear;
  const LinearTraining *training;
  Workers *workers;
  size_t *begin, *end;  /* [count] */
  uint32_t *feature;    /* [entries] */
  float *value;
  float *costs;         /* [count] */
  SparseRows rows;
  FeatureScales scales;
  Reader *readers;      /* [workers] */
  Svm *svms;            /* [workers] */
  Members *members;     /* [workers] with sets of labels, else NULL */
} Learning;

/* Returns an upper bound of a text's entries: its words, pairs and n-grams. */
static size_t most_entries(const LinearTraining *training, Text text) {
  size_t entries = (training->subwords && training->subwords->shaped ? TFIDF_OCCURRENCES : 2) * text.length;
  for (size_t t = 0; training->subwords && t < text.length; t++) {
    uint32_t word = text.words[t];
    size_t count;
    subwords_get(training->subwords, word < training->vocabulary ? word : word - training->vocabulary, &count);
    entries += count;
  }
  return entries;
}

static bool members_new(Learning *g, size_t threads) {
  bool ok = (g->members = calloc(threads, sizeof *g->members)) != NULL;
  for (size_t i = 0; i < threads && ok; i++) {
    g->members[i] = (Members){.in_set = calloc(label_sets_count(g->training->sets) + 1, sizeof(bool)),
                              .targets = calloc(g->training->count + 1, sizeof(uint32_t))};
    ok = g->members[i].in_set && g->members[i].targets;
  }
  return ok;
}

static Status learning_new(Learning *g, Error *error) {
  const LinearTraining *training = g->training;
  size_t threads = workers_count(g->workers), entries = 0;
  g->begin = calloc(training->count + 1, sizeof *g->begin);
  g->end = calloc(training->count + 1, sizeof *g->end);
  g->costs = calloc(training->count + 1, sizeof *g->costs);
  g->readers = calloc(threads, sizeof *g->readers);
  g->svms = calloc(threads, sizeof *g->svms);
  for (size_t i = 0; g->begin && i < training->count; i++) {
    g->begin[i] = entries;
    entries = memory_sum(entries, most_entries(training, training->texts[i]));
  }
  g->feature = memory_aligned(entries + 1, sizeof *g->feature);
  g->value = memory_aligned(entries + 1, sizeof *g->value);
  if (!g->begin || !g->end || !g->costs || !g->readers || !g->svms || !g->feature || !g->value)
    return error_no_memory(error);
  if (training->sets && !members_new(g, threads)) return error_no_memory(error);
  for (size_t i = 0; i < training->count; i++)
    g->costs[i] = COST * (training->label_weights ? training->label_weights[training->targets[i]] : 1.0f);
  return STATUS_OK;
}

static void learning_free(Learning *g) {
  for (size_t i = 0; i < workers_count(g->workers); i++) {
    if (g->readers) tfidf_vector_free(&g->readers[i].vector);
    if (g->readers) free(g->readers[i].parts);
    if (g->svms) svm_free(&g->svms[i]);
    if (g->members) free(g->members[i].in_set);
    if (g->members) free(g->members[i].targets);
  }
  free(g->members);
  feature_scales_free(&g->scales);
  free(g->begin);
  free(g->end);
  free(g->feature);
  free(g->value);
  free(g->costs);
  free(g->readers);
  free(g->svms);
}

static Status add_part(Reader *r, uint32_t bucket, float value, Error *error) {
  if (!memory_grow(&r->parts, &r->capacity, r->count + 1, sizeof *r->parts)) return error_no_memory(error);
  r->parts[r->count++] = (Part){bucket, value};
  return STATUS_OK;
}

/* Adds the n-grams of a word that has this value in the text. */
static Status add_word_parts(Reader *r, const Learning *g, uint32_t feature, float value, Error *error) {
  size_t features = tfidf_features(&g->linear->tfidf), count;
  const uint32_t *hash =
      subwords_get(g->training->subwords, feature < features ? feature : feature - features, &count);
  Status status = STATUS_OK;
  for (size_t k = 0; k < count && !status; k++)
    status = add_part(r, (uint32_t)(features + hash[k] % g->linear->buckets),
                      value * TFIDF_SUBWORDS / sqrtf((float)count), error);
  return status;
}

static int by_feature(const void *a, const void *b) {
  const Part *x = a, *y = b;
  return (x->feature > y->feature) - (x->feature < y->feature);
}

/* Appends the n-grams to the row, adding up those of the same bucket. */
static void write_parts(Reader *r, Learning *g, size_t row) {
  if (r->count > 1) qsort(r->parts, r->count, sizeof *r->parts, by_feature);
  for (size_t i = 0; i < r->count; i++) {
    size_t *end = &g->end[row];
    if (i && r->parts[i].feature == r->parts[i - 1].feature) {
      g->value[*end - 1] += r->parts[i].value;
    } else {
      g->feature[*end] = r->parts[i].feature;
      g->value[(*end)++] = r->parts[i].value;
    }
  }
}

static Status read_row(Learning *g, Reader *r, size_t row, Error *error) {
  const Tfidf *n = &g->linear->tfidf;
  const TfidfVector *v = &r->vector;
  Lexicon lexicon = {.subwords = g->training->subwords};
  Status status = tfidf_vector(n, &lexicon, g->training->texts[row], &r->vector, error);
  r->count = 0;
  g->end[row] = g->begin[row];
  for (size_t i = 0; i < v->count && !status; i++) {
    uint32_t number = v->number[i];
    if (number & TFIDF_HASHED) {
      uint32_t hashed = hashed_row(g->linear, number);
      if (hashed != NO_ROW) status = add_part(r, hashed, v->value[i], error);
      continue;
    }
    if (number < tfidf_features(n)) {
      g->feature[g->end[row]] = number;
      g->value[g->end[row]++] = v->value[i];
    }
    if (g->linear->buckets && (number >= tfidf_features(n) || number < n->words))
      status = add_word_parts(r, g, number, v->value[i], error);
  }
  write_parts(r, g, row);
  return status;
}

/* Reads CHUNK texts into rows. */
static Status read_task(void *context, size_t index, size_t worker, Error *error) {
  Learning *g = context;
  size_t first = index * CHUNK, end = first + CHUNK;
  Status status = STATUS_OK;
  if (end > g->training->count) end = g->training->count;
  for (size_t i = first; i < end && !status; i++) status = read_row(g, &g->readers[worker], i, error);
  return status;
}

/* Returns the targets of a label's machine: the rows whose target is the label have it. */
static const uint32_t *label_targets(const Learning *g, uint32_t label, size_t worker) {
  const LinearTraining *training = g->training;
  if (!training->sets) return training->targets;
  const Members *m = &g->members[worker];
  for (uint32_t s = 0; s < label_sets_count(training->sets); s++)
    m->in_set[s] = label_set_has(label_sets_get(training->sets, s), label);
  for (size_t i = 0; i < training->count; i++)
    m->targets[i] = m->in_set[training->targets[i]] ? label : LABELS_NONE;
  return m->targets;
}

/* Fits the machine of one column, beginning with the weights in the kernel. */
static Status fit_task(void *context, size_t index, size_t worker, Error *error) {
  Learning *g = context;
  Linear *l = g->linear;
  Svm *svm = &g->svms[worker];
  Status status = svm->weights ? STATUS_OK : svm_new(&g->rows, svm, error);
  if (status) return status;
  uint32_t positive = is_binary(l) ? 1 : (uint32_t)index;
  const uint32_t *targets = label_targets(g, positive, worker);
  feature_scales_get(&g->scales, targets, positive, svm->squares);
  svm_measure(&g->rows, svm);
  for (size_t f = 0; f < g->rows.features; f++) svm->weights[f] = l->kernel[f * l->columns + index];
  svm->weights[g->rows.features] = l->bias[index];
  svm_fit(&g->rows, targets, positive, g->costs, g->training->seed, g->workers, svm);
  for (size_t f = 0; f < g->rows.features; f++) l->kernel[f * l->columns + index] = svm->weights[f];
  l->bias[index] = svm->weights[g->rows.features];
  return STATUS_OK;
}

/* Returns how many rows a kernel has: of words and pairs, n-grams, hashed features that are known by name. */
static size_t kernel_rows(const Linear *l) { return tfidf_features(&l->tfidf) + l->buckets + l->hashed.count; }

/* Adds the n-grams' term to the rows of the first `words` words; a `sign` of -1 subtracts it. */
static void fold(Linear *l, const Subwords *subwords, size_t words, float sign) {
  for (size_t w = 1; w < words; w++) add_buckets(l, subwords, w, sign, l->kernel + w * l->columns);
}

/* Returns the number of buckets, a power of two: the more columns, the fewer. */
static size_t choose_buckets(size_t columns) {
  size_t buckets = MOST_BUCKETS;
  while (buckets > 1024 && buckets * columns > MOST_BUCKET_WEIGHTS) buckets /= 2;
  return buckets;
}

/* Copies a row of weights to a branch with as many labels or more. */
static void copy_row(const Linear *from, const float *row, const Linear *to, float *copy) {
  if (is_binary(from) && !is_binary(to)) {
    copy[0] = -row[0];
    copy[1] = row[0];
  } else {
    memcpy(copy, row, from->columns * sizeof *copy);
  }
}

/* Copies the weights of `from`, and removes the n-grams that were folded in. */
static void copy_weights(Linear *l, const Linear *from, const Subwords *subwords) {
  const Tfidf *old = &from->tfidf;
  size_t features = tfidf_features(&l->tfidf), old_features = tfidf_features(old);
  for (size_t w = 0; w < old->words; w++)
    copy_row(from, from->kernel + w * from->columns, l, l->kernel + w * l->columns);
  for (uint32_t w = 1; w < old->words; w++) {
    for (size_t i = old->pair_end[w - 1]; i < old->pair_end[w]; i++)
      copy_row(from, from->kernel + (old->words + i) * from->columns, l,
               l->kernel + tfidf_pair(&l->tfidf, w, old->second[i]) * l->columns);
  }
  for (size_t b = 0; b < l->buckets + l->hashed.count; b++)
    copy_row(from, from->kernel + (old_features + b) * from->columns, l, l->kernel + (features + b) * l->columns);
  copy_row(from, from->bias, l, l->bias);
  if (l->buckets) fold(l, subwords, old->words, -1.0f);
}

static Status copy_shapes(Tfidf *n, const Subwords *subwords, Error *error) {
  n->shapes = malloc((n->vocabulary + 1) * sizeof *n->shapes);
  if (!n->shapes) return error_no_memory(error);
  memcpy(n->shapes, subwords->shape, n->vocabulary * sizeof *n->shapes);
  return STATUS_OK;
}

static Status make_kernel(Linear *l, const LinearTraining *training, Error *error) {
  l->tfidf.spelled = training->subwords != NULL;
  if (l->tfidf.spelled) l->buckets = training->from ? training->from->buckets : choose_buckets(l->columns);
  Status status = training->from ? ngrams_copy(&training->from->hashed, &l->hashed, error) : STATUS_OK;
  if (!status && l->tfidf.spelled && training->subwords->shaped)
    status = copy_shapes(&l->tfidf, training->subwords, error);
  if (status) return status;
  l->kernel = memory_floats(memory_product(kernel_rows(l), l->columns));
  l->bias = calloc(l->columns, sizeof *l->bias);
  if (!l->kernel || !l->bias) return error_no_memory(error);
  if (training->from) copy_weights(l, training->from, training->subwords);
  return STATUS_OK;
}

/* Lists what was read as a matrix. */
static Status make_rows(Learning *g, Error *error) {
  g->rows = (SparseRows){.count = g->training->count, .features = kernel_rows(g->linear), .begin = g->begin,
                         .end = g->end, .feature = g->feature, .value = g->value};
  return feature_scales_new(&g->rows, tfidf_features(&g->linear->tfidf), &g->scales, error);
}

Status linear_train(Linear *l, const LinearTraining *training, Workers *workers, Error *error) {
  *l = (Linear){.labels = training->labels, .columns = linear_columns(training->labels, training->sets)};
  Learning g = {.linear = l, .training = training, .workers = workers};
  TfidfTraining features = {.texts = training->texts, .count = training->count, .vocabulary = training->vocabulary,
                            .most = training->most ? training->most : LINEAR_WEIGHTS / l->columns,
                            .before = training->from ? &training->from->tfidf : NULL};
  Status status = learning_new(&g, error);
  if (!status) status = tfidf_collect(&l->tfidf, &features, workers, error);
  if (!status) status = make_kernel(l, training, error);
  if (!status) status = workers_run(workers, (training->count + CHUNK - 1) / CHUNK, read_task, &g, error);
  if (!status) status = make_rows(&g, error);
  if (!status) status = workers_run(workers, l->columns, fit_task, &g, error);
  learning_free(&g);
  if (!status && l->buckets) fold(l, training->subwords, l->tfidf.words, 1.0f);
  if (status) linear_free(l);
  return status;
}

size_t linear_training_bytes(const LinearSize *s) {
  enum { EACH = 8, COPIES = 8 };
  size_t most = s->most ? s->most : LINEAR_WEIGHTS / s->columns, buckets = s->words ? choose_buckets(s->columns) : 0;
  size_t features = s->vocabulary + s->tokens;
  if (features > most) features = most;
  size_t weights = features + buckets;
  size_t branch = features * (2 * sizeof(uint32_t) + 2 * sizeof(TfidfPair)) + weights * s->columns * sizeof(float);
  size_t collecting = s->tokens * sizeof(uint64_t) + s->vocabulary * 4 * sizeof(size_t);
  size_t entries = s->tokens * 5 / 2 * EACH + s->ngrams * sizeof(uint32_t) + s->words * 2 * sizeof(size_t);
  size_t rows = s->rows * (sizeof(size_t) + sizeof(float));
  size_t solvers = s->columns < s->threads ? 1 : s->threads;
  size_t solving = (COPIES + 1) * weights * sizeof(float) +
                   solvers * (weights * 2 * sizeof(float) + s->rows * 3 * sizeof(float));
  size_t later = entries + rows + solving;
  return branch + (collecting > later ? collecting : later);
}

/* ---- for a file --------------------------------------------------------------------- */

/* Adds the hashed features of a text to the list. */
static size_t list_hashed(const Linear *l, const Lexicon *lexicon, Text text, NgramUse *uses) {
  const Tfidf *n = &l->tfidf;
  HashedFeature found[HASHED_FEATURES];
  size_t listed = 0;
  for (size_t t = 0; t < text.length; t++) {
    size_t count = hashed_features(n->shapes, n->vocabulary, lexicon, text, t, found);
    for (size_t i = 0; i < count; i++) uses[listed++] = (NgramUse){found[i].hash & ~TFIDF_HASHED, 1, 1};
  }
  return listed;
}

/* What a text has several times counts once: so uses are added up text by text. */
static size_t list_text(const Linear *l, const Lexicon *lexicon, Text text, NgramUse *uses) {
  size_t count = ngrams_add_up(uses, list_hashed(l, lexicon, text, uses));
  for (size_t i = 0; i < count; i++) uses[i].words = 1;
  return count;
}

Status linear_hashed(const Linear *l, const Texts *texts, size_t most, Ngrams *hashed, Error *error) {
  enum { MOST_TOKENS = 1 << 20, TEXTS = 2 };
  size_t tokens = 0, count = 0, read = 0;
  *hashed = (Ngrams){0};
  if (!l->tfidf.shapes) return STATUS_OK;
  while (read < texts->count && (read == 0 || tokens + texts->text[read].length <= MOST_TOKENS))
    tokens += texts->text[read++].length;
  NgramUse *uses = memory_aligned(memory_product(tokens, HASHED_FEATURES) + 1, sizeof *uses);
  if (!uses) return error_no_memory(error);
  for (size_t i = 0; i < read; i++) count += list_text(l, texts->lexicon, texts->text[i], uses + count);
  Status status = ngrams_collect(uses, count, TEXTS, most, hashed, error);
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

static size_t kernel_weights(const Linear *l) { return kernel_rows(l) * l->columns; }

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

/* ---- files ------------------------------------------------------------------------- */

static const char HASHED[] = "linear.hashed";

void linear_write(const Linear *l, unsigned bits, SafeTensorsWriter *w) {
  if (!linear_exists(l)) return;
  size_t features = tfidf_features(&l->tfidf);
  size_t kernel[2] = {kernel_rows(l), l->columns};
  safetensors_write_quantised(w, "linear.kernel", bits, kernel, 2, l->kernel);
  safetensors_write_tensor(w, "linear.bias", DTYPE_F32, &l->columns, 1, l->bias);
  if (bits)
    safetensors_write_halves(w, "linear.idf", features, l->tfidf.idf);
  else
    safetensors_write_tensor(w, "linear.idf", DTYPE_F32, &features, 1, l->tfidf.idf);
  safetensors_write_tensor(w, "linear.pairs.ends", DTYPE_U32, &l->tfidf.words, 1, l->tfidf.pair_end);
  safetensors_write_integers(w, "linear.pairs.words", l->tfidf.pairs, l->tfidf.second);
  ngrams_write(&l->hashed, HASHED, w);
}

/* Checks that the lists of second words follow one another, and that each of them rises. */
static Status check_pairs(const Tfidf *n, Error *error) {
  for (size_t w = 0; w < n->words; w++) {
    size_t begin = w ? n->pair_end[w - 1] : 0, end = n->pair_end[w];
    if (begin > end || end > n->pairs || (w == 0 && end != 0) || (w + 1 == n->words && end != n->pairs))
      return error_set(error, STATUS_INVALID, "the pairs of word %zu are numbers %zu to %zu of %zu", w, begin,
                       end, n->pairs);
    for (size_t i = begin; i < end; i++)
      if (n->second[i] == 0 || n->second[i] >= n->words || (i > begin && n->second[i] <= n->second[i - 1]))
        return error_set(error, STATUS_INVALID, "pair %zu of word %zu is with word %u, expected a higher one "
                         "than before below %zu", i - begin, w, n->second[i], n->words);
  }
  return STATUS_OK;
}

static const char *const NAMES[] = {"linear.kernel", "linear.bias", "linear.idf", "linear.pairs.ends",
                                    "linear.pairs.words"};

typedef struct LinearTensors {
  const TensorView *kernel, *bias, *idf, *pair_ends, *pair_words;
} LinearTensors;

/* Finds the tensors and checks that they fit each other, the vocabulary and the columns. */
static Status find_tensors(const SafeTensors *st, size_t vocabulary, size_t columns, LinearTensors *t, Error *error) {
  const size_t any = TENSOR_ANY, rows[] = {TENSOR_ANY, columns};
  Status status = safetensors_require(st, "linear.pairs.ends", DTYPE_U32, &any, 1, &t->pair_ends, error);
  if (!status) status = safetensors_require(st, "linear.pairs.words", DTYPE_U32, &any, 1, &t->pair_words, error);
  if (!status) status = safetensors_require(st, "linear.kernel", DTYPE_F32, rows, 2, &t->kernel, error);
  if (!status) status = safetensors_require(st, "linear.bias", DTYPE_F32, &columns, 1, &t->bias, error);
  if (status) return status;
  size_t words = t->pair_ends->shape[0], pairs = t->pair_words->shape[0], features = words + pairs;
  if (words == 0 || words > vocabulary)
    return error_set(error, STATUS_INVALID, "tensor 'linear.pairs.ends' has %zu words, expected 1 to %zu", words,
                     vocabulary);
  if (t->kernel->shape[0] < features)
    return error_set(error, STATUS_INVALID, "tensor 'linear.kernel' is F32 [%zu][%zu], expected at least a row for "
                     "each of %zu words and %zu pairs", t->kernel->shape[0], columns, words, pairs);
  return safetensors_require(st, "linear.idf", DTYPE_F32, &features, 1, &t->idf, error);
}

/* Returns a copy of the tensor's values for free(), not NULL if there are none; NULL: out of memory. */
static void *copy_tensor(const SafeTensors *st, const uint8_t *bytes, const TensorView *view) {
  size_t count = safetensors_count(view);
  void *copy = memory_aligned(count + 1, sizeof(float));
  if (copy) safetensors_copy(st, bytes, view, count, copy);
  return copy;
}

static Status copy_tensors(const SafeTensors *st, const uint8_t *bytes, const LinearTensors *t, Linear *l,
                           Error *error) {
  Tfidf *n = &l->tfidf;
  l->kernel = copy_tensor(st, bytes, t->kernel);
  l->bias = copy_tensor(st, bytes, t->bias);
  n->idf = copy_tensor(st, bytes, t->idf);
  n->pair_end = copy_tensor(st, bytes, t->pair_ends);
  n->second = copy_tensor(st, bytes, t->pair_words);
  return l->kernel && l->bias && n->idf && n->pair_end && n->second ? STATUS_OK : error_no_memory(error);
}

Status linear_read_shapes(Linear *l, const Vocabulary *vocabulary, Error *error) {
  Tfidf *n = &l->tfidf;
  if (!n->spelled) return STATUS_OK;
  n->shapes = calloc(n->vocabulary, sizeof *n->shapes);
  if (!n->shapes) return error_no_memory(error);
  for (uint32_t w = 1; w < n->vocabulary; w++) {
    size_t length;
    const char *word = strings_get(&vocabulary->words, w - 1, &length);
    n->shapes[w] = word_shape(word, length);
  }
  return STATUS_OK;
}

/* What is left of the kernel's rows is n-grams and hashed features. */
static Status read_hashed(const SafeTensors *st, const uint8_t *bytes, size_t rows, Linear *l, Error *error) {
  size_t left = rows - tfidf_features(&l->tfidf);
  Status status = ngrams_read(st, bytes, HASHED, &l->hashed, error);
  if (status) return status;
  if (l->hashed.count > left)
    return error_set(error, STATUS_INVALID, "tensor '%s' is U32 [%zu], expected at most the %zu rows of "
                     "'linear.kernel' that words and pairs leave", HASHED, l->hashed.count, left);
  l->buckets = left - l->hashed.count;
  l->tfidf.spelled = l->buckets > 0;
  return STATUS_OK;
}

Status linear_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, size_t labels,
                   size_t columns, Linear *l, Error *error) {
  LinearTensors tensors;
  Tfidf *n = &l->tfidf;
  *l = (Linear){0};
  bool there = false;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) there = there || safetensors_find(st, NAMES[i]);
  if (!there) return STATUS_OK;
  Status status = find_tensors(st, vocabulary, columns, &tensors, error);
  if (!status) status = copy_tensors(st, bytes, &tensors, l, error);
  if (!status) {
    l->labels = labels;
    l->columns = columns;
    n->vocabulary = vocabulary;
    n->words = tensors.pair_ends->shape[0];
    n->pairs = tensors.pair_words->shape[0];
    status = check_pairs(n, error);
  }
  if (!status) status = read_hashed(st, bytes, tensors.kernel->shape[0], l, error);
  if (!status) status = tfidf_index(n, error);
  if (status) linear_free(l);
  return status;
}
