/* The table of tensors: shapes, layout, initial values, files. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/quantisation.h"
#include "network/parameters.h"
#include "unit/support.h"

static const Shape WITH_ALL = {.vocabulary = 7, .embedding = 5, .hidden = 3, .labels = 4, .positions = 6};
static const Shape POOLED = {.vocabulary = 7, .buckets = 8, .embedding = 5, .hidden = 3, .labels = 4,
                             .positions = 6, .pooled = true};

static Parameters make(Shape shape) {
  Parameters parameters;
  assert_ok(parameters_new(&shape, (Poll){0}, &parameters, &error));
  return parameters;
}

/* ---- shapes --------------------------------------------------------------------- */

static void check_dimensions(Shape shape, Tensor tensor, size_t rank, size_t first, size_t second) {
  size_t d[2] = {0, 0};
  assert_int_equal(parameters_dimensions(&shape, tensor, d), rank);
  if (rank > 0) assert_int_equal(d[0], first);
  if (rank > 1) assert_int_equal(d[1], second);
}

TEST(each_tensor_has_the_dimensions_of_the_header) {
  check_dimensions(WITH_ALL, TENSOR_EMBEDDING, 2, 7, 5);
  for (Tensor gru = TENSOR_GRU_FORWARD; gru <= TENSOR_GRU_BACKWARD; gru += 3) {
    check_dimensions(WITH_ALL, gru, 2, 5, 9);
    check_dimensions(WITH_ALL, gru + 1, 2, 3, 9);
    check_dimensions(WITH_ALL, gru + 2, 2, 2, 9);
  }
  check_dimensions(WITH_ALL, TENSOR_ATTENTION_KERNEL, 1, 6, 0);
  check_dimensions(WITH_ALL, TENSOR_ATTENTION_BIAS, 1, 6, 0);
  check_dimensions(WITH_ALL, TENSOR_OUTPUT_KERNEL, 2, 6, 4);
  check_dimensions(WITH_ALL, TENSOR_OUTPUT_BIAS, 1, 4, 0);
}

TEST(parts_that_are_off_have_no_tensors) {
  const Shape none = {.vocabulary = 7, .embedding = 5, .labels = 4};
  assert_int_equal(shape_state(&WITH_ALL), 6);
  assert_int_equal(shape_state(&none), 5);
  for (Tensor t = TENSOR_GRU_FORWARD; t <= TENSOR_GRU_BACKWARD_BIAS; t++)
    check_dimensions(none, t, 0, 0, 0);
  check_dimensions(none, TENSOR_ATTENTION_BIAS, 0, 0, 0);
  check_dimensions(none, TENSOR_ATTENTION_KERNEL, 1, 5, 0);
  check_dimensions(none, TENSOR_OUTPUT_KERNEL, 2, 5, 4);
}

/* With a max-pool a token's vector stands beside the GRU's state, and the pool
** beside the context.
*/
TEST(ngrams_and_a_max_pool_have_their_dimensions) {
  Shape pooled = POOLED;
  assert_int_equal(shape_rows(&pooled), 7 + 8);
  assert_int_equal(shape_state(&pooled), 6 + 5);
  assert_int_equal(shape_features(&pooled), 2 * (6 + 5));
  check_dimensions(pooled, TENSOR_SUBWORDS, 2, 8, 5);
  check_dimensions(pooled, TENSOR_ATTENTION_KERNEL, 1, 11, 0);
  check_dimensions(pooled, TENSOR_OUTPUT_KERNEL, 2, 22, 4);
  pooled.hidden = 0;
  assert_int_equal(shape_state(&pooled), 5);
  check_dimensions(pooled, TENSOR_OUTPUT_KERNEL, 2, 10, 4);
  assert_int_equal(shape_rows(&WITH_ALL), 7);
  assert_int_equal(shape_features(&WITH_ALL), 6);
  check_dimensions(WITH_ALL, TENSOR_SUBWORDS, 0, 0, 0);
}

static void check_block(Shape shape, size_t absent) {
  Parameters p = make(shape);
  float *next = p.block;
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    size_t d[2] = {0, 1};
    if (parameters_dimensions(&p.shape, t, d) == 0) {
      assert_null(p.tensor[t]);
      absent--;
      continue;
    }
    assert_ptr_equal(p.tensor[t], next);
    next += d[0] * d[1];
  }
  assert_int_equal(absent, 0);
  assert_int_equal(next - p.block, p.count);
  assert_int_equal(shape_parameters(&shape), p.count);
  assert_int_equal(p.count - p.dense, shape_rows(&shape) * 5);
  assert_ptr_equal(parameters_dense(&p), p.tensor[TENSOR_GRU_FORWARD]);
  for (size_t i = 0; i < p.count; i++) assert_true(p.block[i] == 0.0f);
  parameters_free(&p);
  parameters_free(&p);
}

TEST(tensors_fill_one_block_with_the_table_first) {
  check_block(WITH_ALL, 1); /* no n-grams */
  check_block(POOLED, 0);
}

TEST(a_block_without_embedding_is_all_dense) {
  Shape shape = WITH_ALL;
  shape.vocabulary = 0;
  Parameters p = make(shape);
  assert_null(p.tensor[TENSOR_EMBEDDING]);
  assert_int_equal(p.dense, p.count);
  assert_ptr_equal(parameters_dense(&p), p.block);
  parameters_free(&p);
}

TEST(copy_copies_all_values) {
  Parameters a = make(WITH_ALL), b = make(WITH_ALL);
  parameters_initialise(&a, 1, (Poll){0});
  parameters_copy(&b, &a);
  assert_memory_equal(a.block, b.block, a.count * sizeof(float));
  parameters_free(&a);
  parameters_free(&b);
}

TEST(shapes_that_overflow_are_refused) {
  const Shape shapes[] = {
      {.vocabulary = SIZE_MAX, .embedding = 1, .labels = 2},
      {.vocabulary = 2, .embedding = SIZE_MAX / 2, .labels = 2},
      {.vocabulary = 2, .buckets = SIZE_MAX, .embedding = 1, .labels = 2},
      {.vocabulary = 2, .embedding = 1, .hidden = SIZE_MAX / 3, .labels = 2, .pooled = true},
      {.vocabulary = 2, .embedding = 1, .hidden = SIZE_MAX / 3, .labels = 2},
      {.vocabulary = 2, .embedding = 1, .labels = SIZE_MAX},
      {.vocabulary = 2, .embedding = 1, .labels = 2, .positions = SIZE_MAX},
  };
  for (size_t i = 0; i < COUNT(shapes); i++) {
    Parameters p;
    assert_invalid(parameters_new(&shapes[i], (Poll){0}, &p, &error), "too large");
    parameters_free(&p);
  }
}

/* ---- initial values -------------------------------------------------------------- */

static const Shape LARGE = {.vocabulary = 200, .embedding = 40, .hidden = 32, .labels = 5, .positions = 9};

/* Uniform in +-limit: the largest of thousands is close to it, the mean to 0. */
static void check_uniform(const float *values, size_t count, double limit) {
  double largest = 0.0, sum = 0.0;
  for (size_t i = 0; i < count; i++) {
    largest = fmax(largest, fabs((double)values[i]));
    sum += (double)values[i];
  }
  assert_true(largest <= limit * (1.0 + 1e-6));
  assert_true(largest >= limit * 0.9);
  assert_true(fabs(sum / (double)count) <= 5.0 * limit / sqrt(3.0 * (double)count));
}

TEST(kernels_and_embedding_are_uniform) {
  Parameters p = make(LARGE);
  parameters_initialise(&p, 1, (Poll){0});
  check_uniform(p.tensor[TENSOR_EMBEDDING], 200 * 40, 0.05);
  check_uniform(p.tensor[TENSOR_GRU_FORWARD], 40 * 96, sqrt(6.0 / (40 + 96)));
  check_uniform(p.tensor[TENSOR_GRU_BACKWARD], 40 * 96, sqrt(6.0 / (40 + 96)));
  check_uniform(p.tensor[TENSOR_OUTPUT_KERNEL], 64 * 5, sqrt(6.0 / (64 + 5)));
  parameters_free(&p);
  Shape shape = LARGE;
  shape.buckets = 150;
  p = make(shape);
  parameters_initialise(&p, 1, (Poll){0});
  check_uniform(p.tensor[TENSOR_SUBWORDS], 150 * 40, 0.05);
  assert_memory_not_equal(p.tensor[TENSOR_SUBWORDS], p.tensor[TENSOR_EMBEDDING], 150 * 40 * sizeof(float));
  parameters_free(&p);
}

TEST(biases_are_zero) {
  const Tensor biases[] = {TENSOR_GRU_FORWARD_BIAS, TENSOR_GRU_BACKWARD_BIAS, TENSOR_ATTENTION_BIAS,
                           TENSOR_OUTPUT_BIAS};
  Parameters p = make(LARGE);
  for (size_t i = 0; i < p.count; i++) p.block[i] = 9.0f;
  parameters_initialise(&p, 1, (Poll){0});
  for (size_t b = 0; b < COUNT(biases); b++) {
    size_t d[2] = {0, 1};
    parameters_dimensions(&p.shape, biases[b], d);
    for (size_t i = 0; i < d[0] * d[1]; i++) assert_true(p.tensor[biases[b]][i] == 0.0f);
  }
  parameters_free(&p);
}

/* Rows of a gate's block: of length 1, at right angles. In float, Gram-Schmidt
** loses as many digits as the block that was drawn is ill-conditioned: some 100
** times 6e-8 for 32 rows, and more with bad luck. Rows as they are drawn are off
** by 0.1 and more.
*/
static void check_orthogonal(const float *gate, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      assert_near(dot(gate + i * 3 * n, gate + j * 3 * n, n), i == j ? 1.0 : 0.0, 1e-4);
}

TEST(recurrent_kernels_are_orthogonal_gate_by_gate) {
  Parameters p = make(LARGE);
  parameters_initialise(&p, 1, (Poll){0});
  for (size_t gate = 0; gate < 3; gate++) {
    check_orthogonal(p.tensor[TENSOR_GRU_FORWARD_RECURRENT] + gate * 32, 32);
    check_orthogonal(p.tensor[TENSOR_GRU_BACKWARD_RECURRENT] + gate * 32, 32);
  }
  parameters_free(&p);
}

TEST(values_depend_on_the_seed_alone) {
  Parameters a = make(LARGE), b = make(LARGE), c = make(LARGE);
  parameters_initialise(&a, 5, (Poll){0});
  parameters_initialise(&b, 5, (Poll){0});
  parameters_initialise(&c, 6, (Poll){0});
  assert_memory_equal(a.block, b.block, a.count * sizeof(float));
  assert_memory_not_equal(a.block, c.block, a.count * sizeof(float));
  assert_memory_not_equal(a.tensor[TENSOR_GRU_FORWARD], a.tensor[TENSOR_GRU_BACKWARD], 40 * 96 * 4);
  parameters_free(&a);
  parameters_free(&b);
  parameters_free(&c);
}

TEST(one_value_that_is_not_finite_is_seen) {
  const float values[] = {NAN, INFINITY, -INFINITY, 1.0001e10f, -3e38f};
  Parameters p = make(WITH_ALL);
  parameters_initialise(&p, 1, (Poll){0});
  p.block[0] = 1e10f;
  assert_true(parameters_finite(&p));
  for (size_t i = 0; i < p.count; i++) {
    float before = p.block[i];
    p.block[i] = values[i % COUNT(values)];
    assert_false(parameters_finite(&p));
    p.block[i] = before;
  }
  parameters_free(&p);
}

/* ---- going on --------------------------------------------------------------------- */

/* Values of rows and columns that both have are those of the smaller network. */
static void check_taken(const Parameters *to, const Parameters *from, const Parameters *before, Tensor t) {
  size_t d[2] = {0, 1}, old[2] = {0, 1};
  if (!parameters_dimensions(&to->shape, t, d)) return;
  parameters_dimensions(&from->shape, t, old);
  for (size_t i = 0; i < d[0]; i++)
    for (size_t j = 0; j < d[1]; j++) {
      bool taken = i < old[0] && j < old[1];
      float expected = taken ? from->tensor[t][i * old[1] + j] : before->tensor[t][i * d[1] + j];
      assert_true(to->tensor[t][i * d[1] + j] == expected);
    }
}

TEST(a_network_of_more_words_and_labels_takes_a_smaller_one) {
  const Shape small[] = {POOLED, WITH_ALL, {.vocabulary = 3, .embedding = 5, .labels = 2}};
  for (size_t i = 0; i < COUNT(small); i++) {
    Shape large = small[i];
    large.vocabulary += 4;
    large.labels += 3;
    if (large.positions) large.positions += 2;
    Parameters from = make(small[i]), to = make(large), before = make(large);
    parameters_initialise(&before, 2, (Poll){0});
    parameters_copy(&to, &before);
    fill_normal(from.block, from.count, 1.0f, i);
    parameters_take(&to, &from);
    for (Tensor t = 0; t < TENSOR_COUNT; t++) check_taken(&to, &from, &before, t);
    parameters_free(&from);
    parameters_free(&to);
    parameters_free(&before);
  }
}

TEST(a_network_takes_one_of_its_own_shape_whole) {
  Parameters from = make(POOLED), to = make(POOLED);
  parameters_initialise(&from, 1, (Poll){0});
  parameters_take(&to, &from);
  assert_memory_equal(to.block, from.block, from.count * sizeof(float));
  parameters_free(&from);
  parameters_free(&to);
}

/* ---- files ------------------------------------------------------------------------- */

/* Tensors of a file that is not as it should be. Data is zero. */
typedef struct Entry {
  const char *name;
  Dtype dtype;
  size_t rank, shape[2];
} Entry;

static const Entry GOOD[] = {
    {"embedding", DTYPE_F32, 2, {7, 5}},
    {"gru.forward.kernel", DTYPE_F32, 2, {5, 9}},
    {"gru.forward.recurrent_kernel", DTYPE_F32, 2, {3, 9}},
    {"gru.forward.bias", DTYPE_F32, 2, {2, 9}},
    {"gru.backward.kernel", DTYPE_F32, 2, {5, 9}},
    {"gru.backward.recurrent_kernel", DTYPE_F32, 2, {3, 9}},
    {"gru.backward.bias", DTYPE_F32, 2, {2, 9}},
    {"attention.kernel", DTYPE_F32, 1, {6, 0}},
    {"output.kernel", DTYPE_F32, 2, {6, 4}},
    {"output.bias", DTYPE_F32, 1, {4, 0}},
};

static const Entry GOOD_POOLED[] = {
    {"embedding", DTYPE_F32, 2, {7, 5}},
    {"gru.forward.kernel", DTYPE_F32, 2, {5, 9}},
    {"gru.forward.recurrent_kernel", DTYPE_F32, 2, {3, 9}},
    {"gru.forward.bias", DTYPE_F32, 2, {2, 9}},
    {"gru.backward.kernel", DTYPE_F32, 2, {5, 9}},
    {"gru.backward.recurrent_kernel", DTYPE_F32, 2, {3, 9}},
    {"gru.backward.bias", DTYPE_F32, 2, {2, 9}},
    {"attention.kernel", DTYPE_F32, 1, {11, 0}},
    {"output.kernel", DTYPE_F32, 2, {22, 4}},
    {"output.bias", DTYPE_F32, 1, {4, 0}},
    {"subwords", DTYPE_F32, 2, {8, 5}},
};

static size_t entry_bytes(const Entry *entry) {
  size_t bytes = entry->dtype == DTYPE_U8 ? 1 : 4;
  for (size_t i = 0; i < entry->rank; i++) bytes *= entry->shape[i];
  return bytes;
}

static size_t words_read = 7; /* with word 0 */

/* Reads a file with these tensors; the shape that was read, if it could be. */
static Status read_entries(const Entry *entries, size_t count, Shape *shape) {
  SafeTensorsWriter writer = {0};
  SafeTensors st;
  Parameters p;
  uint8_t *bytes;
  size_t size, most = 0;
  for (size_t i = 0; i < count; i++) most = entry_bytes(&entries[i]) > most ? entry_bytes(&entries[i]) : most;
  void *zeros = allocate(most, 1);
  for (size_t i = 0; i < count; i++)
    safetensors_write_tensor(&writer, entries[i].name, entries[i].dtype, entries[i].shape,
                             entries[i].rank, zeros);
  assert_ok(safetensors_end(&writer, &bytes, &size, &error));
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  Status status = parameters_read(&st, bytes, words_read, &p, &error);
  if (!status && shape) *shape = p.shape;
  if (!status) parameters_free(&p);
  safetensors_free(&st);
  free(bytes);
  free(zeros);
  return status;
}

static void check_shape(Shape actual, Shape expected) {
  assert_int_equal(actual.vocabulary, expected.vocabulary);
  assert_int_equal(actual.embedding, expected.embedding);
  assert_int_equal(actual.hidden, expected.hidden);
  assert_int_equal(actual.labels, expected.labels);
  assert_int_equal(actual.positions, expected.positions);
  assert_int_equal(actual.buckets, expected.buckets);
  assert_int_equal(actual.pooled, expected.pooled);
  assert_int_equal(actual.resets_early, expected.resets_early);
}

TEST(a_file_holds_every_value) {
  const Shape shapes[] = {WITH_ALL, POOLED, {.vocabulary = 3, .embedding = 2, .hidden = 4, .labels = 2,
                                             .resets_early = true}, {.vocabulary = 3, .embedding = 2, .labels = 2},
                          {.vocabulary = 3, .buckets = 4, .embedding = 2, .labels = 2},
                          {.vocabulary = 3, .embedding = 2, .labels = 2, .pooled = true},
                          {.vocabulary = 1, .embedding = 1, .hidden = 1, .labels = 1}};
  for (size_t i = 0; i < COUNT(shapes); i++) {
    SafeTensorsWriter writer = {0};
    SafeTensors st;
    uint8_t *bytes;
    size_t size;
    Parameters p = make(shapes[i]), again;
    fill_normal(p.block, p.count, 1.0f, i);
    parameters_write(&p, &(ParameterBits){0}, &writer);
    assert_ok(safetensors_end(&writer, &bytes, &size, &error));
    assert_ok(safetensors_read(bytes, size, size, &st, &error));
    assert_ok(parameters_read(&st, bytes, p.shape.vocabulary, &again, &error));
    check_shape(again.shape, p.shape);
    assert_memory_equal(again.block, p.block, p.count * sizeof(float));
    safetensors_free(&st);
    free(bytes);
    parameters_free(&p);
    parameters_free(&again);
  }
}

TEST(the_shape_is_found_from_the_tensors) {
  Shape shape = {0}, expected = WITH_ALL;
  expected.positions = 0;
  assert_ok(read_entries(GOOD, COUNT(GOOD), &shape));
  check_shape(shape, expected);
  expected.buckets = 8;
  expected.pooled = true;
  assert_ok(read_entries(GOOD_POOLED, COUNT(GOOD_POOLED), &shape));
  check_shape(shape, expected);
  expected.buckets = 0; /* n-grams are what is there or not */
  assert_ok(read_entries(GOOD_POOLED, COUNT(GOOD_POOLED) - 1, &shape));
  check_shape(shape, expected);
}

/* Rows of the embedding that no word has are left out; one too few is an error. */
TEST(the_embedding_may_have_more_rows_than_words) {
  Shape shape, expected = WITH_ALL;
  expected.positions = 0;
  for (words_read = 6; words_read >= 1; words_read--) {
    assert_ok(read_entries(GOOD, COUNT(GOOD), &shape));
    expected.vocabulary = words_read;
    check_shape(shape, expected);
  }
  words_read = 8;
  assert_invalid(read_entries(GOOD, COUNT(GOOD), NULL), "embedding");
  words_read = 7;
}

/* Halves are 1, 2, ... in each tensor of the file. */
TEST(halves_become_floats) {
  for (Dtype dtype = DTYPE_F16; dtype <= DTYPE_BF16; dtype++) {
    SafeTensorsWriter writer = {0};
    SafeTensors st;
    Parameters p;
    uint8_t *bytes;
    size_t size;
    uint16_t halves[60];
    for (size_t i = 0; i < COUNT(halves); i++) halves[i] = (uint16_t)(dtype == DTYPE_F16 ? 0x3C00 + i : 0x3F80 + i);
    for (size_t i = 0; i < COUNT(GOOD); i++)
      safetensors_write_tensor(&writer, GOOD[i].name, dtype, GOOD[i].shape, GOOD[i].rank, halves);
    assert_ok(safetensors_end(&writer, &bytes, &size, &error));
    assert_ok(safetensors_read(bytes, size, size, &st, &error));
    assert_ok(parameters_read(&st, bytes, 5, &p, &error)); /* two rows less than there are */
    for (Tensor t = 0; t < TENSOR_COUNT; t++) {
      size_t d[2] = {0, 1};
      if (!parameters_dimensions(&p.shape, t, d)) continue;
      for (size_t i = 0; i < d[0] * d[1]; i++)
        assert_true(p.tensor[t][i] == 1.0f + (float)i / (dtype == DTYPE_F16 ? 1024.0f : 128.0f));
    }
    parameters_free(&p);
    safetensors_free(&st);
    free(bytes);
  }
}

TEST(a_missing_tensor_is_named) {
  for (size_t out = 0; out < COUNT(GOOD); out++) {
    Entry entries[COUNT(GOOD)];
    memcpy(entries, GOOD, sizeof entries);
    entries[out] = GOOD[COUNT(GOOD) - 1];
    if (strcmp(GOOD[out].name, "gru.forward.recurrent_kernel") == 0) continue; /* says whether there is a GRU */
    assert_invalid(read_entries(entries, COUNT(GOOD) - 1, NULL), GOOD[out].name);
  }
}

/* No network is without words, numbers of a word, or labels. */
TEST(an_empty_tensor_is_named) {
  static const struct {
    size_t entry, dimension;
  } EMPTY[] = {{0, 0}, {0, 1}, {COUNT(GOOD) - 1, 0}};
  for (size_t i = 0; i < COUNT(EMPTY); i++) {
    Entry entries[COUNT(GOOD)];
    char message[64];
    memcpy(entries, GOOD, sizeof entries);
    entries[EMPTY[i].entry].shape[EMPTY[i].dimension] = 0;
    snprintf(message, sizeof message, "tensor '%s' is empty", GOOD[EMPTY[i].entry].name);
    assert_invalid(read_entries(entries, COUNT(GOOD), NULL), message);
  }
}

/* Without the tensor that says how wide it is there seems to be no GRU, and where
** the embedding is as wide as the GRU's states all the rest would fit.
*/
TEST(half_a_gru_is_refused) {
  Entry entries[COUNT(GOOD)];
  memcpy(entries, GOOD, sizeof entries);
  entries[2] = entries[COUNT(GOOD) - 1];
  assert_status(read_entries(entries, COUNT(GOOD) - 1, NULL), STATUS_INVALID);
  entries[0].shape[1] = entries[1].shape[0] = entries[4].shape[0] = 6;
  assert_status(read_entries(entries, COUNT(GOOD) - 1, NULL), STATUS_INVALID);
}

static void check_wrong_tensors(const Entry *good, size_t count) {
  for (size_t wrong = 0; wrong < count; wrong++) {
    Entry entries[COUNT(GOOD_POOLED)];
    memcpy(entries, good, count * sizeof *entries);
    entries[wrong].dtype = DTYPE_I32;
    assert_status(read_entries(entries, count, NULL), STATUS_INVALID);
    entries[wrong] = good[wrong];
    entries[wrong].shape[good[wrong].rank - 1]++;
    assert_status(read_entries(entries, count, NULL), STATUS_INVALID);
    entries[wrong] = good[wrong];
    entries[wrong].rank = 3 - entries[wrong].rank;
    entries[wrong].shape[1] = entries[wrong].shape[1] ? entries[wrong].shape[1] : 1;
    assert_status(read_entries(entries, count, NULL), STATUS_INVALID);
  }
}

TEST(a_tensor_of_another_shape_or_type_is_named) {
  check_wrong_tensors(GOOD, COUNT(GOOD));
  check_wrong_tensors(GOOD_POOLED, COUNT(GOOD_POOLED));
}

/* More features than states are a max-pool; any other number is damage. */
TEST(half_a_max_pool_is_refused) {
  Entry entries[COUNT(GOOD_POOLED)];
  memcpy(entries, GOOD_POOLED, sizeof entries);
  for (size_t features = 0; features < 30; features++) {
    entries[8].shape[0] = features;
    if (features != 22) assert_status(read_entries(entries, COUNT(entries), NULL), STATUS_INVALID);
  }
  entries[8].shape[0] = 22;
  entries[7].shape[0] = 6;
  assert_status(read_entries(entries, COUNT(entries), NULL), STATUS_INVALID);
}

/* ---- files that ask for memory ------------------------------------------------------- */

static long most_memory(void) {
  struct rusage usage;
  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss; /* kilobytes */
}

/* A tensor that says much and holds little must not make the reader ask for
** memory: these files have a few kilobytes at most, and would have 200 MB.
*/
static void check_refused_first(const Entry *entries, size_t count) {
  long before = most_memory();
  assert_status(read_entries(entries, count, NULL), STATUS_INVALID);
  assert_true(most_memory() - before < 50000);
}

TEST(a_wide_gru_that_is_not_there_is_refused_first) {
  const Entry widths[] = {{"gru.forward.recurrent_kernel", DTYPE_F32, 2, {2900, 0}},
                          {"gru.forward.recurrent_kernel", DTYPE_F32, 1, {2900, 0}},
                          {"gru.forward.recurrent_kernel", DTYPE_U8, 1, {2900, 0}}};
  for (size_t i = 0; i < COUNT(widths); i++) {
    Entry entries[COUNT(GOOD)];
    memcpy(entries, GOOD, sizeof entries);
    entries[2] = widths[i];
    check_refused_first(entries, COUNT(entries));
  }
}

TEST(many_positions_that_are_not_there_are_refused_first) {
  Entry entries[COUNT(GOOD) + 1] = {{"attention.bias", DTYPE_F32, 2, {50000000, 0}}};
  memcpy(entries + 1, GOOD, sizeof GOOD);
  check_refused_first(entries, COUNT(entries));
}

TEST(many_buckets_that_are_not_there_are_refused_first) {
  const Entry buckets[] = {{"subwords", DTYPE_F32, 2, {50000000, 0}}, {"subwords", DTYPE_U8, 1, {50000, 0}}};
  for (size_t i = 0; i < COUNT(buckets); i++) {
    Entry entries[COUNT(GOOD_POOLED)];
    memcpy(entries, GOOD_POOLED, sizeof entries);
    entries[COUNT(entries) - 1] = buckets[i];
    check_refused_first(entries, COUNT(entries));
  }
}

TEST(many_labels_that_are_not_there_are_refused_first) {
  const Entry entries[] = {{"embedding", DTYPE_F32, 2, {1, 64}},
                           {"output.bias", DTYPE_F32, 2, {1 << 20, 0}}};
  check_refused_first(entries, COUNT(entries));
}

/* ---- for a file of few bits ------------------------------------------------------------- */

static Ngrams ngrams_of(const uint32_t *hashes, size_t count) {
  NgramUse uses[8];
  Ngrams n;
  for (size_t i = 0; i < count; i++) uses[i] = (NgramUse){hashes[i], 1, 1};
  assert_ok(ngrams_collect(uses, count, 1, count, (Poll){0}, &n, &error));
  return n;
}

/* Hashes 3 and 11 have one of the 8 buckets. All else stays. */
TEST(each_known_ngram_has_the_row_of_its_bucket) {
  static const uint32_t hashes[] = {3, 11, 4294967295u, 16};
  for (size_t count = 0; count <= COUNT(hashes); count++) {
    Ngrams n = ngrams_of(hashes, count);
    Parameters before = make(POOLED), p = make(POOLED);
    fill_normal(p.block, p.count, 1.0f, count);
    parameters_copy(&before, &p);
    assert_ok(parameters_name_ngrams(&p, &n, &error));
    size_t row = p.shape.embedding * sizeof(float);
    assert_int_equal(p.shape.buckets, count + 1);
    for (size_t i = 0; i < count; i++)
      assert_memory_equal(p.tensor[TENSOR_SUBWORDS] + i * 5, before.tensor[TENSOR_SUBWORDS] + n.hash[i] % 8 * 5, row);
    assert_memory_equal(p.tensor[TENSOR_SUBWORDS] + count * 5, ((float[5]){0}), row);
    assert_memory_equal(p.tensor[TENSOR_EMBEDDING], before.tensor[TENSOR_EMBEDDING], 7 * row);
    assert_int_equal(p.dense, before.dense);
    assert_memory_equal(parameters_dense(&p), parameters_dense(&before), p.dense * sizeof(float));
    parameters_free(&p);
    parameters_free(&before);
    ngrams_free(&n);
  }
}

static const ParameterBits BITS[] = {{0, 0, 0}, {4, 4, 8}, {8, 4, 8}, {4, 8, 0}, {0, 0, 4}};

static unsigned bits_of(const ParameterBits *bits, Tensor t) {
  static const Tensor MATRICES[] = {TENSOR_GRU_FORWARD, TENSOR_GRU_FORWARD_RECURRENT, TENSOR_GRU_BACKWARD,
                                    TENSOR_GRU_BACKWARD_RECURRENT, TENSOR_OUTPUT_KERNEL};
  if (t == TENSOR_EMBEDDING) return bits->embedding;
  if (t == TENSOR_SUBWORDS) return bits->subwords;
  for (size_t i = 0; i < COUNT(MATRICES); i++)
    if (t == MATRICES[i]) return bits->dense;
  return 0;
}

TEST(matrices_are_rounded_and_vectors_are_not) {
  for (size_t b = 0; b < COUNT(BITS); b++) {
    Parameters p = make(POOLED), expected = make(POOLED);
    fill_normal(p.block, p.count, 1.0f, b);
    parameters_copy(&expected, &p);
    for (Tensor t = 0; t < TENSOR_COUNT; t++) {
      size_t d[2] = {0, 1};
      if (parameters_dimensions(&p.shape, t, d))
        quantisation_round(bits_of(&BITS[b], t), expected.tensor[t], d[0] * d[1]);
    }
    parameters_round(&p, &BITS[b]);
    assert_memory_equal(p.block, expected.block, p.count * sizeof(float));
    parameters_free(&p);
    parameters_free(&expected);
  }
}

TEST(a_file_gives_back_what_was_rounded) {
  for (size_t b = 0; b < COUNT(BITS); b++) {
    SafeTensorsWriter writer = {0};
    Parameters p = make(POOLED), read;
    fill_normal(p.block, p.count, 1.0f, b);
    parameters_write(&p, &BITS[b], &writer);
    Reference file = end_file(&writer);
    for (Tensor t = 0; t < TENSOR_COUNT; t++)
      assert_int_equal(safetensors_find(&file.tensors, parameters_name(t)) == NULL, bits_of(&BITS[b], t) > 0);
    assert_ok(safetensors_unpack(&file.tensors, file.bytes, &error));
    assert_ok(parameters_read(&file.tensors, file.bytes, p.shape.vocabulary, &read, &error));
    parameters_round(&p, &BITS[b]);
    assert_memory_equal(read.block, p.block, p.count * sizeof(float));
    parameters_free(&p);
    parameters_free(&read);
    reference_close(&file);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_tensor_has_the_dimensions_of_the_header),
      cmocka_unit_test(parts_that_are_off_have_no_tensors),
      cmocka_unit_test(ngrams_and_a_max_pool_have_their_dimensions),
      cmocka_unit_test(tensors_fill_one_block_with_the_table_first),
      cmocka_unit_test(a_block_without_embedding_is_all_dense),
      cmocka_unit_test(copy_copies_all_values),
      cmocka_unit_test(shapes_that_overflow_are_refused),
      cmocka_unit_test(kernels_and_embedding_are_uniform),
      cmocka_unit_test(biases_are_zero),
      cmocka_unit_test(recurrent_kernels_are_orthogonal_gate_by_gate),
      cmocka_unit_test(values_depend_on_the_seed_alone),
      cmocka_unit_test(one_value_that_is_not_finite_is_seen),
      cmocka_unit_test(a_network_of_more_words_and_labels_takes_a_smaller_one),
      cmocka_unit_test(a_network_takes_one_of_its_own_shape_whole),
      cmocka_unit_test(a_file_holds_every_value),
      cmocka_unit_test(the_shape_is_found_from_the_tensors),
      cmocka_unit_test(the_embedding_may_have_more_rows_than_words),
      cmocka_unit_test(halves_become_floats),
      cmocka_unit_test(a_missing_tensor_is_named),
      cmocka_unit_test(an_empty_tensor_is_named),
      cmocka_unit_test(half_a_gru_is_refused),
      cmocka_unit_test(a_tensor_of_another_shape_or_type_is_named),
      cmocka_unit_test(half_a_max_pool_is_refused),
      cmocka_unit_test(a_wide_gru_that_is_not_there_is_refused_first),
      cmocka_unit_test(many_positions_that_are_not_there_are_refused_first),
      cmocka_unit_test(many_buckets_that_are_not_there_are_refused_first),
      cmocka_unit_test(many_labels_that_are_not_there_are_refused_first),
      cmocka_unit_test(each_known_ngram_has_the_row_of_its_bucket),
      cmocka_unit_test(matrices_are_rounded_and_vectors_are_not),
      cmocka_unit_test(a_file_gives_back_what_was_rounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
