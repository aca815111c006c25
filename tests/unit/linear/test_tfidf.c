/* TF-IDF: which features there are, and their values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "linear/tfidf.h"
#include "unit/support.h"

/* Logarithms and a square root of floats: each within 1e-7 of its value. */
static const double ROUNDED = 1e-6;

/* Texts as lists of numbers, each ended by END. */
enum { END = UINT32_MAX, MOST_TEXTS = 64, VOCABULARY = 6, MANY = 1000 };

typedef struct TrainingRun {
  Text texts[MOST_TEXTS];
  size_t count;
} TrainingRun;

static TrainingRun lesson_of(const uint32_t *numbers, size_t count) {
  TrainingRun training = {.count = count};
  for (size_t i = 0; i < count; i++) {
    training.texts[i].words = numbers;
    while (*numbers != END) {
      training.texts[i].length++;
      numbers++;
    }
    numbers++;
  }
  return training;
}

static Status collect_polled(Tfidf *tfidf, const Tfidf *before, const TrainingRun *run, size_t vocabulary, size_t most,
                             size_t threads, Poll poll) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  TfidfTraining training = {run->texts, run->count, vocabulary, most, before};
  Status status = tfidf_collect(tfidf, &training, workers, &error);
  workers_free(workers);
  return status;
}

static Tfidf collect(const Tfidf *before, const TrainingRun *training, size_t vocabulary, size_t most) {
  Tfidf tfidf;
  assert_ok(collect_polled(&tfidf, before, training, vocabulary, most, 0, (Poll){0}));
  return tfidf;
}

static double idf(double rows, double with) { return 1.0 + log((1.0 + rows) / (1.0 + with)); }

/* Three texts: 1 2 1 2 / 2 3 / 1 2 0 3 9, where 0 and 9 are in no vocabulary. */
static const uint32_t THREE[] = {1, 2, 1, 2, END, 2, 3, END, 1, 2, 0, 3, 9, END};

/* ---- which there are ------------------------------------------------------------------ */

/* Pairs 1 2 (in two texts), 2 1 and 2 3. */
TEST(words_and_pairs_of_neighbours_are_features) {
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  assert_int_equal(n.words, VOCABULARY);
  assert_int_equal(n.vocabulary, VOCABULARY);
  assert_int_equal(n.pairs, 3);
  assert_int_equal(tfidf_features(&n), VOCABULARY + 3);
  assert_int_equal(tfidf_pair(&n, 1, 2), VOCABULARY);
  assert_int_equal(tfidf_pair(&n, 2, 1), VOCABULARY + 1);
  assert_int_equal(tfidf_pair(&n, 2, 3), VOCABULARY + 2);
  tfidf_free(&n);
  tfidf_free(&n);
}

TEST(other_pairs_are_none) {
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  for (uint32_t first = 0; first < 12; first++)
    for (uint32_t second = 0; second < 12; second++) {
      bool there = (first == 1 && second == 2) || (first == 2 && second == 1) || (first == 2 && second == 3);
      assert_int_equal(tfidf_pair(&n, first, second) != 0, there);
    }
  assert_int_equal(tfidf_pair(&n, UINT32_MAX, 1), 0);
  tfidf_free(&n);
}

TEST(idf_counts_texts_once_each) {
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  const double with[] = {0, 2, 3, 2, 0, 0, /* pairs: */ 2, 1, 1};
  for (size_t f = 0; f < COUNT(with); f++) assert_near((double)n.idf[f], idf(3, with[f]), ROUNDED);
  tfidf_free(&n);
}

/* The pair in the most texts is kept first. If there is room for one of two equally common
** pairs, neither is kept.
*/
TEST(features_in_most_texts_are_kept) {
  TrainingRun training = lesson_of(THREE, 3);
  for (size_t most = VOCABULARY; most <= VOCABULARY + 3; most++) {
    Tfidf n = collect(NULL, &training, VOCABULARY, most);
    assert_int_equal(n.words, VOCABULARY);
    assert_int_equal(n.pairs, most == VOCABULARY ? 0 : most == VOCABULARY + 3 ? 3 : 1);
    if (n.pairs == 1) assert_int_equal(tfidf_pair(&n, 1, 2), VOCABULARY);
    tfidf_free(&n);
  }
}

/* Words are numbered by how frequent they are, so the first ones are kept. */
TEST(a_vocabulary_too_large_is_cut) {
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, 3);
  TfidfVector v = {0};
  assert_int_equal(n.words, 3);
  assert_int_equal(n.vocabulary, VOCABULARY);
  assert_int_equal(n.pairs, 0);
  assert_ok(tfidf_vector(&n, NULL, training.texts[1], &v, &error)); /* 2 3 */
  assert_int_equal(v.count, 1);
  assert_int_equal(v.number[0], 2);
  tfidf_vector_free(&v);
  tfidf_free(&n);
}

/* Many texts of few words, so that features occur in many different numbers of texts. */
TEST(pairs_against_plain_counting) {
  enum { TEXTS = MOST_TEXTS, LENGTH = 12, WORDS = 9 };
  uint32_t numbers[TEXTS * (LENGTH + 1)], with[WORDS][WORDS] = {{0}};
  Random random = random_stream(4, 0, 0);
  for (size_t i = 0; i < TEXTS; i++) {
    bool seen[WORDS][WORDS] = {{false}};
    uint32_t *text = numbers + i * (LENGTH + 1);
    for (size_t t = 0; t < LENGTH; t++)
      text[t] = (uint32_t)(random_below(&random, WORDS) * random_below(&random, WORDS) / (WORDS - 1));
    text[LENGTH] = END;
    for (size_t t = 0; t + 1 < LENGTH; t++) {
      with[text[t]][text[t + 1]] += text[t] && text[t + 1] && !seen[text[t]][text[t + 1]];
      seen[text[t]][text[t + 1]] = true;
    }
  }
  TrainingRun training = lesson_of(numbers, TEXTS);
  for (size_t most = WORDS; most < WORDS + 90; most += 5) {
    Tfidf n = collect(NULL, &training, WORDS, most);
    uint32_t rarest = UINT32_MAX, commonest = 0;
    assert_true(tfidf_features(&n) <= most);
    for (uint32_t a = 1; a < WORDS; a++)
      for (uint32_t b = 1; b < WORDS; b++) {
        uint32_t feature = tfidf_pair(&n, a, b);
        if (feature) assert_near((double)n.idf[feature], idf(TEXTS, with[a][b]), ROUNDED);
        if (feature && with[a][b] < rarest) rarest = with[a][b];
        if (!feature && with[a][b] > commonest) commonest = with[a][b];
      }
    assert_true(rarest > commonest); /* what is left out is rarer than all that is kept */
    tfidf_free(&n);
  }
}

TEST(no_texts_and_empty_ones) {
  const uint32_t empty[] = {END, 0, END};
  TrainingRun none = {.count = 0}, two = lesson_of(empty, 2);
  Tfidf n = collect(NULL, &none, 1, MANY);
  assert_int_equal(tfidf_features(&n), 1);
  tfidf_free(&n);
  n = collect(NULL, &two, VOCABULARY, MANY);
  assert_int_equal(n.pairs, 0);
  assert_near((double)n.idf[1], idf(2, 0), ROUNDED);
  tfidf_free(&n);
}

/* ---- going on ------------------------------------------------------------------------- */

/* Four words more, and a text with an old pair, one in between and one after. */
static const uint32_t MORE[] = {2, 2, 3, 7, 2, END, 7, 8, 2, 1, END};

TEST(what_was_there_before_stays_with_its_idf) {
  TrainingRun training = lesson_of(THREE, 3), more = lesson_of(MORE, 2);
  Tfidf before = collect(NULL, &training, VOCABULARY, MANY), n = collect(&before, &more, VOCABULARY + 4, MANY);
  assert_int_equal(n.words, VOCABULARY + 4);
  assert_int_equal(n.pairs, 3 + 5); /* and 2 2, 3 7, 7 2, 7 8, 8 2 */
  for (uint32_t w = 0; w < VOCABULARY; w++) assert_true(n.idf[w] == before.idf[w]);
  const uint32_t old[][2] = {{1, 2}, {2, 1}, {2, 3}}, fresh[][2] = {{2, 2}, {3, 7}, {7, 2}, {7, 8}, {8, 2}};
  for (size_t i = 0; i < COUNT(old); i++)
    assert_true(n.idf[tfidf_pair(&n, old[i][0], old[i][1])] == before.idf[tfidf_pair(&before, old[i][0], old[i][1])]);
  for (size_t i = 0; i < COUNT(fresh); i++)
    assert_near((double)n.idf[tfidf_pair(&n, fresh[i][0], fresh[i][1])], idf(2, 1), ROUNDED);
  assert_near((double)n.idf[7], idf(2, 2), ROUNDED);
  assert_near((double)n.idf[9], idf(2, 0), ROUNDED);
  for (uint32_t w = 0; w < n.words; w++) /* the lists rise, as linear_read() asks */
    for (size_t i = (w ? n.pair_end[w - 1] : 0) + 1; i < n.pair_end[w]; i++) assert_true(n.second[i] > n.second[i - 1]);
  tfidf_free(&before);
  tfidf_free(&n);
}

TEST(what_was_there_before_stays_past_the_most) {
  TrainingRun training = lesson_of(THREE, 3), more = lesson_of(MORE, 2);
  Tfidf before = collect(NULL, &training, VOCABULARY, MANY), n = collect(&before, &more, VOCABULARY + 4, 2);
  assert_int_equal(n.words, VOCABULARY);
  assert_int_equal(n.pairs, 3);
  assert_memory_equal(n.idf, before.idf, tfidf_features(&n) * sizeof(float));
  assert_memory_equal(n.second, before.second, n.pairs * sizeof *n.second);
  assert_memory_equal(n.pair_end, before.pair_end, n.words * sizeof *n.pair_end);
  tfidf_free(&before);
  tfidf_free(&n);
}

TEST(going_on_from_nothing_new_changes_nothing) {
  TrainingRun training = lesson_of(THREE, 3), none = {.count = 0};
  Tfidf before = collect(NULL, &training, VOCABULARY, MANY), n = collect(&before, &none, VOCABULARY, MANY);
  assert_int_equal(tfidf_features(&n), tfidf_features(&before));
  assert_memory_equal(n.idf, before.idf, tfidf_features(&n) * sizeof(float));
  tfidf_free(&before);
  tfidf_free(&n);
}

/* ---- a text ---------------------------------------------------------------------------- */

/* 1 2 1 2 4: word 1 twice, pair 1 2 twice, word 2 twice, pair 2 1, word 4. */
TEST(values_are_tf_idf_of_length_1) {
  const uint32_t text[] = {1, 2, 1, 2, 4};
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  TfidfVector v = {0};
  const uint32_t number[] = {1, VOCABULARY, 2, VOCABULARY + 1, 4}, times[] = {2, 2, 2, 1, 1};
  const double with[] = {2, 2, 3, 1, 0};
  double value[5], squares = 0.0;
  assert_ok(tfidf_vector(&n, NULL, (Text){text, 5}, &v, &error));
  assert_int_equal(v.count, 5);
  assert_memory_equal(v.number, number, sizeof number);
  assert_memory_equal(v.times, times, sizeof times);
  for (size_t i = 0; i < 5; i++) {
    value[i] = (1.0 + log((double)times[i])) * idf(3, with[i]);
    squares += value[i] * value[i];
  }
  for (size_t i = 0; i < 5; i++) assert_near((double)v.value[i], value[i] / sqrt(squares), ROUNDED);
  tfidf_vector_free(&v);
  tfidf_vector_free(&v);
  tfidf_free(&n);
}

/* Words past the vocabulary stand behind the pairs, with the idf of a word that no
** row has; in the length words count with their n-grams, pairs alone.
*/
TEST(spelled_words_are_features_and_count_with_their_ngrams) {
  const uint32_t text[] = {1, 2, VOCABULARY + 7, 1, VOCABULARY + 7, VOCABULARY};
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  TfidfVector v = {0};
  n.spelled = true;
  const uint32_t features = VOCABULARY + 3, number[] = {1, VOCABULARY, 2, features + 7, features};
  const double value[] = {(1.0 + log(2.0)) * idf(3, 2), idf(3, 2), idf(3, 3), (1.0 + log(2.0)) * idf(3, 0), idf(3, 0)};
  double squares = 0.0;
  assert_ok(tfidf_vector(&n, NULL, (Text){text, 6}, &v, &error));
  assert_int_equal(v.count, 5);
  assert_memory_equal(v.number, number, sizeof number);
  const double both = 1.0 + (double)TFIDF_SUBWORDS * (double)TFIDF_SUBWORDS;
  for (size_t i = 0; i < 5; i++) squares += (i == 1 ? 1.0 : both) * value[i] * value[i];
  for (size_t i = 0; i < 5; i++) assert_near((double)v.value[i], value[i] / sqrt(squares), ROUNDED);
  n.spelled = false; /* now they are no features */
  assert_ok(tfidf_vector(&n, NULL, (Text){text, 6}, &v, &error));
  assert_int_equal(v.count, 3);
  tfidf_vector_free(&v);
  tfidf_free(&n);
}

TEST(features_are_found_in_a_vector) {
  const uint32_t text[] = {1, 2, 1, 2, 4, 0, 2, 3, 9};
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  TfidfVector v = {0};
  assert_int_equal(tfidf_vector_find(&v, 1), 0); /* an empty one has none */
  assert_ok(tfidf_vector(&n, NULL, (Text){text, COUNT(text)}, &v, &error));
  for (uint32_t feature = 0; feature < VOCABULARY + 9; feature++) {
    size_t at = 0;
    while (at < v.count && v.number[at] != feature) at++;
    assert_int_equal(tfidf_vector_find(&v, feature), at);
  }
  tfidf_vector_free(&v);
  tfidf_free(&n);
}

TEST(a_text_of_nothing_known_is_nothing) {
  const uint32_t text[] = {0, 9, 0};
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  TfidfVector v = {0};
  assert_ok(tfidf_vector(&n, NULL, (Text){text, 3}, &v, &error));
  assert_int_equal(v.count, 0);
  assert_ok(tfidf_vector(&n, NULL, (Text){NULL, 0}, &v, &error));
  assert_int_equal(v.count, 0);
  tfidf_vector_free(&v);
  tfidf_free(&n);
}

TEST(a_vector_serves_one_text_after_another) {
  const uint32_t text[] = {1, 2, 1, 2, 4, 3, 2, 3};
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n = collect(NULL, &training, VOCABULARY, MANY);
  TfidfVector used = {0};
  for (size_t length = 0; length <= 8; length++) {
    TfidfVector fresh = {0};
    assert_ok(tfidf_vector(&n, NULL, (Text){text, length * 5 % 9}, &used, &error));
    assert_ok(tfidf_vector(&n, NULL, (Text){text, length * 5 % 9}, &fresh, &error));
    assert_int_equal(used.count, fresh.count);
    for (size_t i = 0; i < fresh.count; i++) {
      assert_int_equal(used.number[i], fresh.number[i]);
      assert_int_equal(used.times[i], fresh.times[i]);
      assert_true(used.value[i] == fresh.value[i]);
    }
    tfidf_vector_free(&fresh);
  }
  tfidf_vector_free(&used);
  tfidf_free(&n);
}

/* ---- stopping -------------------------------------------------------------------------- */

TEST(collecting_can_be_interrupted) {
  TrainingRun training = lesson_of(THREE, 3);
  Tfidf n;
  Poll poll = {stop_later, &(Stop){0}};
  assert_status(collect_polled(&n, NULL, &training, VOCABULARY, MANY, 0, poll), STATUS_INTERRUPTED);
  assert_null(n.idf);
  assert_int_equal(tfidf_features(&n), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_and_pairs_of_neighbours_are_features),
      cmocka_unit_test(other_pairs_are_none),
      cmocka_unit_test(idf_counts_texts_once_each),
      cmocka_unit_test(features_in_most_texts_are_kept),
      cmocka_unit_test(a_vocabulary_too_large_is_cut),
      cmocka_unit_test(pairs_against_plain_counting),
      cmocka_unit_test(no_texts_and_empty_ones),
      cmocka_unit_test(what_was_there_before_stays_with_its_idf),
      cmocka_unit_test(what_was_there_before_stays_past_the_most),
      cmocka_unit_test(going_on_from_nothing_new_changes_nothing),
      cmocka_unit_test(values_are_tf_idf_of_length_1),
      cmocka_unit_test(spelled_words_are_features_and_count_with_their_ngrams),
      cmocka_unit_test(features_are_found_in_a_vector),
      cmocka_unit_test(a_text_of_nothing_known_is_nothing),
      cmocka_unit_test(a_vector_serves_one_text_after_another),
      cmocka_unit_test(collecting_can_be_interrupted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
