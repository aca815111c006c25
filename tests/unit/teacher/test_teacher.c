/* Teachers: features by an encoder and from vectors made elsewhere. */
#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "teacher/teacher.h"
#include "unit/encoder/encoders.h"

enum { TEXTS = 40, HIDDEN = 24, SAMPLED = 4000 };

/* Features are turned vectors of length 1: some hundred sums of numbers below 1. */
static const double TOLERANCE = 1e-4;

static Teacher *teacher_of(const Encoder *encoder) {
  Teacher *t;
  assert_ok(teacher_new(encoder, &t, &error));
  return t;
}

static void add_text(Teacher *t, const char *text) { assert_ok(teacher_add_text(t, text, strlen(text), &error)); }

/* Of the words that the tiny tokenizers know; `number` is told by the words. */
static void make_text(size_t number, char text[SAMPLE_SIZE]) {
  static const char *const WORDS[] = {"the", "parcel", "is", "late", "my", "invoice", "wrong", "again", "app", "open"};
  snprintf(text, SAMPLE_SIZE, "%s %s %s %s", WORDS[number % 10], WORDS[number / 10 % 10], WORDS[number / 100 % 10],
           WORDS[number / 1000 % 10]);
}

static void add_texts(Teacher *t, size_t count) {
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < count; i++) {
    make_text(i, text);
    add_text(t, text);
  }
}

static void read_texts(Teacher *t, size_t threads) {
  Workers *workers = new_workers(threads);
  assert_ok(teacher_read(t, NULL, 0, 1, workers, &error));
  workers_free(workers);
}

static const float *features_of(const Teacher *t, size_t text) { return t->features + text * t->size; }

/* Each time that it is asked, a second less is left. */
static double ticking(const void *context) {
  double *left = *(double *const *)context;
  return (*left)--;
}

static size_t count_unread(const Teacher *t) {
  size_t count = 0;
  for (size_t i = 0; i < t->count && t->unread; i++) count += t->unread[i];
  return count;
}

/* ---- an encoder ------------------------------------------------------------------------------ */

TEST(an_encoder_gives_every_text_features) {
  static const char *const NAMES[] = {"bert", "roberta", "static"};
  static const size_t LAYERS[] = {3, 3, 1}; /* those of the tiny ones, and the vectors before them */
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Encoder *encoder = open_encoder(NAMES[n]);
    Teacher *t = teacher_of(encoder);
    add_texts(t, TEXTS);
    read_texts(t, 1);
    assert_int_equal(t->count, TEXTS);
    assert_int_equal(t->size, LAYERS[n] * HIDDEN);
    assert_int_equal(t->done, TEXTS);
    assert_null(t->own_vectors);
    for (size_t i = 0; i < TEXTS; i++) {
      assert_true(teacher_knows(t, i));
      assert_near(dot(features_of(t, i), features_of(t, i), t->size), 1.0, 5e-2); /* 40 rows, 72 directions */
    }
    teacher_free(t);
    encoder_free(encoder);
  }
}

TEST(equal_texts_have_equal_features) {
  Encoder *encoder = open_encoder("bert");
  Teacher *t = teacher_of(encoder);
  add_texts(t, TEXTS);
  add_texts(t, TEXTS);
  read_texts(t, 1);
  for (size_t i = 0; i < TEXTS; i++)
    assert_memory_equal(features_of(t, i), features_of(t, i + TEXTS), t->size * sizeof(float));
  teacher_free(t);
  encoder_free(encoder);
}

TEST(the_last_layers_vectors_are_kept_if_wanted) {
  Encoder *encoder = open_encoder("bert");
  Teacher *t = teacher_of(encoder);
  char text[SAMPLE_SIZE];
  float vector[HIDDEN];
  add_texts(t, TEXTS);
  t->keeps_vectors = true;
  read_texts(t, 1);
  assert_int_equal(t->vector_size, HIDDEN);
  for (size_t i = 0; i < TEXTS; i++) {
    make_text(i, text);
    embed(encoder, text, vector);
    assert_close(t->own_vectors + i * HIDDEN, vector, HIDDEN, 1e-5);
  }
  teacher_free(t);
  encoder_free(encoder);
}

/* Texts without a token, and one of 100,000 of them. */
TEST(empty_and_long_texts_have_features) {
  static const char *const NAMES[] = {"bert", "static"};
  char *text = allocate(500001, 1);
  for (size_t i = 0; i < 500000; i++) text[i] = "late "[i % 5];
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Encoder *encoder = open_encoder(NAMES[n]);
    Teacher *t = teacher_of(encoder);
    add_text(t, "");
    add_text(t, text);
    add_text(t, " \t");
    add_text(t, "the parcel");
    t->keeps_vectors = true;
    read_texts(t, 2);
    for (size_t i = 0; i < t->count * t->size; i++) assert_true(isfinite(t->features[i]));
    for (size_t i = 0; i < t->count * HIDDEN; i++) assert_true(isfinite(t->own_vectors[i]));
    teacher_free(t);
    encoder_free(encoder);
  }
  free(text);
}

static void compare_threads(size_t texts) {
  Encoder *encoder = open_encoder("static");
  Teacher *first = teacher_of(encoder);
  add_texts(first, texts);
  first->keeps_vectors = true;
  read_texts(first, 0);
  for (size_t threads = 1; threads <= 4; threads++) {
    Teacher *t = teacher_of(encoder);
    add_texts(t, texts);
    t->keeps_vectors = true;
    read_texts(t, threads);
    assert_int_equal(t->done, texts);
    assert_memory_equal(t->features, first->features, texts * t->size * sizeof(float));
    assert_memory_equal(t->own_vectors, first->own_vectors, texts * HIDDEN * sizeof(float));
    teacher_free(t);
  }
  teacher_free(first);
  encoder_free(encoder);
}

/* Of more texts than the sample has, too. */
TEST(any_number_of_threads_gives_the_same_bits) {
  compare_threads(TEXTS);
  compare_threads(SAMPLED + 500);
}

TEST(no_texts_are_no_error) {
  Encoder *encoder = open_encoder("bert");
  Teacher *t = teacher_of(encoder);
  read_texts(t, 1);
  assert_int_equal(t->done, 0);
  teacher_free(t);
  teacher_free(NULL);
  encoder_free(encoder);
}

/* ---- vectors made elsewhere --------------------------------------------------------------------- */

static Status add_vector(Teacher *t, const char *text, const float *vector, size_t size) {
  return teacher_add_vector(t, text, strlen(text), vector, size, &error);
}

/* The static encoder's vectors, given from outside, are its one layer. */
TEST(given_vectors_are_as_those_of_an_encoder) {
  Encoder *encoder = open_encoder("static");
  Teacher *by_encoder = teacher_of(encoder), *given = teacher_of(NULL);
  float vector[HIDDEN];
  char text[SAMPLE_SIZE];
  add_texts(by_encoder, TEXTS);
  add_texts(given, TEXTS);
  for (size_t i = 0; i < TEXTS; i++) {
    make_text(i, text);
    embed(encoder, text, vector);
    assert_ok(add_vector(given, text, vector, HIDDEN));
  }
  read_texts(by_encoder, 1);
  read_texts(given, 1);
  assert_int_equal(given->size, by_encoder->size);
  assert_close(given->features, by_encoder->features, TEXTS * given->size, TOLERANCE);
  teacher_free(by_encoder);
  teacher_free(given);
  encoder_free(encoder);
}

TEST(a_text_without_a_vector_is_zero) {
  const float one[] = {1, 2, 3}, two[] = {3, 1, 0}, three[] = {0, 1, -2};
  Teacher *t = teacher_of(NULL);
  add_text(t, "one");
  add_text(t, "unknown");
  add_text(t, "two");
  add_text(t, "one");
  add_text(t, "three");
  assert_false(teacher_knows(t, 0));
  assert_ok(add_vector(t, "one", one, 3));
  assert_ok(add_vector(t, "two", two, 3));
  assert_ok(add_vector(t, "three", three, 3));
  assert_ok(add_vector(t, "nobody's", three, 3));
  t->keeps_vectors = true;
  read_texts(t, 1);
  for (size_t i = 0; i < t->count; i++) {
    assert_int_equal(teacher_knows(t, i), i != 1);
    assert_near(dot(features_of(t, i), features_of(t, i), 3), i == 1 ? 0.0 : 1.0, TOLERANCE);
    assert_near(dot(t->own_vectors + i * 3, t->own_vectors + i * 3, 3), i == 1 ? 0.0 : 1.0, TOLERANCE);
  }
  assert_memory_equal(features_of(t, 0), features_of(t, 3), 3 * sizeof(float));
  assert_true(teacher_knows_text(t, "two", 3));
  assert_false(teacher_knows_text(t, "unknown", 7) || teacher_knows_text(t, "nobody's", 8));
  teacher_free(t);
}

TEST(the_last_vector_of_a_text_counts) {
  const float first[] = {1, 0}, last[] = {0, 2};
  Teacher *t = teacher_of(NULL);
  add_text(t, "one");
  add_text(t, "two");
  assert_ok(add_vector(t, "one", first, 2));
  assert_ok(add_vector(t, "one", last, 2));
  t->keeps_vectors = true;
  read_texts(t, 1);
  assert_true(t->own_vectors[0] == 0.0f && t->own_vectors[1] == 1.0f);
  teacher_free(t);
}

TEST(vectors_that_cannot_be_used_are_refused) {
  const float good[] = {1, 2, 3};
  const float bad[][3] = {{1, NAN, 3}, {INFINITY, 2, 3}, {1, 2, -INFINITY}};
  Teacher *t = teacher_of(NULL);
  add_text(t, "one");
  assert_ok(add_vector(t, "one", good, 3));
  assert_invalid(add_vector(t, "two", good, 2),
                 "the vector of the text 'two' has 2 numbers, expected 3 as those before");
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_invalid(add_vector(t, "one", bad[i], 3), "the vector of the text 'one' has a number that is not finite");
  teacher_free(t);
}

/* ---- time --------------------------------------------------------------------------------- */

/* With vectors made elsewhere if there is no encoder. */
static void read_in_time(const Encoder *encoder, double seconds, size_t least, size_t most) {
  enum { MANY = 600 };
  const uint32_t first[] = {MANY - 1, 7, MANY - 2};
  double *at = &seconds;
  TimeLeft time = {ticking, &at};
  Teacher *t = teacher_of(encoder);
  Workers *workers = new_workers(1);
  add_texts(t, MANY);
  for (size_t i = 0; i < MANY && !encoder; i++) {
    char text[SAMPLE_SIZE];
    make_text(i, text);
    assert_ok(teacher_add_vector(t, text, strlen(text), (float[]){1.0f, (float)i, 2.0f}, 3, &error));
  }
  t->time = &time;
  assert_ok(teacher_read(t, first, COUNT(first), 1, workers, &error));
  size_t unread = count_unread(t);
  assert_true(MANY - unread >= least && MANY - unread <= most);
  for (size_t i = 0; i < COUNT(first) && t->unread; i++) assert_false(t->unread[first[i]]);
  for (size_t i = 0; i < MANY; i++)
    assert_true((dot(features_of(t, i), features_of(t, i), t->size) > 0) == !(t->unread && t->unread[i]));
  t->time = NULL;
  assert_ok(teacher_read(t, NULL, 0, 1, workers, &error));
  assert_null(t->unread);
  workers_free(workers);
  teacher_free(t);
}

TEST(a_teacher_reads_what_there_is_time_for) {
  Encoder *encoder = open_encoder("static");
  read_in_time(encoder, -1.0, 16, 16); /* a chunk */
  read_in_time(encoder, 12.0, 32, 500);
  read_in_time(encoder, 1e6, 600, 600);
  read_in_time(NULL, -1.0, 16, 16);
  read_in_time(NULL, 12.0, 32, 500);
  read_in_time(NULL, 1e6, 600, 600);
  encoder_free(encoder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_encoder_gives_every_text_features),
      cmocka_unit_test(equal_texts_have_equal_features),
      cmocka_unit_test(the_last_layers_vectors_are_kept_if_wanted),
      cmocka_unit_test(empty_and_long_texts_have_features),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(no_texts_are_no_error),
      cmocka_unit_test(given_vectors_are_as_those_of_an_encoder),
      cmocka_unit_test(a_text_without_a_vector_is_zero),
      cmocka_unit_test(the_last_vector_of_a_text_counts),
      cmocka_unit_test(vectors_that_cannot_be_used_are_refused),
      cmocka_unit_test(a_teacher_reads_what_there_is_time_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
