/* The n-grams of words, and their hashes. */
#include <stdlib.h>
#include <string.h>

#include "text/subwords.h"
#include "text/tokens.h"
#include "unit/no_memory.h"

/* FNV-1a, with its high bits folded onto the low ones. A model's file depends on these hashes,
** so that they must not change.
*/
static uint32_t hash_of(const char *gram) {
  uint32_t h = 2166136261u;
  for (; *gram; gram++) h = (h ^ (uint8_t)*gram) * 16777619u;
  return h ^ h >> 15;
}

static int rising(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

enum { MOST = 64 };

/* Checks that the word has these n-grams and no others, in any order; "" ends the list. */
static void check_grams(const char *word, const char *const *grams) {
  Subwords subwords = make_spelling(&word, 1);
  uint32_t expected[MOST], actual[MOST];
  size_t count, wanted = 0;
  const uint32_t *hash = subwords_get(&subwords, 0, &count);
  for (; *grams[wanted]; wanted++) expected[wanted] = hash_of(grams[wanted]);
  assert_int_equal(count, wanted);
  if (count) memcpy(actual, hash, count * sizeof *hash);
  qsort(actual, count, sizeof *actual, rising);
  qsort(expected, wanted, sizeof *expected, rising);
  assert_memory_equal(actual, expected, count * sizeof *actual);
  subwords_free(&subwords);
}

/* Computed elsewhere. */
TEST(a_hash_is_what_files_know) {
  const char *const word = "a";
  Subwords subwords = make_spelling(&word, 1);
  size_t count;
  assert_int_equal(*subwords_get(&subwords, 0, &count), 0x8c9dc8c9u);
  subwords_free(&subwords);
}

TEST(the_example_of_the_header) {
  check_grams("where", (const char *[]){"<wh", "whe", "her", "ere", "re>", "<whe", "wher", "here", "ere>", "<wher",
                                        "where", "here>", ""});
}

TEST(short_words_have_few_ngrams) {
  check_grams("", (const char *[]){""});
  check_grams("a", (const char *[]){"<a>", ""});
  check_grams("ab", (const char *[]){"<ab", "ab>", "<ab>", ""});
  check_grams("abc", (const char *[]){"<ab", "abc", "bc>", "<abc", "abc>", "<abc>", ""});
}

/* A letter of two bytes is one character. */
TEST(ngrams_are_of_characters) {
  check_grams("\u00e4\u00f6", (const char *[]){"<\u00e4\u00f6", "\u00e4\u00f6>", "<\u00e4\u00f6>", ""});
  check_grams("\u0434\u0430", (const char *[]){"<\u0434\u0430", "\u0434\u0430>", "<\u0434\u0430>", ""});
}

TEST(dense_scripts_have_shorter_ones) {
  check_grams("\u96e8", (const char *[]){"<", "\u96e8", ">", "<\u96e8", "\u96e8>", "<\u96e8>", ""});
  check_grams("\ud55c\uae00", (const char *[]){"<", "\ud55c", "\uae00", ">", "<\ud55c", "\ud55c\uae00", "\uae00>",
                                               "<\ud55c\uae00", "\ud55c\uae00>", ""});
}

TEST(words_have_their_lists_in_order) {
  const char *const words[] = {"rain", "", "train", "a"};
  Subwords subwords = make_spelling(words, COUNT(words));
  assert_int_equal(subwords.count, COUNT(words));
  for (size_t w = 0; w < COUNT(words); w++) {
    Subwords alone = make_spelling(&words[w], 1);
    size_t count, wanted;
    const uint32_t *hash = subwords_get(&subwords, w, &count), *expected = subwords_get(&alone, 0, &wanted);
    assert_int_equal(count, wanted);
    assert_memory_equal(hash, expected, count * sizeof *hash);
    subwords_free(&alone);
  }
  subwords_free(&subwords);
  subwords_free(&subwords);
}

/* Similar words have n-grams in common. */
TEST(words_alike_share_ngrams) {
  const char *const words[] = {"rain", "train"};
  Subwords subwords = make_spelling(words, 2);
  size_t first, second, shared = 0;
  const uint32_t *a = subwords_get(&subwords, 0, &first), *b = subwords_get(&subwords, 1, &second);
  for (size_t i = 0; i < first; i++)
    for (size_t j = 0; j < second; j++) shared += a[i] == b[j];
  assert_int_equal(shared, 6); /* rai ain in> rain ain> rain> */
  subwords_free(&subwords);
}

TEST(a_cleared_spelling_is_filled_anew) {
  const char *const words[] = {"something", "rain"};
  Subwords subwords = make_spelling(words, 2), fresh = make_spelling(words + 1, 1);
  size_t count, wanted;
  subwords_clear(&subwords);
  assert_int_equal(subwords.count, 0);
  assert_ok(subwords_add(&subwords, NULL, "rain", 4, &error));
  const uint32_t *hash = subwords_get(&subwords, 0, &count), *expected = subwords_get(&fresh, 0, &wanted);
  assert_int_equal(count, wanted);
  assert_memory_equal(hash, expected, count * sizeof *hash);
  subwords_free(&subwords);
  subwords_free(&fresh);
}

/* A host's tokenizer may give longer tokens than ours, and any bytes. */
TEST(long_words_and_bytes_that_are_no_text) {
  char word[1000];
  Subwords subwords = {0};
  size_t count, longest;
  memset(word, 'x', sizeof word);
  assert_ok(subwords_add(&subwords, NULL, word, TOKEN_MAX_BYTES, &error));
  assert_ok(subwords_add(&subwords, NULL, word, sizeof word, &error));
  subwords_get(&subwords, 0, &longest);
  subwords_get(&subwords, 1, &count);
  assert_int_equal(count, longest);
  for (unsigned byte = 0; byte < 256; byte++) {
    memset(word, (int)byte, sizeof word);
    subwords_clear(&subwords);
    for (size_t length = 0; length <= TOKEN_MAX_BYTES + 1; length += 7)
      assert_ok(subwords_add(&subwords, NULL, word, length, &error));
  }
  subwords_free(&subwords);
}

/* ---- n-grams that are known --------------------------------------------------------- */

static bool knows(const Ngrams *n, const char *gram) { return ngrams_find(n, hash_of(gram)) < n->count; }

/* The six that "rain" and "train" share, then those of the word that occurs more often. */
TEST(ngrams_of_most_words_are_known) {
  static const char *const words[] = {"", "rain", "train", "aaaa"};
  static const uint32_t times[] = {9, 2, 3, 1};
  static const char *const shared[] = {"rai", "ain", "in>", "rain", "ain>", "rain>"};
  static const char *const train[] = {"<tr", "tra", "<tra", "trai", "<trai", "train"};
  Subwords subwords = make_spelling(words, COUNT(words));
  for (size_t most = 0; most <= 12; most += 6) {
    Ngrams n;
    assert_ok(subwords_ngrams(&subwords, times, most, (Poll){0}, &n, &error));
    assert_int_equal(n.count, most);
    for (size_t i = 0; i < 6; i++) {
      assert_int_equal(knows(&n, shared[i]), most >= 6);
      assert_int_equal(knows(&n, train[i]), most >= 12);
    }
    ngrams_free(&n);
  }
  subwords_free(&subwords);
}

/* "aaa" is in it twice. */
TEST(an_ngram_counts_once_a_word) {
  static const char *const words[] = {"aaaa", "bbb", "bbbc"};
  static const uint32_t times[] = {1, 1, 1};
  Subwords subwords = make_spelling(words, COUNT(words));
  Ngrams n;
  assert_ok(subwords_ngrams(&subwords, times, 3, (Poll){0}, &n, &error));
  assert_true(knows(&n, "<bb") && knows(&n, "bbb") && knows(&n, "<bbb"));
  ngrams_free(&n);
  /* <aa aaa aa> <aaa aaaa aaa> <aaaa aaaa> */
  assert_ok(subwords_ngrams(&subwords, times, 1000, (Poll){0}, &n, &error));
  assert_int_equal(n.count, 8 + 6 + 9 - 3);
  ngrams_free(&n);
  subwords_free(&subwords);
}

TEST(no_words_have_no_ngrams) {
  Subwords none = {0}, numbered;
  Ngrams n;
  assert_ok(subwords_ngrams(&none, NULL, 5, (Poll){0}, &n, &error));
  assert_int_equal(n.count, 0);
  assert_ok(subwords_number(&none, &n, (Poll){0}, &numbered, &error));
  assert_int_equal(numbered.count, 0);
  subwords_free(&numbered);
  ngrams_free(&n);
}

static void check_same_lists(const Subwords *actual, const Subwords *expected) {
  assert_int_equal(actual->count, expected->count);
  for (size_t w = 0; w < expected->count; w++) {
    size_t count, wanted;
    const uint32_t *a = subwords_get(actual, w, &count), *b = subwords_get(expected, w, &wanted);
    assert_int_equal(count, wanted);
    if (count) assert_memory_equal(a, b, count * sizeof *a);
  }
}

/* A list of numbers, made from hashes or word by word. All others have one number. */
TEST(known_ngrams_are_numbers) {
  static const char *const words[] = {"rain", "", "train", "oven"};
  static const uint32_t times[] = {1, 1, 1, 1};
  Subwords hashes = make_spelling(words, COUNT(words)), numbered, copy, added = {0};
  Ngrams n;
  size_t count;
  assert_ok(subwords_ngrams(&hashes, times, 6, (Poll){0}, &n, &error));
  assert_ok(subwords_number(&hashes, &n, (Poll){0}, &numbered, &error));
  for (size_t w = 0; w < COUNT(words); w++) assert_ok(subwords_add(&added, &n, words[w], strlen(words[w]), &error));
  check_same_lists(&added, &numbered);
  const uint32_t *number = subwords_get(&numbered, 0, &count), *hash = subwords_get(&hashes, 0, &count);
  for (size_t i = 0; i < count; i++) assert_int_equal(number[i], ngrams_find(&n, hash[i]));
  number = subwords_get(&numbered, 3, &count);
  for (size_t i = 0; i < count; i++) assert_int_equal(number[i], n.count);
  assert_ok(subwords_number(&hashes, NULL, (Poll){0}, &copy, &error));
  check_same_lists(&copy, &hashes);
  subwords_free(&copy);
  assert_ok(subwords_number(&hashes, &(Ngrams){0}, (Poll){0}, &copy, &error));
  check_same_lists(&copy, &hashes);
  subwords_free(&copy);
  subwords_free(&added);
  subwords_free(&numbered);
  subwords_free(&hashes);
  ngrams_free(&n);
}

/* Digits bring n-grams of a shape, which are counted as five. */
TEST(the_number_of_ngrams_is_estimated) {
  const char *const words[] = {"", "a", "ab", "where", "\u00e4\u00f6", "\ud55c\uae00", "\u96e8"};
  Subwords subwords = {.shaped = true};
  for (size_t i = 0; i < COUNT(words); i++) {
    size_t count;
    assert_ok(subwords_add(&subwords, NULL, words[i], strlen(words[i]), &error));
    subwords_get(&subwords, i, &count);
    assert_int_equal(subwords_estimate(words[i], strlen(words[i])), count);
  }
  subwords_free(&subwords);
  assert_int_equal(subwords_estimate("wh3re", 5), subwords_estimate("where", 5) + 5);
}

static Status know_and_number(void *context) {
  static const uint32_t times[] = {1, 2};
  Ngrams n = {0};
  Subwords numbered = {0};
  Status status = subwords_ngrams(context, times, 5, (Poll){0}, &n, &error);
  if (!status) status = subwords_number(context, &n, (Poll){0}, &numbered, &error);
  ngrams_free(&n);
  subwords_free(&numbered);
  return status;
}

TEST(each_allocation_may_fail) {
  Subwords hashes = make_spelling((const char *const[]){"rain", "train"}, 2);
  fail_each(know_and_number, &hashes);
  subwords_free(&hashes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hash_is_what_files_know),
      cmocka_unit_test(the_example_of_the_header),
      cmocka_unit_test(short_words_have_few_ngrams),
      cmocka_unit_test(ngrams_are_of_characters),
      cmocka_unit_test(dense_scripts_have_shorter_ones),
      cmocka_unit_test(words_have_their_lists_in_order),
      cmocka_unit_test(words_alike_share_ngrams),
      cmocka_unit_test(a_cleared_spelling_is_filled_anew),
      cmocka_unit_test(long_words_and_bytes_that_are_no_text),
      cmocka_unit_test(ngrams_of_most_words_are_known),
      cmocka_unit_test(an_ngram_counts_once_a_word),
      cmocka_unit_test(no_words_have_no_ngrams),
      cmocka_unit_test(known_ngrams_are_numbers),
      cmocka_unit_test(the_number_of_ngrams_is_estimated),
      cmocka_unit_test(each_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
