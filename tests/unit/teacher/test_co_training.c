/* Co-training: two views of texts whose labels are known to the test alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "teacher/co_training.h"
#include "text/labels.h"
#include "unit/support.h"

enum { TEXTS = 600, SIZE = 4, LABELS = 3, OWN_WORDS = 12, COMMON_WORDS = 10, LENGTH = 8,
       FEATURES = LABELS * OWN_WORDS + COMMON_WORDS };

typedef struct Case {
  float features[TEXTS * SIZE];
  size_t begin[TEXTS], end[TEXTS];
  uint32_t feature[TEXTS * LENGTH], truth[TEXTS], targets[TEXTS];
  float by_names[TEXTS * LABELS], by_centres[TEXTS * LABELS], probabilities[TEXTS * LABELS];
  SparseRows words;
  CoTraining training;
} Case;

/* Texts of label l lie about axis l, and half of their words are its own. The first `labelled` have their label. */
static Case *case_new(size_t labelled, float spread, uint64_t seed) {
  Case *c = allocate(1, sizeof *c);
  Random random = random_stream(seed, 0, 0);
  fill_normal(c->features, TEXTS * SIZE, spread, seed);
  for (size_t i = 0; i < TEXTS; i++) {
    c->truth[i] = (uint32_t)(i % LABELS);
    c->targets[i] = i < labelled ? c->truth[i] : LABELS_NONE;
    c->features[i * SIZE + c->truth[i]] += 1.0f;
    c->begin[i] = i * LENGTH;
    c->end[i] = (i + 1) * LENGTH;
    for (size_t k = 0; k < LENGTH; k++) {
      size_t own = c->truth[i] * OWN_WORDS + random_below(&random, OWN_WORDS);
      size_t common = LABELS * OWN_WORDS + random_below(&random, COMMON_WORDS);
      c->feature[i * LENGTH + k] = (uint32_t)(k % 2 ? own : common);
    }
  }
  c->words = (SparseRows){TEXTS, FEATURES, c->begin, c->end, c->feature, NULL};
  c->training = (CoTraining){.features = c->features, .size = SIZE, .words = &c->words, .targets = c->targets,
                             .labels = LABELS};
  return c;
}

/* Closeness to names that point the right way, but not far. */
static void add_names(Case *c) {
  fill_normal(c->by_names, TEXTS * LABELS, 0.1f, 77);
  for (size_t i = 0; i < TEXTS; i++) c->by_names[i * LABELS + c->truth[i]] += 0.2f;
  memcpy(c->by_centres, c->by_names, sizeof c->by_centres);
  c->training.by_names = c->by_names;
  c->training.by_centres = c->by_centres;
}

static void guess(Case *c, size_t threads) {
  Workers *workers;
  for (size_t i = 0; i < TEXTS * LABELS; i++) c->probabilities[i] = 7.0f; /* to be overwritten */
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  assert_ok(co_training_predict(&c->training, workers, c->probabilities, &error));
  workers_free(workers);
}

static uint32_t best_of(const Case *c, size_t text) { return output_argmax(c->probabilities + text * LABELS, LABELS); }

static double share_right(const Case *c) {
  size_t right = 0;
  for (size_t i = 0; i < TEXTS; i++) right += best_of(c, i) == c->truth[i];
  return (double)right / TEXTS;
}

TEST(a_few_labels_give_all_others) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    Case *c = case_new(9, 0.15f, seed);
    guess(c, 1);
    assert_true(share_right(c) == 1.0);
    free(c);
  }
}

/* By the vectors alone, which overlap, fewer would be right. */
static double none_left(const void *context) {
  (void)context;
  return 0.0;
}

/* Of all texts. */
static double share_sure(const Case *c) {
  size_t sure = 0;
  for (size_t i = 0; i < TEXTS; i++) sure += c->probabilities[i * LABELS + best_of(c, i)] > 0.9f;
  return (double)sure / TEXTS;
}

/* Without time the labelled texts alone are learned from, and from so few all that can be learned. */
TEST(time_ends_the_rounds) {
  static const TimeLeft NO_TIME = {none_left, NULL};
  Case *c = case_new(30, 0.6f, 2);
  guess(c, 1);
  double with_time = share_right(c);
  c->training.time = &NO_TIME;
  guess(c, 1);
  assert_true(share_right(c) > 0.7);
  assert_true(share_sure(c) > 0.3);
  assert_true(share_right(c) < with_time);
  free(c);
}

TEST(words_correct_the_vectors) {
  Case *c = case_new(30, 0.5f, 4);
  guess(c, 1);
  double both = share_right(c);
  for (size_t i = 0; i < TEXTS; i++) c->end[i] = c->begin[i];
  guess(c, 1);
  assert_true(both > 0.97);
  assert_true(share_right(c) < both - 0.03);
  free(c);
}

TEST(probabilities_are_probabilities) {
  Case *c = case_new(9, 0.4f, 5);
  guess(c, 1);
  for (size_t i = 0; i < TEXTS; i++) {
    double sum = 0;
    for (size_t l = 0; l < LABELS; l++) {
      assert_true(c->probabilities[i * LABELS + l] >= 0.0f);
      sum += (double)c->probabilities[i * LABELS + l];
    }
    assert_near(sum, 1.0, 1e-5);
  }
  free(c);
}

/* Even those that are wrong. */
TEST(labelled_texts_keep_their_labels) {
  Case *c = case_new(60, 0.15f, 6);
  c->targets[0] = 1;
  c->targets[7] = 0;
  guess(c, 1);
  for (size_t i = 0; i < 60; i++)
    for (size_t l = 0; l < LABELS; l++)
      assert_true(c->probabilities[i * LABELS + l] == (l == c->targets[i] ? 1.0f : 0.0f));
  free(c);
}

TEST(names_alone_are_enough) {
  Case *c = case_new(0, 0.15f, 7);
  add_names(c);
  guess(c, 1);
  assert_true(share_right(c) > 0.99);
  free(c);
}

TEST(names_and_labels_are_better_than_either) {
  Case *c = case_new(6, 0.15f, 8);
  add_names(c);
  guess(c, 1);
  assert_true(share_right(c) > 0.99);
  free(c);
}

/* Nothing is known: any label will do, but it must be one. */
TEST(without_labels_and_names_numbers_are_finite) {
  Case *c = case_new(0, 0.15f, 9);
  guess(c, 1);
  for (size_t i = 0; i < TEXTS * LABELS; i++) assert_true(isfinite(c->probabilities[i]));
  free(c);
}

/* Vectors of zeros and texts without words, all or some of them. */
TEST(empty_texts_are_guessed_too) {
  for (size_t every = 1; every <= 3; every += 2) {
    Case *c = case_new(9, 0.15f, 10);
    for (size_t i = 0; i < TEXTS; i += every) {
      memset(c->features + i * SIZE, 0, SIZE * sizeof(float));
      c->end[i] = c->begin[i];
    }
    guess(c, 1);
    for (size_t i = 0; i < TEXTS * LABELS; i++) assert_true(isfinite(c->probabilities[i]));
    free(c);
  }
}

TEST(any_number_of_threads_gives_the_same_bits) {
  for (int named = 0; named <= 1; named++) {
    Case *first = case_new(9, 0.4f, 11);
    if (named) add_names(first);
    guess(first, 0);
    for (size_t threads = 1; threads <= 4; threads++) {
      Case *c = case_new(9, 0.4f, 11);
      if (named) add_names(c);
      guess(c, threads);
      assert_memory_equal(c->probabilities, first->probabilities, sizeof c->probabilities);
      free(c);
    }
    free(first);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_few_labels_give_all_others),
      cmocka_unit_test(time_ends_the_rounds),
      cmocka_unit_test(words_correct_the_vectors),
      cmocka_unit_test(probabilities_are_probabilities),
      cmocka_unit_test(labelled_texts_keep_their_labels),
      cmocka_unit_test(names_alone_are_enough),
      cmocka_unit_test(names_and_labels_are_better_than_either),
      cmocka_unit_test(without_labels_and_names_numbers_are_finite),
      cmocka_unit_test(empty_texts_are_guessed_too),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
