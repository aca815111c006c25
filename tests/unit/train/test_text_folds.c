/* Rows are dealt into folds by label and text. */
#include <stdio.h>
#include <string.h>

#include "train/text_folds.h"
#include "tokenizer/tokenizer.h"
#include "unit/support.h"

static Corpus corpus;

static void add(const char *text, const char *label) {
  const Label l = {.kind = LABEL_TEXT, .text = label, .length = strlen(label)};
  assert_ok(corpus_add(&corpus, &tokenizer_unicode, text, strlen(text), &l, ROW_TRAINS, &error));
}

static TextFolds deal(uint64_t seed) {
  TextFolds folds;
  const PruneOptions options = {.min_count = 1, .most = 1000};
  assert_ok(corpus_prune(&corpus, &options, &error));
  assert_ok(text_folds_deal(&corpus, seed, &folds, &error));
  return folds;
}

static void end(TextFolds *folds) {
  text_folds_free(folds);
  corpus_free(&corpus);
}

/* Ten and thirty texts of two labels: a fold has two or three of the one, seven or eight of the other. */
TEST(labels_are_spread) {
  char text[32];
  size_t count[TEXT_FOLDS][2] = {{0}};
  for (int i = 0; i < 40; i++) {
    snprintf(text, sizeof text, "text %d", i);
    add(text, i < 10 ? "few" : "many");
  }
  TextFolds folds = deal(1);
  assert_int_equal(folds.dealt, 40);
  for (size_t i = 0; i < 40; i++) count[folds.of[i]][i >= 10]++;
  for (size_t f = 0; f < TEXT_FOLDS; f++) {
    assert_true(count[f][0] == 2 || count[f][0] == 3);
    assert_int_equal(count[f][0] + count[f][1], 10);
  }
  end(&folds);
}

/* Blanks, a line end and capitals make no other text. */
TEST(rows_of_a_text_are_together) {
  const char *const texts[] = {"see you", " See  YOU\n", "see you not", "see  you   NOT"};
  for (int i = 0; i < 16; i++) add(texts[i % 4], i < 8 ? "a" : "b");
  TextFolds folds = deal(2);
  assert_int_equal(folds.dealt, 16);
  for (size_t i = 0; i < 16; i++) assert_int_equal(folds.of[i], folds.of[i % 4 / 2 * 2]);
  assert_int_not_equal(folds.of[0], folds.of[2]);
  end(&folds);
}

/* Nor is a row that has the text with another label. */
TEST(a_label_with_one_text_is_in_no_fold) {
  add("hello there", "greeting");
  add("Hello there!", "other");
  add("what is this", "other");
  add("hello  there", "greeting");
  add("hello there", "other");
  add("and that", "other");
  TextFolds folds = deal(3);
  assert_int_equal(folds.dealt, 3);
  for (size_t i = 0; i < 6; i++) assert_int_equal(folds.of[i] == TEXT_FOLDS_NONE, i == 0 || i == 3 || i == 4);
  end(&folds);
}

TEST(the_seed_decides) {
  char text[32];
  uint8_t before[40];
  for (int i = 0; i < 40; i++) {
    snprintf(text, sizeof text, "text %d", i);
    add(text, i % 2 ? "a" : "b");
  }
  TextFolds folds = deal(1), again, other;
  memcpy(before, folds.of, sizeof before);
  assert_ok(text_folds_deal(&corpus, 1, &again, &error));
  assert_ok(text_folds_deal(&corpus, 2, &other, &error));
  assert_memory_equal(again.of, before, sizeof before);
  assert_memory_not_equal(other.of, before, sizeof before);
  text_folds_free(&again);
  text_folds_free(&other);
  end(&folds);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_are_spread),
      cmocka_unit_test(rows_of_a_text_are_together),
      cmocka_unit_test(a_label_with_one_text_is_in_no_fold),
      cmocka_unit_test(the_seed_decides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
