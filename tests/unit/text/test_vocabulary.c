/* Words as numbers: counting, and what pruning keeps. */
#include <stdlib.h>
#include <string.h>

#include "text/vocabulary.h"
#include "unit/support.h"

static uint32_t add(Vocabulary *vocabulary, const char *word) {
  uint32_t number;
  assert_ok(vocabulary_add(vocabulary, word, strlen(word), &number, &error));
  return number;
}

static uint32_t find(const Vocabulary *vocabulary, const char *word) {
  return vocabulary_find(vocabulary, word, strlen(word));
}

/* One word for each letter, in their order. */
static Vocabulary vocabulary_of(const char *letters) {
  Vocabulary vocabulary = {0};
  for (; *letters; letters++) add(&vocabulary, (char[]){*letters, '\0'});
  return vocabulary;
}

/* Checks that the words, in the order of their numbers, are these letters. */
static void check_words(const Vocabulary *vocabulary, const char *letters) {
  assert_int_equal(vocabulary_size(vocabulary), strlen(letters) + 1);
  for (uint32_t i = 0; letters[i]; i++)
    assert_int_equal(find(vocabulary, (char[]){letters[i], '\0'}), i + 1);
}

/* Replaces the vocabulary by its pruned copy. */
static uint32_t *prune_after(Vocabulary *vocabulary, size_t min_count, size_t most, size_t keep) {
  uint32_t *renumbered;
  Vocabulary kept;
  VocabularyLimits limits = {.min_count = min_count, .most = most, .keep = keep};
  assert_ok(vocabulary_prune(vocabulary, &limits, &kept, &renumbered, &error));
  vocabulary_free(vocabulary);
  *vocabulary = kept;
  return renumbered;
}

static uint32_t *prune(Vocabulary *vocabulary, size_t min_count, size_t most) {
  return prune_after(vocabulary, min_count, most, 0);
}

TEST(an_empty_vocabulary_knows_only_the_unknown) {
  Vocabulary vocabulary = {0};
  assert_int_equal(vocabulary_size(&vocabulary), 1);
  assert_int_equal(find(&vocabulary, "a"), VOCABULARY_UNKNOWN);
  vocabulary_free(&vocabulary);
}

TEST(words_are_numbered_from_1_and_counted) {
  Vocabulary vocabulary = vocabulary_of("abacaba");
  check_words(&vocabulary, "abc");
  assert_int_equal(vocabulary.counts[0], 4);
  assert_int_equal(vocabulary.counts[1], 2);
  assert_int_equal(vocabulary.counts[2], 1);
  assert_int_equal(find(&vocabulary, "d"), VOCABULARY_UNKNOWN);
  vocabulary_free(&vocabulary);
}

TEST(pruning_puts_frequent_words_first) {
  Vocabulary vocabulary = vocabulary_of("abbccc");
  free(prune(&vocabulary, 1, 10));
  check_words(&vocabulary, "cba");
  assert_int_equal(vocabulary.counts[0], 3);
  assert_int_equal(vocabulary.counts[2], 1);
  vocabulary_free(&vocabulary);
}

TEST(equally_frequent_words_stay_in_order_of_arrival) {
  Vocabulary vocabulary = vocabulary_of("zyxwvuzyxwvum");
  free(prune(&vocabulary, 1, 100));
  check_words(&vocabulary, "zyxwvum");
  vocabulary_free(&vocabulary);
}

TEST(pruning_keeps_words_of_at_least_min_count) {
  Vocabulary vocabulary = vocabulary_of("abbcccdd");
  free(prune(&vocabulary, 2, 100));
  check_words(&vocabulary, "cbd");
  assert_int_equal(find(&vocabulary, "a"), VOCABULARY_UNKNOWN);
  vocabulary_free(&vocabulary);
}

TEST(pruning_keeps_at_most_so_many) {
  Vocabulary vocabulary = vocabulary_of("abbcccdd");
  free(prune(&vocabulary, 1, 2));
  check_words(&vocabulary, "cb");
  vocabulary_free(&vocabulary);
}

TEST(renumbered_maps_old_numbers_to_new) {
  Vocabulary vocabulary = vocabulary_of("abbccc");
  uint32_t *renumbered = prune(&vocabulary, 2, 100);
  assert_int_equal(renumbered[VOCABULARY_UNKNOWN], VOCABULARY_UNKNOWN);
  assert_int_equal(renumbered[1], VOCABULARY_UNKNOWN);
  assert_int_equal(renumbered[2], 2);
  assert_int_equal(renumbered[3], 1);
  free(renumbered);
  vocabulary_free(&vocabulary);
}

TEST(pruning_leaves_the_vocabulary_itself_as_it_was) {
  Vocabulary vocabulary = vocabulary_of("abbccc"), kept;
  uint32_t *renumbered;
  assert_ok(vocabulary_prune(&vocabulary, &(VocabularyLimits){.min_count = 2, .most = 1}, &kept, &renumbered, &error));
  check_words(&vocabulary, "abc");
  check_words(&kept, "c");
  assert_int_equal(vocabulary.counts[0], 1);
  free(renumbered);
  vocabulary_free(&kept);
  vocabulary_free(&vocabulary);
}

TEST(the_first_words_may_be_kept_in_their_places) {
  Vocabulary vocabulary = vocabulary_of("abbccccddd");
  uint32_t *renumbered = prune_after(&vocabulary, 2, 100, 2);
  check_words(&vocabulary, "abcd"); /* a is rare, d rarer than c */
  for (uint32_t w = 1; w <= 4; w++) assert_int_equal(renumbered[w], w);
  free(renumbered);
  vocabulary_free(&vocabulary);
}

TEST(words_are_kept_past_the_most) {
  Vocabulary vocabulary = vocabulary_of("abcdddd");
  free(prune_after(&vocabulary, 2, 2, 3));
  check_words(&vocabulary, "abc");
  vocabulary_free(&vocabulary);
  vocabulary = vocabulary_of("abcdddd");
  free(prune_after(&vocabulary, 2, 4, 3));
  check_words(&vocabulary, "abcd");
  vocabulary_free(&vocabulary);
}

TEST(pruning_may_leave_nothing) {
  Vocabulary vocabulary = vocabulary_of("ab");
  free(prune(&vocabulary, 5, 100));
  check_words(&vocabulary, "");
  assert_int_equal(add(&vocabulary, "c"), 1);
  free(prune(&vocabulary, 1, 0));
  check_words(&vocabulary, "");
  vocabulary_free(&vocabulary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_vocabulary_knows_only_the_unknown),
      cmocka_unit_test(words_are_numbered_from_1_and_counted),
      cmocka_unit_test(pruning_puts_frequent_words_first),
      cmocka_unit_test(equally_frequent_words_stay_in_order_of_arrival),
      cmocka_unit_test(pruning_keeps_words_of_at_least_min_count),
      cmocka_unit_test(pruning_keeps_at_most_so_many),
      cmocka_unit_test(renumbered_maps_old_numbers_to_new),
      cmocka_unit_test(pruning_leaves_the_vocabulary_itself_as_it_was),
      cmocka_unit_test(the_first_words_may_be_kept_in_their_places),
      cmocka_unit_test(words_are_kept_past_the_most),
      cmocka_unit_test(pruning_may_leave_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
