/* The GRU of labelling against gru_forward(). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inference/gru_step.h"
#include "network/gru.h"
#include "unit/support.h"

/* Gates are within 3e-7 (simd.h), sums of a hundred products are rounded in another
** order, and the states of nine steps carry both on. A wrong weight is off by 1e-2 or so.
*/
static const double SAME = 5e-6;

enum { INPUT = 5, MOST_ROWS = 9, BLOCK = 3 * GRU_CELL_UNITS, AT = 16 /* where gates begin in a row of inputs */ };
static const size_t SIZES[] = {1, 5, 32, 33, 64, 100};

static GruWeights random_gru(size_t hidden) {
  GruWeights gru = {.input = INPUT, .hidden = hidden, .kernel = allocate(INPUT * 3 * hidden, sizeof(float)),
                    .recurrent = allocate(hidden * 3 * hidden, sizeof(float)),
                    .bias = allocate(2 * 3 * hidden, sizeof(float))};
  fill_normal(gru.kernel, INPUT * 3 * hidden, 0.6f, hidden);
  fill_normal(gru.recurrent, hidden * 3 * hidden, 1.2f / sqrtf((float)hidden), hidden + 1);
  fill_normal(gru.bias, 2 * 3 * hidden, 0.6f, hidden + 2);
  return gru;
}

static void gru_free(GruWeights *gru) {
  free(gru->kernel);
  free(gru->recurrent);
  free(gru->bias);
}

/* ---- the layout ------------------------------------------------------------------- */

TEST(units_are_filled_up_to_blocks) {
  const size_t padded[] = {32, 32, 32, 64, 64, 128};
  for (size_t i = 0; i < COUNT(SIZES); i++) assert_int_equal(gru_step_padded(SIZES[i]), padded[i]);
  assert_int_equal(gru_step_padded(0), 0);
  assert_int_equal(gru_step_padded(512), 512);
}

/* The header's picture, of 33 units: z 0..31, r 0..31, n 0..31, then z 32, r 32, n 32. */
TEST(the_picture_of_the_header) {
  enum { HIDDEN = 33 };
  float gates[3 * HIDDEN], packed[2 * BLOCK];
  for (size_t i = 0; i < COUNT(gates); i++) gates[i] = 1.0f + (float)i;
  for (size_t i = 0; i < COUNT(packed); i++) packed[i] = NAN;
  gru_step_pack_row(HIDDEN, gates, packed);
  for (size_t gate = 0; gate < 3; gate++) {
    for (size_t unit = 0; unit < 32; unit++)
      assert_true(packed[gate * 32 + unit] == 1.0f + (float)(gate * HIDDEN + unit));
    assert_true(packed[BLOCK + gate * 32] == 1.0f + (float)(gate * HIDDEN + 32));
    for (size_t unit = 1; unit < 32; unit++) assert_true(packed[BLOCK + gate * 32 + unit] == 0.0f);
  }
}

TEST(weights_lie_as_rows_do) {
  for (size_t i = 0; i < COUNT(SIZES); i++) {
    size_t hidden = SIZES[i], padded = gru_step_padded(hidden);
    GruWeights gru = random_gru(hidden);
    GruStepWeights w;
    float *row = allocate(3 * padded, sizeof *row);
    assert_ok(gru_step_pack(&gru, &w, &error));
    assert_int_equal(w.hidden, hidden);
    assert_int_equal(w.padded, padded);
    for (size_t k = 0; k < hidden; k++) {
      gru_step_pack_row(hidden, gru.recurrent + k * 3 * hidden, row);
      for (size_t block = 0; block < padded / GRU_CELL_UNITS; block++)
        assert_memory_equal(w.recurrent + (block * hidden + k) * BLOCK, row + block * BLOCK, BLOCK * sizeof *row);
    }
    for (size_t unit = 0; unit < padded; unit++)
      assert_true(w.bias[unit] == (unit < hidden ? gru.bias[5 * hidden + unit] : 0.0f));
    free(row);
    gru_step_free(&w);
    gru_free(&gru);
  }
}

TEST(nothing_packed_may_be_freed) {
  GruStepWeights w = {0};
  gru_step_free(&w);
  assert_null(w.recurrent);
}

/* ---- the versions ------------------------------------------------------------------- */

TEST(the_best_version_comes_first_and_is_taken) {
  GruStepFunction *versions[3];
  size_t count = gru_step_versions(versions);
  assert_in_range(count, 1, 3);
  GruWeights gru = random_gru(5);
  GruStepWeights w;
  assert_ok(gru_step_pack(&gru, &w, &error));
  assert_true(w.forward == versions[0]);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i; j++) assert_true(versions[i] != versions[j]);
  gru_step_free(&w);
  gru_free(&gru);
}

/* A batch in which every token is a different word, a layer, and what gru_forward() computes. */
typedef struct Layer {
  Batch batch;
  GruWeights gru;
  GruStepWeights weights;
  float *projected, *states; /* of gru_forward(): [distinct][3 hidden], [tokens][hidden] */
  float *inputs;             /* [tokens][AT + 3 padded] */
} Layer;

static Layer layer_of(size_t hidden, const int32_t *lengths, size_t texts, size_t steps, bool backwards) {
  Layer l = {.batch = distinct_batch(lengths, texts, steps), .gru = random_gru(hidden)};
  size_t tokens = l.batch.tokens, gates = 3 * hidden, padded = gru_step_padded(hidden);
  float *vectors = allocate(l.batch.distinct * INPUT, sizeof *vectors), *row = allocate(gates, sizeof *row);
  l.projected = allocate(l.batch.distinct * gates, sizeof(float));
  l.states = allocate(tokens * hidden, sizeof(float));
  l.inputs = allocate(tokens * (AT + 3 * padded), sizeof(float));
  GruTape tape = {.before = allocate(tokens * hidden, sizeof(float)),
                  .gates = allocate(tokens * 4 * hidden, sizeof(float)),
                  .product = allocate(texts * gates, sizeof(float)),
                  .transposed = allocate(gates * hidden, sizeof(float))};
  fill_normal(vectors, l.batch.distinct * INPUT, 0.8f, 7);
  gru_project(&l.gru, &l.batch, (Poll){0}, vectors, l.projected);
  gru_forward(&l.gru, &l.batch, backwards, l.projected, &tape, l.states, hidden);
  assert_ok(gru_step_pack(&l.gru, &l.weights, &error));
  for (size_t n = 0; n < tokens; n++) {
    for (size_t j = 0; j < gates; j++)
      row[j] = l.projected[l.batch.slot[n] * gates + j] + (j < 2 * hidden ? l.gru.bias[gates + j] : 0.0f);
    gru_step_pack_row(hidden, row, l.inputs + n * (AT + 3 * padded) + AT);
  }
  free(tape.before);
  free(tape.gates);
  free(tape.product);
  free(tape.transposed);
  free(row);
  free(vectors);
  return l;
}

static void layer_free(Layer *l) {
  batch_free(&l->batch);
  gru_free(&l->gru);
  gru_step_free(&l->weights);
  free(l->projected);
  free(l->states);
  free(l->inputs);
}

/* Runs all steps of a batch by one version. */
static void run_steps(const Layer *l, GruStepFunction *version, bool backwards, float *states, size_t stride) {
  const Batch *b = &l->batch;
  const float **inputs = allocate(b->tokens, sizeof *inputs);
  for (size_t n = 0; n < b->tokens; n++) inputs[n] = l->inputs + n * (AT + 3 * l->weights.padded);
  for (size_t step = 0; step < b->steps; step++) {
    size_t t = backwards ? b->steps - 1 - step : step, from = backwards ? t + 1 : t - 1;
    size_t running = step == 0 ? 0 : backwards ? b->active[from] : b->active[t];
    GruStepRows rows = {.count = b->active[t], .running = running, .stride = stride, .inputs = inputs + b->offset[t],
                        .gates = AT, .from_end = t % 2, .before = states + (running ? b->offset[from] : 0) * stride,
                        .states = states + b->offset[t] * stride};
    version(&l->weights, &rows);
  }
  free(inputs);
}

/* Padding stays 0, and what is between the states does not change. */
static void check_layer(const Layer *l, GruStepFunction *version, bool backwards) {
  size_t hidden = l->gru.hidden, padded = l->weights.padded, stride = padded + 3;
  float *states = allocate(l->batch.tokens * stride, sizeof *states);
  for (size_t i = 0; i < l->batch.tokens * stride; i++) states[i] = 7.0f;
  run_steps(l, version, backwards, states, stride);
  for (size_t n = 0; n < l->batch.tokens; n++) {
    assert_close(states + n * stride, l->states + n * hidden, hidden, SAME);
    for (size_t j = hidden; j < padded; j++) assert_true(states[n * stride + j] == 0.0f);
    for (size_t j = padded; j < stride; j++) assert_true(states[n * stride + j] == 7.0f);
  }
  free(states);
}

static void check_lengths(size_t hidden, const int32_t *lengths, size_t texts, size_t steps) {
  GruStepFunction *versions[3];
  size_t count = gru_step_versions(versions);
  for (int backwards = 0; backwards <= 1; backwards++) {
    Layer l = layer_of(hidden, lengths, texts, steps, backwards);
    for (size_t v = 0; v < count; v++) check_layer(&l, versions[v], backwards);
    layer_free(&l);
  }
}

/* Texts of the same length, from one row to more than two tiles. */
TEST(each_version_equals_gru_forward) {
  for (size_t i = 0; i < COUNT(SIZES); i++) {
    for (size_t texts = 1; texts <= MOST_ROWS; texts++) {
      int32_t lengths[MOST_ROWS];
      for (size_t text = 0; text < texts; text++) lengths[text] = 4;
      check_lengths(SIZES[i], lengths, texts, 4);
    }
  }
}

/* Texts of different lengths. Backwards, some rows begin while others are running. */
TEST(rows_that_begin_later) {
  const int32_t lengths[][MOST_ROWS] = {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {9, 1, 1, 1, 1, 1, 1, 1, 1},
                                        {9, 9, 9, 9, 9, 9, 9, 9, 1}, {5, 5, 5, 5, 2, 2, 2, 2, 0}};
  for (size_t i = 0; i < COUNT(SIZES); i++)
    for (size_t k = 0; k < COUNT(lengths); k++) check_lengths(SIZES[i], lengths[k], MOST_ROWS, 9);
}

/* For any number of rows, of which any number are running. */
TEST(versions_agree) {
  enum { HIDDEN = 100, PADDED = 128 };
  GruStepFunction *versions[3];
  size_t count = gru_step_versions(versions);
  GruWeights gru = random_gru(HIDDEN);
  GruStepWeights w;
  float *gates = allocate(MOST_ROWS * 3 * PADDED, sizeof *gates);
  float *before = allocate(MOST_ROWS * PADDED, sizeof *before);
  float *first = allocate(MOST_ROWS * PADDED, sizeof *first), *other = allocate(MOST_ROWS * PADDED, sizeof *other);
  const float *inputs[MOST_ROWS];
  assert_ok(gru_step_pack(&gru, &w, &error));
  fill_normal(gates, MOST_ROWS * 3 * PADDED, 1.0f, 3);
  fill_normal(before, MOST_ROWS * PADDED, 0.4f, 4);
  for (size_t i = 0; i < MOST_ROWS; i++) inputs[i] = gates + (MOST_ROWS - 1 - i) * 3 * PADDED;
  for (size_t rows = 0; rows <= MOST_ROWS; rows++) {
    for (size_t running = 0; running <= rows; running++) {
      for (size_t v = 0; v < count; v++) {
        float *states = v ? other : first;
        GruStepRows step = {.count = rows, .running = running, .stride = PADDED, .inputs = inputs, .from_end = rows % 2,
                            .before = before, .states = states};
        for (size_t i = 0; i < MOST_ROWS * PADDED; i++) states[i] = 7.0f;
        versions[v](&w, &step);
        assert_close(states, first, MOST_ROWS * PADDED, SAME);
        for (size_t i = rows * PADDED; i < MOST_ROWS * PADDED; i++) assert_true(states[i] == 7.0f);
      }
    }
  }
  free(gates);
  free(before);
  free(first);
  free(other);
  gru_step_free(&w);
  gru_free(&gru);
}

/* Extreme sums open or close the gates, and the state stays finite. */
TEST(extreme_gates_are_finite) {
  const float extremes[] = {-1e30f, -1000.0f, -88.0f, -45.0f, 0.0f, 45.0f, 88.0f, 1000.0f, 1e30f};
  GruStepFunction *versions[3];
  size_t count = gru_step_versions(versions);
  GruWeights gru = {.input = INPUT, .hidden = 1, .kernel = (float[INPUT * 3]){0}, .recurrent = (float[3]){0},
                    .bias = (float[6]){0}};
  GruStepWeights w;
  assert_ok(gru_step_pack(&gru, &w, &error));
  for (size_t v = 0; v < count; v++)
    for (size_t z = 0; z < COUNT(extremes); z++)
      for (size_t n = 0; n < COUNT(extremes); n++) {
        float packed[BLOCK], before[GRU_CELL_UNITS] = {0.5f}, state[GRU_CELL_UNITS];
        gru_step_pack_row(1, (const float[3]){extremes[z], 0.0f, extremes[n]}, packed);
        const float *input = packed;
        GruStepRows rows = {.count = 1, .running = 1, .stride = GRU_CELL_UNITS, .inputs = &input, .before = before,
                            .states = state};
        versions[v](&w, &rows);
        double kept = 1.0 / (1.0 + exp(-(double)extremes[z]));
        assert_near((double)state[0], kept * 0.5 + (1.0 - kept) * tanh((double)extremes[n]), 1e-6);
      }
  gru_step_free(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(units_are_filled_up_to_blocks),
      cmocka_unit_test(the_picture_of_the_header),
      cmocka_unit_test(weights_lie_as_rows_do),
      cmocka_unit_test(nothing_packed_may_be_freed),
      cmocka_unit_test(the_best_version_comes_first_and_is_taken),
      cmocka_unit_test(each_version_equals_gru_forward),
      cmocka_unit_test(rows_that_begin_later),
      cmocka_unit_test(versions_agree),
      cmocka_unit_test(extreme_gates_are_finite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
