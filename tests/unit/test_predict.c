/* What a model says of texts, and why. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/output.h"
#include "../../model/predict.h"
#include "../../model/random.h"
#include "support.h"

enum { VOCABULARY = 20, LABELS = 3, TEXTS = 150, MOST_LENGTH = 12 }; /* more texts than a pass takes */

/* A word's vector and a product over other rows may be rounded otherwise. */
static const double SAME = 1e-6;

static uint32_t words[TEXTS * MOST_LENGTH], targets[TEXTS];
static Text texts[TEXTS];

static int make_texts(void **unused) {
  (void)unused;
  Random random = random_stream(8, 0, 0);
  for (size_t w = 0; w < COUNT(words); w++) words[w] = (uint32_t)random_below(&random, VOCABULARY);
  for (size_t i = 0; i < TEXTS; i++) {
    texts[i] = (Text){words + i * MOST_LENGTH, random_below(&random, MOST_LENGTH + 1)};
    targets[i] = i % 10 ? (uint32_t)random_below(&random, LABELS) : OUTPUT_NO_TARGET;
  }
  return 0;
}

/* Random parameters; predict.h asks no more of a model. */
static Model make_model(size_t hidden, size_t positions) {
  Model model = {.max_tokens = MOST_LENGTH};
  const Shape shape = {.vocabulary = VOCABULARY, .embedding = 6, .hidden = hidden, .labels = LABELS,
                       .positions = positions};
  assert_ok(parameters_new(&shape, &model.parameters, &error));
  fill_normal(model.parameters.block, model.parameters.count, 0.6f, 2);
  return model;
}

/* The probabilities of one text, from the network itself. */
static void probabilities_of(const Model *model, Text text, float expected[LABELS]) {
  Pass pass = {0};
  assert_ok(batch_fill(&pass.batch, &text, 1, VOCABULARY, &error));
  assert_ok(pass_reserve(&pass, &model->parameters.shape, false, &error));
  network_forward(&model->parameters, NULL, &pass);
  memcpy(expected, pass.probabilities, LABELS * sizeof *expected);
  pass_free(&pass);
}

/* ---- predicting ------------------------------------------------------------------- */

TEST(the_best_is_the_largest_and_first) {
  assert_int_equal(predict_best((float[]){0.2f, 0.5f, 0.3f}, 3), 1);
  assert_int_equal(predict_best((float[]){0.4f, 0.2f, 0.4f}, 3), 0);
  assert_int_equal(predict_best((float[]){1.0f}, 1), 0);
}

TEST(texts_together_have_the_probabilities_they_have_alone) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Model model = make_model(hidden, 5);
    Pass pass = {0};
    float *together = allocate(TEXTS * LABELS, sizeof *together), alone[LABELS];
    assert_ok(predict(&model, texts, TEXTS, &pass, together, &error));
    for (size_t i = 0; i < TEXTS; i++) {
      probabilities_of(&model, texts[i], alone);
      assert_close(together + i * LABELS, alone, LABELS, SAME);
    }
    free(together);
    pass_free(&pass);
    parameters_free(&model.parameters);
  }
}

TEST(no_texts_have_no_probabilities) {
  Model model = make_model(4, 0);
  Pass pass = {0};
  Workers *workers;
  assert_ok(workers_new(1, &workers, &error));
  assert_ok(predict(&model, NULL, 0, &pass, NULL, &error));
  assert_ok(predict_all(&model.parameters, NULL, NULL, 0, workers, &pass, (Poll){0}, NULL, &error));
  workers_free(workers);
  pass_free(&pass);
  parameters_free(&model.parameters);
}

static Status predict_on(const Model *model, const uint32_t *wanted, size_t threads, Poll poll,
                         Prediction *predictions) {
  Workers *workers;
  assert_ok(workers_new(threads, &workers, &error));
  Pass *passes = allocate(workers_count(workers), sizeof *passes);
  Status status = predict_all(&model->parameters, texts, wanted, TEXTS, workers, passes, poll,
                              predictions, &error);
  for (size_t i = 0; i < workers_count(workers); i++) pass_free(&passes[i]);
  free(passes);
  workers_free(workers);
  return status;
}

TEST(many_texts_in_any_number_of_threads) {
  Model model = make_model(4, 5);
  Prediction first[TEXTS], again[TEXTS];
  float alone[LABELS];
  assert_ok(predict_on(&model, targets, 0, (Poll){0}, first));
  for (size_t i = 0; i < TEXTS; i++) {
    bool known = targets[i] != OUTPUT_NO_TARGET;
    probabilities_of(&model, texts[i], alone);
    assert_near((double)first[i].confidence, (double)alone[first[i].label], SAME);
    assert_true(first[i].confidence >= alone[predict_best(alone, LABELS)] - 1e-6f);
    assert_near((double)first[i].loss, known ? -log((double)alone[targets[i]]) : 0.0, 1e-5);
  }
  for (size_t threads = 1; threads <= 4; threads++) {
    assert_ok(predict_on(&model, targets, threads, (Poll){0}, again));
    for (size_t i = 0; i < TEXTS; i++) {
      assert_int_equal(again[i].label, first[i].label);
      assert_true(again[i].confidence == first[i].confidence && again[i].loss == first[i].loss);
    }
  }
  parameters_free(&model.parameters);
}

TEST(without_targets_there_is_no_loss) {
  Model model = make_model(4, 0);
  Prediction predictions[TEXTS];
  assert_ok(predict_on(&model, NULL, 2, (Poll){0}, predictions));
  for (size_t i = 0; i < TEXTS; i++) assert_true(predictions[i].loss == 0.0f);
  parameters_free(&model.parameters);
}

static bool stop(void *context) {
  (void)context;
  return false;
}

TEST(predicting_can_be_interrupted) {
  Model model = make_model(4, 0);
  Prediction predictions[TEXTS];
  assert_status(predict_on(&model, NULL, 0, (Poll){stop, NULL}, predictions), STATUS_INTERRUPTED);
  parameters_free(&model.parameters);
}

/* ---- why ---------------------------------------------------------------------------- */

static void check_contributions(const Model *model, Text text, uint32_t label) {
  float weights[MOST_LENGTH], contributions[MOST_LENGTH];
  double logit = (double)model->parameters.tensor[TENSOR_OUTPUT_BIAS][label], sum = 0.0;
  Pass pass = {0};
  assert_ok(predict_contributions(model, text, label, &pass, weights, contributions, &error));
  for (size_t t = 0; t < text.length; t++) {
    logit += (double)contributions[t];
    sum += (double)weights[t];
    assert_true(weights[t] > 0.0f);
  }
  assert_near(logit, (double)pass.logits[label], 1e-5);
  assert_near(sum, text.length ? 1.0 : 0.0, 1e-6);
  pass_free(&pass);
}

TEST(contributions_and_the_bias_sum_to_the_logit) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Model model = make_model(hidden, 5);
    for (size_t i = 0; i < 40; i++)
      for (uint32_t label = 0; label < LABELS; label++) check_contributions(&model, texts[i], label);
    parameters_free(&model.parameters);
  }
}

/* Each drop against the text written without that token. In a padded model the
** texts stay as long as they were: word 0 moves in at the end.
*/
static void check_leave_one_out(const Model *model, Text text, uint32_t label) {
  uint32_t shorter[200] = {0};
  float *drops = allocate(text.length, sizeof *drops), with[LABELS], without[LABELS];
  Pass pass = {0};
  assert_true(text.length <= COUNT(shorter));
  assert_ok(predict_leave_one_out(model, text, text.length, label, &pass, (Poll){0}, drops, &error));
  probabilities_of(model, text, with);
  for (size_t out = 0; out < text.length; out++) {
    for (size_t t = 0, to = 0; t < text.length; t++)
      if (t != out) shorter[to++] = text.words[t];
    shorter[text.length - 1] = VOCABULARY_UNKNOWN;
    probabilities_of(model, (Text){shorter, text.length - !model->padded_length}, without);
    assert_near((double)drops[out], (double)with[label] - (double)without[label], SAME);
  }
  pass_free(&pass);
  free(drops);
}

TEST(leave_one_out_is_the_text_without_the_token) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Model model = make_model(hidden, 5);
    for (size_t i = 0; i < 20; i++) check_leave_one_out(&model, texts[i], (uint32_t)(i % LABELS));
    parameters_free(&model.parameters);
  }
}

TEST(leave_one_out_of_a_long_text) {
  Model model = make_model(4, 5);
  check_leave_one_out(&model, (Text){words, 150}, 1); /* more tokens than a pass takes texts */
  check_leave_one_out(&model, (Text){words, 64}, 1);
  check_leave_one_out(&model, (Text){words, 65}, 1);
  parameters_free(&model.parameters);
}

TEST(leave_one_out_of_a_padded_text) {
  Model model = make_model(4, MOST_LENGTH);
  model.padded_length = MOST_LENGTH;
  check_leave_one_out(&model, (Text){words, MOST_LENGTH}, 2);
  parameters_free(&model.parameters);
}

TEST(leave_one_out_of_nothing_and_of_one_token) {
  Model model = make_model(4, 0);
  check_leave_one_out(&model, (Text){words, 0}, 0);
  check_leave_one_out(&model, (Text){words, 1}, 0);
  parameters_free(&model.parameters);
}

TEST(leave_one_out_can_be_interrupted) {
  Model model = make_model(4, 0);
  Pass pass = {0};
  float drops[100];
  assert_status(predict_leave_one_out(&model, (Text){words, 100}, 100, 0, &pass, (Poll){stop, NULL}, drops, &error),
                STATUS_INTERRUPTED);
  pass_free(&pass);
  parameters_free(&model.parameters);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_is_the_largest_and_first),
      cmocka_unit_test(texts_together_have_the_probabilities_they_have_alone),
      cmocka_unit_test(no_texts_have_no_probabilities),
      cmocka_unit_test(many_texts_in_any_number_of_threads),
      cmocka_unit_test(without_targets_there_is_no_loss),
      cmocka_unit_test(predicting_can_be_interrupted),
      cmocka_unit_test(contributions_and_the_bias_sum_to_the_logit),
      cmocka_unit_test(leave_one_out_is_the_text_without_the_token),
      cmocka_unit_test(leave_one_out_of_a_long_text),
      cmocka_unit_test(leave_one_out_of_a_padded_text),
      cmocka_unit_test(leave_one_out_of_nothing_and_of_one_token),
      cmocka_unit_test(leave_one_out_can_be_interrupted),
  };
  return cmocka_run_group_tests(tests, make_texts, NULL);
}
