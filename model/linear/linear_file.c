#include "linear/kernel.h"

#include <stdlib.h>

#include "base/finite.h"
#include "base/memory.h"
#include "text/word_shape.h"

static const char HASHED[] = "linear.hashed";

void linear_write(const Linear *l, unsigned bits, SafeTensorsWriter *w) {
  if (!linear_exists(l)) return;
  size_t features = tfidf_features(&l->tfidf);
  size_t kernel[2] = {linear_kernel_rows(l), l->columns};
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

/* Sets *copy to the tensor's values for free(), not NULL if there are none. */
static Status copy_floats(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, float **copy,
                          Error *error) {
  size_t count = safetensors_count(view);
  *copy = memory_aligned(count + 1, sizeof **copy);
  if (!*copy) return error_no_memory(error);
  return safetensors_copy_floats(st, bytes, view, count, FINITE_MOST_OF_MODEL, *copy, error);
}

static Status copy_integers(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, uint32_t **copy,
                            Error *error) {
  size_t count = safetensors_count(view);
  *copy = memory_aligned(count + 1, sizeof **copy);
  if (!*copy) return error_no_memory(error);
  safetensors_copy(st, bytes, view, count, *copy);
  return STATUS_OK;
}

static Status copy_tensors(const SafeTensors *st, const uint8_t *bytes, const LinearTensors *t, Linear *l,
                           Error *error) {
  Tfidf *n = &l->tfidf;
  Status status = copy_floats(st, bytes, t->kernel, &l->kernel, error);
  if (!status) status = copy_floats(st, bytes, t->bias, &l->bias, error);
  if (!status) status = copy_floats(st, bytes, t->idf, &n->idf, error);
  if (!status) status = copy_integers(st, bytes, t->pair_ends, &n->pair_end, error);
  return status ? status : copy_integers(st, bytes, t->pair_words, &n->second, error);
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
