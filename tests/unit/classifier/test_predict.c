/* The labels of texts. */
#include "unit/classifier/subject.h"

/* ---- sets of labels --------------------------------------------------------------- */

static BinaryRelevance relevance_of(const float *thresholds, size_t labels) {
  BinaryRelevance b;
  assert_ok(binary_relevance_new(labels, &(RelevancePrior){{0.8f, 1.7f, -0.2f}, 0.5f}, &b, &error));
  memcpy(b.thresholds, thresholds, labels * sizeof *thresholds);
  return b;
}

TEST(labels_past_their_thresholds_are_given_the_most_probable_first) {
  const float thresholds[] = {0.5f, 0.2f, 0.5f, 0.9f}, p[] = {0.5f, 0.3f, 0.7f, 0.8f};
  const float low[] = {0.1f, 0.15f, 0.0f, 0.4f};
  BinaryRelevance b = relevance_of(thresholds, 4);
  GivenLabels given = {0};
  Prediction prediction;
  assert_ok(predict_set(&b, p, NULL, &given, &prediction, &error));
  assert_int_equal(prediction.label, 3);
  assert_int_equal(prediction.given_count, 3);
  assert_memory_equal(given.labels, ((uint32_t[]){2, 0, 1}), 3 * sizeof(uint32_t));
  assert_close(given.probabilities, ((float[]){0.7f, 0.5f, 0.3f}), 3, 0);
  assert_near((double)prediction.confidence, 0.3, 1e-6);
  assert_near((double)prediction.nearest, 0.0, 1e-6);
  assert_ok(predict_set(&b, low, NULL, &given, &prediction, &error));
  assert_int_equal(prediction.given_begin, 3);
  assert_int_equal(prediction.given_count, 0);
  assert_near((double)prediction.confidence, 0.6, 1e-6);
  assert_near((double)prediction.nearest, 0.05, 1e-6);
  given_labels_free(&given);
  binary_relevance_free(&b);
}

/* Ranking: label 0 is behind one that is not of the set, 2/3 of those above it are; label 1 is the first. */
TEST(a_set_that_is_asked_for_is_compared) {
  const float thresholds[] = {0.5f, 0.5f, 0.5f}, p[] = {0.4f, 0.9f, 0.6f};
  const uint32_t labels[] = {0, 1, 7};
  const LabelSet two = {labels, 2}, unknown = {labels, 3};
  BinaryRelevance b = relevance_of(thresholds, 3);
  GivenLabels given = {0};
  Prediction prediction;
  assert_ok(predict_set(&b, p, &two, &given, &prediction, &error));
  assert_near((double)prediction.of_asked, 0.4, 1e-6);
  assert_near(prediction.ranking, 1.0 + 2.0 / 3.0, 1e-12);
  assert_near(prediction.loss, -log(0.4) - log(0.9) - log(0.4), 1e-6);
  assert_ok(predict_set(&b, p, &unknown, &given, &prediction, &error));
  assert_near((double)prediction.of_asked, 0.0, 0.0);
  assert_near(prediction.ranking, 1.0 + 2.0 / 3.0, 1e-12);
  given_labels_free(&given);
  binary_relevance_free(&b);
}

/* Each label's probability by the formula, of one that is said with others and alone. */
TEST(probabilities_of_a_multilabel_model_are_its_own) {
  const float thresholds[] = {0.5f, 0.5f, 0.5f};
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    Scratch scratch = {0};
    s.model.calibration = (Calibration){0.8f, 1.7f}; /* of logits_of() */
    s.model.relevance = relevance_of(thresholds, LABELS);
    for (size_t i = 0; i < 20; i++) {
      float logits[LABELS], p[LABELS];
      logits_of(&s, s.texts[i], logits);
      assert_ok(predict(&s.model, &s.lexicon, &s.texts[i], 1, &scratch, p, &error));
      for (size_t c = 0; c < LABELS; c++)
        assert_near((double)p[c], 1.0 / (1.0 + exp(0.2 - (double)logits[c])), 1e-5);
    }
    binary_relevance_free(&s.model.relevance);
    scratch_free(&scratch);
    subject_free(&s);
  }
}

/* ---- predicting ------------------------------------------------------------------- */

TEST(the_best_is_the_largest_and_first) {
  assert_int_equal(output_argmax((float[]){0.2f, 0.5f, 0.3f}, 3), 1);
  assert_int_equal(output_argmax((float[]){0.4f, 0.2f, 0.4f}, 3), 0);
  assert_int_equal(output_argmax((float[]){1.0f}, 1), 0);
}

TEST(an_outcome_has_the_best_the_next_and_the_one_asked_for) {
  const float p[] = {0.125f, 0.25f, 0.5f, 0.0625f, 0.0625f};
  const struct {
    uint32_t asked;
    float of_asked;
  } cases[] = {{0, 0.125f}, {1, 0.25f}, {2, 0.5f}, {4, 0.0625f}, {5, 0.0f}, {LABELS_NONE, 0.0f}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    Prediction outcome = predict_outcome(p, COUNT(p), cases[i].asked);
    assert_int_equal(outcome.label, 2);
    assert_near((double)outcome.confidence, 0.5, 0.0);
    assert_near((double)outcome.runner_up, 0.25, 0.0);
    assert_near((double)outcome.of_asked, (double)cases[i].of_asked, 0.0);
  }
}

TEST(a_runner_up_may_be_as_probable_or_not_there) {
  Prediction outcome = predict_outcome((float[]){0.2f, 0.4f, 0.4f}, 3, 2);
  assert_int_equal(outcome.label, 1);
  assert_true(outcome.runner_up == 0.4f && outcome.of_asked == 0.4f);
  outcome = predict_outcome((float[]){0.75f, 0.25f}, 2, 0); /* the best is the first */
  assert_int_equal(outcome.label, 0);
  assert_true(outcome.runner_up == 0.25f && outcome.of_asked == 0.75f);
  outcome = predict_outcome((float[]){1.0f}, 1, 0);
  assert_int_equal(outcome.label, 0);
  assert_true(outcome.runner_up == 0.0f && outcome.of_asked == 1.0f);
}

static void check_texts(const Subject *s, double tolerance) {
  Scratch scratch = {0};
  float *together = allocate(TEXTS * LABELS, sizeof *together), alone[LABELS];
  assert_ok(predict(&s->model, &s->lexicon, s->texts, TEXTS, &scratch, together, &error));
  for (size_t i = 0; i < TEXTS; i++) {
    probabilities_of(s, s->texts[i], alone);
    assert_close(together + i * LABELS, alone, LABELS, tolerance);
  }
  free(together);
  scratch_free(&scratch);
}

/* As it learns, then finished. */
static void check_together(Subject s) {
  check_texts(&s, SAME);
  finish(&s, PRECISION_FLOAT32);
  check_texts(&s, FINISHED);
  subject_free(&s);
}

TEST(texts_together_have_the_probabilities_they_have_alone) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4)
    for (size_t positions = 0; positions <= MOST_LENGTH; positions += 6)
      check_together(make_subject(hidden, positions));
  for (unsigned parts = 0; parts < PARTS; parts++) check_together(part_subject(parts));
}

/* One scratch, as it serves one model after another, finished and not. */
TEST(a_scratch_serves_models_of_any_parts) {
  Scratch scratch = {0};
  for (unsigned turn = 0; turn < 3 * PARTS; turn++) {
    Subject s = part_subject(turn * 7 % PARTS);
    float actual[LABELS], expected[LABELS];
    if (turn % 3) finish(&s, PRECISION_FLOAT32);
    assert_ok(predict(&s.model, &s.lexicon, &s.texts[turn], 1, &scratch, actual, &error));
    probabilities_of(&s, s.texts[turn], expected);
    assert_close(actual, expected, LABELS, FINISHED);
    subject_free(&s);
  }
  scratch_free(&scratch);
  scratch_free(&scratch);
}

/* What is kept from one reading to the next changes nothing. */
TEST(a_finished_model_says_the_same_again) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    Scratch scratch = {0}, fresh = {0};
    float first[TEXTS * LABELS], again[TEXTS * LABELS];
    finish(&s, PRECISION_FLOAT32);
    assert_ok(predict(&s.model, &s.lexicon, s.texts, TEXTS, &scratch, first, &error));
    assert_ok(predict(&s.model, &s.lexicon, s.texts, TEXTS, &scratch, again, &error));
    assert_memory_equal(first, again, sizeof first);
    assert_ok(predict(&s.model, &s.lexicon, s.texts, TEXTS, &fresh, again, &error));
    assert_memory_equal(first, again, sizeof first);
    scratch_free(&scratch);
    scratch_free(&fresh);
    subject_free(&s);
  }
}

/* The product of 8-bit integers is wrong by half a step of 1/127 for each state and
** each weight: of 4 units with weights of up to 2 that is 0.03 in a gate, and a part
** of it in a probability.
*/
TEST(integers_of_8_bits_are_close) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    finish(&s, PRECISION_INT8);
    check_texts(&s, parts & 1 ? 0.03 : FINISHED);
    subject_free(&s);
  }
}

TEST(no_texts_have_no_probabilities) {
  Subject s = make_subject(4, 0);
  Scratch scratch = {0};
  Workers *workers;
  assert_ok(workers_new(1, (Poll){0}, &workers, &error));
  assert_ok(predict_branches(&s.model, &(Texts){NULL, 0, &s.lexicon}, workers, &scratch, NULL, NULL, &error));
  for (int finished = 0; finished <= 1; finished++) {
    if (finished) finish(&s, PRECISION_FLOAT32);
    assert_ok(predict(&s.model, &s.lexicon, NULL, 0, &scratch, NULL, &error));
    assert_ok(predict_labels(&s.model, &tokenizer_unicode, NULL, 0, &scratch, NULL, &error));
  }
  workers_free(workers);
  scratch_free(&scratch);
  subject_free(&s);
}

/* ---- texts as they were written ------------------------------------------------------ */

/* predict_labels() of texts as they are written is the same of the tokens they have. */
static void check_written(const Subject *s, const Text *list, size_t count) {
  Scratch scratch = {0};
  Tokens tokens = {0};
  TextBytes *written = allocate(count, sizeof *written);
  Prediction *predictions = allocate(count, sizeof *predictions);
  for (size_t i = 0; i < count; i++) written[i] = write_text(list[i]);
  assert_ok(predict_labels(&s->model, &at_spaces, written, count, &scratch, predictions, &error));
  for (size_t i = 0; i < count; i++) {
    float expected[LABELS];
    tokens_clear(&tokens);
    assert_ok(model_tokens(&s->model, &at_spaces, written[i].bytes, written[i].length, &tokens, &error));
    Lexicon lexicon = tokens_lexicon(&tokens);
    logits_in(&s->model, &lexicon, tokens_text(&tokens), expected);
    output_softmax(1, LABELS, expected, expected);
    assert_true(predictions[i].label < LABELS);
    assert_near((double)predictions[i].confidence, (double)expected[predictions[i].label], FINISHED);
    assert_near((double)predictions[i].confidence, (double)expected[output_argmax(expected, LABELS)], FINISHED);
    free((char *)written[i].bytes);
  }
  tokens_free(&tokens);
  free(predictions);
  free(written);
  scratch_free(&scratch);
}

TEST(labels_of_texts_as_they_were_written) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    check_written(&s, s.texts, TEXTS);
    finish(&s, PRECISION_FLOAT32);
    check_written(&s, s.texts, TEXTS);
    subject_free(&s);
  }
}

TEST(labels_of_padded_texts) {
  for (int finished = 0; finished <= 1; finished++) {
    Subject s = make_subject(4, MOST_LENGTH);
    s.model.reading.padded_length = MOST_LENGTH;
    if (finished) finish(&s, PRECISION_FLOAT32);
    check_written(&s, s.texts, TEXTS);
    subject_free(&s);
  }
}

/* Long texts come in batches of fewer, short ones after them in batches of more. */
TEST(labels_of_long_texts) {
  enum { LONG = 700, MANY = 90 };
  static Text list[MANY];
  for (unsigned parts = 0; parts < PARTS; parts += 5) {
    Subject s = part_subject(parts);
    s.model.reading.max_tokens = 600;
    for (size_t i = 0; i < MANY; i++) list[i] = (Text){s.words + 11 * i, i < 20 ? LONG - 17 * i : i % 5};
    finish(&s, PRECISION_FLOAT32);
    check_written(&s, list, MANY);
    subject_free(&s);
  }
}

TEST(a_tokenizer_that_fails_fails_the_labels) {
  Subject s = part_subject(15);
  Scratch scratch = {0};
  const TextBytes written[] = {{"w1 w2", 5, 0, NULL}, {"w3 !", 4, 0, NULL}, {"w4", 2, 0, NULL}};
  Prediction predictions[COUNT(written)];
  finish(&s, PRECISION_FLOAT32);
  assert_invalid(predict_labels(&s.model, &at_spaces, written, COUNT(written), &scratch, predictions, &error), "'!'");
  assert_ok(predict_labels(&s.model, &at_spaces, written, 1, &scratch, predictions, &error)); /* and works on */
  scratch_free(&scratch);
  subject_free(&s);
}

/* ---- each branch by itself -------------------------------------------------------------- */

static Status branches_on(const Subject *s, size_t threads, Poll poll, float *logits, float *margins) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  Scratch *scratches = allocate(workers_count(workers), sizeof *scratches);
  Status status = predict_branches(&s->model, &(Texts){s->texts, TEXTS, &s->lexicon}, workers, scratches, logits,
                                   margins, &error);
  for (size_t i = 0; i < workers_count(workers); i++) scratch_free(&scratches[i]);
  free(scratches);
  workers_free(workers);
  return status;
}

/* What the branches say, blended, is what the model says. */
TEST(branches_by_themselves_blend_to_the_logits) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    bool linear = linear_exists(&s.model.linear);
    float logits[TEXTS * LABELS], margins[TEXTS * LABELS], again[TEXTS * LABELS], expected[LABELS];
    assert_ok(branches_on(&s, 0, (Poll){0}, logits, linear ? margins : NULL));
    assert_ok(branches_on(&s, 3, (Poll){0}, again, linear ? margins : NULL));
    assert_memory_equal(logits, again, sizeof logits);
    for (size_t i = 0; i < TEXTS; i++) {
      logits_of(&s, s.texts[i], expected);
      calibration_forward(&s.model.calibration, LABELS, linear ? margins + i * LABELS : NULL, logits + i * LABELS);
      assert_close(logits + i * LABELS, expected, LABELS, 1e-5); /* logits of up to 10 */
    }
    subject_free(&s);
  }
}

TEST(branches_can_be_interrupted) {
  Subject s = part_subject(15);
  float logits[TEXTS * LABELS], margins[TEXTS * LABELS];
  assert_status(branches_on(&s, 0, (Poll){stop, NULL}, logits, margins), STATUS_INTERRUPTED);
  subject_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_past_their_thresholds_are_given_the_most_probable_first),
      cmocka_unit_test(a_set_that_is_asked_for_is_compared),
      cmocka_unit_test(the_best_is_the_largest_and_first),
      cmocka_unit_test(an_outcome_has_the_best_the_next_and_the_one_asked_for),
      cmocka_unit_test(a_runner_up_may_be_as_probable_or_not_there),
      cmocka_unit_test(texts_together_have_the_probabilities_they_have_alone),
      cmocka_unit_test(a_scratch_serves_models_of_any_parts),
      cmocka_unit_test(a_finished_model_says_the_same_again),
      cmocka_unit_test(integers_of_8_bits_are_close),
      cmocka_unit_test(probabilities_of_a_multilabel_model_are_its_own),
      cmocka_unit_test(no_texts_have_no_probabilities),
      cmocka_unit_test(labels_of_texts_as_they_were_written),
      cmocka_unit_test(labels_of_padded_texts),
      cmocka_unit_test(labels_of_long_texts),
      cmocka_unit_test(a_tokenizer_that_fails_fails_the_labels),
      cmocka_unit_test(branches_by_themselves_blend_to_the_logits),
      cmocka_unit_test(branches_can_be_interrupted),
  };
  return cmocka_run_group_tests(tests, make_texts, free_texts);
}
