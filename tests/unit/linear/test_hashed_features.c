/* Hashed features: which ones a text has, and that numbers of one shape have the same. */
#include <string.h>

#include "linear/hashed_features.h"
#include "text/capitals.h"
#include "text/word_shape.h"
#include "unit/support.h"

static const char *const KNOWN[] = {"", "paid", ".", "12", "\u96e8", "\u96ea"};
static const char *const OTHERS[] = {"50", "73", "v2", "rain", "\u98ce", "11"};
enum { VOCABULARY = COUNT(KNOWN), FIFTY = VOCABULARY, SEVENTY_THREE, V2, RAIN, WIND, ELEVEN };

static uint32_t shapes[VOCABULARY];
static Subwords others = {.shaped = true};
static const Lexicon lexicon = {.subwords = &others, .folded = true};

static int make_words(void **unused) {
  (void)unused;
  for (size_t w = 0; w < VOCABULARY; w++) shapes[w] = word_shape(KNOWN[w], strlen(KNOWN[w]));
  for (size_t k = 0; k < COUNT(OTHERS); k++)
    assert_ok(subwords_add(&others, NULL, OTHERS[k], strlen(OTHERS[k]), &error));
  return 0;
}

static int free_words(void **unused) {
  (void)unused;
  subwords_free(&others);
  return 0;
}

/* The header's hash of some tokens, each of them as it is hashed. */
static uint32_t hash_of(const uint32_t *tokens, size_t count) {
  uint32_t h = (2166136261u ^ 0xFF) * 16777619u;
  h = (h ^ 'N') * 16777619u;
  for (size_t i = 0; i < count; i++)
    for (int byte = 0; byte < 4; byte++) h = (h ^ (tokens[i] >> 8 * byte & 255)) * 16777619u;
  return h ^ h >> 15;
}

static size_t features_at(Text text, size_t t, HashedFeature found[HASHED_FEATURES]) {
  return hashed_features(shapes, VOCABULARY, &lexicon, text, t, found);
}

/* 12 . 50 and 73 . 11, of known and of unknown numbers. */
TEST(numbers_are_their_shapes) {
  const uint32_t first[] = {3, 2, FIFTY}, second[] = {SEVENTY_THREE, 2, ELEVEN};
  const uint32_t two_digits = word_shape("00", 2), hashed[] = {two_digits, 4 * 2, two_digits};
  HashedFeature a[HASHED_FEATURES], b[HASHED_FEATURES];
  assert_int_equal(features_at((Text){first, 3}, 0, a), 2);
  assert_int_equal(features_at((Text){second, 3}, 0, b), 2);
  assert_int_equal(a[0].tokens, 2);
  assert_int_equal(a[0].hash, hash_of(hashed, 2));
  assert_int_equal(a[1].tokens, 3);
  assert_int_equal(a[1].hash, hash_of(hashed, 3));
  assert_memory_equal(a, b, 2 * sizeof *a);
  assert_int_equal(features_at((Text){first, 3}, 1, a), 1); /* . 50 */
  assert_int_equal(a[0].hash, hash_of(hashed + 1, 2));
  assert_int_equal(features_at((Text){first, 3}, 2, a), 0);
}

TEST(a_shape_stands_with_words) {
  const uint32_t text[] = {1, V2, RAIN, 1};
  const uint32_t hashed[] = {4 * 1, word_shape("v2", 2), 0, 4 * 1};
  HashedFeature found[HASHED_FEATURES];
  assert_int_equal(features_at((Text){text, 4}, 0, found), 1); /* a triple has a number first or last */
  assert_int_equal(found[0].hash, hash_of(hashed, 2));
  assert_int_equal(features_at((Text){text, 4}, 1, found), 2);
  assert_int_equal(found[0].hash, hash_of(hashed + 1, 2));
  assert_int_equal(found[1].hash, hash_of(hashed + 1, 3));
  assert_int_equal(features_at((Text){text, 4}, 2, found), 0);
}

TEST(characters_without_spaces_are_triples) {
  const uint32_t text[] = {4, 5, WIND, 5, 1};
  const uint32_t hashed[] = {4 * 4, 4 * 5, 0, 4 * 5};
  HashedFeature found[HASHED_FEATURES];
  for (size_t t = 0; t < 2; t++) {
    assert_int_equal(features_at((Text){text, 5}, t, found), 1);
    assert_int_equal(found[0].tokens, 3);
    assert_int_equal(found[0].hash, hash_of(hashed + t, 3));
  }
  assert_int_equal(features_at((Text){text, 5}, 2, found), 0);
}

TEST(capitals_are_a_feature_of_their_token) {
  const uint32_t text[] = {1, 3};
  const uint8_t capitals[] = {CAPITALS_ALL, CAPITALS_NONE};
  HashedFeature found[HASHED_FEATURES];
  assert_int_equal(features_at((Text){text, 2, capitals}, 0, found), 2);
  assert_int_equal(found[1].tokens, 1);
  assert_int_equal(found[1].hash, capitals_hash(CAPITALS_ALL));
  assert_int_equal(features_at((Text){text, 2, capitals}, 1, found), 0);
  assert_int_equal(features_at((Text){text, 1, capitals}, 0, found), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_their_shapes),
      cmocka_unit_test(a_shape_stands_with_words),
      cmocka_unit_test(characters_without_spaces_are_triples),
      cmocka_unit_test(capitals_are_a_feature_of_their_token),
  };
  return cmocka_run_group_tests(tests, make_words, free_words);
}
