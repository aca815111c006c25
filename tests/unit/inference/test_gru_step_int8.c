/* The step that multiplies 8-bit integers, against its formula and against floats. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inference/gru_step_int8.h"
#include "network/gru.h"
#include "unit/support.h"

enum { ROWS = 9, AT = 16 /* where gates begin in a row of inputs */, BLOCK = 3 * GRU_CELL_UNITS };
static const size_t SIZES[] = {1, 4, 5, 32, 33, 64, 100, 512};

/* A layer packed for floats and for integers, with random inputs. The old states, before and
** before8, are the result of a step of integers on other inputs.
*/
typedef struct Pair {
  size_t hidden, padded;
  GruWeights gru;
  GruStepWeights floats, integers;
  float *gates;              /* [ROWS][3 padded] */
  const float *inputs[ROWS]; /* of them          */
  float *before, *states;    /* [ROWS][padded]   */
  uint8_t *before8, *states8;
} Pair;

static void run(const Pair *p, const GruStepWeights *w, size_t count, size_t running) {
  GruStepRows rows = {.count = count, .running = running, .stride = p->padded, .inputs = p->inputs, .gates = AT,
                      .before = p->before, .states = p->states, .before8 = p->before8, .states8 = p->states8};
  w->forward(w, &rows);
}

static void fill_inputs(Pair *p, uint64_t seed) {
  float *row = allocate(3 * p->hidden, sizeof *row);
  for (size_t i = 0; i < ROWS; i++) {
    fill_normal(row, 3 * p->hidden, 1.0f, seed + i);
    gru_step_pack_row(p->hidden, row, p->gates + i * 3 * p->padded);
    p->inputs[i] = p->gates + i * 3 * p->padded - AT;
  }
  free(row);
}

static Pair pair_of(size_t hidden) {
  size_t padded = gru_step_padded(hidden), states = ROWS * padded;
  Pair p = {.hidden = hidden, .padded = padded, .gates = (float *)allocate(AT + 3 * states, sizeof(float)) + AT,
            .before = allocate(states, sizeof(float)), .states = allocate(states, sizeof(float)),
            .before8 = allocate(states, 1), .states8 = allocate(states, 1)};
  p.gru = (GruWeights){.input = 1, .hidden = hidden, .recurrent = allocate(3 * hidden * hidden, sizeof(float)),
                       .bias = allocate(6 * hidden, sizeof(float))};
  fill_normal(p.gru.recurrent, 3 * hidden * hidden, 1.0f / sqrtf((float)hidden), hidden);
  fill_normal(p.gru.bias, 6 * hidden, 0.5f, hidden + 1);
  for (size_t k = 0; k < hidden; k++) p.gru.recurrent[k * 3 * hidden + hidden / 2] = 0.0f; /* a gate without weights */
  assert_ok(gru_step_pack(&p.gru, &p.floats, &error));
  assert_ok(gru_step_pack(&p.gru, &p.integers, &error));
  assert_ok(gru_step_int8_quantize(&p.integers, &error));
  fill_inputs(&p, 50);
  run(&p, &p.integers, ROWS, 0);
  memcpy(p.before, p.states, states * sizeof(float));
  memcpy(p.before8, p.states8, states);
  fill_inputs(&p, 90);
  return p;
}

static void pair_free(Pair *p) {
  free(p->gru.recurrent);
  free(p->gru.bias);
  gru_step_free(&p->floats);
  gru_step_free(&p->integers);
  free(p->gates - AT);
  free(p->before);
  free(p->states);
  free(p->before8);
  free(p->states8);
}

static void skip_without(void) {
  if (gru_step_int8_available()) return;
  print_message("this processor (or build) has nothing for 8-bit integers\n");
  skip();
}

/* ---- the formula of the header ------------------------------------------------------- */

static long quantized_state(const Pair *p, size_t row, size_t k) {
  return lrintf(127.0f * p->before[row * p->padded + k]) + 128;
}

static double weight(const Pair *p, size_t k, size_t column) {
  return (double)p->gru.recurrent[k * 3 * p->hidden + column];
}

static double largest_weight(const Pair *p, size_t column) {
  double most = 0.0;
  for (size_t k = 0; k < p->hidden; k++) most = fmax(most, fabs(weight(p, k, column)));
  return most;
}

/* (h U)_c of integers */
static double product_of_integers(const Pair *p, size_t row, size_t column) {
  double most = largest_weight(p, column), sum = 0.0;
  for (size_t k = 0; k < p->hidden && most > 0.0; k++)
    sum += (double)(quantized_state(p, row, k) - 128) *
           rint((double)(127.0f * (float)weight(p, k, column) / (float)most));
  return most / (127.0 * 127.0) * sum;
}

/* Returns (h U)_c, and sets *bound to the largest error of the integers: half a step of each
** state times its weight, half a step of each weight times its state, and their product.
*/
static double product(const Pair *p, size_t row, size_t column, double *bound) {
  double sum = 0.0, step = largest_weight(p, column) / 127.0;
  *bound = 1e-5;
  for (size_t k = 0; k < p->hidden; k++) {
    double h = (double)p->before[row * p->padded + k], u = weight(p, k, column);
    sum += h * u;
    *bound += fabs(u) / 254.0 + fabs(h) * step / 2 + step / 508.0;
  }
  return sum;
}

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

/* Returns a unit's input of one gate, from gru_step_pack_row()'s layout. */
static double input(const Pair *p, size_t row, size_t gate, size_t unit) {
  size_t block = unit / GRU_CELL_UNITS, within = unit % GRU_CELL_UNITS;
  return (double)p->gates[row * 3 * p->padded + block * BLOCK + gate * GRU_CELL_UNITS + within];
}

static double state_of(const Pair *p, size_t row, size_t unit, const double products[3]) {
  double c = (double)p->gru.bias[5 * p->hidden + unit], before = (double)p->before[row * p->padded + unit];
  double z = sigmoid(input(p, row, 0, unit) + products[0]), r = sigmoid(input(p, row, 1, unit) + products[1]);
  return z * before + (1.0 - z) * tanh(input(p, row, 2, unit) + r * (products[2] + c));
}

/* Sums of up to 512 products, exact until they are scaled: rounding of float is left. */
static void check_formula(size_t hidden) {
  Pair p = pair_of(hidden);
  run(&p, &p.integers, ROWS, ROWS);
  for (size_t row = 0; row < ROWS; row++)
    for (size_t unit = 0; unit < hidden; unit++) {
      double products[3];
      for (size_t g = 0; g < 3; g++) products[g] = product_of_integers(&p, row, g * hidden + unit);
      assert_near((double)p.states[row * p.padded + unit], state_of(&p, row, unit, products), 5e-6);
    }
  pair_free(&p);
}

TEST(products_are_those_of_the_header) {
  skip_without();
  for (size_t i = 0; i < COUNT(SIZES); i++) check_formula(SIZES[i]);
}

TEST(states_are_rounded_to_steps) {
  skip_without();
  for (size_t i = 0; i < COUNT(SIZES); i++) {
    Pair p = pair_of(SIZES[i]);
    for (size_t n = 0; n < ROWS * p.padded; n++) assert_int_equal(p.before8[n], lrintf(127.0f * p.before[n]) + 128);
    pair_free(&p);
  }
}

/* ---- against floats -------------------------------------------------------------------- */

/* Returns the largest error of a new state: the slope of a sigmoid is at most 1/4, that of
** tanh 1, and z mixes two states that differ by at most 2.
*/
static double bound_of(const Pair *p, size_t row, size_t unit) {
  double bound[3], un = 0.0;
  for (size_t g = 0; g < 3; g++) un = product(p, row, g * p->hidden + unit, &bound[g]);
  un = fabs(un + (double)p->gru.bias[5 * p->hidden + unit]);
  return bound[0] / 2 + bound[2] + (un + bound[2]) * bound[1] / 4;
}

/* Returns the largest error of all states. */
static double check_bounds(Pair *p) {
  double largest = 0.0;
  size_t states = ROWS * p->padded;
  float *exact = allocate(states, sizeof *exact);
  run(p, &p->floats, ROWS, ROWS);
  memcpy(exact, p->states, states * sizeof *exact);
  run(p, &p->integers, ROWS, ROWS);
  for (size_t row = 0; row < ROWS; row++)
    for (size_t unit = 0; unit < p->hidden; unit++) {
      double off = fabs((double)p->states[row * p->padded + unit] - (double)exact[row * p->padded + unit]);
      double bound = bound_of(p, row, unit);
      if (!(off <= bound)) fail_msg("a state is off by %g, expected %g at most", off, bound);
      largest = fmax(largest, off);
    }
  free(exact);
  return largest;
}

/* Errors of either sign cancel: what is left of 100 and more is far below 0.1. */
TEST(errors_are_those_of_rounding) {
  skip_without();
  for (size_t i = 0; i < COUNT(SIZES); i++) {
    Pair p = pair_of(SIZES[i]);
    double largest = check_bounds(&p);
    assert_true(largest < 0.03);
    assert_true(largest > 1e-5 || SIZES[i] == 1); /* integers were used */
    pair_free(&p);
  }
}

/* ---- rows and padding ------------------------------------------------------------------- */

/* A row does not depend on the rows beside it. */
TEST(a_row_is_the_same_in_any_company) {
  skip_without();
  Pair p = pair_of(33);
  size_t states = ROWS * p.padded;
  float *whole = allocate(states, sizeof *whole), *begun = allocate(states, sizeof *begun);
  run(&p, &p.integers, ROWS, ROWS);
  memcpy(whole, p.states, states * sizeof *whole);
  run(&p, &p.integers, ROWS, 0);
  memcpy(begun, p.states, states * sizeof *begun);
  for (size_t count = 0; count <= ROWS; count++)
    for (size_t running = 0; running <= count; running++) {
      for (size_t n = 0; n < states; n++) p.states[n] = 7.0f;
      memset(p.states8, 7, states);
      run(&p, &p.integers, count, running);
      size_t ran = running * p.padded, given = count * p.padded;
      assert_memory_equal(p.states, whole, ran * sizeof *whole);
      assert_memory_equal(p.states + ran, begun + ran, (given - ran) * sizeof *whole);
      for (size_t n = given; n < states; n++) assert_true(p.states[n] == 7.0f && p.states8[n] == 7);
    }
  free(whole);
  free(begun);
  pair_free(&p);
}

TEST(units_that_fill_up_stay_0) {
  skip_without();
  for (size_t i = 0; i < COUNT(SIZES); i++) {
    Pair p = pair_of(SIZES[i]);
    run(&p, &p.integers, ROWS, ROWS);
    for (size_t row = 0; row < ROWS; row++)
      for (size_t unit = p.hidden; unit < p.padded; unit++) {
        assert_true(p.states[row * p.padded + unit] == 0.0f);
        assert_int_equal(p.states8[row * p.padded + unit], 128);
      }
    pair_free(&p);
  }
}

/* States of 1 and -1 are 255 and 1: no step beyond a byte. */
TEST(states_of_1_are_within_a_byte) {
  skip_without();
  Pair p = pair_of(5);
  for (size_t unit = 0; unit < 5; unit++) {
    p.gates[GRU_CELL_UNITS * 0 + unit] = -1000.0f;                         /* z 0 */
    p.gates[GRU_CELL_UNITS * 2 + unit] = unit % 2 ? -1000.0f : 1000.0f;    /* n -1, 1 */
  }
  run(&p, &p.integers, 1, 0);
  for (size_t unit = 0; unit < 5; unit++) {
    assert_near((double)p.states[unit], unit % 2 ? -1.0 : 1.0, 3e-7);
    assert_int_equal(p.states8[unit], unit % 2 ? 1 : 255);
  }
  pair_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_are_those_of_the_header),
      cmocka_unit_test(states_are_rounded_to_steps),
      cmocka_unit_test(errors_are_those_of_rounding),
      cmocka_unit_test(a_row_is_the_same_in_any_company),
      cmocka_unit_test(units_that_fill_up_stay_0),
      cmocka_unit_test(states_of_1_are_within_a_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
