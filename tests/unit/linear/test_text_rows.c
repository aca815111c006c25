/* Texts as rows of TF-IDF values: what a row has, and what it leaves out. */
#include <stdlib.h>
#include <string.h>

#include "linear/text_rows.h"
#include "unit/support.h"

enum { VOCABULARY = 8 };

/* Words 1, 2 and 3 and the pair 1 2 are in two texts or more; 4, 5 and the other pairs in one. Word 9 is in no
** vocabulary.
*/
static const uint32_t WORDS[] = {1, 2, 4, 1, 2, 3, 3, 5, 9};
static const Text TEXTS[] = {{WORDS, 3}, {WORDS + 3, 3}, {WORDS, 0}, {WORDS + 6, 3}};

static Tfidf collect(const Text *texts, size_t count, size_t most, Workers *workers) {
  Tfidf tfidf;
  TfidfTraining training = {.texts = texts, .count = count, .vocabulary = VOCABULARY, .most = most};
  assert_ok(tfidf_collect(&tfidf, &training, workers, &error));
  return tfidf;
}

static Workers *new_workers(void) {
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  return workers;
}

/* Whether a row has a feature, and then its value. */
static bool find(const SparseRows *rows, size_t row, uint32_t feature, float *value) {
  for (size_t e = rows->begin[row]; e < rows->end[row]; e++) {
    if (rows->feature[e] != feature) continue;
    *value = rows->value[e];
    return true;
  }
  return false;
}

static size_t length_of(const SparseRows *rows, size_t row) { return rows->end[row] - rows->begin[row]; }

TEST(a_row_has_what_more_than_one_text_has) {
  Workers *workers = new_workers();
  Tfidf tfidf = collect(TEXTS, 4, 100, workers);
  TextRows r = {0};
  float value;
  assert_ok(text_rows_read(&r, &tfidf, TEXTS, 4, workers, &error));
  assert_int_equal(r.rows.count, 4);
  assert_int_equal(r.rows.features, tfidf_features(&tfidf));
  assert_int_equal(length_of(&r.rows, 0), 3); /* 1, 2, 1 2 */
  assert_int_equal(length_of(&r.rows, 1), 4); /* and 3     */
  assert_int_equal(length_of(&r.rows, 2), 0);
  assert_int_equal(length_of(&r.rows, 3), 1);
  assert_true(find(&r.rows, 0, tfidf_word(&tfidf, 1), &value) && find(&r.rows, 0, tfidf_word(&tfidf, 2), &value));
  assert_true(find(&r.rows, 0, tfidf_pair(&tfidf, 1, 2), &value));
  assert_true(find(&r.rows, 3, tfidf_word(&tfidf, 3), &value));
  text_rows_free(&r);
  text_rows_free(&r);
  tfidf_free(&tfidf);
  workers_free(workers);
}

/* They are those of the whole text, whose length counts all features. */
TEST(values_are_those_of_tfidf) {
  Workers *workers = new_workers();
  Tfidf tfidf = collect(TEXTS, 4, 100, workers);
  TextRows r = {0};
  TfidfVector v = {0};
  assert_ok(text_rows_read(&r, &tfidf, TEXTS, 4, workers, &error));
  for (size_t i = 0; i < 4; i++) {
    assert_ok(tfidf_vector(&tfidf, NULL, TEXTS[i], &v, &error));
    for (size_t k = 0; k < v.count; k++) {
      float value;
      if (find(&r.rows, i, v.number[k], &value)) assert_true(value == v.value[k]);
    }
  }
  tfidf_vector_free(&v);
  text_rows_free(&r);
  tfidf_free(&tfidf);
  workers_free(workers);
}

TEST(no_texts_are_no_rows) {
  Workers *workers = new_workers();
  TextRows r = {0};
  Tfidf tfidf = collect(TEXTS, 0, 100, workers);
  assert_ok(text_rows_read(&r, &tfidf, TEXTS, 0, workers, &error));
  assert_int_equal(r.rows.count, 0);
  text_rows_free(&r);
  tfidf_free(&tfidf);
  workers_free(workers);
}

TEST(rows_to_be_filled_in_are_empty) {
  TextRows r;
  assert_true(text_rows_new(&r, 3, 7, 5));
  assert_int_equal(r.rows.count, 3);
  assert_int_equal(r.rows.features, 7);
  for (size_t i = 0; i < 3; i++) assert_int_equal(length_of(&r.rows, i), 0);
  text_rows_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_has_what_more_than_one_text_has),
      cmocka_unit_test(values_are_those_of_tfidf),
      cmocka_unit_test(no_texts_are_no_rows),
      cmocka_unit_test(rows_to_be_filled_in_are_empty),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
