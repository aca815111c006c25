/* Labels that are decided each by itself: calibration, thresholds, files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/binary_relevance.h"
#include "unit/support.h"

enum { MOST_ROWS = 3000, LABELS = 4 };

/* Label c is on one row of 2, 6, 18, 54. */
typedef struct Sample {
  float network[MOST_ROWS * LABELS], margins[MOST_ROWS * LABELS];
  uint32_t targets[MOST_ROWS];
  bool has[MOST_ROWS][LABELS];
  LabelSets sets;
  RelevanceRows rows;
} Sample;

static Sample *sample_new(size_t rows, float known, float sure, uint64_t seed) {
  static const size_t RARE[LABELS] = {2, 6, 18, 54};
  Sample *s = allocate(1, sizeof *s);
  Random random = random_stream(seed, 0, 0);
  for (size_t i = 0; i < rows; i++) {
    LabelList list = {0};
    for (uint32_t c = 0; c < LABELS; c++) {
      bool has = s->has[i][c] = random_below(&random, RARE[c]) == 0;
      s->network[i * LABELS + c] = sure * (random_normal(&random) + (has ? known : -known));
      s->margins[i * LABELS + c] = 0.5f * (random_normal(&random) + (has ? 2.0f : -2.0f));
      if (has) assert_true(label_list_add(&list, c));
    }
    s->targets[i] = label_sets_add(&s->sets, label_list_set(&list));
    label_list_free(&list);
  }
  s->rows = (RelevanceRows){rows, s->network, s->margins, &s->sets, s->targets};
  return s;
}

static void sample_free(Sample *s) {
  label_sets_free(&s->sets);
  free(s);
}

static const RelevancePrior PRIOR = {{0.3f, 3.0f, 0.5f}, 0.4f};

static BinaryRelevance fit(const Sample *s) {
  BinaryRelevance b;
  assert_ok(binary_relevance_new(LABELS, &PRIOR, &b, &error));
  assert_ok(binary_relevance_fit(&b, &s->rows, &error));
  return b;
}

/* p [rows] of a label, by the formula, in double. */
static double probability(const Sample *s, const float *blend, size_t row, size_t c) {
  double z = (double)blend[0] * (double)s->network[row * LABELS + c] +
             (double)blend[1] * (double)s->margins[row * LABELS + c] + (double)blend[2];
  return 1.0 / (1.0 + exp(-z));
}

TEST(forward_adds_the_branches_and_the_bias) {
  BinaryRelevance b;
  assert_ok(binary_relevance_new(2, &PRIOR, &b, &error));
  b.blend[BLEND_SIZE + BLEND_NETWORK] = 2.0f;
  b.blend[BLEND_SIZE + BLEND_BIAS] = -1.0f;
  float logits[] = {1.0f, -2.0f}, alone[] = {1.0f, -2.0f};
  const float margins[] = {0.5f, 1.0f};
  binary_relevance_forward(&b, margins, logits);
  binary_relevance_forward(&b, NULL, alone);
  assert_close(logits, ((float[]){2.3f, -2.0f}), 2, 1e-6);
  assert_close(alone, ((float[]){0.8f, -5.0f}), 2, 1e-6);
  assert_true(binary_relevance_exists(&b));
  binary_relevance_free(&b);
  assert_false(binary_relevance_exists(&b));
}

/* Of frequent labels the mean probability is the share of the rows that have the label: the log-loss has no slope
** along the bias.
*/
TEST(probabilities_are_shares) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    Sample *s = sample_new(MOST_ROWS, 1.0f, 4.0f * (float)seed, seed);
    BinaryRelevance b = fit(s);
    for (size_t c = 0; c < LABELS; c++) {
      double p = 0.0, share = 0.0;
      for (size_t i = 0; i < s->rows.count; i++) {
        p += probability(s, b.blend + c * BLEND_SIZE, i, c) / (double)s->rows.count;
        share += s->has[i][c] / (double)s->rows.count;
      }
      assert_near(p, share, 2e-3);
    }
    binary_relevance_free(&b);
    sample_free(s);
  }
}

static double log_loss(const Sample *s, const float *blend, size_t c) {
  double loss = 0.0;
  for (size_t i = 0; i < s->rows.count; i++) {
    double p = probability(s, blend, i, c);
    loss -= log(s->has[i][c] ? p : 1.0 - p);
  }
  return loss;
}

/* No step from the fit makes the loss of a frequent label much smaller: the prior holds it back by little. */
TEST(the_fit_is_near_the_least_loss) {
  Sample *s = sample_new(MOST_ROWS, 1.0f, 3.0f, 5);
  BinaryRelevance b = fit(s);
  double fitted = log_loss(s, b.blend, 0);
  for (size_t k = 0; k < BLEND_SIZE; k++)
    for (int sign = -1; sign <= 1; sign += 2) {
      float moved[BLEND_SIZE];
      memcpy(moved, b.blend, sizeof moved);
      moved[k] *= 1.0f + 0.1f * (float)sign;
      assert_true(log_loss(s, moved, 0) > fitted - 0.5);
    }
  assert_true(fitted < log_loss(s, PRIOR.blend, 0));
  binary_relevance_free(&b);
  sample_free(s);
}

static double f1_at(const Sample *s, const float *blend, size_t c, double threshold) {
  double hits = 0.0, given = 0.0, actual = 0.0;
  for (size_t i = 0; i < s->rows.count; i++) {
    bool gives = probability(s, blend, i, c) >= threshold;
    hits += gives && s->has[i][c];
    given += gives;
    actual += s->has[i][c];
  }
  return 2.0 * hits / (given + actual);
}

/* The threshold of a frequent label is as good as any other one, but for what the shared one costs. */
TEST(thresholds_give_the_highest_f1) {
  Sample *s = sample_new(MOST_ROWS, 0.5f, 1.0f, 6);
  BinaryRelevance b = fit(s);
  for (size_t c = 0; c < 2; c++) {
    double best = 0.0;
    for (int t = 1; t < 100; t++) best = fmax(best, f1_at(s, b.blend + c * BLEND_SIZE, c, t / 100.0));
    assert_true(f1_at(s, b.blend + c * BLEND_SIZE, c, (double)b.thresholds[c]) >= best - 0.003);
  }
  binary_relevance_free(&b);
  sample_free(s);
}

/* A label that no row has: nothing says otherwise than the labels together. */
TEST(a_label_without_rows_has_what_all_share) {
  Sample *s = sample_new(500, 1.0f, 2.0f, 7);
  for (size_t i = 0; i < s->rows.count; i++) {
    LabelList list = {0};
    for (uint32_t c = 0; c < 3; c++)
      if (s->has[i][c]) assert_true(label_list_add(&list, c));
    s->targets[i] = label_sets_add(&s->sets, label_list_set(&list));
    label_list_free(&list);
  }
  BinaryRelevance b = fit(s);
  float least = fminf(fminf(b.thresholds[0], b.thresholds[1]), b.thresholds[2]);
  assert_true(b.thresholds[3] > 0.5f * least && b.thresholds[3] < 1.0f);
  assert_true(isfinite(b.blend[3 * BLEND_SIZE + BLEND_BIAS]));
  binary_relevance_free(&b);
  sample_free(s);
}

/* Branches that are always wrong, far too sure, or without opinion. */
TEST(any_rows_give_finite_numbers) {
  const float known[] = {-5.0f, 0.0f, 5.0f}, sure[] = {0.0f, 1e-3f, 1.0f, 1e4f};
  for (size_t k = 0; k < COUNT(known); k++)
    for (size_t u = 0; u < COUNT(sure); u++)
      for (size_t rows = 1; rows <= 1000; rows *= 10) {
        Sample *s = sample_new(rows, known[k], sure[u], rows);
        BinaryRelevance b = fit(s);
        for (size_t c = 0; c < LABELS; c++) {
          for (size_t i = 0; i < BLEND_SIZE; i++) assert_true(isfinite(b.blend[c * BLEND_SIZE + i]));
          assert_true(b.blend[c * BLEND_SIZE + BLEND_NETWORK] > 0.0f && b.blend[c * BLEND_SIZE + BLEND_LINEAR] > 0.0f);
          assert_true(b.thresholds[c] >= 0.0f && b.thresholds[c] <= 1.0f);
        }
        binary_relevance_free(&b);
        sample_free(s);
      }
}

/* Of very many answers the shared threshold is looked for in a part. All labels are told apart: the usual
** threshold lies between those that have a label and those that have not.
*/
TEST(very_many_rows) {
  enum { MANY = 1 << 20, MANY_LABELS = 5 };
  float *network = allocate(MANY * MANY_LABELS, sizeof *network);
  uint32_t *targets = allocate(MANY, sizeof *targets);
  LabelSets sets = {0};
  for (uint32_t i = 0; i < MANY; i++) {
    LabelList list = {0};
    for (uint32_t c = 0; c < MANY_LABELS; c++) {
      bool has = i % (c + 2) == 0;
      network[i * MANY_LABELS + c] = has ? 8.0f : -8.0f;
      if (has) assert_true(label_list_add(&list, c));
    }
    targets[i] = label_sets_add(&sets, label_list_set(&list));
    label_list_free(&list);
  }
  const RelevanceRows rows = {.count = MANY, .network = network, .sets = &sets, .targets = targets};
  BinaryRelevance b;
  assert_ok(binary_relevance_new(MANY_LABELS, &PRIOR, &b, &error));
  assert_ok(binary_relevance_fit(&b, &rows, &error));
  for (size_t c = 0; c < MANY_LABELS; c++) assert_near((double)b.thresholds[c], 0.4, 1e-6);
  binary_relevance_free(&b);
  label_sets_free(&sets);
  free(network);
  free(targets);
}

/* Labels that are known keep what they have; the others get the mean. */
TEST(new_labels_begin_with_the_mean) {
  BinaryRelevance from, to;
  assert_ok(binary_relevance_new(2, &PRIOR, &from, &error));
  assert_ok(binary_relevance_new(3, &(RelevancePrior){{1.0f, 1.0f, 9.0f}, 0.9f}, &to, &error));
  from.blend[BLEND_SIZE + BLEND_BIAS] = 1.5f;
  from.thresholds[1] = 0.2f;
  binary_relevance_take(&to, &from);
  assert_close(to.blend, ((float[]){0.3f, 3.0f, 0.5f, 0.3f, 3.0f, 1.5f, 0.3f, 3.0f, 1.0f}), 9, 1e-6);
  assert_close(to.thresholds, ((float[]){0.4f, 0.2f, 0.3f}), 3, 1e-6);
  binary_relevance_free(&from);
  binary_relevance_free(&to);
}

/* ---- files --------------------------------------------------------------------------- */

static Reference file_of(const BinaryRelevance *b) {
  SafeTensorsWriter writer = {0};
  binary_relevance_write(b, &writer);
  return end_file(&writer);
}

TEST(it_is_read_as_it_was_written) {
  Sample *s = sample_new(300, 1.0f, 2.0f, 8);
  BinaryRelevance b = fit(s), read;
  Reference file = file_of(&b);
  assert_ok(binary_relevance_read(&file.tensors, file.bytes, LABELS, &read, &error));
  assert_memory_equal(read.blend, b.blend, LABELS * BLEND_SIZE * sizeof(float));
  assert_memory_equal(read.thresholds, b.thresholds, LABELS * sizeof(float));
  binary_relevance_free(&read);
  assert_invalid(binary_relevance_read(&file.tensors, file.bytes, LABELS + 1, &read, &error),
                 "tensor 'multilabel.blend' is F32 [4][3], expected F32 [5][3]");
  reference_close(&file);
  BinaryRelevance none = {0};
  file = file_of(&none);
  assert_int_equal(file.tensors.count, 0);
  assert_ok(binary_relevance_read(&file.tensors, file.bytes, 2, &read, &error));
  assert_close(read.blend, ((float[]){1.0f, 1.0f, 0.0f, 1.0f, 1.0f, 0.0f}), 6, 0);
  assert_close(read.thresholds, ((float[]){0.5f, 0.5f}), 2, 0);
  reference_close(&file);
  binary_relevance_free(&read);
  binary_relevance_free(&b);
  sample_free(s);
}

TEST(numbers_that_make_no_sense_are_refused) {
  const struct {
    float bias, threshold;
    const char *message;
  } cases[] = {
      {NAN, 0.5f, "tensor 'multilabel.blend' has a number that is not finite"},
      {INFINITY, 0.5f, "tensor 'multilabel.blend' has a number that is not finite"},
      {0.0f, NAN, "tensor 'multilabel.thresholds' has a number that is not finite"},
      {0.0f, 1.5f, "tensor 'multilabel.thresholds' has 1.5 for label 1"},
      {0.0f, -0.5f, "tensor 'multilabel.thresholds' has -0.5 for label 1"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    BinaryRelevance b, read;
    assert_ok(binary_relevance_new(2, &PRIOR, &b, &error));
    b.blend[BLEND_SIZE + BLEND_BIAS] = cases[i].bias;
    b.thresholds[1] = cases[i].threshold;
    Reference file = file_of(&b);
    assert_invalid(binary_relevance_read(&file.tensors, file.bytes, 2, &read, &error), cases[i].message);
    assert_false(binary_relevance_exists(&read));
    reference_close(&file);
    binary_relevance_free(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_adds_the_branches_and_the_bias),
      cmocka_unit_test(probabilities_are_shares),
      cmocka_unit_test(the_fit_is_near_the_least_loss),
      cmocka_unit_test(thresholds_give_the_highest_f1),
      cmocka_unit_test(a_label_without_rows_has_what_all_share),
      cmocka_unit_test(any_rows_give_finite_numbers),
      cmocka_unit_test(very_many_rows),
      cmocka_unit_test(new_labels_begin_with_the_mean),
      cmocka_unit_test(it_is_read_as_it_was_written),
      cmocka_unit_test(numbers_that_make_no_sense_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
