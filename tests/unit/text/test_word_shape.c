/* Shapes of words, and the n-grams that they are known by. */
#include <string.h>

#include "text/capitals.h"
#include "text/subwords.h"
#include "text/word_shape.h"
#include "unit/support.h"

/* FNV-1a behind the byte 0xFF, its high bits folded onto the low ones. A model's file depends on these
** hashes, so that they must not change.
*/
static uint32_t hash_of(const char *bytes, size_t length) {
  uint32_t h = (2166136261u ^ 0xFF) * 16777619u;
  for (size_t i = 0; i < length; i++) h = (h ^ (uint8_t)bytes[i]) * 16777619u;
  return h ^ h >> 15;
}

/* Checks the n-grams of a shape, in their order; NULL ends the list. */
static void check(const char *word, const char *const *expected) {
  uint32_t hashes[WORD_SHAPE_NGRAMS];
  size_t count = word_shape_ngrams(word, strlen(word), hashes), wanted = 0;
  for (; expected[wanted]; wanted++) {
    assert_true(wanted < count);
    assert_int_equal(hashes[wanted], hash_of(expected[wanted], strlen(expected[wanted])));
  }
  assert_int_equal(count, wanted);
}

#define CHECK(word, ...) check(word, (const char *const[]){__VA_ARGS__, NULL})

TEST(words_with_digits) {
  CHECK("12", "d", "c0", "q0\x02", "p00", "r0");
  CHECK("7kq2xwb9", "d", "cx", "qx\x08", "p0aa0aaa0", "r0a0a0");
  CHECK("v1.22", "d", "cx", "qx\x05", "pa0.00", "ra0.0");
  CHECK("\u0663\u00e9", "d", "cx", "qx\x02", "p0a", "r0a");          /* an Arabic digit, a letter of Latin */
  CHECK("a1b2c3d4e5", "d", "ch", "qh\x0A", "pa0a0a0a0a0", "ra0a0a0a0"); /* 8 runs */
  CHECK("abc12", "d", "cx", "qx\x05", "paaa00", "ra0");                /* too short for a hexadecimal number */
}

TEST(letters_that_are_repeated) {
  CHECK("sooo", "l", "sso");
  CHECK("noooooo", "l", "sno");
  CHECK("!!!", "l", "s!");
  CHECK("b000", "d", "cx", "qx\x04", "pa000", "ra0", "l", "sb0");
  CHECK("1000", "d", "c0", "q0\x04", "p0000", "r0");
}

TEST(letters_of_two_scripts) {
  CHECK("p\u0430ypal", "m"); /* with a Cyrillic a */
  CHECK("\u03b2\u0431", "m");
}

TEST(other_words_have_none) {
  const char *const words[] = {"", "a", "rain", "too", "\u0434\u0430\u0434\u0430", "\u03b1\u03b2", "!!",
                               "\u96e8", "\xFF\xFE"};
  uint32_t hashes[WORD_SHAPE_NGRAMS];
  for (size_t i = 0; i < COUNT(words); i++)
    assert_int_equal(word_shape_ngrams(words[i], strlen(words[i]), hashes), 0);
}

/* As long as a token may be. */
TEST(long_words) {
  char word[TOKEN_MAX_BYTES + 8];
  uint32_t hashes[WORD_SHAPE_NGRAMS];
  memset(word, '7', sizeof word);
  word_shape(word, sizeof word);
  assert_int_equal(word_shape_ngrams(word, sizeof word, hashes), 5);
  assert_int_equal(hashes[2], hash_of("q0\xC0", 3));
}

static WordKind kind(const char *word) { return word_kind(word_shape(word, strlen(word))); }

TEST(kinds) {
  assert_int_equal(kind(""), WORD_PLAIN);
  assert_int_equal(kind("rain"), WORD_PLAIN);
  assert_int_equal(kind("\ud55c\uae00"), WORD_PLAIN);
  assert_int_equal(kind("4"), WORD_NUMERIC);
  assert_int_equal(kind("x4"), WORD_NUMERIC);
  assert_int_equal(kind("\u0663"), WORD_NUMERIC);
  assert_int_equal(kind(","), WORD_PLAIN);
  assert_int_equal(kind("\U0001F600"), WORD_PLAIN);
  assert_int_equal(kind("\u96e8"), WORD_UNSPACED);
  assert_int_equal(kind("\u3042"), WORD_UNSPACED);
  assert_int_equal(kind("\u0e01\u0e49"), WORD_UNSPACED); /* with a mark */
  assert_int_equal(kind("\u96e8\u96ea"), WORD_PLAIN);    /* as other tokenizers cut */
  assert_int_equal(kind("\u96e82"), WORD_NUMERIC);
}

/* Short words by their pattern, long ones by their length. */
TEST(shapes_of_numbers) {
  assert_int_equal(word_shape("12", 2), (hash_of("p00", 3) & ~3u) | WORD_NUMERIC);
  assert_int_equal(word_shape("12", 2), word_shape("97", 2));
  assert_int_not_equal(word_shape("12", 2), word_shape("121", 3));
  assert_int_equal(word_shape("xy123456789", 11), (hash_of("qx\x0B", 3) & ~3u) | WORD_NUMERIC);
  assert_int_equal(word_shape("a1b2c3d4e5", 10), word_shape("00fedcbaab", 10));
}

/* ---- in a list of words ------------------------------------------------------------------ */

/* A number has its letters' n-grams too; a letter without spaces has none. */
TEST(shapes_are_ngrams_of_a_list_that_is_shaped) {
  const char *const words[] = {"v2", "rain", "4", ",", "\u96e8"};
  const size_t kept[] = {3, 9, 1, 1, 0}, added[] = {5, 0, 5, 0, 0};
  Subwords plain = make_spelling(words, COUNT(words)), shaped = {.shaped = true};
  for (size_t w = 0; w < COUNT(words); w++) {
    size_t before, now;
    assert_ok(subwords_add(&shaped, NULL, words[w], strlen(words[w]), &error));
    const uint32_t *a = subwords_get(&plain, w, &before), *b = subwords_get(&shaped, w, &now);
    assert_int_equal(plain.shape[w], WORD_PLAIN);
    assert_int_equal(shaped.shape[w], word_shape(words[w], strlen(words[w])));
    assert_int_equal(now, kept[w] + added[w]);
    assert_memory_equal(a, b, kept[w] * sizeof *a);
  }
  subwords_free(&plain);
  subwords_free(&shaped);
}

/* ---- capitals ---------------------------------------------------------------------------- */

static Capitals capitals(const char *text) { return capitals_of(text, strlen(text)); }

TEST(capitals_of_tokens) {
  const char *const none[] = {"", "rain", "4", "!", "\u00e4", "\u96e8", "\xFF", "1st"};
  const char *const first[] = {"Rain", "I", "\u00c4rger", "X4", "4Th"};
  const char *const all[] = {"RAIN", "USB2", "\u00c4R", "\u0414\u0410", "3D4D"};
  const char *const mixed[] = {"iPhone", "McDonald", "rAIN", "IDs"};
  for (size_t i = 0; i < COUNT(none); i++) assert_int_equal(capitals(none[i]), CAPITALS_NONE);
  for (size_t i = 0; i < COUNT(first); i++) assert_int_equal(capitals(first[i]), CAPITALS_FIRST);
  for (size_t i = 0; i < COUNT(all); i++) assert_int_equal(capitals(all[i]), CAPITALS_ALL);
  for (size_t i = 0; i < COUNT(mixed); i++) assert_int_equal(capitals(mixed[i]), CAPITALS_MIXED);
}

TEST(capitals_have_hashes_of_their_own) {
  assert_int_equal(capitals_hash(CAPITALS_FIRST), hash_of("C\x01", 2));
  assert_int_equal(capitals_hash(CAPITALS_ALL), hash_of("C\x02", 2));
  assert_int_equal(capitals_hash(CAPITALS_MIXED), hash_of("C\x03", 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_with_digits),
      cmocka_unit_test(letters_that_are_repeated),
      cmocka_unit_test(letters_of_two_scripts),
      cmocka_unit_test(other_words_have_none),
      cmocka_unit_test(long_words),
      cmocka_unit_test(kinds),
      cmocka_unit_test(shapes_of_numbers),
      cmocka_unit_test(shapes_are_ngrams_of_a_list_that_is_shaped),
      cmocka_unit_test(capitals_of_tokens),
      cmocka_unit_test(capitals_have_hashes_of_their_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
