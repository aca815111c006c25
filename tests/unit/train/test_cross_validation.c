/* Rows judged by other rows: whose labels are doubted, by whom, and rows that are few. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "train/cross_validation.h"
#include "unit/support.h"

static void add(Corpus *corpus, const char *text, Label label) {
  assert_ok(corpus_add(corpus, &tokenizer_unicode, text, strlen(text), &label, ROW_TRAINS, &error));
}

static void prune(Corpus *corpus) {
  const PruneOptions options = {.min_count = 1, .most = 10000, .spelled = true};
  assert_ok(corpus_prune(corpus, &options, &error));
}

/* Every twentieth row has the label of another subject. */
static bool is_swapped(size_t row) { return row % 20 == 7; }

static Corpus sample_corpus(size_t rows) {
  Corpus corpus = {0};
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < rows; i++) {
    sample_text(i, text);
    add(&corpus, text, sample_label(i + is_swapped(i)));
  }
  prune(&corpus);
  return corpus;
}

static Status judge_polled(const Corpus *corpus, uint64_t seed, size_t threads, Poll poll, Prediction *predictions) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  Status status = cross_validation_predict(corpus, seed, workers, predictions, NULL, &error);
  workers_free(workers);
  return status;
}

/* [rows] for free(); what is never filled in is no probability. */
static Prediction *judge(const Corpus *corpus, uint64_t seed, size_t threads) {
  Prediction *predictions = allocate(corpus->rows, sizeof *predictions);
  const Prediction none = {.label = 1000, .confidence = NAN, .of_asked = NAN, .runner_up = NAN};
  for (size_t i = 0; i < corpus->rows; i++) predictions[i] = none;
  assert_ok(judge_polled(corpus, seed, threads, (Poll){0}, predictions));
  return predictions;
}

/* Each says which label is the most probable one, and how far the others are. */
static void check_probabilities(const Corpus *corpus, const Prediction *predictions) {
  size_t labels = corpus->labels.keys.count;
  for (size_t i = 0; i < corpus->rows; i++) {
    const Prediction *p = &predictions[i];
    assert_true(p->label < labels);
    assert_true(p->confidence >= 1.0f / (float)labels - 1e-6f && p->confidence <= 1.0f);
    assert_true(p->runner_up >= 0.0f && p->runner_up <= p->confidence);
    assert_true(p->confidence + p->runner_up <= 1.0f + 1e-6f);
    if (p->label == corpus->target[i])
      assert_true(p->of_asked == p->confidence);
    else
      assert_true(p->of_asked >= 0.0f && p->of_asked <= p->runner_up);
  }
}

/* ---- doubts ---------------------------------------------------------------------------- */

static const Prediction *judged;

static int doubtful_first(const void *a, const void *b) {
  const size_t *x = a, *y = b;
  if (judged[*x].of_asked != judged[*y].of_asked) return judged[*x].of_asked < judged[*y].of_asked ? -1 : 1;
  return *x < *y ? -1 : 1;
}

/* How many swapped rows are among the most doubtful `first` ones. */
static size_t count_swapped(const Prediction *predictions, size_t rows, size_t first) {
  size_t *order = allocate(rows, sizeof *order), swapped = 0;
  for (size_t i = 0; i < rows; i++) order[i] = i;
  judged = predictions;
  qsort(order, rows, sizeof *order, doubtful_first);
  for (size_t i = 0; i < first; i++) swapped += is_swapped(order[i]);
  free(order);
  return swapped;
}

/* Wrong labels teach, too, so that some of the others are doubted beside them; but they
** are one in twenty, and 95 in 100 of them stand in the first tenth.
*/
static void check_doubts(const Corpus *corpus, const Prediction *predictions) {
  size_t doubted[2] = {0}, rows[2] = {0};
  check_probabilities(corpus, predictions);
  for (size_t i = 0; i < corpus->rows; i++) {
    rows[is_swapped(i)]++;
    doubted[is_swapped(i)] += predictions[i].of_asked < 0.5f;
  }
  assert_true(100 * doubted[true] >= 95 * rows[true]);
  assert_true(100 * doubted[false] <= 3 * rows[false]);
  assert_true(100 * count_swapped(predictions, corpus->rows, corpus->rows / 10) >= 95 * rows[true]);
}

/* With ten folds and with five, and in folds of one task and of more. */
TEST(swapped_labels_are_improbable_and_the_others_are_not) {
  const size_t sizes[] = {100, 600, 2600};
  for (size_t k = 0; k < COUNT(sizes); k++) {
    Corpus corpus = sample_corpus(sizes[k]);
    Prediction *predictions = judge(&corpus, 1, 2);
    check_doubts(&corpus, predictions);
    free(predictions);
    corpus_free(&corpus);
  }
}

/* Each label has a word of its own: none is doubted, whichever place in a fold a row has. */
TEST(labels_that_all_rows_confirm_are_not_doubted) {
  static const char *const WORDS[] = {"rain", "goal", "soup"};
  Corpus corpus = {0};
  for (size_t i = 0; i < 2600; i++) add(&corpus, WORDS[i % COUNT(WORDS)], sample_label(i));
  prune(&corpus);
  Prediction *predictions = judge(&corpus, 1, 2);
  check_probabilities(&corpus, predictions);
  for (size_t i = 0; i < corpus.rows; i++) assert_true(predictions[i].of_asked > 0.9f);
  free(predictions);
  corpus_free(&corpus);
}

TEST(of_two_labels_swapped_ones_are_improbable) {
  Corpus corpus = {0};
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < 300; i++) {
    sample_text(i, text);
    add(&corpus, text, text_label((i % SAMPLE_LABELS == 0) ^ is_swapped(i) ? "weather" : "other"));
  }
  prune(&corpus);
  Prediction *predictions = judge(&corpus, 1, 1);
  check_doubts(&corpus, predictions);
  free(predictions);
  corpus_free(&corpus);
}

/* Each text is a word of its own, in letters drawn at random, and each label a coin's:
** who has seen a row is sure of its label, who has not is right half the time.
*/
TEST(no_row_is_judged_by_who_has_seen_its_label) {
  enum { COINS = 400 };
  Corpus corpus = {0};
  Random random = random_stream(3, 0, 0);
  double sum = 0.0;
  for (size_t i = 0; i < COINS; i++) {
    char text[16] = {0};
    for (size_t c = 0; c + 1 < sizeof text; c++) text[c] = (char)('a' + random_below(&random, 26));
    add(&corpus, text, text_label(random_below(&random, 2) ? "heads" : "tails"));
  }
  prune(&corpus);
  Prediction *predictions = judge(&corpus, 1, 1);
  for (size_t i = 0; i < COINS; i++) sum += (double)predictions[i].of_asked;
  assert_true(sum / COINS < 0.6); /* of 400 coins the share of heads deviates by 0.025 */
  free(predictions);
  corpus_free(&corpus);
}

/* ---- repeating and stopping -------------------------------------------------------------- */

TEST(any_number_of_threads_judges_the_same) {
  Corpus corpus = sample_corpus(2600);
  Prediction *expected = judge(&corpus, 1, 0);
  for (size_t threads = 1; threads <= 3; threads++) {
    Prediction *predictions = judge(&corpus, 1, threads);
    assert_memory_equal(predictions, expected, corpus.rows * sizeof *expected);
    free(predictions);
  }
  free(expected);
  corpus_free(&corpus);
}

TEST(another_seed_deals_otherwise) {
  Corpus corpus = sample_corpus(100);
  Prediction *one = judge(&corpus, 1, 0), *again = judge(&corpus, 1, 0), *two = judge(&corpus, 2, 0);
  assert_memory_equal(one, again, corpus.rows * sizeof *one);
  assert_memory_not_equal(one, two, corpus.rows * sizeof *one);
  free(one);
  free(again);
  free(two);
  corpus_free(&corpus);
}

/* Without threads each task asks. Few of the times are tried later on. */
TEST(judging_can_be_interrupted_anywhere) {
  Corpus corpus = sample_corpus(60);
  Prediction *predictions = allocate(corpus.rows, sizeof *predictions);
  Status status = STATUS_INTERRUPTED;
  Stop stop = {0};
  for (size_t after = 0; status; after += 1 + after / 4) {
    stop = (Stop){.after = after};
    status = judge_polled(&corpus, 1, 0, (Poll){stop_later, &stop}, predictions);
    if (!status) break;
    assert_int_equal(status, STATUS_INTERRUPTED);
    assert_int_equal(stop.asked, after + 1); /* and not once more */
  }
  assert_true(stop.asked > 2 * 10); /* in each fold, while it learns and while it judges */
  for (size_t threads = 1; threads <= 2; threads++) {
    stop = (Stop){0};
    status = judge_polled(&corpus, 1, threads, (Poll){stop_later, &stop}, predictions);
    if (stop.asked) assert_int_equal(status, STATUS_INTERRUPTED); /* else it was over before the first poll */
  }
  free(predictions);
  corpus_free(&corpus);
}

/* ---- rows that are few, or say nothing ------------------------------------------------------ */

/* Nobody else knows that label: it is judged to be another one. */
TEST(a_label_that_one_row_has) {
  const size_t places[] = {0, 25, 40};
  for (size_t k = 0; k < COUNT(places); k++) {
    Corpus corpus = {0};
    char text[SAMPLE_SIZE];
    for (size_t i = 0; i < 41; i++) {
      sample_text(i, text);
      add(&corpus, text, i == places[k] ? text_label("lonely") : sample_label(i));
    }
    prune(&corpus);
    Prediction *predictions = judge(&corpus, 1, 2);
    check_probabilities(&corpus, predictions);
    for (size_t i = 0; i < corpus.rows; i++)
      assert_int_equal(predictions[i].label, labels_find(&corpus.labels, sample_label(i)));
    assert_true(predictions[places[k]].of_asked < 0.2f);
    free(predictions);
    corpus_free(&corpus);
  }
}

/* From the rows of one label alone the other label of two cannot be learned: what is
** said of a row is then no more than a number.
*/
TEST(fewer_rows_than_folds) {
  for (size_t rows = 2; rows < 12; rows++) {
    for (size_t labels = 2; labels <= SAMPLE_LABELS && labels <= rows; labels++) {
      Corpus corpus = {0};
      char text[SAMPLE_SIZE];
      for (size_t i = 0; i < rows; i++) {
        sample_text(i % labels, text);
        add(&corpus, text, sample_label(i % labels));
      }
      prune(&corpus);
      Prediction *predictions = judge(&corpus, 1, 2);
      check_probabilities(&corpus, predictions);
      for (size_t i = 0; i < rows && rows >= 2 * labels; i++) /* the same text is among the others */
        assert_int_equal(predictions[i].label, corpus.target[i]);
      free(predictions);
      corpus_free(&corpus);
    }
  }
}

/* They have what is the most frequent label among the others. */
TEST(empty_texts_are_judged_too) {
  for (int all = 0; all <= 1; all++) {
    Corpus corpus = {0};
    char text[SAMPLE_SIZE];
    for (size_t i = 0; i < 60; i++) {
      sample_text(0, text);
      add(&corpus, all || i % 3 ? "" : text, sample_label(i % 5 == 0));
    }
    prune(&corpus);
    Prediction *predictions = judge(&corpus, 1, 2);
    check_probabilities(&corpus, predictions);
    for (size_t i = 0; i < corpus.rows && all; i++)
      assert_int_equal(predictions[i].label, labels_find(&corpus.labels, sample_label(0)));
    free(predictions);
    corpus_free(&corpus);
  }
}

/* ---- sets of labels ----------------------------------------------------------------------- */

/* Rows have the label of their subject, every fourth "third" as well. Of 40 rows one has another subject's, and one
** lacks "third".
*/
TEST(missing_and_wrong_labels_are_improbable) {
  enum { SETS = 240 };
  Corpus corpus = {.multilabel = true};
  for (size_t i = 0; i < SETS; i++) {
    char text[SAMPLE_SIZE + 8] = "";
    Label labels[] = {sample_label(i + (i % 40 == 7)), text_label("third")};
    RowLabels row = {labels, 1 + (i % 4 == 0)};
    sample_text(i, text);
    if (i % 4 == 0) strcat(text, " third");
    if (i % 40 == 28) row.count = 1;
    assert_ok(corpus_add_labels(&corpus, &tokenizer_unicode, text, strlen(text), &row, ROW_TRAINS, &error));
  }
  prune(&corpus);
  GivenLabels given = {0};
  Workers *workers;
  Prediction *predictions = allocate(SETS, sizeof *predictions);
  assert_ok(workers_new(2, (Poll){0}, &workers, &error));
  assert_ok(cross_validation_predict(&corpus, 1, workers, predictions, &given, &error));
  workers_free(workers);
  size_t doubted = 0;
  for (size_t i = 0; i < SETS; i++) {
    bool wrong = i % 40 == 7 || i % 40 == 28;
    if (wrong) assert_true(predictions[i].of_asked < 0.5f);
    doubted += !wrong && predictions[i].of_asked < 0.5f;
    assert_true(predictions[i].given_begin + predictions[i].given_count <= given.count);
  }
  assert_true(doubted < SETS / 20);
  given_labels_free(&given);
  free(predictions);
  corpus_free(&corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(swapped_labels_are_improbable_and_the_others_are_not),
      cmocka_unit_test(labels_that_all_rows_confirm_are_not_doubted),
      cmocka_unit_test(of_two_labels_swapped_ones_are_improbable),
      cmocka_unit_test(no_row_is_judged_by_who_has_seen_its_label),
      cmocka_unit_test(any_number_of_threads_judges_the_same),
      cmocka_unit_test(another_seed_deals_otherwise),
      cmocka_unit_test(judging_can_be_interrupted_anywhere),
      cmocka_unit_test(a_label_that_one_row_has),
      cmocka_unit_test(fewer_rows_than_folds),
      cmocka_unit_test(empty_texts_are_judged_too),
      cmocka_unit_test(missing_and_wrong_labels_are_improbable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
