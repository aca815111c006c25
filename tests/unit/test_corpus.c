/* Rows as numbers: reading, holding out, cutting the vocabulary. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/corpus.h"
#include "../../model/output.h"
#include "support.h"

static void add(Corpus *corpus, const char *text, Label label, bool held_out) {
  assert_ok(corpus_add(corpus, &tokens_unicode, text, strlen(text), label, held_out, &error));
}

static Corpus make_corpus(void) { return (Corpus){.max_tokens = 8}; }

/* The words of a row, by their text; '?' is the unknown word. */
static void check_row(const Corpus *corpus, size_t row, const char *expected) {
  char words[256] = "";
  size_t at = 0;
  Text text = corpus_text(corpus, row);
  for (size_t t = 0; t < text.length; t++) {
    size_t length = 1;
    const char *word = "?";
    if (text.words[t]) word = strings_get(&corpus->vocabulary.words, text.words[t] - 1, &length);
    at += (size_t)snprintf(words + at, sizeof words - at, "%s%.*s", t ? " " : "", (int)length, word);
  }
  assert_string_equal(words, expected);
}

/* ---- rows ------------------------------------------------------------------------ */

TEST(rows_are_kept_as_words) {
  Corpus corpus = make_corpus();
  add(&corpus, "To be, or not to be", text_label("a"), false);
  add(&corpus, "", text_label("b"), false);
  add(&corpus, "be", text_label("a"), false);
  assert_int_equal(corpus.rows, 3);
  check_row(&corpus, 0, "to be , or not to be");
  check_row(&corpus, 1, "");
  check_row(&corpus, 2, "be");
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 6);
  assert_int_equal(corpus.target[0], 0);
  assert_int_equal(corpus.target[1], 1);
  assert_int_equal(corpus.target[2], 0);
  corpus_free(&corpus);
}

TEST(long_rows_are_cut_and_counted) {
  Corpus corpus = {.max_tokens = 3};
  add(&corpus, "a b", text_label("x"), false);
  add(&corpus, "a b c", text_label("x"), false);
  assert_int_equal(corpus.cut, 0);
  add(&corpus, "a b c d", text_label("x"), false);
  add(&corpus, "a b c d e f", text_label("x"), false);
  assert_int_equal(corpus.cut, 2);
  check_row(&corpus, 3, "a b c");
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 4);
  corpus_free(&corpus);
}

TEST(a_held_out_row_adds_no_label) {
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("known"), false);
  add(&corpus, "two", text_label("known"), true);
  add(&corpus, "three", text_label("new"), true);
  assert_false(corpus.held_out[0]);
  assert_true(corpus.held_out[1] && corpus.held_out[2]);
  assert_int_equal(corpus.target[1], 0);
  assert_int_equal(corpus.target[2], OUTPUT_NO_TARGET);
  assert_int_equal(corpus.labels.keys.count, 1);
  corpus_free(&corpus);
  corpus_free(&corpus);
}

static Status failing_split(const Tokenizer *tokenizer, const char *text, size_t length, TokenSink *sink,
                            void *context, Error *e) {
  (void)tokenizer;
  (void)text;
  (void)length;
  sink(context, "word", 4, 0, 4);
  return error_set(e, STATUS_INVALID, "the host's tokenizer failed");
}

TEST(a_tokenizer_that_fails_adds_no_row) {
  const Tokenizer failing = {failing_split};
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("a"), false);
  assert_invalid(corpus_add(&corpus, &failing, "x", 1, text_label("b"), false, &error), "the host's");
  assert_int_equal(corpus.rows, 1);
  assert_int_equal(corpus.labels.keys.count, 1);
  add(&corpus, "two", text_label("a"), false);
  check_row(&corpus, 1, "two");
  corpus_free(&corpus);
}

/* ---- holding out ------------------------------------------------------------------- */

enum { MOST_LABELS = 100 };

/* counts[l] rows of label l, mixed. */
static Corpus labelled(const size_t *counts, size_t labels) {
  Corpus corpus = make_corpus();
  size_t most = 0;
  for (size_t l = 0; l < labels; l++) most = counts[l] > most ? counts[l] : most;
  for (size_t i = 0; i < most; i++)
    for (size_t l = 0; l < labels; l++)
      if (i < counts[l]) add(&corpus, "text", (Label){.kind = LABEL_INTEGER, .integer = (int64_t)l}, false);
  return corpus;
}

static size_t held_out_of(const Corpus *corpus, uint32_t label) {
  size_t held_out = 0;
  for (size_t row = 0; row < corpus->rows; row++)
    held_out += corpus->held_out[row] && corpus->target[row] == label;
  return held_out;
}

static size_t held_out_in_all(const Corpus *corpus) {
  size_t held_out = 0;
  for (size_t row = 0; row < corpus->rows; row++) held_out += corpus->held_out[row];
  return held_out;
}

TEST(each_label_gives_its_share) {
  const size_t counts[] = {100, 50, 10, 200};
  Corpus corpus = labelled(counts, 4);
  assert_ok(corpus_split(&corpus, 0.2, 1, &error));
  for (uint32_t l = 0; l < 4; l++)
    assert_true(fabs((double)held_out_of(&corpus, l) - 0.2 * (double)counts[l]) <= 1.0);
  assert_true(fabs((double)held_out_in_all(&corpus) - 72.0) <= 1.0);
  corpus_free(&corpus);
}

/* 1.8 rows are 2, and then 0.8 - 0.2 are 1. */
TEST(a_share_is_rounded_and_the_rest_carried) {
  const size_t counts[] = {9, 4};
  Corpus corpus = labelled(counts, 2);
  assert_ok(corpus_split(&corpus, 0.2, 1, &error));
  assert_int_equal(held_out_of(&corpus, 0), 2);
  assert_int_equal(held_out_of(&corpus, 1), 1);
  corpus_free(&corpus);
}

TEST(a_label_keeps_a_row_to_train_on) {
  const size_t counts[] = {1, 2, 1, 30, 1};
  for (int percent = 0; percent <= 100; percent += 5) {
    Corpus corpus = labelled(counts, 5);
    assert_ok(corpus_split(&corpus, percent / 100.0, 7, &error));
    for (uint32_t l = 0; l < 5; l++) assert_true(held_out_of(&corpus, l) < counts[l]);
    corpus_free(&corpus);
  }
}

/* A tenth of two rows is no row, but a tenth of 200 rows is 20. */
TEST(many_rare_labels_give_their_share_together) {
  size_t counts[MOST_LABELS];
  for (size_t l = 0; l < MOST_LABELS; l++) counts[l] = 2;
  Corpus corpus = labelled(counts, MOST_LABELS);
  assert_ok(corpus_split(&corpus, 0.1, 1, &error));
  assert_in_range(held_out_in_all(&corpus), 18, 22);
  corpus_free(&corpus);
}

TEST(a_fraction_of_0_holds_nothing_out) {
  const size_t counts[] = {20, 20};
  Corpus corpus = labelled(counts, 2);
  assert_ok(corpus_split(&corpus, 0.0, 1, &error));
  assert_int_equal(held_out_in_all(&corpus), 0);
  corpus_free(&corpus);
}

TEST(the_seed_draws_the_rows) {
  const size_t counts[] = {40, 40};
  Corpus a = labelled(counts, 2), b = labelled(counts, 2), c = labelled(counts, 2);
  assert_ok(corpus_split(&a, 0.25, 1, &error));
  assert_ok(corpus_split(&b, 0.25, 1, &error));
  assert_ok(corpus_split(&c, 0.25, 2, &error));
  assert_memory_equal(a.held_out, b.held_out, a.rows);
  assert_memory_not_equal(a.held_out, c.held_out, a.rows);
  corpus_free(&a);
  corpus_free(&b);
  corpus_free(&c);
}

/* ---- cutting the vocabulary ----------------------------------------------------------- */

TEST(frequent_words_come_first_and_rows_follow) {
  Corpus corpus = make_corpus();
  add(&corpus, "rare common common", text_label("a"), false);
  add(&corpus, "common middle middle", text_label("b"), false);
  assert_ok(corpus_prune(&corpus, 1, 100, &error));
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "common", 6), 1);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "middle", 6), 2);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "rare", 4), 3);
  check_row(&corpus, 0, "rare common common");
  check_row(&corpus, 1, "common middle middle");
  corpus_free(&corpus);
}

static void check_pruned(size_t min_count, size_t most, const char *expected) {
  Corpus corpus = make_corpus();
  add(&corpus, "a a a b b c", text_label("x"), false);
  assert_ok(corpus_prune(&corpus, min_count, most, &error));
  check_row(&corpus, 0, expected);
  corpus_free(&corpus);
}

TEST(words_left_out_become_the_unknown_one) {
  check_pruned(2, 100, "a a a b b ?");
  check_pruned(1, 1, "a a a ? ? ?");
  check_pruned(1, 0, "? ? ? ? ? ?");
  check_pruned(9, 9, "? ? ? ? ? ?");
}

TEST(only_words_of_training_rows_count) {
  Corpus corpus = make_corpus();
  add(&corpus, "seen", text_label("x"), false);
  add(&corpus, "seen new new new", text_label("x"), true);
  assert_ok(corpus_prune(&corpus, 0, 100, &error));
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 2);
  check_row(&corpus, 1, "seen ? ? ?");
  corpus_free(&corpus);
}

TEST(nothing_to_prune) {
  Corpus corpus = make_corpus();
  assert_ok(corpus_prune(&corpus, 1, 100, &error));
  add(&corpus, "", text_label("x"), false);
  assert_ok(corpus_prune(&corpus, 1, 100, &error));
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 1);
  corpus_free(&corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_kept_as_words),
      cmocka_unit_test(long_rows_are_cut_and_counted),
      cmocka_unit_test(a_held_out_row_adds_no_label),
      cmocka_unit_test(a_tokenizer_that_fails_adds_no_row),
      cmocka_unit_test(each_label_gives_its_share),
      cmocka_unit_test(a_share_is_rounded_and_the_rest_carried),
      cmocka_unit_test(a_label_keeps_a_row_to_train_on),
      cmocka_unit_test(many_rare_labels_give_their_share_together),
      cmocka_unit_test(a_fraction_of_0_holds_nothing_out),
      cmocka_unit_test(the_seed_draws_the_rows),
      cmocka_unit_test(frequent_words_come_first_and_rows_follow),
      cmocka_unit_test(words_left_out_become_the_unknown_one),
      cmocka_unit_test(only_words_of_training_rows_count),
      cmocka_unit_test(nothing_to_prune),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
