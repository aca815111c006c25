/* Gradients of rows, against sums over a whole table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "optimizer/row_gradients.h"
#include "unit/support.h"

enum { VOCABULARY = 12, BUCKETS = 5, SIZE = 19, TABLE = VOCABULARY + BUCKETS };

static const char *const WORDS[VOCABULARY + 3] = {"", "a", "bee", "sea", "deer", "eel", "f", "geese", "h",
                                                  "eye", "jay", "kay", "", "new", "newer"};
static const uint32_t FIRST[] = {1, 4, 4, 0, VOCABULARY + 13, 7}, SECOND[] = {7, 2, VOCABULARY + 14, VOCABULARY + 4};

/* Two batches of a text each, with the gradients of their words. */
typedef struct TrainingRun {
  EmbeddingWeights weights;
  Subwords subwords;
  Lexicon lexicon;
  Batch batch[2];
  RowTerms terms[2];
  float d_vectors[2][6 * SIZE];
  float expected[TABLE * SIZE];
} TrainingRun;

static void expect(TrainingRun *l, size_t b) {
  for (size_t u = 0; u < l->batch[b].distinct; u++) {
    WordRows rows = embedding_rows(&l->weights, &l->lexicon, l->batch[b].word[u], CAPITALS_NONE);
    for (size_t j = 0; j < SIZE; j++) {
      float d = l->d_vectors[b][u * SIZE + j];
      l->expected[rows.own * SIZE + j] += d;
      for (size_t g = 0; g < rows.count; g++)
        l->expected[(VOCABULARY + rows.hash[g] % BUCKETS) * SIZE + j] += rows.factor * d;
    }
  }
}

static TrainingRun *make_lesson(bool spelled) {
  const Text texts[2] = {{FIRST, spelled ? COUNT(FIRST) : 4}, {SECOND, spelled ? COUNT(SECOND) : 2}};
  TrainingRun *l = allocate(1, sizeof *l);
  l->weights = (EmbeddingWeights){.vocabulary = VOCABULARY, .buckets = spelled ? BUCKETS : 0, .size = SIZE};
  l->subwords = make_spelling(WORDS, COUNT(WORDS));
  if (spelled) l->lexicon.subwords = &l->subwords;
  for (size_t b = 0; b < 2; b++) {
    assert_ok(batch_fill(&l->batch[b], &texts[b], 1, lexicon_words(&l->lexicon, VOCABULARY), &error));
    fill_normal(l->d_vectors[b], COUNT(l->d_vectors[b]), 1.0f, b);
    assert_ok(row_terms_fill(&l->terms[b], &l->weights, &l->lexicon, &l->batch[b], l->d_vectors[b], &error));
    expect(l, b);
  }
  return l;
}

static void lesson_free(TrainingRun *l) {
  for (size_t b = 0; b < 2; b++) {
    batch_free(&l->batch[b]);
    row_terms_free(&l->terms[b]);
  }
  subwords_free(&l->subwords);
  free(l);
}

static void add_slice(const TrainingRun *l, size_t slice, RowGradients *rows) {
  size_t count = l->terms[0].slice[slice].count + l->terms[1].slice[slice].count;
  assert_ok(row_gradients_begin(rows, count, SIZE, &error));
  for (size_t b = 0; b < 2; b++) row_gradients_add(rows, &l->terms[b], slice, SIZE);
}

/* Two steps: the second does not depend on the first. */
static void check_rows(bool spelled) {
  TrainingRun *l = make_lesson(spelled);
  double squares = 0.0;
  for (size_t slice = 0; slice < SLICES; slice++) {
    RowGradients rows;
    assert_ok(row_gradients_new(&rows, TABLE, &error));
    add_slice(l, slice, &rows);
    add_slice(l, slice, &rows);
    squares += row_gradients_squares(&rows, SIZE);
    for (size_t i = 0; i < rows.count; i++) {
      float *expected = l->expected + rows.row[i].row * SIZE;
      assert_int_equal(rows.row[i].row % SLICES, slice);
      for (size_t j = 0; j < SIZE; j++)
        assert_near((double)(rows.row[i].factor * rows.row[i].d[j]), (double)expected[j], 1e-5);
      squares -= dot(expected, expected, SIZE);
      memset(expected, 0, SIZE * sizeof *expected);
    }
    row_gradients_free(&rows);
  }
  assert_near(squares, 0.0, 1e-4);
  for (size_t i = 0; i < TABLE * SIZE; i++) assert_true(l->expected[i] == 0.0f); /* no row is missing */
  lesson_free(l);
}

TEST(rows_have_the_sum_of_their_terms) {
  check_rows(false);
  check_rows(true);
}

TEST(a_batch_without_words_has_no_terms) {
  TrainingRun *l = make_lesson(true);
  Batch empty = {0};
  assert_ok(row_terms_fill(&l->terms[0], &l->weights, &l->lexicon, &empty, NULL, &error));
  for (size_t slice = 0; slice < SLICES; slice++) assert_int_equal(l->terms[0].slice[slice].count, 0);
  lesson_free(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_have_the_sum_of_their_terms),
      cmocka_unit_test(a_batch_without_words_has_no_terms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
