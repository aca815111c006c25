/* What a model has learned of words: means, their order, how many, files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classifier/keywords.h"
#include "unit/support.h"

enum { MANY = 20000 }; /* keywords of all labels */

/* ---- means ----------------------------------------------------------------------------- */

typedef struct Expected {
  uint32_t label, word, count;
  float contribution; /* exact: sums of halves and quarters */
} Expected;

static void check_keywords(const Keywords *k, const Expected *expected, size_t count) {
  assert_int_equal(k->count, count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(k->labels[i], expected[i].label);
    assert_int_equal(k->words[i], expected[i].word);
    assert_int_equal(k->counts[i], expected[i].count);
    assert_near((double)k->contributions[i], (double)expected[i].contribution, 0.0);
  }
}

/* One text, all of one label. */
static Keywords of_text(const uint32_t *words, const float *contributions, size_t length, size_t vocabulary) {
  const uint32_t label = 0;
  const Text text = {words, length};
  Keywords k;
  assert_ok(keywords_new(&(KeywordSource){&text, &label, 1, contributions, vocabulary}, MANY, &k, &error));
  return k;
}

TEST(a_word_has_the_mean_of_its_contributions_in_each_label) {
  const uint32_t words[] = {1, 2, 1, 3, 2, 4, 1}, labels[] = {1, 0, 1, 0};
  const float contributions[] = {1.0f, -2.0f, 3.0f, 0.5f, -1.0f, 0.25f, 8.0f};
  const Text texts[] = {{words, 3}, {words + 3, 1}, {words + 4, 2}, {words + 6, 1}};
  const Expected expected[] = {{0, 1, 1, 8.0f}, {0, 3, 1, 0.5f}, {1, 1, 2, 2.0f}, {1, 4, 1, 0.25f}, {1, 2, 2, -1.5f}};
  Keywords k;
  assert_ok(keywords_new(&(KeywordSource){texts, labels, COUNT(texts), contributions, 5}, MANY, &k, &error));
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
  keywords_free(&k);
  assert_int_equal(k.count, 0);
}

/* Their contributions are passed over, too: those that follow are of the next token. */
TEST(words_outside_the_vocabulary_do_not_count) {
  const uint32_t words[] = {0, 4, 5, 6, 1, UINT32_MAX};
  const float contributions[] = {9.0f, 1.0f, 8.0f, 7.0f, -1.0f, 6.0f};
  const Expected expected[] = {{0, 4, 1, 1.0f}, {0, 1, 1, -1.0f}};
  Keywords k = of_text(words, contributions, COUNT(words), 5);
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
}

/* As of a model whose training has gone too far. */
TEST(contributions_that_are_no_numbers_do_not_count) {
  const uint32_t words[] = {1, 2, 1, 3, 2, 1};
  const float contributions[] = {NAN, INFINITY, 2.0f, -INFINITY, 1.0f, 4.0f};
  const Expected expected[] = {{0, 1, 2, 3.0f}, {0, 2, 1, 1.0f}};
  Keywords k = of_text(words, contributions, COUNT(words), 5);
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
}

/* By sum / (count + 5): 3/9, 1.5/6, 0, -1.5/6, -3/8. */
TEST(the_strongest_words_come_first_rare_ones_held_back) {
  const uint32_t words[] = {1, 2, 2, 2, 2, 3, 4, 4, 4, 5};
  const float contributions[] = {1.5f, 0.75f, 0.75f, 0.75f, 0.75f, -1.5f, -1.0f, -1.0f, -1.0f, 0.0f};
  const Expected expected[] = {{0, 2, 4, 0.75f}, {0, 1, 1, 1.5f}, {0, 5, 1, 0.0f}, {0, 3, 1, -1.5f}, {0, 4, 3, -1.0f}};
  Keywords k = of_text(words, contributions, COUNT(words), 6);
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
}

TEST(words_that_say_the_same_come_by_number) {
  const uint32_t words[] = {9, 4, 7, 4, 2};
  const float contributions[] = {1.0f, 0.5f, 1.0f, 0.5f, -1.0f};
  const Expected expected[] = {{0, 7, 1, 1.0f}, {0, 9, 1, 1.0f}, {0, 4, 2, 0.5f}, {0, 2, 1, -1.0f}};
  Keywords k = of_text(words, contributions, COUNT(words), 10);
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
}

TEST(no_words_are_no_keywords) {
  const uint32_t unknown[] = {0, 0}, labels[] = {0, 1};
  const float contributions[] = {1.0f, 1.0f};
  const Text texts[] = {{unknown, 2}, {NULL, 0}};
  for (size_t count = 0; count <= 2; count++) {
    Keywords k;
    assert_ok(keywords_new(&(KeywordSource){texts, labels, count, contributions, 5}, MANY, &k, &error));
    assert_int_equal(k.count, 0);
    keywords_free(&k);
  }
}

/* ---- how many -------------------------------------------------------------------------- */

/* So many labels, each with a text of so many words, of which word w contributes w, or
** -w if it is odd.
*/
static Keywords of_many(size_t labels, size_t words) {
  uint32_t *numbers = allocate(words, sizeof *numbers), *targets = allocate(labels, sizeof *targets);
  float *contributions = allocate(labels * words, sizeof *contributions);
  Text *texts = allocate(labels, sizeof *texts);
  Keywords k;
  for (uint32_t w = 0; w < words; w++) numbers[w] = w + 1;
  for (size_t l = 0; l < labels; l++) {
    texts[l] = (Text){numbers, words};
    targets[l] = (uint32_t)(3 * l); /* the labels between have no texts */
    for (size_t w = 0; w < words; w++) contributions[l * words + w] = (float)(w + 1) * (w % 2 ? 1.0f : -1.0f);
  }
  assert_ok(keywords_new(&(KeywordSource){texts, targets, labels, contributions, words + 1}, MANY, &k, &error));
  free(numbers);
  free(targets);
  free(contributions);
  free(texts);
  return k;
}

/* Each label has the words from the last down that there is room for: those for the
** label first, which are even, then those against it.
*/
static void check_many(size_t labels, size_t words, size_t kept) {
  Keywords k = of_many(labels, words);
  assert_int_equal(k.count, labels * kept);
  for (size_t l = 0; l < labels; l++) {
    size_t begin, end;
    bool found[400] = {false};
    keywords_of(&k, (uint32_t)(3 * l), &begin, &end);
    assert_int_equal(begin, l * kept);
    assert_int_equal(end, (l + 1) * kept);
    for (size_t i = begin; i < end; i++) {
      assert_true(k.words[i] > words - kept && k.words[i] <= words && !found[k.words[i]]);
      found[k.words[i]] = true;
      assert_int_equal(k.contributions[i] > 0.0f, k.words[i] % 2 == 0);
      if (i > begin) assert_true(k.contributions[i] < k.contributions[i - 1]);
    }
  }
  keywords_free(&k);
}

TEST(a_label_keeps_the_200_words_that_matter_most) {
  check_many(1, 300, 200);
  check_many(3, 201, 200);
  check_many(3, 199, 199);
  check_many(100, 210, 200);
}

TEST(many_labels_share_20000_words) {
  check_many(125, 210, 160);
  check_many(1000, 30, 20);
}

TEST(more_labels_than_words_have_none) {
  check_many(2500, 12, 8);
  check_many(2500, 4, 4);
  check_many(20001, 2, 0);
}

TEST(words_of_a_label) {
  uint32_t labels[] = {1, 1, 4, 4, 4};
  const Keywords k = {.count = COUNT(labels), .labels = labels}, none = {0};
  const size_t places[6][2] = {{0, 0}, {0, 2}, {2, 2}, {2, 2}, {2, 5}, {5, 5}};
  for (uint32_t label = 0; label < 6; label++) {
    size_t begin = 99, end = 99;
    keywords_of(&k, label, &begin, &end);
    assert_int_equal(begin, places[label][0]);
    assert_int_equal(end, places[label][1]);
    keywords_of(&none, label, &begin, &end);
    assert_int_equal(begin, end);
  }
}

/* ---- files ------------------------------------------------------------------------------- */

enum { LISTS = 4, LENGTH = 3, VOCABULARY = 7, LABELS = 5 };
static const char *const NAMES[LISTS] = {"keywords.labels", "keywords.words", "keywords.counts",
                                         "keywords.contributions"};

/* The lists as they stand in a file; one of rank 0 is left out. */
typedef struct Lists {
  uint32_t labels[LENGTH], words[LENGTH], counts[LENGTH];
  float contributions[LENGTH];
  Dtype dtypes[LISTS];
  size_t ranks[LISTS], shapes[LISTS][2];
} Lists;

static Lists good_lists(void) {
  Lists l = {.labels = {0, 4, 4}, .words = {6, 1, 6}, .counts = {1, 2, 900}, .contributions = {0.5f, 1.25f, -3.0f},
             .dtypes = {DTYPE_U32, DTYPE_U32, DTYPE_U32, DTYPE_F32}};
  for (size_t i = 0; i < LISTS; i++) {
    l.ranks[i] = 1;
    l.shapes[i][0] = LENGTH;
    l.shapes[i][1] = 1;
  }
  return l;
}

static Status read_lists(const Lists *l, Keywords *k) {
  const void *data[LISTS] = {l->labels, l->words, l->counts, l->contributions};
  SafeTensorsWriter writer = {0};
  for (size_t i = 0; i < LISTS; i++)
    if (l->ranks[i]) safetensors_write_tensor(&writer, NAMES[i], l->dtypes[i], l->shapes[i], l->ranks[i], data[i]);
  Reference file = end_file(&writer);
  *k = (Keywords){.count = 99}; /* to be overwritten */
  Status status = keywords_read(&file.tensors, file.bytes, VOCABULARY, LABELS, k, &error);
  reference_close(&file);
  return status;
}

static void check_nothing(const Keywords *k) {
  assert_int_equal(k->count, 0);
  assert_true(!k->labels && !k->words && !k->counts && !k->contributions);
}

static void check_refused(const Lists *l, const char *part) {
  Keywords k;
  assert_invalid(read_lists(l, &k), part);
  check_nothing(&k);
}

TEST(a_file_gives_back_what_was_written) {
  const uint32_t words[] = {1, 2, 1, 3};
  const float contributions[] = {1.0f, -2.0f, 3.0f, 0.5f};
  Keywords k = of_text(words, contributions, COUNT(words), 5), back;
  SafeTensorsWriter writer = {0};
  keywords_write(&k, &writer);
  Reference file = end_file(&writer);
  assert_ok(keywords_read(&file.tensors, file.bytes, 5, 1, &back, &error));
  assert_int_equal(back.count, 3);
  assert_memory_equal(back.labels, k.labels, 3 * sizeof *k.labels);
  assert_memory_equal(back.words, k.words, 3 * sizeof *k.words);
  assert_memory_equal(back.counts, k.counts, 3 * sizeof *k.counts);
  assert_memory_equal(back.contributions, k.contributions, 3 * sizeof *k.contributions);
  reference_close(&file);
  keywords_free(&k);
  keywords_free(&back);
}

TEST(none_are_no_tensors) {
  const Keywords none = {0};
  Keywords back = {.count = 99};
  SafeTensorsWriter writer = {0};
  keywords_write(&none, &writer);
  Reference file = end_file(&writer);
  assert_int_equal(file.tensors.count, 0);
  assert_ok(keywords_read(&file.tensors, file.bytes, 5, 1, &back, &error));
  check_nothing(&back);
  reference_close(&file);
}

TEST(good_lists_are_read) {
  Lists l = good_lists();
  Keywords k;
  assert_ok(read_lists(&l, &k));
  const Expected expected[] = {{0, 6, 1, 0.5f}, {4, 1, 2, 1.25f}, {4, 6, 900, -3.0f}};
  check_keywords(&k, expected, COUNT(expected));
  keywords_free(&k);
  for (size_t i = 0; i < LISTS; i++) l.shapes[i][0] = 0;
  assert_ok(read_lists(&l, &k));
  assert_int_equal(k.count, 0);
  keywords_free(&k);
}

TEST(all_lists_are_there_or_none) {
  for (unsigned there = 1; there < 15; there++) {
    Lists l = good_lists();
    for (size_t i = 0; i < LISTS; i++) l.ranks[i] = there >> i & 1;
    check_refused(&l, "tensor 'keywords.");
  }
}

TEST(lists_of_other_types_or_lengths_are_refused) {
  for (size_t i = 0; i < LISTS; i++) {
    static const Dtype OTHERS[] = {DTYPE_I32, DTYPE_U8, DTYPE_F32, DTYPE_U32};
    for (size_t d = 0; d < COUNT(OTHERS); d++) {
      Lists l = good_lists();
      if (OTHERS[d] == l.dtypes[i]) continue;
      l.dtypes[i] = OTHERS[d];
      check_refused(&l, "tensor 'keywords.");
    }
    for (size_t length = 0; length < LENGTH; length++) {
      Lists l = good_lists();
      l.shapes[i][0] = length;
      check_refused(&l, "tensor 'keywords.");
    }
    Lists l = good_lists();
    l.ranks[i] = 2;
    check_refused(&l, "tensor 'keywords.");
  }
  Lists l = good_lists(); /* as a whole */
  for (size_t i = 0; i < LISTS; i++) l.ranks[i] = 2;
  check_refused(&l, "tensor 'keywords.");
}

TEST(numbers_out_of_range_are_refused) {
  static const uint32_t WORDS[] = {0, VOCABULARY, VOCABULARY + 1, UINT32_MAX};
  for (size_t i = 0; i < LENGTH; i++) {
    for (size_t w = 0; w < COUNT(WORDS); w++) {
      Lists l = good_lists();
      l.words[i] = WORDS[w];
      check_refused(&l, "of label");
    }
    Lists l = good_lists();
    l.labels[i] = l.labels[LENGTH - 1] = LABELS;
    check_refused(&l, "of label 5");
  }
}

TEST(labels_that_do_not_rise_are_refused) {
  Lists l = good_lists();
  l.labels[2] = 3;
  check_refused(&l, "keyword 2");
  l = good_lists();
  l.labels[0] = 4;
  l.labels[1] = 0;
  check_refused(&l, "keyword 1");
}

TEST(contributions_that_are_no_numbers_are_refused) {
  static const float ODD[] = {NAN, INFINITY, -INFINITY};
  for (size_t i = 0; i < COUNT(ODD); i++) {
    Lists l = good_lists();
    l.contributions[i] = ODD[i];
    check_refused(&l, "tensor 'keywords.contributions' has a number that is not finite");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_word_has_the_mean_of_its_contributions_in_each_label),
      cmocka_unit_test(words_outside_the_vocabulary_do_not_count),
      cmocka_unit_test(contributions_that_are_no_numbers_do_not_count),
      cmocka_unit_test(the_strongest_words_come_first_rare_ones_held_back),
      cmocka_unit_test(words_that_say_the_same_come_by_number),
      cmocka_unit_test(no_words_are_no_keywords),
      cmocka_unit_test(a_label_keeps_the_200_words_that_matter_most),
      cmocka_unit_test(many_labels_share_20000_words),
      cmocka_unit_test(more_labels_than_words_have_none),
      cmocka_unit_test(words_of_a_label),
      cmocka_unit_test(a_file_gives_back_what_was_written),
      cmocka_unit_test(none_are_no_tensors),
      cmocka_unit_test(good_lists_are_read),
      cmocka_unit_test(all_lists_are_there_or_none),
      cmocka_unit_test(lists_of_other_types_or_lengths_are_refused),
      cmocka_unit_test(numbers_out_of_range_are_refused),
      cmocka_unit_test(labels_that_do_not_rise_are_refused),
      cmocka_unit_test(contributions_that_are_no_numbers_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
