/* Why a text has its label. */
#include "classifier/explain.h"
#include "unit/classifier/subject.h"

/* ---- why ---------------------------------------------------------------------------- */

/* The bias of a label, of both branches. */
static double bias_of(const Model *m, uint32_t label) {
  const float *linear = m->linear.bias;
  double bias = (double)m->calibration.network * (double)m->parameters.tensor[TENSOR_OUTPUT_BIAS][label];
  if (!linear_exists(&m->linear)) return bias;
  bool two = m->parameters.shape.labels == 2;
  double margin = two ? (label ? 1.0 : -1.0) * (double)linear[0] : (double)linear[label];
  return bias + (double)m->calibration.linear * margin;
}

/* Logits of up to 10 are sums of a hundred products here: 1e-5. The same is true of
** the logarithms of probabilities, whose differences are those of the logits.
*/
static void check_sums(const Model *m, const Lexicon *lexicon, Text text) {
  size_t labels = m->parameters.shape.labels;
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], logits[LABELS], p[LABELS];
  double first = 0.0;
  TokenPart padding;
  Scratch scratch = {0};
  logits_in(m, lexicon, text, logits);
  assert_ok(predict(m, lexicon, &text, 1, &scratch, p, &error));
  for (uint32_t label = 0; label < labels; label++) {
    double sum = bias_of(m, label), total = 0.0;
    bool padded = text.length < m->reading.padded_length && !m->parameters.shape.padding.skipped, any = padded;
    assert_ok(explain_contributions(m, &(Question){text, lexicon, label}, &scratch, weights, contributions, &padding,
                                    &error));
    for (size_t t = 0; t < text.length; t++) {
      sum += (double)contributions[t];
      total += (double)weights[t];
      bool seen = t < m->reading.max_tokens && !padding_skips(&m->parameters.shape.padding, text.words[t]);
      assert_int_equal(weights[t] > 0.0f, seen);
      any = any || seen;
    }
    sum += (double)padding.contribution;
    total += (double)padding.weight;
    assert_int_equal(padding.weight > 0.0f, padded);
    if (label == 0) first = sum;
    assert_near(sum, (double)logits[label], 1e-5);
    assert_near(sum - first, log((double)p[label]) - log((double)p[0]), 1e-5);
    assert_near(total, any ? 1.0 : 0.0, 1e-6);
  }
  scratch_free(&scratch);
}

static void check_all_sums(const Subject *s) {
  for (size_t i = 0; i < 40; i++) check_sums(&s->model, &s->lexicon, s->texts[i]);
}

/* As it learns, and finished; with words outside the vocabulary, and tokens past
** those that the network reads.
*/
TEST(contributions_and_the_bias_sum_to_the_logit_with_any_parts) {
  for (size_t labels = 2; labels <= LABELS; labels++)
    for (size_t positions = 0; positions <= 5; positions += 5)
      for (unsigned parts = 0; parts < PARTS; parts++) {
        Subject s = part_subject_of(parts, positions, labels);
        check_all_sums(&s);
        finish(&s, PRECISION_FLOAT32);
        check_all_sums(&s);
        subject_free(&s);
      }
}

/* Of a multi-label model the sum is the logit of the label's own probability. */
TEST(contributions_to_labels_that_are_decided_by_themselves) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    Model *m = &s.model;
    Scratch scratch = {0};
    assert_ok(binary_relevance_new(LABELS, &(RelevancePrior){{0.8f, 1.7f, -0.2f}, 0.5f}, &m->relevance, &error));
    for (uint32_t c = 0; c < LABELS; c++)
      for (size_t k = 0; k < BLEND_SIZE; k++) m->relevance.blend[c * BLEND_SIZE + k] += 0.3f * (float)c;
    for (size_t i = 0; i < 40; i++) {
      float weights[MOST_LENGTH], contributions[MOST_LENGTH], p[LABELS];
      assert_ok(predict(m, &s.lexicon, &s.texts[i], 1, &scratch, p, &error));
      for (uint32_t label = 0; label < LABELS; label++) {
        const float *blend = m->relevance.blend + label * BLEND_SIZE;
        m->calibration = (Calibration){blend[BLEND_NETWORK], blend[BLEND_LINEAR]}; /* for bias_of() */
        double sum = bias_of(m, label) + (double)blend[BLEND_BIAS];
        assert_ok(explain_contributions(m, &(Question){s.texts[i], &s.lexicon, label}, &scratch, weights,
                                        contributions, NULL, &error));
        for (size_t t = 0; t < s.texts[i].length; t++) sum += (double)contributions[t];
        assert_near((double)p[label], 1.0 / (1.0 + exp(-sum)), 1e-5);
      }
    }
    binary_relevance_free(&m->relevance);
    scratch_free(&scratch);
    subject_free(&s);
  }
}

/* The padding of a text has a part of its own. */
TEST(contributions_of_padded_texts_sum_to_the_logit) {
  for (unsigned parts = 0; parts < PARTS; parts++)
    for (PaddingState state = PADDING_READ; state <= PADDING_ZERO; state++)
      for (unsigned how = 0; how < 4; how++) {
        Subject s = part_subject_of(parts, MOST_LENGTH, LABELS);
        s.model.reading.padded_length = s.model.reading.max_tokens = MOST_LENGTH;
        s.model.reading.pads_before = how & 1;
        s.model.parameters.shape.padding = (Padding){.word = 1, .state = state, .skipped = how & 2};
        check_all_sums(&s);
        finish(&s, PRECISION_FLOAT32);
        check_all_sums(&s);
        subject_free(&s);
      }
}

TEST(tokens_past_the_network_have_the_linear_share_alone) {
  Subject s = part_subject(31);
  const Text text = {s.words, MOST_LENGTH};
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], linear[MOST_LENGTH] = {0};
  Scratch scratch = {0};
  assert_ok(explain_contributions(&s.model, &(Question){text, &s.lexicon, 1}, &scratch, weights, contributions, NULL,
                                  &error));
  assert_ok(linear_contribute(&s.model.linear, &s.lexicon, &scratch.vector, text, 1, s.model.calibration.linear, linear,
                              &error));
  for (size_t t = 0; t < MOST_LENGTH; t++)
    assert_int_equal(contributions[t] == linear[t], t >= s.model.reading.max_tokens);
  scratch_free(&scratch);
  subject_free(&s);
}

/* Each drop against the text written without that token. */
static void check_leave_one_out(const Subject *s, Text text, uint32_t label) {
  uint32_t shorter[200] = {0};
  float *drops = allocate(text.length, sizeof *drops), with[LABELS], without[LABELS];
  Scratch scratch = {0};
  assert_true(text.length <= COUNT(shorter));
  assert_ok(explain_leave_one_out(&s->model, &(Question){text, &s->lexicon, label}, text.length, &scratch, (Poll){0},
                                  drops, &error));
  probabilities_of(s, text, with);
  for (size_t out = 0; out < text.length; out++) {
    for (size_t t = 0, to = 0; t < text.length; t++)
      if (t != out) shorter[to++] = text.words[t];
    probabilities_of(s, (Text){shorter, text.length - 1}, without);
    assert_near((double)drops[out], (double)with[label] - (double)without[label],
                s->model.inference.parameters ? FINISHED : SAME);
  }
  scratch_free(&scratch);
  free(drops);
}

TEST(leave_one_out_is_the_text_without_the_token) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Subject s = make_subject(hidden, 5);
    for (size_t i = 0; i < 20; i++) check_leave_one_out(&s, s.texts[i], (uint32_t)(i % LABELS));
    subject_free(&s);
  }
}

/* Where the network reads 7 tokens, the eighth moves in for one that is left out. */
TEST(leave_one_out_with_any_parts) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    for (size_t i = 0; i < 20; i++) check_leave_one_out(&s, s.texts[i], (uint32_t)(i % LABELS));
    finish(&s, PRECISION_FLOAT32);
    for (size_t i = 0; i < 20; i++) check_leave_one_out(&s, s.texts[i], (uint32_t)(i % LABELS));
    subject_free(&s);
  }
}

TEST(leave_one_out_of_a_long_text) {
  Subject s = make_subject(4, 5), cut = part_subject(31);
  s.model.reading.max_tokens = 200;
  const size_t lengths[] = {150, 64, 65}; /* more tokens than a pass takes texts, as many, one more */
  for (size_t i = 0; i < COUNT(lengths); i++) {
    check_leave_one_out(&s, (Text){s.words, lengths[i]}, 1);
    check_leave_one_out(&cut, (Text){cut.words, lengths[i]}, 1);
  }
  finish(&s, PRECISION_FLOAT32);
  finish(&cut, PRECISION_FLOAT32);
  check_leave_one_out(&s, (Text){s.words, lengths[0]}, 1);
  check_leave_one_out(&cut, (Text){cut.words, lengths[0]}, 1);
  subject_free(&s);
  subject_free(&cut);
}

TEST(leave_one_out_of_a_padded_text) {
  Subject s = make_subject(4, MOST_LENGTH);
  s.model.reading.padded_length = MOST_LENGTH;
  check_leave_one_out(&s, (Text){words, MOST_LENGTH}, 2);
  finish(&s, PRECISION_FLOAT32);
  check_leave_one_out(&s, (Text){words, MOST_LENGTH}, 2);
  subject_free(&s);
}

TEST(leave_one_out_of_nothing_and_of_one_token) {
  Subject plain = make_subject(4, 0), all = part_subject(31);
  for (size_t length = 0; length <= 1; length++) {
    check_leave_one_out(&plain, (Text){plain.words, length}, 0);
    check_leave_one_out(&all, (Text){all.words, length}, 0);
  }
  subject_free(&plain);
  subject_free(&all);
}

TEST(leave_one_out_can_be_interrupted) {
  Subject s = make_subject(4, 0);
  Scratch scratch = {0};
  float drops[100];
  assert_status(explain_leave_one_out(&s.model, &(Question){{words, 100}, &s.lexicon, 0}, 100, &scratch,
                                      (Poll){stop, NULL}, drops, &error),
                STATUS_INTERRUPTED);
  scratch_free(&scratch);
  subject_free(&s);
}

/* ---- why, of many texts ------------------------------------------------------------------ */

/* contributions [tokens in all] of all texts, text i for label i % LABELS; for free(). */
static Status contributions_on(const Subject *s, size_t threads, Poll poll, float **contributions) {
  Workers *workers;
  uint32_t labels[TEXTS];
  size_t tokens = 0;
  for (size_t i = 0; i < TEXTS; i++) tokens += s->texts[i].length;
  for (uint32_t i = 0; i < TEXTS; i++) labels[i] = i % LABELS;
  *contributions = allocate(tokens, sizeof **contributions);
  assert_ok(workers_new(threads, poll, &workers, &error));
  Scratch *scratches = allocate(workers_count(workers), sizeof *scratches);
  Status status = explain_all(&s->model, &(Texts){s->texts, TEXTS, &s->lexicon}, labels, workers, scratches,
                              *contributions, &error);
  for (size_t i = 0; i < workers_count(workers); i++) scratch_free(&scratches[i]);
  free(scratches);
  workers_free(workers);
  return status;
}

/* The same products over one text or many may be rounded otherwise, as those of a logit:
** FINISHED. Among any number of workers they are the same.
*/
TEST(contributions_of_many_texts_are_those_of_each) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    Scratch scratch = {0};
    float weights[MOST_LENGTH], alone[MOST_LENGTH], *together, *again;
    size_t tokens = 0;
    assert_ok(contributions_on(&s, 0, (Poll){0}, &together));
    for (size_t i = 0; i < TEXTS; i++) {
      assert_ok(explain_contributions(&s.model, &(Question){s.texts[i], &s.lexicon, (uint32_t)(i % LABELS)}, &scratch,
                                      weights, alone, NULL, &error));
      assert_close(together + tokens, alone, s.texts[i].length, FINISHED);
      tokens += s.texts[i].length;
    }
    for (size_t threads = 1; threads <= 3; threads++) {
      assert_ok(contributions_on(&s, threads, (Poll){0}, &again));
      assert_memory_equal(together, again, tokens * sizeof *together);
      free(again);
    }
    free(together);
    scratch_free(&scratch);
    subject_free(&s);
  }
}

TEST(contributions_of_many_texts_can_be_interrupted) {
  Subject s = part_subject(15);
  float *contributions;
  assert_status(contributions_on(&s, 0, (Poll){stop, NULL}, &contributions), STATUS_INTERRUPTED);
  free(contributions);
  subject_free(&s);
}

TEST(no_texts_have_no_contributions) {
  Subject s = part_subject(15);
  Scratch scratch = {0};
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(explain_all(&s.model, &(Texts){NULL, 0, &s.lexicon}, NULL, workers, &scratch, NULL, &error));
  workers_free(workers);
  scratch_free(&scratch);
  subject_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(contributions_and_the_bias_sum_to_the_logit_with_any_parts),
      cmocka_unit_test(contributions_to_labels_that_are_decided_by_themselves),
      cmocka_unit_test(contributions_of_padded_texts_sum_to_the_logit),
      cmocka_unit_test(tokens_past_the_network_have_the_linear_share_alone),
      cmocka_unit_test(leave_one_out_is_the_text_without_the_token),
      cmocka_unit_test(leave_one_out_with_any_parts),
      cmocka_unit_test(leave_one_out_of_a_long_text),
      cmocka_unit_test(leave_one_out_of_a_padded_text),
      cmocka_unit_test(leave_one_out_of_nothing_and_of_one_token),
      cmocka_unit_test(leave_one_out_can_be_interrupted),
      cmocka_unit_test(contributions_of_many_texts_are_those_of_each),
      cmocka_unit_test(contributions_of_many_texts_can_be_interrupted),
      cmocka_unit_test(no_texts_have_no_contributions),
  };
  return cmocka_run_group_tests(tests, make_texts, free_texts);
}
