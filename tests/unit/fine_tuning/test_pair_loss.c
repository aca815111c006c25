/* The loss of pairs: its value by its formula, its gradient by slopes. */
#include <math.h>

#include "fine_tuning/pair_loss.h"
#include "unit/support.h"

enum { ROWS = 5, COLUMNS = 7 };

typedef struct Pairs {
  float vectors[ROWS * COLUMNS];
  uint32_t targets[ROWS];
} Pairs;

static float loss_of(const Pairs *p, float *d) {
  float scratch[ROWS * (ROWS + COLUMNS + 1)];
  return pair_loss((Matrix){p->vectors, ROWS, COLUMNS}, p->targets, scratch, d);
}

static double cosine(const float *a, const float *b) {
  return dot(a, b, COLUMNS) / sqrt(dot(a, a, COLUMNS) * dot(b, b, COLUMNS));
}

static double formula(void *context) {
  const Pairs *p = context;
  double alike = 0, different = 0, alike_pairs = 0, different_pairs = 0;
  for (size_t i = 0; i < ROWS; i++)
    for (size_t j = i + 1; j < ROWS; j++) {
      double c = cosine(p->vectors + i * COLUMNS, p->vectors + j * COLUMNS);
      bool same = p->targets[i] == p->targets[j];
      *(same ? &alike : &different) += same ? (c - 1) * (c - 1) : c * c;
      *(same ? &alike_pairs : &different_pairs) += 1;
    }
  return (alike_pairs > 0 ? alike / alike_pairs : 0) + (different_pairs > 0 ? different / different_pairs : 0);
}

static void check(const uint32_t targets[ROWS]) {
  Pairs p;
  float d[ROWS * COLUMNS];
  memcpy(p.targets, targets, sizeof p.targets);
  fill_normal(p.vectors, COUNT(p.vectors), 1.0f, 1);
  assert_near(loss_of(&p, d), formula(&p), 1e-5);
  assert_gradient(formula, &p, p.vectors, COUNT(p.vectors), d);
}

TEST(the_loss_is_its_formula) {
  check((uint32_t[]){0, 1, 0, 2, 1});
  check((uint32_t[]){0, 1, 2, 3, 4}); /* no pair of one label  */
  check((uint32_t[]){0, 0, 0, 0, 0}); /* none of different ones */
}

TEST(a_vector_of_zeros_has_no_gradient) {
  Pairs p = {.targets = {0, 0, 1, 1, 1}};
  float d[ROWS * COLUMNS];
  fill_normal(p.vectors + COLUMNS, 4 * COLUMNS, 1.0f, 1);
  assert_true(isfinite(loss_of(&p, d)));
  for (size_t i = 0; i < COLUMNS; i++) assert_true(d[i] == 0.0f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_loss_is_its_formula),
      cmocka_unit_test(a_vector_of_zeros_has_no_gradient),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
