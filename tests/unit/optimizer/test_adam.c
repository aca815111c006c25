/* Adam against its formula in double. What Keras computes: test_network.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "optimizer/adam.h"
#include "unit/support.h"

enum { SIZE = 37 }; /* no multiple of a vector register */

/* The header's formula. */
static void update_exactly(size_t t, double rate, const float *g, double *m, double *v, double *x) {
  for (size_t i = 0; i < SIZE; i++) {
    double gradient = (double)g[i];
    m[i] = 0.9 * m[i] + 0.1 * gradient;
    v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
    x[i] -= rate * sqrt(1 - pow(0.999, (double)t)) / (1 - pow(0.9, (double)t)) * m[i] /
            (sqrt(v[i]) + 1e-7);
  }
}

/* Relative, with room for the six roundings of a float step. */
TEST(rate_corrects_the_first_steps) {
  assert_near((double)adam_rate(1.0f, 1), sqrt(0.001) / 0.1, 1e-6);
  assert_near((double)adam_rate(0.5f, 3), 0.5 * sqrt(1 - pow(0.999, 3)) / (1 - pow(0.9, 3)), 1e-6);
  assert_near((double)adam_rate(1.0f, 1000000), 1.0, 1e-6);
}

TEST(twenty_steps_follow_the_formula) {
  float g[SIZE], m[SIZE] = {0}, v[SIZE] = {0}, x[SIZE], start[SIZE];
  double exact_m[SIZE] = {0}, exact_v[SIZE] = {0}, exact[SIZE];
  fill_normal(start, SIZE, 1.0f, 1);
  memcpy(x, start, sizeof x);
  for (size_t i = 0; i < SIZE; i++) exact[i] = (double)x[i];
  for (size_t t = 1; t <= 20; t++) {
    fill_normal(g, SIZE, 0.1f, 100 + t);
    adam_update(SIZE, adam_rate(0.01f, t), 1.0f, g, m, v, x);
    update_exactly(t, 0.01, g, exact_m, exact_v, exact);
  }
  for (size_t i = 0; i < SIZE; i++) assert_near((double)x[i], exact[i], 2e-6);
}

TEST(scale_multiplies_the_gradient_and_leaves_it) {
  float g[SIZE], before[SIZE], half[SIZE], ma[SIZE] = {0}, va[SIZE] = {0}, mb[SIZE] = {0}, vb[SIZE] = {0};
  float a[SIZE] = {0}, b[SIZE] = {0};
  fill_normal(g, SIZE, 1.0f, 2);
  memcpy(before, g, sizeof g);
  for (size_t i = 0; i < SIZE; i++) half[i] = 0.5f * g[i];
  adam_update(SIZE, 0.1f, 0.5f, g, ma, va, a);
  adam_update(SIZE, 0.1f, 1.0f, half, mb, vb, b);
  assert_memory_equal(a, b, sizeof a);
  assert_memory_equal(g, before, sizeof g);
}

TEST(without_a_gradient_nothing_moves) {
  float g[SIZE] = {0}, m[SIZE] = {0}, v[SIZE] = {0}, x[SIZE], before[SIZE];
  fill_normal(x, SIZE, 1.0f, 3);
  memcpy(before, x, sizeof x);
  adam_update(SIZE, adam_rate(0.1f, 1), 1.0f, g, m, v, x);
  assert_memory_equal(x, before, sizeof x);
}

TEST(first_step_is_the_learning_rate) {
  float g[] = {3.0f, -0.001f}, m[2] = {0}, v[2] = {0}, x[2] = {0};
  adam_update(2, adam_rate(0.25f, 1), 1.0f, g, m, v, x);
  assert_near((double)x[0], -0.25, 1e-6);
  assert_near((double)x[1], 0.25, 1e-3); /* epsilon is 1e-7 beside 3e-5 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rate_corrects_the_first_steps),
      cmocka_unit_test(twenty_steps_follow_the_formula),
      cmocka_unit_test(scale_multiplies_the_gradient_and_leaves_it),
      cmocka_unit_test(without_a_gradient_nothing_moves),
      cmocka_unit_test(first_step_is_the_learning_rate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
