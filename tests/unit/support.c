#include "unit/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/random.h"

Error error;

/* ---- statuses ------------------------------------------------------------- */

void check_status(Status status, Status expected, const char *call, const char *file, int line) {
  if (status == expected) return;
  print_error("%s: status %d, expected %d: %s\n", call, (int)status, (int)expected,
              status ? error.message : "");
  _fail(file, line);
}

void check_invalid(Status status, const char *part, const char *call, const char *file, int line) {
  check_status(status, STATUS_INVALID, call, file, line);
  if (strstr(error.message, part)) return;
  print_error("%s: '%s' does not mention '%s'\n", call, error.message, part);
  _fail(file, line);
}

/* ---- polls ---------------------------------------------------------------- */

bool stop_later(void *context) {
  Stop *stop = context;
  return stop->asked++ < stop->after;
}

/* ---- floats --------------------------------------------------------------- */

static bool is_close(double actual, double expected, double tolerance) {
  return fabs(actual - expected) <= tolerance * (1.0 + fabs(expected)); /* false for NaN */
}

void check_close(const float *actual, const float *expected, size_t count, double tolerance,
                 const char *name, const char *file, int line) {
  for (size_t i = 0; i < count; i++) {
    if (is_close((double)actual[i], (double)expected[i], tolerance)) continue;
    print_error("%s: value %zu of %zu is %.9g, expected %.9g\n", name, i, count, (double)actual[i],
                (double)expected[i]);
    _fail(file, line);
  }
}

void check_near(double actual, double expected, double tolerance, const char *name,
                const char *file, int line) {
  if (is_close(actual, expected, tolerance)) return;
  print_error("%s is %.12g, expected %.12g\n", name, actual, expected);
  _fail(file, line);
}

void *allocate(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size ? size : 1);
  assert_non_null(memory);
  return memory;
}

void fill_normal(float *values, size_t count, float deviation, uint64_t seed) {
  Random random = random_stream(seed, 99, 0);
  for (size_t i = 0; i < count; i++) values[i] = deviation * random_normal(&random);
}

double dot(const float *a, const float *b, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

static double loss_at(Loss *loss, void *context, float *x, float value) {
  float before = *x;
  *x = value;
  double result = loss(context);
  *x = before;
  return result;
}

/* Steps are as long as float makes them: x + h may not be a float. */
static double slope(Loss *loss, void *context, float *x) {
  const float h = 1.0f / 32;
  float near[2] = {*x - h, *x + h}, far[2] = {*x - 2 * h, *x + 2 * h};
  double near_rise = loss_at(loss, context, x, near[1]) - loss_at(loss, context, x, near[0]);
  double far_rise = loss_at(loss, context, x, far[1]) - loss_at(loss, context, x, far[0]);
  double near_slope = near_rise / ((double)near[1] - (double)near[0]);
  double far_slope = far_rise / ((double)far[1] - (double)far[0]);
  return (4.0 * near_slope - far_slope) / 3.0;
}

void check_gradient(Loss *loss, void *context, float *x, size_t count, const float *gradient, Place place) {
  for (size_t i = 0; i < count; i++) {
    double expected = slope(loss, context, &x[i]);
    if (is_close((double)gradient[i], expected, 1e-4)) continue;
    print_error("%s: value %zu of %zu is %.9g, the slope is %.9g\n", place.name, i, count,
                (double)gradient[i], expected);
    _fail(place.file, place.line);
  }
}

/* ---- reference tensors ------------------------------------------------------ */

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("cannot open %s: run from the root of the repository", path);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  *size = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = allocate(*size, 1);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}

Reference reference_open(const char *name) {
  char path[128];
  Reference reference = {0};
  snprintf(path, sizeof path, "tests/reference/%s.safetensors", name);
  reference.bytes = read_file(path, &reference.size);
  assert_ok(safetensors_read(reference.bytes, reference.size, reference.size, &reference.tensors, &error));
  reference.numbers = allocate(reference.size, 1);
  for (size_t i = 0; i < reference.tensors.count; i++) {
    const TensorView *view = &reference.tensors.tensors[i];
    size_t at = reference.tensors.header_end + view->begin;
    size_t width = view->dtype == DTYPE_OTHER ? 1 : dtype_bytes(view->dtype);
    little_endian_copy(reference.numbers + at, reference.bytes + at, (view->end - view->begin) / width, width);
  }
  return reference;
}

void reference_close(Reference *reference) {
  safetensors_free(&reference->tensors);
  free(reference->bytes);
  free(reference->numbers);
  *reference = (Reference){0};
}

static const TensorView *find_tensor(const Reference *reference, const char *name) {
  const TensorView *view = safetensors_find(&reference->tensors, name);
  if (!view) fail_msg("there is no reference tensor '%s'", name);
  return view;
}

static void *tensor_bytes(const Reference *reference, const char *name, Dtype dtype) {
  const TensorView *view = find_tensor(reference, name);
  assert_int_equal(view->dtype, dtype);
  return reference->numbers + reference->tensors.header_end + view->begin;
}

float *reference_floats(const Reference *reference, const char *name) {
  return tensor_bytes(reference, name, DTYPE_F32);
}

const int32_t *reference_integers(const Reference *reference, const char *name) {
  return tensor_bytes(reference, name, DTYPE_I32);
}

size_t reference_dimension(const Reference *reference, const char *name, size_t dimension) {
  const TensorView *view = find_tensor(reference, name);
  assert_true(dimension < view->rank);
  return view->shape[dimension];
}

typedef char TensorName[64];

static const char *prefixed(TensorName full, const char *prefix, Tensor tensor) {
  snprintf(full, sizeof(TensorName), "%s%s", prefix, parameters_name(tensor));
  return full;
}

/* A dimension of a tensor, or 0 if the network has no such tensor. */
static size_t size_in(const Reference *reference, const char *prefix, Tensor tensor, size_t dimension) {
  TensorName name;
  bool there = safetensors_find(&reference->tensors, prefixed(name, prefix, tensor)) != NULL;
  return there ? reference_dimension(reference, name, dimension) : 0;
}

Parameters reference_parameters(const Reference *reference, const char *prefix) {
  Shape shape = {.vocabulary = size_in(reference, prefix, TENSOR_EMBEDDING, 0),
                 .embedding = size_in(reference, prefix, TENSOR_EMBEDDING, 1),
                 .hidden = size_in(reference, prefix, TENSOR_GRU_FORWARD_RECURRENT, 0),
                 .labels = size_in(reference, prefix, TENSOR_OUTPUT_BIAS, 0),
                 .positions = size_in(reference, prefix, TENSOR_ATTENTION_BIAS, 0)};
  Parameters parameters;
  assert_ok(parameters_new(&shape, (Poll){0}, &parameters, &error));
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    TensorName name;
    size_t d[2] = {0, 1};
    if (!parameters_dimensions(&shape, t, d)) continue;
    memcpy(parameters.tensor[t], reference_floats(reference, prefixed(name, prefix, t)),
           d[0] * d[1] * sizeof(float));
  }
  return parameters;
}

/* ---- batches ---------------------------------------------------------------- */

Batch distinct_batch(const int32_t *lengths, size_t texts, size_t steps) {
  Batch batch = {0};
  uint32_t *words = allocate(texts * steps, sizeof *words);
  Text *list = allocate(texts, sizeof *list);
  for (size_t w = 0; w < texts * steps; w++) words[w] = (uint32_t)w;
  for (size_t i = 0; i < texts; i++) list[i] = (Text){words + i * steps, (size_t)lengths[i]};
  assert_ok(batch_fill(&batch, list, texts, texts * steps, &error));
  free(list);
  free(words);
  return batch;
}

void pack(const Batch *batch, size_t steps, size_t width, const float *values, float *packed) {
  for (size_t row = 0; row < batch->texts; row++)
    for (size_t t = 0; t < batch->length[row]; t++)
      memcpy(packed + batch_place(batch, row, t) * width,
             values + (batch->order[row] * steps + t) * width, width * sizeof *packed);
}

float *unpack(const Batch *batch, size_t steps, size_t width, const float *packed) {
  float *values = allocate(batch->texts * steps * width, sizeof *values);
  for (size_t row = 0; row < batch->texts; row++)
    for (size_t t = 0; t < batch->length[row]; t++)
      memcpy(values + (batch->order[row] * steps + t) * width,
             packed + batch_place(batch, row, t) * width, width * sizeof *values);
  return values;
}

float *unsort(const Batch *batch, size_t width, const float *rows) {
  float *values = allocate(batch->texts * width, sizeof *values);
  for (size_t row = 0; row < batch->texts; row++)
    memcpy(values + batch->order[row] * width, rows + row * width, width * sizeof *values);
  return values;
}

float *scatter(const Batch *batch, size_t words, size_t width, const float *distinct) {
  float *table = allocate(words * width, sizeof *table);
  for (size_t u = 0; u < batch->distinct; u++)
    memcpy(table + batch->word[u] * width, distinct + u * width, width * sizeof *table);
  return table;
}

/* ---- words and branches -------------------------------------------------------- */

Subwords make_spelling(const char *const *words, size_t count) {
  Subwords subwords = {0};
  for (size_t i = 0; i < count; i++) assert_ok(subwords_add(&subwords, NULL, words[i], strlen(words[i]), &error));
  return subwords;
}

Linear random_linear(size_t vocabulary, size_t labels, size_t buckets, uint64_t seed) {
  Linear l = {.labels = labels, .columns = labels == 2 ? 1 : labels, .buckets = buckets};
  Tfidf *n = &l.tfidf;
  n->vocabulary = n->words = vocabulary;
  n->spelled = buckets > 0;
  n->pair_end = allocate(vocabulary, sizeof *n->pair_end);
  n->second = allocate(vocabulary * vocabulary, sizeof *n->second);
  for (uint32_t w = 0; w < vocabulary; w++) {
    for (uint32_t s = 1; w && s < vocabulary; s++)
      if ((w * 7 + s * 5 + seed) % 3 == 0) n->second[n->pairs++] = s;
    n->pair_end[w] = (uint32_t)n->pairs;
  }
  assert_ok(tfidf_index(n, &error));
  size_t features = tfidf_features(n), rows = features + buckets;
  n->idf = allocate(features, sizeof *n->idf);
  l.kernel = allocate(rows * l.columns, sizeof *l.kernel);
  l.bias = allocate(l.columns, sizeof *l.bias);
  fill_normal(n->idf, features, 1.0f, seed + 1);
  for (size_t f = 0; f < features; f++) n->idf[f] = 1.0f + fabsf(n->idf[f]);
  fill_normal(l.kernel, rows * l.columns, 0.7f, seed + 2);
  fill_normal(l.bias, l.columns, 0.7f, seed + 3);
  return l;
}

Reference end_file(SafeTensorsWriter *writer) {
  Reference file = {0};
  assert_ok(safetensors_end(writer, &file.bytes, &file.size, &error));
  assert_ok(safetensors_read(file.bytes, file.size, file.size, &file.tensors, &error));
  return file;
}

/* ---- something to learn ------------------------------------------------------ */

static const char *const COMMON[] = {"the", "report", "says", "that", "it", "was", "again",
                                     "today", "here", "and", ",", "."};
static const char *const SUBJECTS[SAMPLE_LABELS][6] = {
    {"rain", "cloud", "storm", "sunny", "frost", "wind"},
    {"goal", "match", "team", "coach", "league", "player"},
    {"soup", "bread", "salt", "oven", "cheese", "recipe"},
};
static const char *const SUBJECT_NAMES[SAMPLE_LABELS] = {"weather", "sport", "kitchen"};

void sample_text(size_t number, char text[SAMPLE_SIZE]) {
  Random random = random_stream(number, 77, 0);
  size_t words = 5 + random_below(&random, 6), length = 0;
  for (size_t i = 0; i < words; i++) {
    const char *word = i % 2 == 1 && i < 6
                           ? SUBJECTS[number % SAMPLE_LABELS][random_below(&random, 6)]
                           : COMMON[random_below(&random, COUNT(COMMON))];
    length += (size_t)snprintf(text + length, SAMPLE_SIZE - length, "%s%s", i ? " " : "", word);
  }
}

Label text_label(const char *text) {
  return (Label){.kind = LABEL_TEXT, .text = text, .length = strlen(text)};
}

Label sample_label(size_t number) { return text_label(SUBJECT_NAMES[number % SAMPLE_LABELS]); }

TrainingOptions sample_options(void) {
  return (TrainingOptions){.epochs = 8, .batch_size = 8, .learning_rate = 0.02, .dropout = 0.1,
                           .validation = 0.2, .seed = 1, .threads = 1, .max_tokens = 32,
                           .min_count = 1, .max_vocabulary = 1000, .embedding = 8, .hidden = 6};
}

void add_row(Training *training, const char *text, Label label, RowUse use) {
  assert_ok(corpus_add(training_corpus(training), &tokenizer_unicode, text, strlen(text), &label, use,
                       &error));
}

Training *sample_training(const TrainingOptions *options, size_t rows) {
  Training *training;
  char text[SAMPLE_SIZE];
  assert_ok(training_new(options, "", NULL, &training, &error));
  for (size_t i = 0; i < rows; i++) {
    sample_text(i, text);
    add_row(training, text, sample_label(i), ROW_TRAINS);
  }
  return training;
}

Epoch train_to_end(Training *training) {
  Epoch epoch = {0};
  while (!epoch.is_last) assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
  return epoch;
}

Model *end_training(Training *training) {
  Model *model;
  assert_ok(training_end(training, (Poll){0}, &model, &error));
  training_free(training);
  return model;
}

Model *sample_model(const TrainingOptions *options, size_t rows) {
  Training *training = sample_training(options, rows);
  assert_ok(training_begin(training, NULL, &error));
  train_to_end(training);
  return end_training(training);
}
