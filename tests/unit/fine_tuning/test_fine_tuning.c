/* Fine-tuning of tiny encoders of random weights: what it learns, what it leaves alone, when there is nothing to do. */
#include "fine_tuning/fine_tuning.h"

#include <stdio.h>

#include "unit/encoder/encoders.h"

enum { TEXTS = 24, LABELS = 2, HIDDEN = 24 };

typedef struct Lesson {
  Encoder *encoder;
  EncoderTexts texts;
  uint32_t rows[TEXTS], targets[TEXTS];
  atomic_size_t done;
  FineTuning tuning;
} Lesson;

/* The label hangs on one word of four. */
static void lesson_begin(Lesson *l, const char *encoder) {
  static const char *const WORDS[] = {"the", "is", "my", "again", "app"};
  *l = (Lesson){.encoder = open_encoder(encoder)};
  for (uint32_t i = 0; i < TEXTS; i++) {
    char text[80];
    snprintf(text, sizeof text, "%s %s %s %s", WORDS[i % 5], WORDS[i / 5 % 5], i % LABELS ? "parcel" : "invoice",
             WORDS[i / 3 % 5]);
    assert_ok(encoder_tokenize(l->encoder, text, strlen(text), &l->texts, &error));
    l->rows[i] = i;
    l->targets[i] = i % LABELS;
  }
  l->tuning = (FineTuning){.encoder = l->encoder, .seed = 1, .done = &l->done,
                           .fewest_steps = FINE_TUNING_FEWEST_STEPS,
                           .labelled = {&l->texts, l->rows, l->targets, TEXTS, LABELS}};
}

static void lesson_end(Lesson *l) {
  encoder_texts_free(&l->texts);
  encoder_free(l->encoder);
}

static Encoder *tune(const Lesson *l, size_t threads) {
  Workers *workers = new_workers(threads);
  Encoder *tuned = NULL;
  assert_ok(fine_tuning_run(&l->tuning, workers, &tuned, &error));
  workers_free(workers);
  return tuned;
}

static void vectors_of(const Encoder *encoder, const Lesson *l, float *vectors) {
  Workers *workers = new_workers(0);
  assert_ok(encoder_embed(encoder, &l->texts, workers, NULL, vectors, &error));
  workers_free(workers);
}

/* The mean cosine of texts of one label less that of texts of two. */
static double apart(const Encoder *encoder, const Lesson *l) {
  float vectors[TEXTS * HIDDEN];
  double sums[2] = {0}, pairs[2] = {0};
  vectors_of(encoder, l, vectors);
  for (size_t i = 0; i < TEXTS; i++)
    for (size_t j = 0; j < i; j++) {
      size_t same = l->targets[i] == l->targets[j];
      sums[same] += dot(vectors + i * HIDDEN, vectors + j * HIDDEN, HIDDEN);
      pairs[same]++;
    }
  return sums[1] / pairs[1] - sums[0] / pairs[0];
}

TEST(texts_of_one_label_come_together) {
  static const char *const NAMES[] = {"bert", "roberta"};
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Lesson l;
    lesson_begin(&l, NAMES[n]);
    assert_true(fine_tuning_possible(&l.tuning));
    Encoder *tuned = tune(&l, 1);
    assert_int_equal(l.done, FINE_TUNING_STEPS);
    assert_true(apart(tuned, &l) > 1.5 * apart(l.encoder, &l));
    encoder_free(tuned);
    lesson_end(&l);
  }
}

/* Each time that it is asked, a second less is left. */
static double ticking(const void *context) {
  double *left = *(double *const *)context;
  return (*left)--;
}

TEST(time_ends_the_steps) {
  Lesson l;
  double left = 20.0, *at = &left;
  TimeLeft time = {ticking, &at};
  lesson_begin(&l, "bert");
  l.tuning.time = &time;
  Encoder *tuned = tune(&l, 1);
  assert_int_equal(l.done, 19);
  assert_true(apart(tuned, &l) > 1.1 * apart(l.encoder, &l));
  encoder_free(tuned);
  lesson_end(&l);
}

TEST(a_few_steps_are_as_none) {
  Lesson l;
  double left = 6.0, *at = &left;
  TimeLeft time = {ticking, &at};
  lesson_begin(&l, "bert");
  l.tuning.time = &time;
  assert_null(tune(&l, 1));
  assert_int_equal(l.done, 2); /* they tell that there is no time for ten */
  lesson_end(&l);
}

TEST(the_encoder_itself_stays_as_it_was) {
  Lesson l;
  float before[TEXTS * HIDDEN], after[TEXTS * HIDDEN];
  lesson_begin(&l, "bert");
  vectors_of(l.encoder, &l, before);
  encoder_free(tune(&l, 1));
  vectors_of(l.encoder, &l, after);
  assert_memory_equal(before, after, sizeof before);
  lesson_end(&l);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  Lesson l;
  float first[TEXTS * HIDDEN], vectors[TEXTS * HIDDEN];
  lesson_begin(&l, "bert");
  for (size_t threads = 0; threads <= 4; threads++) {
    Encoder *tuned = tune(&l, threads);
    vectors_of(tuned, &l, threads ? vectors : first);
    if (threads) assert_memory_equal(first, vectors, sizeof first);
    encoder_free(tuned);
  }
  lesson_end(&l);
}

TEST(another_seed_gives_another_encoder) {
  Lesson l;
  float vectors[2][TEXTS * HIDDEN];
  lesson_begin(&l, "bert");
  for (size_t i = 0; i < 2; i++) {
    l.tuning.seed = i;
    Encoder *tuned = tune(&l, 1);
    vectors_of(tuned, &l, vectors[i]);
    encoder_free(tuned);
  }
  assert_memory_not_equal(vectors[0], vectors[1], sizeof vectors[0]);
  lesson_end(&l);
}

TEST(some_rows_teach_nothing) {
  Lesson l;
  lesson_begin(&l, "bert");
  assert_true(fine_tuning_possible(&l.tuning));
  l.tuning.labelled.count = TEXTS - 1; /* too few */
  assert_false(fine_tuning_possible(&l.tuning));
  l.tuning.labelled.count = TEXTS;
  l.tuning.labelled.labels = 101; /* too many to tell apart in so few steps */
  assert_false(fine_tuning_possible(&l.tuning));
  for (uint32_t i = 0; i < TEXTS; i++) l.targets[i] = i; /* a row each: no two are alike */
  l.tuning.labelled.labels = TEXTS;
  assert_false(fine_tuning_possible(&l.tuning));
  l.targets[1] = 0;
  assert_true(fine_tuning_possible(&l.tuning));
  for (size_t i = 0; i < TEXTS; i++) l.targets[i] = 1; /* one label */
  assert_false(fine_tuning_possible(&l.tuning));
  lesson_end(&l);
  lesson_begin(&l, "static"); /* no layers */
  assert_false(fine_tuning_possible(&l.tuning));
  lesson_end(&l);
}

TEST(texts_without_tokens_are_passed_over) {
  Lesson l;
  lesson_begin(&l, "bert");
  size_t first = l.texts.end[0];
  l.texts.end[0] = 0; /* text 0 is empty now, and text 1 has the tokens of both */
  assert_true(first > 0);
  encoder_free(tune(&l, 1));
  for (size_t i = 0; i < TEXTS - 1; i++) l.texts.end[i] = 0; /* only the last one has tokens */
  assert_false(fine_tuning_possible(&l.tuning));
  lesson_end(&l);
}

TEST(numbers_without_end_are_an_error) {
  Lesson l;
  Encoder *tuned = NULL;
  lesson_begin(&l, "bert");
  Workers *workers = new_workers(0);
  l.encoder->transformer.weights.layers[0].output_norm.scale[0] = 1e38f;
  assert_invalid(fine_tuning_run(&l.tuning, workers, &tuned, &error), "no longer finite after 0 steps of fine-tuning");
  assert_null(tuned);
  workers_free(workers);
  lesson_end(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_of_one_label_come_together),
      cmocka_unit_test(time_ends_the_steps),
      cmocka_unit_test(a_few_steps_are_as_none),
      cmocka_unit_test(the_encoder_itself_stays_as_it_was),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(another_seed_gives_another_encoder),
      cmocka_unit_test(some_rows_teach_nothing),
      cmocka_unit_test(texts_without_tokens_are_passed_over),
      cmocka_unit_test(numbers_without_end_are_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
