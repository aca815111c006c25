/* The n-grams of words as bundles. */
#include <math.h>
#include <string.h>

#include "linear/bundles.h"
#include "unit/support.h"

TEST(a_word_has_the_buckets_of_its_ngrams) {
  static const char *const WORDS[] = {"", "rain", "\u96ea", "raining"};
  enum { FIRST = 100, BUCKETS = 7 };
  Subwords subwords = make_spelling(WORDS, COUNT(WORDS));
  WordBundles b;
  assert_ok(word_bundles_new(&subwords, 2, FIRST, BUCKETS, &b, &error));
  assert_int_equal(b.bundles.count, COUNT(WORDS));
  assert_int_equal(b.bundles.own, 2);
  assert_int_equal(b.bundles.first, FIRST);
  for (size_t w = 0; w < COUNT(WORDS); w++) {
    size_t count;
    const uint32_t *hash = subwords_get(&subwords, w, &count);
    const Bundle *bundle = &b.bundles.bundle[w];
    assert_int_equal(bundle->count, count);
    assert_near((double)bundle->coefficient, count ? 0.5 / sqrt((double)count) : 0.0, 1e-6);
    for (size_t g = 0; g < count; g++)
      assert_int_equal(b.bundles.feature[bundle->begin + g], FIRST + hash[g] % BUCKETS);
  }
  word_bundles_free(&b);
  word_bundles_free(&b);
  subwords_free(&subwords);
}

TEST(an_entry_has_a_feature_or_a_bundle_or_both) {
  static const Bundle BUNDLE[3];
  const Bundles bundles = {.count = 3, .own = 2, .first = 4, .bundle = BUNDLE};
  SparseRows rows = {.features = 6};
  assert_null(sparse_bundle(&rows, 0));
  rows.bundles = &bundles;
  assert_ptr_equal(sparse_bundle(&rows, 0), &BUNDLE[0]);
  assert_ptr_equal(sparse_bundle(&rows, 1), &BUNDLE[1]);
  for (uint32_t number = 2; number < 6; number++) assert_null(sparse_bundle(&rows, number));
  assert_ptr_equal(sparse_bundle(&rows, 8), &BUNDLE[2]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_word_has_the_buckets_of_its_ngrams),
      cmocka_unit_test(an_entry_has_a_feature_or_a_bundle_or_both),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
