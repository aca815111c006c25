/* Two scales, fitted on rows: against the least loss of a grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/calibration.h"
#include "network/output.h"
#include "unit/support.h"

enum { MOST_ROWS = 2000, LABELS = 4 };

/* Rows whose branches know the target by so much, and are so sure of themselves. */
typedef struct Sample {
  size_t rows;
  float network[MOST_ROWS * LABELS], margins[MOST_ROWS * LABELS];
  uint32_t targets[MOST_ROWS];
} Sample;

static Sample *sample_new(size_t rows, float network_known, float network_sure, float margins_known, uint64_t seed) {
  Sample *s = allocate(1, sizeof *s);
  Random random = random_stream(seed, 0, 0);
  s->rows = rows;
  for (size_t i = 0; i < rows; i++) {
    s->targets[i] = (uint32_t)random_below(&random, LABELS);
    for (size_t c = 0; c < LABELS; c++) {
      bool target = c == s->targets[i];
      s->network[i * LABELS + c] = network_sure * (random_normal(&random) + (target ? network_known : 0.0f));
      s->margins[i * LABELS + c] = 0.5f * (random_normal(&random) + (target ? margins_known : 0.0f));
    }
  }
  return s;
}

/* The sum of the rows' log-losses, in double. */
static double log_loss(const Sample *s, bool with_margins, double network, double linear) {
  double loss = 0.0;
  for (size_t i = 0; i < s->rows; i++) {
    double z[LABELS], largest = -INFINITY, sum = 0.0;
    if (s->targets[i] >= LABELS) continue;
    for (size_t c = 0; c < LABELS; c++) {
      z[c] = network * (double)s->network[i * LABELS + c];
      if (with_margins) z[c] += linear * (double)s->margins[i * LABELS + c];
      largest = fmax(largest, z[c]);
    }
    for (size_t c = 0; c < LABELS; c++) sum += exp(z[c] - largest);
    loss += log(sum) + largest - z[s->targets[i]];
  }
  return loss;
}

static const Calibration PRIOR = {0.3f, 2.5f};

/* What calibration_fit() minimises: ten rows hold each scale to the prior, by the square
** of how far it is from it, as a share of it.
*/
static double objective(const Sample *s, bool with_margins, double network, double linear) {
  double a = network / (double)PRIOR.network - 1.0, b = linear / (double)PRIOR.linear - 1.0;
  return log_loss(s, with_margins, network, linear) + 0.5 * 10.0 * (a * a + b * b);
}

static Calibration fit(const Sample *s, bool with_margins) {
  Calibration calibration = PRIOR;
  calibration_fit(&calibration, s->rows, LABELS, s->network, with_margins ? s->margins : NULL, s->targets);
  return calibration;
}

/* The least of a grid around the fit that closes in on itself. */
static Calibration grid_minimum(const Sample *s, bool with_margins) {
  double best[2] = {1.5, 6.0}, width[2] = {1.49, 5.99}; /* 0.01 .. 3 and 0.01 .. 12 */
  for (int round = 0; round < 12; round++) {
    double centre[2] = {best[0], best[1]}, least = INFINITY;
    for (int i = -4; i <= 4; i++)
      for (int j = -4; j <= 4; j++) {
        double network = centre[0] + width[0] * i / 4, linear = centre[1] + width[1] * j / 4;
        double loss = objective(s, with_margins, network, linear);
        if (loss >= least) continue;
        least = loss;
        best[0] = network;
        best[1] = linear;
      }
    width[0] /= 2;
    width[1] /= 2;
  }
  return (Calibration){(float)best[0], (float)best[1]};
}

TEST(forward_adds_the_branches_by_their_scales) {
  const Calibration calibration = {0.5f, 2.0f};
  float logits[] = {1.0f, -2.0f, 4.0f}, alone[] = {1.0f, -2.0f, 4.0f};
  const float margins[] = {0.25f, 1.0f, -3.0f};
  calibration_forward(&calibration, 3, margins, logits);
  calibration_forward(&calibration, 3, NULL, alone);
  assert_close(logits, ((float[]){1.0f, 1.0f, -4.0f}), 3, 1e-7);
  assert_close(alone, ((float[]){0.5f, -1.0f, 2.0f}), 3, 1e-7);
}

/* Newton's steps end when they move less than a 10,000th; the last round of the
** grid is a 2,000th of its first width wide.
*/
TEST(the_fit_is_the_least_of_a_grid) {
  const size_t rows[] = {5, 30, 400};
  for (size_t r = 0; r < COUNT(rows); r++)
    for (uint64_t seed = 1; seed <= 4; seed++) {
      Sample *s = sample_new(rows[r], 1.0f + 0.5f * (float)seed, (float)seed, 2.5f - 0.5f * (float)seed, seed);
      for (int margins = 0; margins <= 1; margins++) {
        Calibration fitted = fit(s, margins), least = grid_minimum(s, margins);
        assert_near((double)fitted.network, (double)least.network, 3e-3);
        assert_near((double)fitted.linear, (double)least.linear, 3e-3);
        assert_true(objective(s, margins, (double)fitted.network, (double)fitted.linear) <=
                    objective(s, margins, (double)least.network, (double)least.linear) + 1e-3);
      }
      free(s);
    }
}

/* The share of right answers, and the mean probability that they were given. */
static void judge(const Sample *s, const Calibration *calibration, double *accuracy, double *confidence) {
  *accuracy = *confidence = 0.0;
  for (size_t i = 0; i < s->rows; i++) {
    float z[LABELS], p[LABELS];
    size_t best = 0;
    memcpy(z, s->network + i * LABELS, sizeof z);
    calibration_forward(calibration, LABELS, s->margins + i * LABELS, z);
    output_softmax(1, LABELS, z, p);
    for (size_t c = 1; c < LABELS; c++)
      if (p[c] > p[best]) best = c;
    *accuracy += (best == s->targets[i]) / (double)s->rows;
    *confidence += (double)p[best] / (double)s->rows;
  }
}

/* A network that is surer than it is right is brought down to what is true: on
** 2,000 rows a share of about 0.7 is known to 0.01; five times that is 0.05.
*/
TEST(an_overconfident_network_is_calibrated) {
  Sample *s = sample_new(2000, 1.3f, 8.0f, 0.0f, 3);
  double accuracy, confidence;
  const Calibration as_it_is = {1.0f, 0.0f};
  judge(s, &as_it_is, &accuracy, &confidence);
  assert_true(confidence > accuracy + 0.15); /* or the test shows nothing */
  Calibration fitted = fit(s, true);
  judge(s, &fitted, &accuracy, &confidence);
  assert_true(fabs(confidence - accuracy) < 0.05);
  assert_true(fitted.linear < 0.3f * PRIOR.linear); /* margins say nothing here */
  free(s);
}

/* One row moves a scale by a tenth of what it asks for, or so; none moves nothing. */
TEST(few_rows_leave_the_blend_near_what_it_was) {
  Sample *s = sample_new(1, 3.0f, 1.0f, 3.0f, 5);
  Calibration fitted = fit(s, true);
  assert_true(fabsf(fitted.network / PRIOR.network - 1.0f) < 0.2f);
  assert_true(fabsf(fitted.linear / PRIOR.linear - 1.0f) < 0.2f);
  s->rows = 0;
  fitted = fit(s, true);
  assert_true(fitted.network == PRIOR.network && fitted.linear == PRIOR.linear);
  free(s);
}

TEST(without_margins_their_scale_stays) {
  Sample *s = sample_new(500, 2.0f, 2.0f, 1.0f, 7);
  Calibration fitted = fit(s, false);
  assert_true(fitted.linear == PRIOR.linear);
  assert_true(fitted.network != PRIOR.network);
  free(s);
}

TEST(rows_without_a_known_target_say_nothing) {
  Sample *s = sample_new(300, 2.0f, 3.0f, 1.0f, 9), *known = allocate(1, sizeof *known);
  for (size_t i = 0; i < s->rows; i++) {
    if (i % 3 == 0) {
      s->targets[i] = i % 2 ? LABELS_NONE : LABELS;
      continue;
    }
    memcpy(known->network + known->rows * LABELS, s->network + i * LABELS, LABELS * sizeof(float));
    memcpy(known->margins + known->rows * LABELS, s->margins + i * LABELS, LABELS * sizeof(float));
    known->targets[known->rows++] = s->targets[i];
  }
  Calibration all = fit(s, true), alone = fit(known, true);
  assert_true(all.network == alone.network && all.linear == alone.linear);
  free(s);
  free(known);
}

/* Branches that are always wrong, always right, without opinion, or far too sure:
** scales stay above zero and finite, and the loss is not above that of the prior.
*/
TEST(any_rows_give_scales_above_zero) {
  const float known[] = {-5.0f, 0.0f, 5.0f}, sure[] = {0.0f, 1e-3f, 1.0f, 100.0f, 1e6f};
  for (size_t k = 0; k < COUNT(known); k++)
    for (size_t u = 0; u < COUNT(sure); u++)
      for (size_t rows = 1; rows <= 1000; rows *= 10) {
        Sample *s = sample_new(rows, known[k], sure[u], -known[k], rows);
        Calibration fitted = fit(s, true);
        assert_true(isfinite(fitted.network) && fitted.network > 0.0f);
        assert_true(isfinite(fitted.linear) && fitted.linear > 0.0f);
        double after = objective(s, true, (double)fitted.network, (double)fitted.linear);
        double before = objective(s, true, (double)PRIOR.network, (double)PRIOR.linear);
        if (!(after <= before * (1.0 + 1e-6)))
          fail_msg("known %g, sure %g, %zu rows: the loss rises from %g to %g", (double)known[k], (double)sure[u],
                   rows, before, after);
        free(s);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_adds_the_branches_by_their_scales),
      cmocka_unit_test(the_fit_is_the_least_of_a_grid),
      cmocka_unit_test(an_overconfident_network_is_calibrated),
      cmocka_unit_test(few_rows_leave_the_blend_near_what_it_was),
      cmocka_unit_test(without_margins_their_scale_stays),
      cmocka_unit_test(rows_without_a_known_target_say_nothing),
      cmocka_unit_test(any_rows_give_scales_above_zero),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
