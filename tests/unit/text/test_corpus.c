/* Rows as numbers: reading, holding out, cutting the vocabulary. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/output.h"
#include "text/capitals.h"
#include "text/corpus.h"
#include "unit/support.h"

static void add(Corpus *corpus, const char *text, Label label, RowUse use) {
  assert_ok(corpus_add(corpus, &tokenizer_unicode, text, strlen(text), &label, use, &error));
}

static void add_unlabelled(Corpus *corpus, const char *text) {
  assert_ok(corpus_add(corpus, &tokenizer_unicode, text, strlen(text), NULL, ROW_UNLABELLED, &error));
}

static void prune(Corpus *corpus, size_t min_count, size_t most) {
  const PruneOptions options = {.min_count = min_count, .most = most};
  assert_ok(corpus_prune(corpus, &options, &error));
}

static Corpus make_corpus(void) { return (Corpus){.max_tokens = 8, .cut_after = 8}; }

/* Checks the words of a row, by their text; '?' is the unknown word. */
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
  add(&corpus, "To be, or not to be", text_label("a"), ROW_TRAINS);
  add(&corpus, "", text_label("b"), ROW_TRAINS);
  add(&corpus, "be", text_label("a"), ROW_TRAINS);
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

TEST(rows_have_capitals_if_shapes_count) {
  static const uint8_t expected[] = {CAPITALS_FIRST, CAPITALS_NONE, CAPITALS_ALL};
  Corpus corpus = make_corpus(), plain = make_corpus();
  corpus.shaped = true;
  add(&corpus, "be", text_label("a"), ROW_TRAINS);
  add(&corpus, "To be OR", text_label("b"), ROW_TRAINS);
  add(&plain, "To be OR", text_label("b"), ROW_TRAINS);
  assert_memory_equal(corpus_text(&corpus, 1).capitals, expected, sizeof expected);
  assert_null(corpus_text(&plain, 0).capitals);
  prune(&corpus, 1, 100);
  assert_false(corpus.subwords.shaped); /* without n-grams there are no shapes */
  corpus_free(&corpus);
  corpus_free(&plain);
}

TEST(long_rows_are_cut_and_counted) {
  Corpus corpus = {.max_tokens = 3, .cut_after = 3};
  add(&corpus, "a b", text_label("x"), ROW_TRAINS);
  add(&corpus, "a b c", text_label("x"), ROW_TRAINS);
  assert_int_equal(corpus.cut, 0);
  add(&corpus, "a b c d", text_label("x"), ROW_TRAINS);
  add(&corpus, "a b c d e f", text_label("x"), ROW_TRAINS);
  assert_int_equal(corpus.cut, 2);
  check_row(&corpus, 3, "a b c");
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 4);
  corpus_free(&corpus);
}

TEST(a_held_out_row_adds_no_label) {
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("known"), ROW_TRAINS);
  add(&corpus, "two", text_label("known"), ROW_VALIDATES);
  add(&corpus, "three", text_label("new"), ROW_VALIDATES);
  assert_int_equal(corpus.use[0], ROW_TRAINS);
  assert_int_equal(corpus.use[1], ROW_VALIDATES);
  assert_int_equal(corpus.use[2], ROW_VALIDATES);
  assert_int_equal(corpus.target[1], 0);
  assert_int_equal(corpus.target[2], 1); /* the first of `others` */
  assert_int_equal(corpus.labels.keys.count, 1);
  assert_int_equal(corpus.others.keys.count, 1);
  assert_int_equal(labels_find(&corpus.others, text_label("new")), 0);
  corpus_free(&corpus);
  corpus_free(&corpus);
}

/* Without max_tokens rows are not cut, but long ones are still counted. */
TEST(whole_rows_are_counted_where_they_are_longer) {
  Corpus corpus = {.cut_after = 2};
  add(&corpus, "a b", text_label("x"), ROW_TRAINS);
  add(&corpus, "a b c d e", text_label("x"), ROW_TRAINS);
  assert_int_equal(corpus.cut, 1);
  check_row(&corpus, 1, "a b c d e");
  corpus_free(&corpus);
}

TEST(rows_of_each_use) {
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("a"), ROW_TRAINS);
  add(&corpus, "two", text_label("b"), ROW_KNOWN);
  add(&corpus, "two", text_label("a"), ROW_KNOWN);
  add_unlabelled(&corpus, "three four");
  add_unlabelled(&corpus, "");
  add_unlabelled(&corpus, "five");
  add(&corpus, "six", text_label("b"), ROW_VALIDATES);
  assert_int_equal(corpus_count(&corpus, ROW_TRAINS), 1);
  assert_int_equal(corpus_count(&corpus, ROW_KNOWN), 2);
  assert_int_equal(corpus_count(&corpus, ROW_UNLABELLED), 3);
  assert_int_equal(corpus_count(&corpus, ROW_VALIDATES), 1);
  assert_int_equal(corpus_count(&corpus, ROW_UNUSED), 0);
  assert_int_equal(corpus.labels.keys.count, 2); /* a known row's label counts */
  assert_int_equal(corpus.target[1], 1);
  assert_int_equal(corpus.target[3], LABELS_NONE);
  assert_int_equal(corpus.target[6], 1);
  check_row(&corpus, 3, "three four");
  corpus_free(&corpus);
}

static Status failing_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll poll, TokenSink *sink,
                            void *context, Error *e) {
  (void)tokenizer;
  (void)poll;
  (void)text;
  (void)length;
  sink(context, &(Token){.text = "word", .length = 4, .end = 4});
  return error_set(e, STATUS_INVALID, "the host's tokenizer failed");
}

TEST(a_tokenizer_that_fails_adds_no_row) {
  const Tokenizer failing = {failing_split};
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("a"), ROW_TRAINS);
  const Label label = text_label("b");
  assert_invalid(corpus_add(&corpus, &failing, "x", 1, &label, ROW_TRAINS, &error), "the host's");
  assert_int_equal(corpus.rows, 1);
  assert_int_equal(corpus.labels.keys.count, 1);
  add(&corpus, "two", text_label("a"), ROW_TRAINS);
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
      if (i < counts[l]) add(&corpus, "text", (Label){.kind = LABEL_INTEGER, .integer = (int64_t)l}, ROW_TRAINS);
  return corpus;
}

static size_t held_out_of(const Corpus *corpus, uint32_t label) {
  size_t held_out = 0;
  for (size_t row = 0; row < corpus->rows; row++)
    held_out += corpus->use[row] == ROW_VALIDATES && corpus->target[row] == label;
  return held_out;
}

static size_t held_out_in_all(const Corpus *corpus) {
  return corpus_count(corpus, ROW_VALIDATES);
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

/* 1.8 rows are rounded to 2, and the next label's 0.8 - 0.2 to 1. */
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

/* Only rows to train on become validation rows. */
TEST(rows_of_other_uses_are_not_held_out) {
  Corpus corpus = make_corpus();
  for (size_t i = 0; i < 20; i++) {
    add(&corpus, "text", text_label("a"), ROW_TRAINS);
    add(&corpus, "text", text_label("a"), ROW_KNOWN);
    add(&corpus, "text", text_label("only known"), ROW_KNOWN);
    add_unlabelled(&corpus, "text");
    corpus.use[i * 4 + 2] = ROW_UNUSED;
  }
  assert_ok(corpus_split(&corpus, 0.5, 1, &error));
  assert_int_equal(corpus_count(&corpus, ROW_TRAINS), 10);
  assert_int_equal(corpus_count(&corpus, ROW_VALIDATES), 10);
  assert_int_equal(corpus_count(&corpus, ROW_KNOWN), 20);
  assert_int_equal(corpus_count(&corpus, ROW_UNLABELLED), 20);
  assert_int_equal(corpus_count(&corpus, ROW_UNUSED), 20);
  for (size_t row = 0; row < corpus.rows; row++)
    if (row % 4) assert_int_not_equal(corpus.use[row], ROW_VALIDATES);
  corpus_free(&corpus);
}

TEST(the_seed_draws_the_rows) {
  const size_t counts[] = {40, 40};
  Corpus a = labelled(counts, 2), b = labelled(counts, 2), c = labelled(counts, 2);
  assert_ok(corpus_split(&a, 0.25, 1, &error));
  assert_ok(corpus_split(&b, 0.25, 1, &error));
  assert_ok(corpus_split(&c, 0.25, 2, &error));
  assert_memory_equal(a.use, b.use, a.rows);
  assert_memory_not_equal(a.use, c.use, a.rows);
  corpus_free(&a);
  corpus_free(&b);
  corpus_free(&c);
}

/* ---- several labels a row ------------------------------------------------------------- */

/* Adds a row whose labels are the letters of `labels`. */
static void add_letters(Corpus *corpus, const char *labels, RowUse use) {
  Label list[8];
  RowLabels row = {list, strlen(labels)};
  for (size_t i = 0; i < row.count; i++) list[i] = (Label){.kind = LABEL_TEXT, .text = labels + i, .length = 1};
  assert_ok(corpus_add_labels(corpus, &tokenizer_unicode, "text", 4, &row, use, &error));
}

static void check_labels(const Corpus *corpus, size_t row, const uint32_t *expected, size_t count) {
  LabelSet set = corpus_labels(corpus, row);
  assert_int_equal(set.count, count);
  if (count) assert_memory_equal(set.labels, expected, count * sizeof *expected);
}

TEST(rows_have_sets_of_labels) {
  Corpus corpus = {.max_tokens = 8, .cut_after = 8, .multilabel = true};
  add_letters(&corpus, "ab", ROW_TRAINS);
  add_letters(&corpus, "", ROW_TRAINS);
  add_letters(&corpus, "bab", ROW_TRAINS);
  add_letters(&corpus, "c", ROW_TRAINS);
  assert_ok(corpus_add_labels(&corpus, &tokenizer_unicode, "x", 1, NULL, ROW_UNLABELLED, &error));
  add_letters(&corpus, "zcaz", ROW_VALIDATES);
  assert_int_equal(corpus.labels.keys.count, 3);
  assert_int_equal(corpus.others.keys.count, 1);
  assert_int_equal(corpus.target[0], corpus.target[2]);
  assert_int_equal(corpus.target[4], LABELS_NONE);
  check_labels(&corpus, 2, (const uint32_t[]){0, 1}, 2);
  check_labels(&corpus, 1, NULL, 0);
  check_labels(&corpus, 4, NULL, 0);
  check_labels(&corpus, 5, (const uint32_t[]){0, 2, 3}, 3);
  corpus_free(&corpus);
}

TEST(a_row_with_one_label_is_a_set_of_one) {
  Corpus corpus = make_corpus();
  add(&corpus, "one", text_label("a"), ROW_TRAINS);
  add(&corpus, "one", text_label("b"), ROW_TRAINS);
  add_unlabelled(&corpus, "two");
  check_labels(&corpus, 1, (const uint32_t[]){1}, 1);
  check_labels(&corpus, 2, NULL, 0);
  corpus_free(&corpus);
}

/* b is on 10 rows, a on 30: the group of "ab" is that of b. */
TEST(rows_are_dealt_by_their_rarest_label) {
  Corpus corpus = {.max_tokens = 8, .cut_after = 8, .multilabel = true};
  for (size_t i = 0; i < 20; i++) add_letters(&corpus, "a", ROW_TRAINS);
  for (size_t i = 0; i < 10; i++) add_letters(&corpus, "ab", ROW_TRAINS);
  for (size_t i = 0; i < 40; i++) add_letters(&corpus, "", ROW_TRAINS);
  add_letters(&corpus, "c", ROW_TRAINS);
  uint32_t groups[71];
  assert_ok(corpus_groups(&corpus, groups, &error));
  assert_int_equal(groups[0], 0);
  assert_int_equal(groups[20], 1);
  assert_int_equal(groups[30], 3); /* none of the three labels */
  assert_int_equal(groups[70], 2);
  assert_ok(corpus_split(&corpus, 0.2, 1, &error));
  assert_int_equal(held_out_in_all(&corpus), 14);
  assert_int_equal(held_out_of(&corpus, corpus.target[0]), 4);
  assert_int_equal(held_out_of(&corpus, corpus.target[20]), 2);
  assert_int_equal(held_out_of(&corpus, corpus.target[30]), 8);
  assert_int_equal(corpus.use[70], ROW_TRAINS);
  corpus_free(&corpus);
}

/* ---- cutting the vocabulary ----------------------------------------------------------- */

TEST(frequent_words_come_first_and_rows_follow) {
  Corpus corpus = make_corpus();
  add(&corpus, "rare common common", text_label("a"), ROW_TRAINS);
  add(&corpus, "common middle middle", text_label("b"), ROW_TRAINS);
  prune(&corpus, 1, 100);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "common", 6), 1);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "middle", 6), 2);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "rare", 4), 3);
  check_row(&corpus, 0, "rare common common");
  check_row(&corpus, 1, "common middle middle");
  corpus_free(&corpus);
}

static void check_pruned(size_t min_count, size_t most, const char *expected) {
  Corpus corpus = make_corpus();
  add(&corpus, "a a a b b c", text_label("x"), ROW_TRAINS);
  prune(&corpus, min_count, most);
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
  add(&corpus, "seen", text_label("x"), ROW_TRAINS);
  add(&corpus, "seen new new new", text_label("x"), ROW_VALIDATES);
  prune(&corpus, 0, 100);
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 2);
  check_row(&corpus, 1, "seen ? ? ?");
  corpus_free(&corpus);
}

TEST(nothing_to_prune) {
  Corpus corpus = make_corpus();
  prune(&corpus, 1, 100);
  add(&corpus, "", text_label("x"), ROW_TRAINS);
  prune(&corpus, 1, 100);
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 1);
  corpus_free(&corpus);
}

/* The words of every row that does not validate count. */
TEST(words_of_known_and_unlabelled_rows_count) {
  Corpus corpus = make_corpus();
  add(&corpus, "new", text_label("x"), ROW_TRAINS);
  add(&corpus, "old old old", text_label("x"), ROW_KNOWN);
  add_unlabelled(&corpus, "free free");
  add(&corpus, "held new", text_label("x"), ROW_VALIDATES);
  prune(&corpus, 1, 100);
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 4);
  check_row(&corpus, 0, "new");
  check_row(&corpus, 1, "old old old");
  check_row(&corpus, 2, "free free");
  check_row(&corpus, 3, "? new");
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "old", 3), 1);
  corpus_free(&corpus);
}

/* Words that the vocabulary has before the first row, when a model is fine-tuned. */
static Corpus begun_corpus(void) {
  static const char *const words[] = {"gone", "here"};
  Corpus corpus = make_corpus();
  for (size_t i = 0; i < COUNT(words); i++) {
    uint32_t number;
    assert_ok(vocabulary_add(&corpus.vocabulary, words[i], strlen(words[i]), &number, &error));
  }
  return corpus;
}

TEST(kept_words_stay_in_their_places) {
  Corpus corpus = begun_corpus();
  const PruneOptions options = {.min_count = 2, .most = 3, .keep = 2};
  add(&corpus, "often often often twice twice here rare", text_label("x"), ROW_TRAINS);
  assert_ok(corpus_prune(&corpus, &options, &error));
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 4);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "gone", 4), 1);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "here", 4), 2);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "often", 5), 3);
  check_row(&corpus, 0, "often often often ? ? here ?");
  corpus_free(&corpus);
}

TEST(extra_words_come_last_while_there_is_room) {
  static const char *const words[] = {"held", "seen", "nowhere", "too much"};
  Corpus corpus = make_corpus();
  Strings extra = {0};
  for (size_t i = 0; i < COUNT(words); i++)
    assert_int_equal(strings_add(&extra, words[i], strlen(words[i])), i);
  const PruneOptions options = {.min_count = 2, .most = 4, .extra = &extra};
  add(&corpus, "seen seen often often often rare", text_label("x"), ROW_TRAINS);
  add(&corpus, "held rare seen unheard", text_label("x"), ROW_VALIDATES);
  assert_ok(corpus_prune(&corpus, &options, &error));
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 5);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "often", 5), 1);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "seen", 4), 2);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "held", 4), 3);
  assert_int_equal(vocabulary_find(&corpus.vocabulary, "nowhere", 7), 4);
  check_row(&corpus, 0, "seen seen often often often ?");
  check_row(&corpus, 1, "held ? seen ?"); /* an extra word is known in any row */
  strings_free(&extra);
  corpus_free(&corpus);
}

/* ---- subwords ---------------------------------------------------------------------------- */

/* Checks that a word of the subword list has the n-grams of these letters. */
static void check_spelled(const Corpus *corpus, size_t number, const char *letters) {
  Subwords expected = make_spelling(&letters, 1);
  size_t count, wanted;
  const uint32_t *hash = subwords_get(&corpus->subwords, number, &count);
  const uint32_t *expected_hash = subwords_get(&expected, 0, &wanted);
  assert_int_equal(count, wanted);
  if (count) assert_memory_equal(hash, expected_hash, count * sizeof *hash);
  subwords_free(&expected);
}

/* Numbers from the vocabulary's size on are words of the subword list: first those of
** the vocabulary again, then those that were cut off.
*/
TEST(words_that_go_keep_numbers_and_spellings) {
  Corpus corpus = make_corpus();
  const PruneOptions options = {.min_count = 2, .most = 100, .spelled = true};
  add(&corpus, "often often rare twice twice twice", text_label("x"), ROW_TRAINS);
  add(&corpus, "held often", text_label("x"), ROW_VALIDATES);
  assert_ok(corpus_prune(&corpus, &options, &error));
  const uint32_t first[] = {2, 2, 6, 1, 1, 1}, second[] = {7, 2}; /* the vocabulary has three */
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 3);
  assert_memory_equal(corpus_text(&corpus, 0).words, first, sizeof first);
  assert_memory_equal(corpus_text(&corpus, 1).words, second, sizeof second);
  assert_int_equal(corpus.subwords.count, 5);
  check_spelled(&corpus, 0, "");
  check_spelled(&corpus, 1, "twice");
  check_spelled(&corpus, 2, "often");
  check_spelled(&corpus, 3, "rare");
  check_spelled(&corpus, 4, "held");
  Lexicon lexicon = corpus_lexicon(&corpus);
  assert_ptr_equal(lexicon.subwords, &corpus.subwords);
  assert_false(lexicon.folded);
  corpus_free(&corpus);
}

TEST(extra_and_kept_words_are_spelled_too) {
  Corpus corpus = begun_corpus();
  Strings extra = {0};
  strings_add(&extra, "more", 4);
  const PruneOptions options = {.min_count = 2, .most = 100, .keep = 2, .extra = &extra, .spelled = true};
  add(&corpus, "rare more more here", text_label("x"), ROW_TRAINS);
  assert_ok(corpus_prune(&corpus, &options, &error));
  assert_int_equal(vocabulary_size(&corpus.vocabulary), 4);
  check_spelled(&corpus, 1, "gone");
  check_spelled(&corpus, 2, "here");
  check_spelled(&corpus, 3, "more");
  check_spelled(&corpus, 4, "rare");
  const uint32_t row[] = {8, 3, 3, 2};
  assert_memory_equal(corpus_text(&corpus, 0).words, row, sizeof row);
  strings_free(&extra);
  corpus_free(&corpus);
}

TEST(a_word_as_one_that_is_not_in_the_vocabulary) {
  Corpus corpus = make_corpus(), plain = make_corpus();
  const PruneOptions options = {.min_count = 2, .most = 100, .spelled = true};
  add(&corpus, "often often rare", text_label("x"), ROW_TRAINS);
  assert_ok(corpus_prune(&corpus, &options, &error));
  add(&plain, "often often rare", text_label("x"), ROW_TRAINS);
  prune(&plain, 1, 100);
  Lexicon spelled = corpus_lexicon(&corpus), none = corpus_lexicon(&plain);
  size_t vocabulary = vocabulary_size(&corpus.vocabulary);
  assert_int_equal(lexicon_unknown(&spelled, vocabulary, 1), 3);
  check_spelled(&corpus, 1, "often");
  assert_int_equal(lexicon_unknown(&spelled, vocabulary, 4), 4); /* not in the vocabulary already */
  assert_int_equal(lexicon_unknown(&spelled, vocabulary, VOCABULARY_UNKNOWN), VOCABULARY_UNKNOWN);
  assert_int_equal(lexicon_unknown(&none, vocabulary_size(&plain.vocabulary), 1), VOCABULARY_UNKNOWN);
  assert_null(none.subwords);
  corpus_free(&corpus);
  corpus_free(&plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_kept_as_words),
      cmocka_unit_test(rows_have_capitals_if_shapes_count),
      cmocka_unit_test(long_rows_are_cut_and_counted),
      cmocka_unit_test(whole_rows_are_counted_where_they_are_longer),
      cmocka_unit_test(rows_of_each_use),
      cmocka_unit_test(a_held_out_row_adds_no_label),
      cmocka_unit_test(a_tokenizer_that_fails_adds_no_row),
      cmocka_unit_test(each_label_gives_its_share),
      cmocka_unit_test(a_share_is_rounded_and_the_rest_carried),
      cmocka_unit_test(a_label_keeps_a_row_to_train_on),
      cmocka_unit_test(many_rare_labels_give_their_share_together),
      cmocka_unit_test(a_fraction_of_0_holds_nothing_out),
      cmocka_unit_test(rows_of_other_uses_are_not_held_out),
      cmocka_unit_test(the_seed_draws_the_rows),
      cmocka_unit_test(rows_have_sets_of_labels),
      cmocka_unit_test(a_row_with_one_label_is_a_set_of_one),
      cmocka_unit_test(rows_are_dealt_by_their_rarest_label),
      cmocka_unit_test(frequent_words_come_first_and_rows_follow),
      cmocka_unit_test(words_left_out_become_the_unknown_one),
      cmocka_unit_test(only_words_of_training_rows_count),
      cmocka_unit_test(nothing_to_prune),
      cmocka_unit_test(words_of_known_and_unlabelled_rows_count),
      cmocka_unit_test(kept_words_stay_in_their_places),
      cmocka_unit_test(extra_words_come_last_while_there_is_room),
      cmocka_unit_test(words_that_go_keep_numbers_and_spellings),
      cmocka_unit_test(extra_and_kept_words_are_spelled_too),
      cmocka_unit_test(a_word_as_one_that_is_not_in_the_vocabulary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
