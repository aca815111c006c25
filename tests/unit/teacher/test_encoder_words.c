/* Vectors of words out of an encoder. */
#include <math.h>
#include <stdio.h>

#include "teacher/encoder_words.h"
#include "unit/encoder/encoders.h"

enum { HIDDEN = 24, SHORT = 5 };

static const char *const WORDS[] = {"the", "parcel", "is", "late", "my", "invoice", "wrong", "again", "app", "open",
                                    "a", "b", "c", "?", "not", "does", "and"};
enum { WORD_COUNT = COUNT(WORDS) };

static Strings words_of(const char *const *words, size_t count) {
  Strings strings = {0};
  for (size_t i = 0; i < count; i++) assert_true(strings_add(&strings, words[i], strlen(words[i])) == i);
  return strings;
}

static WordVectors read_words(const Encoder *encoder, const Strings *words, size_t size, size_t threads) {
  EncoderWords asked = {.encoder = encoder, .tokenizer = &tokenizer_unicode, .words = words, .size = size, .seed = 1};
  WordVectors vectors = {0};
  Workers *workers = new_workers(threads);
  assert_ok(encoder_words_read(&asked, workers, &vectors, &error));
  workers_free(workers);
  return vectors;
}

static const float *vector_of(const WordVectors *vectors, const char *word) {
  const float *vector = word_vectors_find(vectors, word, strlen(word));
  assert_non_null(vector);
  return vector;
}

/* ---- what the encoder says of each word, less the mean -------------------------------------- */

typedef double Rows[WORD_COUNT][HIDDEN];

static void take_row(void *context, size_t text, size_t worker, const float *vector) {
  (void)worker;
  double(*rows)[HIDDEN] = context;
  for (size_t k = 0; k < HIDDEN; k++) rows[text][k] = (double)vector[k];
}

static void centre_slowly(const Encoder *encoder, Rows rows) {
  EncoderTexts texts = {0};
  Workers *workers = new_workers(0);
  EncoderSink sink = {&encoder->transformer.config.layers, 1, take_row, rows};
  for (size_t i = 0; i < WORD_COUNT; i++)
    assert_ok(encoder_tokenize(encoder, WORDS[i], strlen(WORDS[i]), &texts, &error));
  assert_ok(encoder_run(encoder, &texts, workers, sink, &error));
  for (size_t k = 0; k < HIDDEN; k++) {
    double mean = 0;
    for (size_t i = 0; i < WORD_COUNT; i++) mean += rows[i][k] / WORD_COUNT;
    for (size_t i = 0; i < WORD_COUNT; i++) rows[i][k] -= mean;
  }
  workers_free(workers);
  encoder_texts_free(&texts);
}

static double product_of(const double *x, const double *y) {
  double sum = 0;
  for (size_t k = 0; k < HIDDEN; k++) sum += x[k] * y[k];
  return sum;
}

/* All components are kept: they only turn the vectors, so that products of two stay. Vectors are about 5 long. */
TEST(vectors_are_those_of_the_encoder_turned) {
  static const char *const NAMES[] = {"bert", "static"};
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Encoder *encoder = open_encoder(NAMES[n]);
    Strings words = words_of(WORDS, WORD_COUNT);
    WordVectors vectors = read_words(encoder, &words, HIDDEN, 1);
    Rows rows;
    centre_slowly(encoder, rows);
    assert_int_equal(vectors.size, HIDDEN);
    assert_int_equal(vectors.words.count, WORD_COUNT);
    for (size_t i = 0; i < WORD_COUNT; i++)
      for (size_t j = 0; j <= i; j++)
        assert_near(dot(vector_of(&vectors, WORDS[i]), vector_of(&vectors, WORDS[j]), HIDDEN),
                    product_of(rows[i], rows[j]), 1e-3);
    word_vectors_free(&vectors);
    strings_free(&words);
    encoder_free(encoder);
  }
}

/* No other vectors of that size lie as close: no length grows, and most of it is kept. */
TEST(short_vectors_keep_the_most) {
  Encoder *encoder = open_encoder("static");
  Strings words = words_of(WORDS, WORD_COUNT);
  WordVectors vectors = read_words(encoder, &words, SHORT, 1);
  Rows rows;
  double kept = 0, all = 0;
  centre_slowly(encoder, rows);
  assert_int_equal(vectors.size, SHORT);
  for (size_t i = 0; i < WORD_COUNT; i++) {
    const float *vector = vector_of(&vectors, WORDS[i]);
    double length = product_of(rows[i], rows[i]);
    assert_true(dot(vector, vector, SHORT) <= length * 1.0001);
    kept += dot(vector, vector, SHORT);
    all += length;
  }
  assert_true(kept > 1.3 * all * SHORT / HIDDEN);
  word_vectors_free(&vectors);
  strings_free(&words);
  encoder_free(encoder);
}

/* The table's words are whole tokens of the model; what is none has no vector. */
TEST(what_is_not_one_token_is_left_out) {
  static const char *const SOME[] = {"the", "two words", "", "late"};
  Encoder *encoder = open_encoder("bert");
  Strings words = words_of(SOME, COUNT(SOME));
  WordVectors vectors = read_words(encoder, &words, 3, 1);
  assert_int_equal(vectors.words.count, 2);
  vector_of(&vectors, "the");
  vector_of(&vectors, "late");
  word_vectors_free(&vectors);
  strings_free(&words);
  encoder_free(encoder);
}

TEST(no_words_are_no_error) {
  Encoder *encoder = open_encoder("bert");
  Strings words = {0};
  WordVectors vectors = read_words(encoder, &words, 3, 1);
  assert_int_equal(vectors.words.count, 0);
  word_vectors_free(&vectors);
  encoder_free(encoder);
}

static double none_left(const void *context) {
  (void)context;
  return 0.0;
}

/* A chunk of them is read in any case. */
TEST(words_that_there_is_no_time_for_have_no_vector) {
  enum { MANY = 200, CHUNK = 64 };
  Encoder *encoder = open_encoder("static");
  Strings words = {0};
  char word[16];
  for (size_t i = 0; i < MANY; i++) {
    snprintf(word, sizeof word, "w%zu", i);
    assert_true(strings_add(&words, word, strlen(word)) == i);
  }
  TimeLeft time = {none_left, NULL};
  atomic_size_t done = 0;
  EncoderWords asked = {.encoder = encoder, .tokenizer = &tokenizer_unicode, .words = &words, .size = SHORT, .seed = 1,
                        .time = &time, .done = &done};
  WordVectors vectors = {0};
  Workers *workers = new_workers(1);
  assert_ok(encoder_words_read(&asked, workers, &vectors, &error));
  assert_int_equal(done, CHUNK);
  assert_int_equal(vectors.words.count, CHUNK);
  assert_null(word_vectors_find(&vectors, word, strlen(word)));
  workers_free(workers);
  word_vectors_free(&vectors);
  strings_free(&words);
  encoder_free(encoder);
}

TEST(one_word_has_a_vector_of_numbers) {
  Encoder *encoder = open_encoder("bert");
  Strings words = words_of(WORDS, 1);
  WordVectors vectors = read_words(encoder, &words, SHORT, 1);
  for (size_t i = 0; i < SHORT; i++) assert_true(isfinite(vector_of(&vectors, WORDS[0])[i]));
  word_vectors_free(&vectors);
  strings_free(&words);
  encoder_free(encoder);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  Encoder *encoder = open_encoder("bert");
  Strings words = words_of(WORDS, WORD_COUNT);
  WordVectors first = read_words(encoder, &words, SHORT, 0);
  for (size_t threads = 1; threads <= 4; threads++) {
    WordVectors vectors = read_words(encoder, &words, SHORT, threads);
    assert_memory_equal(vectors.values, first.values, WORD_COUNT * SHORT * sizeof(float));
    word_vectors_free(&vectors);
  }
  word_vectors_free(&first);
  strings_free(&words);
  encoder_free(encoder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_are_those_of_the_encoder_turned),
      cmocka_unit_test(short_vectors_keep_the_most),
      cmocka_unit_test(what_is_not_one_token_is_left_out),
      cmocka_unit_test(no_words_are_no_error),
      cmocka_unit_test(words_that_there_is_no_time_for_have_no_vector),
      cmocka_unit_test(one_word_has_a_vector_of_numbers),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
