/* Dense, softmax and cross-entropy against Keras and finite differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/output.h"
#include "unit/support.h"

enum { MOST_ROWS = 8, MOST_STATE = 8, MOST_LABELS = 8 };

/* A layer, with the inputs and outputs of its passes. */
typedef struct Layer {
  size_t rows;
  OutputWeights weights, gradient;
  float kernel[MOST_STATE * MOST_LABELS], bias[MOST_LABELS];
  float d_kernel[MOST_STATE * MOST_LABELS], d_bias[MOST_LABELS];
  float context[MOST_ROWS * MOST_STATE], d_context[MOST_ROWS * MOST_STATE];
  float logits[MOST_ROWS * MOST_LABELS], probabilities[MOST_ROWS * MOST_LABELS];
  float d_logits[MOST_ROWS * MOST_LABELS];
  uint32_t targets[MOST_ROWS];
  const float *label_weights;
  const float *const *likely;
  LabelSets sets; /* none: a text has one label */
  float scale;
} Layer;

static Layer *layer_new(size_t rows, size_t state, size_t labels) {
  Layer *l = allocate(1, sizeof *l);
  l->rows = rows;
  l->weights = (OutputWeights){state, labels, l->kernel, l->bias};
  l->gradient = (OutputWeights){state, labels, l->d_kernel, l->d_bias};
  l->scale = 1.0f / (float)rows;
  return l;
}

static double layer_loss(void *context) {
  Layer *l = context;
  Targets targets = {l->targets, l->likely, l->label_weights, label_sets_count(&l->sets) ? &l->sets : NULL};
  output_forward(&l->weights, l->rows, l->context, l->logits);
  if (targets.sets) {
    output_sigmoid(l->rows, l->weights.labels, l->logits, l->probabilities);
    return output_loss_of_sets(l->rows, l->weights.labels, l->logits, l->probabilities, &targets, l->scale,
                               l->d_logits);
  }
  output_softmax(l->rows, l->weights.labels, l->logits, l->probabilities);
  return output_loss(&l->weights, l->rows, l->probabilities, &targets, l->scale, l->d_logits);
}

static double both_passes(Layer *l) {
  double loss = layer_loss(l);
  output_backward(&l->weights, l->rows, l->context, l->d_logits, l->d_context, &l->gradient);
  return loss;
}

/* ---- Keras ------------------------------------------------------------------- */

static Layer *reference_layer(const Reference *file) {
  Layer *l = layer_new(reference_dimension(file, "context", 0), reference_dimension(file, "context", 1),
                       reference_dimension(file, "bias", 0));
  memcpy(l->context, reference_floats(file, "context"), l->rows * l->weights.features * sizeof(float));
  memcpy(l->kernel, reference_floats(file, "kernel"), l->weights.features * l->weights.labels * sizeof(float));
  memcpy(l->bias, reference_floats(file, "bias"), l->weights.labels * sizeof(float));
  memcpy(l->targets, reference_integers(file, "targets"), l->rows * sizeof(uint32_t));
  return l;
}

static void check_gradients(const Layer *l, const float *context, const float *kernel, const float *bias) {
  size_t state = l->weights.features, labels = l->weights.labels;
  assert_close(l->d_context, context, l->rows * state, REFERENCE_TOLERANCE);
  assert_close(l->d_kernel, kernel, state * labels, REFERENCE_TOLERANCE);
  assert_close(l->d_bias, bias, labels, REFERENCE_TOLERANCE);
}

TEST(as_keras) {
  Reference file = reference_open("output");
  Layer *l = reference_layer(&file);
  size_t cells = l->rows * l->weights.labels;
  double loss = both_passes(l);
  assert_close(l->logits, reference_floats(&file, "logits"), cells, REFERENCE_TOLERANCE);
  assert_close(l->probabilities, reference_floats(&file, "probabilities"), cells, REFERENCE_TOLERANCE);
  assert_near(loss, (double)*reference_floats(&file, "loss"), REFERENCE_TOLERANCE);
  check_gradients(l, reference_floats(&file, "gradient.context"),
                  reference_floats(&file, "gradient.kernel"), reference_floats(&file, "gradient.bias"));
  free(l);
  reference_close(&file);
}

TEST(as_keras_with_weights_of_labels) {
  Reference file = reference_open("output");
  Layer *l = reference_layer(&file);
  l->label_weights = reference_floats(&file, "class_weight");
  double loss = both_passes(l);
  assert_near(loss, (double)*reference_floats(&file, "weighted.loss"), REFERENCE_TOLERANCE);
  check_gradients(l, reference_floats(&file, "weighted.gradient.context"),
                  reference_floats(&file, "weighted.gradient.kernel"),
                  reference_floats(&file, "weighted.gradient.bias"));
  free(l);
  reference_close(&file);
}

/* ---- finite differences ---------------------------------------------------------- */

static Layer *random_layer(void) {
  static const float label_weights[] = {0.5f, 2.0f, 1.0f, 1.5f};
  Layer *l = layer_new(6, 5, 4);
  fill_normal(l->context, 30, 0.7f, 1);
  fill_normal(l->kernel, 20, 0.7f, 2);
  fill_normal(l->bias, 4, 0.7f, 3);
  for (size_t i = 0; i < 6; i++) l->targets[i] = (uint32_t)(i * 7 % 4);
  l->targets[4] = LABELS_NONE;
  l->label_weights = label_weights;
  l->scale = 0.25f;
  return l;
}

TEST(gradients_are_slopes) {
  Layer *l = random_layer();
  both_passes(l);
  assert_gradient(layer_loss, l, l->context, 30, l->d_context);
  assert_gradient(layer_loss, l, l->kernel, 20, l->d_kernel);
  assert_gradient(layer_loss, l, l->bias, 4, l->d_bias);
  free(l);
}

TEST(backward_adds_to_weights_and_overwrites_the_context) {
  Layer *once = random_layer(), *twice = random_layer();
  both_passes(once);
  both_passes(twice);
  both_passes(twice);
  for (size_t i = 0; i < 20; i++)
    assert_near((double)twice->d_kernel[i], 2.0 * (double)once->d_kernel[i], 1e-6);
  for (size_t i = 0; i < 4; i++)
    assert_near((double)twice->d_bias[i], 2.0 * (double)once->d_bias[i], 1e-6);
  assert_memory_equal(twice->d_context, once->d_context, sizeof once->d_context);
  free(once);
  free(twice);
}

/* ---- sets of labels ------------------------------------------------------------------ */

/* Texts with none, one, two and all labels, and one of which nothing is known. */
static Layer *layer_of_sets(void) {
  static const uint32_t ALL[] = {0, 1, 2, 3}, UNKNOWN[] = {1, 7};
  Layer *l = random_layer();
  l->label_weights = NULL;
  l->targets[0] = label_sets_add(&l->sets, (LabelSet){ALL, 0});
  l->targets[1] = label_sets_add(&l->sets, (LabelSet){ALL + 2, 1});
  l->targets[2] = label_sets_add(&l->sets, (LabelSet){ALL, 2});
  l->targets[3] = label_sets_add(&l->sets, (LabelSet){ALL, 4});
  l->targets[5] = label_sets_add(&l->sets, (LabelSet){UNKNOWN, 2});
  return l;
}

static void free_layer_of_sets(Layer *l) {
  label_sets_free(&l->sets);
  free(l);
}

TEST(gradients_of_sets_are_slopes) {
  Layer *l = layer_of_sets();
  both_passes(l);
  assert_gradient(layer_loss, l, l->context, 30, l->d_context);
  assert_gradient(layer_loss, l, l->kernel, 20, l->d_kernel);
  assert_gradient(layer_loss, l, l->bias, 4, l->d_bias);
  free_layer_of_sets(l);
}

/* The definition, in double. */
TEST(loss_of_sets_is_binary_cross_entropy) {
  Layer *l = layer_of_sets();
  double loss = layer_loss(l), expected = 0.0;
  for (size_t i = 0; i < 6; i++) {
    for (uint32_t c = 0; c < 4 && l->targets[i] != LABELS_NONE; c++) {
      double p = 1.0 / (1.0 + exp(-(double)l->logits[i * 4 + c]));
      bool has = label_set_has(label_sets_get(&l->sets, l->targets[i]), c);
      expected -= 0.25 * log(has ? p : 1.0 - p);
      assert_near((double)l->probabilities[i * 4 + c], p, 1e-6);
    }
  }
  assert_near(loss, expected, 1e-6);
  free_layer_of_sets(l);
}

TEST(loss_of_sets_is_exact_far_from_the_middle) {
  Layer *l = layer_new(1, 1, 2);
  const uint32_t first[] = {0};
  l->targets[0] = label_sets_add(&l->sets, (LabelSet){first, 1});
  l->bias[0] = -300.0f;
  l->bias[1] = 200.0f;
  assert_near(layer_loss(l), 500.0, 1e-9);
  assert_near((double)l->d_logits[0], -1.0, 1e-6);
  assert_near((double)l->d_logits[1], 1.0, 1e-6);
  l->bias[0] = 40.0f;
  l->bias[1] = -60.0f;
  double small = layer_loss(l);
  assert_true(small > 0.0 && small < 1e-16);
  free_layer_of_sets(l);
}

TEST(a_set_is_right_if_all_of_it_is) {
  LabelSets sets = {0};
  const uint32_t labels[] = {0, 2}, unknown[] = {0, 2, 9};
  uint32_t numbers[] = {label_sets_add(&sets, (LabelSet){labels, 2}), label_sets_add(&sets, (LabelSet){labels, 0}),
                        label_sets_add(&sets, (LabelSet){unknown, 3}), LABELS_NONE};
  const Targets targets = {.labels = numbers, .sets = &sets};
  const float both[] = {0.9f, 0.1f, 0.5f}, one[] = {0.9f, 0.1f, 0.4f}, more[] = {0.9f, 0.6f, 0.5f}, none[3] = {0};
  assert_true(output_is_right(&targets, 0, 3, both));
  assert_false(output_is_right(&targets, 0, 3, one));
  assert_false(output_is_right(&targets, 0, 3, more));
  assert_true(output_is_right(&targets, 1, 3, none));
  assert_false(output_is_right(&targets, 1, 3, both));
  assert_false(output_is_right(&targets, 2, 3, both));
  assert_false(output_is_right(&targets, 3, 3, none));
  label_sets_free(&sets);
}

/* ---- targets that are probabilities -------------------------------------------------- */

/* Of three texts, one of them with a target that has a zero; the others have one label. */
static const float *const *soft_targets(void) {
  static const float mixed[] = {0.1f, 0.2f, 0.3f, 0.4f}, two[] = {0.0f, 0.75f, 0.25f, 0.0f}, sure[] = {0, 0, 0, 1};
  static const float *const likely[6] = {mixed, NULL, two, NULL, NULL, sure};
  return likely;
}

TEST(gradients_of_probable_labels_are_slopes) {
  Layer *l = random_layer();
  l->likely = soft_targets();
  both_passes(l);
  assert_gradient(layer_loss, l, l->context, 30, l->d_context);
  assert_gradient(layer_loss, l, l->kernel, 20, l->d_kernel);
  assert_gradient(layer_loss, l, l->bias, 4, l->d_bias);
  free(l);
}

/* The weight is that of the label in `labels`, the most probable one. */
TEST(the_loss_of_probable_labels_is_the_cross_entropy) {
  Layer *l = random_layer();
  double expected = 0.0;
  l->likely = soft_targets();
  double loss = both_passes(l);
  for (size_t i = 0; i < 6; i++) {
    double weight = l->targets[i] == LABELS_NONE ? 0.0 : (double)(l->scale * l->label_weights[l->targets[i]]);
    for (size_t c = 0; c < 4; c++) {
      double p = (double)l->probabilities[i * 4 + c], t = l->likely[i] ? (double)l->likely[i][c] : l->targets[i] == c;
      expected -= weight * t * log(p);
      assert_near((double)l->d_logits[i * 4 + c], weight * (p - t), 1e-6);
    }
  }
  assert_near(loss, expected, 1e-6);
  free(l);
}

TEST(a_label_that_is_certain_is_the_label) {
  Layer *soft = random_layer(), *hard = random_layer();
  soft->likely = (const float *const[6]){[5] = soft_targets()[5]};
  soft->targets[5] = hard->targets[5] = 3;
  assert_near(both_passes(soft), both_passes(hard), 1e-6);
  assert_close(soft->d_logits, hard->d_logits, 24, 1e-6);
  free(soft);
  free(hard);
}

/* ---- properties ------------------------------------------------------------------- */

TEST(probabilities_sum_to_1) {
  Layer *l = random_layer();
  layer_loss(l);
  for (size_t i = 0; i < l->rows; i++) {
    double sum = 0.0;
    for (size_t c = 0; c < 4; c++) sum += (double)l->probabilities[i * 4 + c];
    assert_near(sum, 1.0, 1e-6);
  }
  free(l);
}

TEST(a_text_without_target_takes_no_part) {
  Layer *l = random_layer();
  double with = both_passes(l);
  for (size_t c = 0; c < 4; c++) assert_true(l->d_logits[4 * 4 + c] == 0.0f);
  l->rows = 4; /* without it and the last */
  double without = layer_loss(l);
  l->targets[4] = l->targets[5];
  memcpy(l->context + 4 * 5, l->context + 5 * 5, 5 * sizeof(float));
  l->rows = 5;
  assert_near(layer_loss(l), with, 1e-6);
  assert_true(without < with);
  free(l);
}

TEST(the_loss_alone_needs_no_gradient) {
  Layer *l = random_layer();
  double loss = layer_loss(l);
  Targets targets = {l->targets, l->likely, l->label_weights, NULL};
  double again = output_loss(&l->weights, l->rows, l->probabilities, &targets, l->scale, NULL);
  assert_true(loss == again);
  free(l);
}

/* Logits of +-5,000 would overflow without the largest subtracted. */
TEST(large_logits_do_not_overflow) {
  Layer *l = layer_new(2, 1, 3);
  const float kernel[] = {5000.0f, 0.0f, -5000.0f}, expected[] = {1, 0, 0, 0, 0, 1};
  memcpy(l->kernel, kernel, sizeof kernel);
  l->context[0] = 1.0f;
  l->context[1] = -1.0f;
  l->targets[0] = 2; /* its probability is as good as 0 */
  l->targets[1] = 2;
  double loss = both_passes(l);
  assert_close(l->probabilities, expected, 6, 1e-6);
  assert_true(isfinite(loss) && loss > 40.0);
  for (size_t c = 0; c < 3; c++) assert_true(isfinite(l->d_kernel[c]));
  free(l);
}

/* A NaN must reach the loss, so that training ends. */
TEST(nan_reaches_the_loss) {
  Layer *l = random_layer();
  l->context[0] = NAN;
  assert_true(isnan(layer_loss(l)));
  free(l);
}

TEST(no_rows_have_no_loss) {
  Layer *l = random_layer();
  l->rows = 0;
  assert_true(both_passes(l) == 0.0);
  for (size_t i = 0; i < 20; i++) assert_true(l->d_kernel[i] == 0.0f);
  free(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_keras),
      cmocka_unit_test(as_keras_with_weights_of_labels),
      cmocka_unit_test(gradients_are_slopes),
      cmocka_unit_test(backward_adds_to_weights_and_overwrites_the_context),
      cmocka_unit_test(gradients_of_sets_are_slopes),
      cmocka_unit_test(loss_of_sets_is_binary_cross_entropy),
      cmocka_unit_test(loss_of_sets_is_exact_far_from_the_middle),
      cmocka_unit_test(a_set_is_right_if_all_of_it_is),
      cmocka_unit_test(gradients_of_probable_labels_are_slopes),
      cmocka_unit_test(the_loss_of_probable_labels_is_the_cross_entropy),
      cmocka_unit_test(a_label_that_is_certain_is_the_label),
      cmocka_unit_test(probabilities_sum_to_1),
      cmocka_unit_test(a_text_without_target_takes_no_part),
      cmocka_unit_test(the_loss_alone_needs_no_gradient),
      cmocka_unit_test(large_logits_do_not_overflow),
      cmocka_unit_test(nan_reaches_the_loss),
      cmocka_unit_test(no_rows_have_no_loss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
