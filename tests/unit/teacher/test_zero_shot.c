/* Labels by phrases against the same steps in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "teacher/zero_shot.h"
#include "text/labels.h"
#include "unit/support.h"

enum { TEXTS = 300, PHRASES = 5, SIZE = 8, LABELS = 4, ALL = TEXTS + PHRASES };

/* Scalar products of vectors of length 1, whose sums over hundreds of texts are rounded to float. */
static const double TOLERANCE = 1e-5;

/* Two phrases of label 0; labels 1 and 2 have one or two; label 3 has none, but texts of its own. */
static const uint32_t PHRASE_LABELS[PHRASES] = {0, 1, 0, 2, 2};

typedef struct Case {
  float vectors[ALL * SIZE];
  uint32_t targets[TEXTS];
  float by_names[TEXTS * LABELS], by_centres[TEXTS * LABELS];
  ZeroShot zero_shot;
} Case;

static void scale(double *v) {
  double squares = 0;
  for (size_t i = 0; i < SIZE; i++) squares += v[i] * v[i];
  for (size_t i = 0; i < SIZE && squares > 0; i++) v[i] /= sqrt(squares);
}

static Case *case_new(uint64_t seed) {
  Case *c = allocate(1, sizeof *c);
  fill_normal(c->vectors, ALL * SIZE, 1.0f, seed);
  for (size_t i = 0; i < ALL; i++) {
    double v[SIZE];
    for (size_t k = 0; k < SIZE; k++) v[k] = (double)c->vectors[i * SIZE + k];
    scale(v);
    for (size_t k = 0; k < SIZE; k++) c->vectors[i * SIZE + k] = (float)v[k];
  }
  for (size_t i = 0; i < TEXTS; i++) c->targets[i] = i % 20 == 7 ? 3 : i % 50 == 1 ? 0 : LABELS_NONE;
  c->zero_shot = (ZeroShot){.vectors = c->vectors, .texts = TEXTS, .phrases = PHRASES, .size = SIZE, .labels = LABELS,
                            .targets = c->targets, .phrase_labels = PHRASE_LABELS};
  return c;
}

static void run(Case *c, size_t threads) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  assert_ok(zero_shot_scores(&c->zero_shot, workers, c->by_names, c->by_centres, &error));
  workers_free(workers);
}

/* ---- the same in double ------------------------------------------------------------------- */

typedef double Vectors[LABELS][SIZE];

static void add(const Case *c, size_t text, double *sum) {
  for (size_t k = 0; k < SIZE; k++) sum[k] += (double)c->vectors[text * SIZE + k];
}

static void name_slowly(const Case *c, Vectors names) {
  memset(names, 0, sizeof(Vectors));
  for (size_t i = 0; i < PHRASES; i++) add(c, TEXTS + i, names[PHRASE_LABELS[i]]);
  for (size_t i = 0; i < TEXTS; i++)
    if (c->targets[i] == 3) add(c, i, names[3]); /* the only label without a phrase */
  for (size_t l = 0; l < LABELS; l++) scale(names[l]);
}

static double closeness(const Case *c, size_t text, const double *to) {
  double sum = 0;
  for (size_t k = 0; k < SIZE; k++) sum += (double)c->vectors[text * SIZE + k] * to[k];
  return sum;
}

static size_t closest(const Case *c, size_t text, Vectors centres) {
  size_t best = 0;
  for (size_t l = 1; l < LABELS; l++)
    if (closeness(c, text, centres[l]) > closeness(c, text, centres[best])) best = l;
  return best;
}

static void move_slowly(const Case *c, Vectors names, Vectors centres) {
  Vectors moved = {{0}};
  double counts[LABELS] = {0};
  for (size_t i = 0; i < TEXTS; i++) {
    size_t label = c->targets[i] == LABELS_NONE ? closest(c, i, centres) : c->targets[i];
    counts[label]++;
    add(c, i, moved[label]);
  }
  for (size_t l = 0; l < LABELS; l++) {
    for (size_t k = 0; k < SIZE; k++) centres[l][k] = moved[l][k] / fmax(counts[l], 1) + names[l][k];
    scale(centres[l]);
  }
}

TEST(scores_are_those_of_the_steps) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    Case *c = case_new(seed);
    Vectors names, centres;
    run(c, 1);
    name_slowly(c, names);
    memcpy(centres, names, sizeof centres);
    for (int round = 0; round < 5; round++) move_slowly(c, names, centres);
    for (size_t i = 0; i < TEXTS; i++)
      for (size_t l = 0; l < LABELS; l++) {
        assert_near(c->by_names[i * LABELS + l], closeness(c, i, names[l]), TOLERANCE);
        assert_near(c->by_centres[i * LABELS + l], closeness(c, i, centres[l]), TOLERANCE);
      }
    free(c);
  }
}

/* ---- properties ------------------------------------------------------------------------------ */

/* A text that lies where label 1 does, but is of label 0, draws the centre of 0 to itself. */
TEST(a_labelled_text_is_its_own_labels) {
  const float vectors[] = {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0}; /* two texts, two phrases */
  uint32_t targets[] = {LABELS_NONE, LABELS_NONE};
  const uint32_t phrase_labels[] = {0, 1};
  ZeroShot z = {vectors, 2, 2, 3, 2, targets, phrase_labels};
  float by_names[4], without[4], with[4];
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(zero_shot_scores(&z, workers, by_names, without, &error));
  targets[1] = 0;
  assert_ok(zero_shot_scores(&z, workers, by_names, with, &error));
  workers_free(workers);
  assert_near(without[2], 0.0, TOLERANCE);
  assert_true(with[2] > 0.2f);
  assert_near(by_names[2], 0.0, TOLERANCE);
}

/* Neither a phrase nor a text: no text is close to it. */
TEST(a_label_without_anything_has_closeness_0) {
  Case *c = case_new(5);
  for (size_t i = 0; i < TEXTS; i++) c->targets[i] = LABELS_NONE;
  run(c, 1);
  for (size_t i = 0; i < TEXTS; i++) assert_true(c->by_names[i * LABELS + 3] == 0.0f);
  for (size_t i = 0; i < TEXTS * LABELS; i++) assert_true(isfinite(c->by_centres[i]));
  free(c);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  Case *first = case_new(6);
  run(first, 0);
  for (size_t threads = 1; threads <= 4; threads++) {
    Case *c = case_new(6);
    run(c, threads);
    assert_memory_equal(c->by_names, first->by_names, sizeof c->by_names);
    assert_memory_equal(c->by_centres, first->by_centres, sizeof c->by_centres);
    free(c);
  }
  free(first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scores_are_those_of_the_steps),
      cmocka_unit_test(a_labelled_text_is_its_own_labels),
      cmocka_unit_test(a_label_without_anything_has_closeness_0),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
