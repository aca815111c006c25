/* The rows of the word table against sums written out. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "inference/gru_step.h"
#include "inference/word_table.h"
#include "unit/no_memory.h"
#include "unit/support.h"

/* Sums of a few products about 1. */
static const double SAME = 1e-6;

static Parameters random_parameters(Shape shape) {
  Parameters p;
  assert_ok(parameters_new(&shape, (Poll){0}, &p, &error));
  fill_normal(p.block, p.count, 0.6f, 4);
  return p;
}

/* Vocabularies that are no multiple of a block of rows. */
static Shape shape_of(size_t hidden, bool pooled) {
  return (Shape){.vocabulary = 150, .buckets = 7, .embedding = 6, .hidden = hidden, .labels = 2, .pooled = pooled};
}

static WordTable *make_table(const Parameters *p) {
  WordTable *table;
  assert_ok(word_table_new(p, &table, &error));
  return table;
}

/* ---- a row by hand ---------------------------------------------------------------------- */

static float column(const float *x, const float *kernel, size_t rows, size_t width, size_t j, float bias) {
  double sum = (double)bias;
  for (size_t i = 0; i < rows; i++) sum += (double)x[i] * (double)kernel[i * width + j];
  return (float)sum;
}

static void direction_by_hand(const Parameters *p, Tensor first, const float *x, float *row) {
  size_t hidden = p->shape.hidden, gates = 3 * hidden;
  const float *bias = p->tensor[first + 2];
  float *sums = allocate(gates, sizeof *sums);
  for (size_t j = 0; j < gates; j++)
    sums[j] = column(x, p->tensor[first], p->shape.embedding, gates, j,
                     bias[j] + (j < 2 * hidden ? bias[gates + j] : 0.0f));
  gru_step_pack_row(hidden, sums, row);
  free(sums);
}

/* Returns the row of a vector, which the caller frees. */
static float *by_hand(const Parameters *p, const float *x, size_t width) {
  size_t padded = gru_step_padded(p->shape.hidden);
  float *row = allocate(width, sizeof *row);
  if (padded) {
    direction_by_hand(p, TENSOR_GRU_FORWARD, x, row);
    direction_by_hand(p, TENSOR_GRU_BACKWARD, x, row + 3 * padded);
  }
  if (p->shape.pooled || !padded)
    row[6 * padded] =
        column(x, p->tensor[TENSOR_ATTENTION_KERNEL] + 2 * p->shape.hidden, p->shape.embedding, 1, 0, 0.0f);
  return row;
}

static void check_row(const Parameters *p, const WordTable *table, const float *x, const float *row) {
  float *expected = by_hand(p, x, word_table_width(table));
  assert_non_null(row);
  assert_close(row, expected, word_table_width(table), SAME);
  free(expected);
}

static const float *vector_of(const Parameters *p, uint32_t word) {
  return p->tensor[TENSOR_EMBEDDING] + word * p->shape.embedding;
}

TEST(rows_are_the_product_and_the_biases) {
  for (size_t hidden = 0; hidden <= 40; hidden += 8)
    for (int pooled = 0; pooled <= 1; pooled++) {
      Parameters p = random_parameters(shape_of(hidden, pooled));
      WordTable *table = make_table(&p);
      uint32_t all[150];
      for (uint32_t w = 0; w < 150; w++) all[w] = 149 - w;
      assert_true(word_table_width(table) % 16 == 0 && word_table_width(table) > 6 * gru_step_padded(hidden));
      assert_ok(word_table_fill(table, all, 150, &error));
      for (uint32_t w = 0; w < 150; w++) check_row(&p, table, vector_of(&p, w), word_table_find(table, w));
      word_table_free(table);
      parameters_free(&p);
    }
}

TEST(rows_of_any_vectors) {
  Parameters p = random_parameters(shape_of(5, true));
  WordTable *table = make_table(&p);
  float vectors[70 * 6], *rows = allocate(70 * word_table_width(table), sizeof *rows);
  fill_normal(vectors, COUNT(vectors), 1.0f, 8);
  word_table_compute(table, vectors, 0, NULL);
  word_table_compute(table, vectors, 70, rows);
  for (size_t i = 0; i < 70; i++) check_row(&p, table, vectors + i * 6, rows + i * word_table_width(table));
  free(rows);
  word_table_free(table);
  parameters_free(&p);
}

/* ---- filling ----------------------------------------------------------------------------- */

TEST(words_are_found_once_they_are_filled) {
  Parameters p = random_parameters(shape_of(5, false));
  WordTable *table = make_table(&p);
  const uint32_t some[] = {3, 0, 3, 149, 3, 0};
  for (uint32_t w = 0; w < 150; w++) {
    assert_true(word_table_keeps(table, w));
    assert_null(word_table_find(table, w));
  }
  assert_ok(word_table_fill(table, some, COUNT(some), &error));
  for (size_t i = 0; i < COUNT(some); i++) assert_non_null(word_table_find(table, some[i]));
  assert_null(word_table_find(table, 75)); /* neither asked for nor beside one that was */
  check_row(&p, table, vector_of(&p, 149), word_table_find(table, 149));
  word_table_free(table);
  parameters_free(&p);
}

TEST(a_row_that_was_found_stays) {
  Parameters p = random_parameters(shape_of(5, true));
  WordTable *table = make_table(&p);
  size_t size = word_table_width(table) * sizeof(float);
  const uint32_t first[] = {7, 8}, more[] = {9, 7, 10, 8, 7};
  assert_ok(word_table_fill(table, first, COUNT(first), &error));
  const float *row = word_table_find(table, 7);
  float *before = allocate(size, 1);
  memcpy(before, row, size);
  p.tensor[TENSOR_EMBEDDING][7 * 6] += 1.0f; /* would give another row now */
  assert_ok(word_table_fill(table, more, COUNT(more), &error));
  assert_ptr_equal(word_table_find(table, 7), row);
  assert_memory_equal(row, before, size);
  check_row(&p, table, vector_of(&p, 10), word_table_find(table, 10));
  free(before);
  word_table_free(table);
  parameters_free(&p);
}

/* The words of the subword list are not kept, nor those of n-grams. */
TEST(words_beyond_the_vocabulary_are_not_kept) {
  Parameters p = random_parameters(shape_of(5, true));
  WordTable *table = make_table(&p);
  for (uint32_t w = 150; w < 160; w++) {
    assert_false(word_table_keeps(table, w));
    assert_null(word_table_find(table, w));
  }
  assert_null(word_table_find(table, UINT32_MAX));
  word_table_free(table);
  parameters_free(&p);
}

/* A network so wide that 2^24 floats are the rows of 5,433 words. */
TEST(rare_words_of_a_large_network_are_not_kept) {
  Parameters p = random_parameters((Shape){.vocabulary = 5440, .embedding = 2, .hidden = 512, .labels = 2});
  WordTable *table = make_table(&p);
  const uint32_t last = 5432;
  assert_true(word_table_keeps(table, last));
  assert_false(word_table_keeps(table, last + 1));
  assert_null(word_table_find(table, last + 1));
  assert_ok(word_table_fill(table, &last, 1, &error));
  check_row(&p, table, vector_of(&p, last), word_table_find(table, last));
  word_table_free(table);
  parameters_free(&p);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static Status fill_all(void *parameters) {
  WordTable *table = NULL;
  uint32_t all[150];
  for (uint32_t w = 0; w < 150; w++) all[w] = w;
  Status status = word_table_new(parameters, &table, &error);
  if (!status) status = word_table_fill(table, all, 150, &error);
  if (!status) assert_non_null(word_table_find(table, 149));
  word_table_free(table);
  return status;
}

TEST(memory_may_be_out_at_any_row) {
  Parameters p = random_parameters(shape_of(5, true));
  assert_ok(fill_all(&p)); /* BLAS keeps a block of its own from its first product on */
  fail_each(fill_all, &p);
  parameters_free(&p);
}

TEST(none_may_be_freed) { word_table_free(NULL); }

/* ---- by several threads --------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 60, LIST = 40 };

typedef struct Filler {
  WordTable *table;
  uint64_t seed;
  pthread_t thread;
  bool wrong;   /* a word was not found after it was filled, or had moved */
  float sum;    /* of what it read: every row it found is read at once    */
} Filler;

static void *fill_often(void *context) {
  Filler *f = context;
  Random random = random_stream(f->seed, 5, 0);
  const float *found[150] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    uint32_t list[LIST];
    for (size_t i = 0; i < LIST; i++) list[i] = (uint32_t)random_below(&random, 150);
    assert_ok(word_table_fill(f->table, list, 1 + random_below(&random, LIST), &error));
    for (uint32_t w = 0; w < 150; w++) {
      const float *row = word_table_find(f->table, w);
      f->wrong = f->wrong || (found[w] && row != found[w]) || (w == list[0] && !row);
      if (row && !found[w])
        for (size_t i = 0; i < word_table_width(f->table); i++) f->sum += row[i];
      found[w] = row;
    }
  }
  return NULL;
}

/* The rows are the same as one thread makes, to the last bit: labels do not depend on
** which thread came first.
*/
TEST(threads_fill_the_same_rows) {
  Shape shape = shape_of(33, true);
  shape.embedding = 128;
  Parameters p = random_parameters(shape);
  WordTable *alone = make_table(&p);
  uint32_t all[150];
  for (uint32_t w = 0; w < 150; w++) all[w] = w;
  assert_ok(word_table_fill(alone, all, 150, &error));
  for (uint64_t round = 0; round < 20; round++) {
    Filler fillers[THREADS];
    WordTable *together = make_table(&p);
    for (size_t i = 0; i < THREADS; i++) {
      fillers[i] = (Filler){.table = together, .seed = round * THREADS + i};
      assert_int_equal(pthread_create(&fillers[i].thread, NULL, fill_often, &fillers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) pthread_join(fillers[i].thread, NULL);
    for (size_t i = 0; i < THREADS; i++) assert_false(fillers[i].wrong);
    for (uint32_t w = 0; w < 150; w++) {
      const float *row = word_table_find(together, w);
      assert_non_null(row);
      assert_memory_equal(row, word_table_find(alone, w), word_table_width(alone) * sizeof *row);
    }
    word_table_free(together);
  }
  word_table_free(alone);
  parameters_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_the_product_and_the_biases),
      cmocka_unit_test(rows_of_any_vectors),
      cmocka_unit_test(words_are_found_once_they_are_filled),
      cmocka_unit_test(a_row_that_was_found_stays),
      cmocka_unit_test(words_beyond_the_vocabulary_are_not_kept),
      cmocka_unit_test(rare_words_of_a_large_network_are_not_kept),
      cmocka_unit_test(memory_may_be_out_at_any_row),
      cmocka_unit_test(none_may_be_freed),
      cmocka_unit_test(threads_fill_the_same_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
