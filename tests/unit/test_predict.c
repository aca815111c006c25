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

/* Words that are not in the vocabulary, for models that spell them. */
static const char *const OTHERS[] = {"raining", "inkwell", "\u96ea\u96e8", "a", "overwrought"};

static uint32_t words[TEXTS * MOST_LENGTH], spelled_words[TEXTS * MOST_LENGTH];
static Text texts[TEXTS], spelled_texts[TEXTS];
static Spelling others;

static int make_texts(void **unused) {
  (void)unused;
  Random random = random_stream(8, 0, 0);
  for (size_t w = 0; w < COUNT(words); w++) {
    words[w] = (uint32_t)random_below(&random, VOCABULARY);
    spelled_words[w] = (uint32_t)random_below(&random, VOCABULARY + COUNT(OTHERS));
  }
  for (size_t i = 0; i < TEXTS; i++) {
    size_t length = random_below(&random, MOST_LENGTH + 1);
    texts[i] = (Text){words + i * MOST_LENGTH, length};
    spelled_texts[i] = (Text){spelled_words + i * MOST_LENGTH, length};
  }
  others = make_spelling(OTHERS, COUNT(OTHERS));
  return 0;
}

static int free_texts(void **unused) {
  (void)unused;
  spelling_free(&others);
  return 0;
}

/* ---- models ------------------------------------------------------------------------ */

/* Random parameters; predict.h asks no more of a model. */
typedef struct Subject {
  Model model;
  Lexicon lexicon;
  const Text *texts; /* [TEXTS] */
  const uint32_t *words;
} Subject;

static Subject subject_of(Shape shape, size_t max_tokens) {
  bool spelled = shape.buckets > 0;
  Subject s = {.model = {.max_tokens = max_tokens, .blend = {1.0f, 1.0f}}};
  s.lexicon = (Lexicon){.spelling = &others, .folded = true}; /* as tokens_lexicon() gives it, always */
  s.texts = spelled ? spelled_texts : texts;
  s.words = spelled ? spelled_words : words;
  shape.vocabulary = VOCABULARY;
  shape.embedding = 6;
  shape.labels = LABELS;
  assert_ok(parameters_new(&shape, &s.model.parameters, &error));
  fill_normal(s.model.parameters.block, s.model.parameters.count, 0.6f, 2);
  return s;
}

static Subject make_subject(size_t hidden, size_t positions) {
  return subject_of((Shape){.hidden = hidden, .positions = positions}, MOST_LENGTH);
}

static void subject_free(Subject *s) {
  parameters_free(&s->model.parameters);
  linear_free(&s->model.linear);
}

/* All combinations of parts, 0 .. PARTS - 1. The network reads 7 tokens of a text
** in some, so that only the linear branch sees the rest.
*/
enum { PARTS = 32 };
static Subject part_subject(unsigned parts) {
  bool gru = parts & 1, spelled = parts & 2, pooled = parts & 4, linear = parts & 8, cut = parts & 16;
  Subject s = subject_of((Shape){.hidden = gru ? 4 : 0, .buckets = spelled ? 9 : 0, .pooled = pooled, .positions = 5},
                         cut ? 7 : MOST_LENGTH);
  if (linear) s.model.linear = random_linear(VOCABULARY, LABELS, spelled ? 11 : 0, 5);
  s.model.blend = (Blend){0.8f, linear ? 1.7f : 9.0f}; /* the other scale scales nothing */
  return s;
}

/* ---- the same by hand ------------------------------------------------------------------ */

/* The blended logits of one text, from the branches themselves. */
static void logits_of(const Subject *s, Text text, float logits[LABELS]) {
  const Model *m = &s->model;
  Pass pass = {0};
  float margins[LABELS] = {0};
  const Text read = {text.words, text.length < m->max_tokens ? text.length : m->max_tokens};
  assert_ok(batch_fill(&pass.batch, &read, 1, VOCABULARY + COUNT(OTHERS), &error));
  assert_ok(pass_reserve(&pass, &m->parameters.shape, false, &error));
  network_forward(&m->parameters, &s->lexicon, NULL, &pass);
  if (linear_exists(&m->linear)) {
    NgramVector vector = {0};
    assert_ok(ngrams_vector(&m->linear.ngrams, text, &vector, &error));
    linear_forward(&m->linear, &s->lexicon, &vector, margins);
    ngram_vector_free(&vector);
  }
  for (size_t c = 0; c < LABELS; c++) logits[c] = m->blend.network * pass.logits[c] + m->blend.linear * margins[c];
  pass_free(&pass);
}

static void probabilities_of(const Subject *s, Text text, float expected[LABELS]) {
  float logits[LABELS];
  logits_of(s, text, logits);
  output_softmax(1, LABELS, logits, expected);
}

/* ---- predicting ------------------------------------------------------------------- */

TEST(the_best_is_the_largest_and_first) {
  assert_int_equal(predict_best((float[]){0.2f, 0.5f, 0.3f}, 3), 1);
  assert_int_equal(predict_best((float[]){0.4f, 0.2f, 0.4f}, 3), 0);
  assert_int_equal(predict_best((float[]){1.0f}, 1), 0);
}

static void check_together(Subject s) {
  Scratch scratch = {0};
  float *together = allocate(TEXTS * LABELS, sizeof *together), alone[LABELS];
  assert_ok(predict(&s.model, &s.lexicon, s.texts, TEXTS, &scratch, together, &error));
  for (size_t i = 0; i < TEXTS; i++) {
    probabilities_of(&s, s.texts[i], alone);
    assert_close(together + i * LABELS, alone, LABELS, SAME);
  }
  free(together);
  scratch_free(&scratch);
  subject_free(&s);
}

TEST(texts_together_have_the_probabilities_they_have_alone) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) check_together(make_subject(hidden, 5));
  for (unsigned parts = 0; parts < PARTS; parts++) check_together(part_subject(parts));
}

/* One scratch, as it serves one model after another. */
TEST(a_scratch_serves_models_of_any_parts) {
  Scratch scratch = {0};
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts * 7 % PARTS);
    float actual[LABELS], expected[LABELS];
    assert_ok(predict(&s.model, &s.lexicon, &s.texts[parts], 1, &scratch, actual, &error));
    probabilities_of(&s, s.texts[parts], expected);
    assert_close(actual, expected, LABELS, SAME);
    subject_free(&s);
  }
  scratch_free(&scratch);
  scratch_free(&scratch);
}

TEST(no_texts_have_no_probabilities) {
  Subject s = make_subject(4, 0);
  Scratch scratch = {0};
  Workers *workers;
  assert_ok(workers_new(1, &workers, &error));
  assert_ok(predict(&s.model, &s.lexicon, NULL, 0, &scratch, NULL, &error));
  assert_ok(predict_all(&s.model, &s.lexicon, NULL, 0, workers, &scratch, (Poll){0}, NULL, &error));
  assert_ok(predict_branches(&s.model, &s.lexicon, NULL, 0, workers, &scratch, (Poll){0}, NULL, NULL, &error));
  workers_free(workers);
  scratch_free(&scratch);
  subject_free(&s);
}

static Status predict_on(const Subject *s, size_t threads, Poll poll, Prediction *predictions) {
  Workers *workers;
  assert_ok(workers_new(threads, &workers, &error));
  Scratch *scratches = allocate(workers_count(workers), sizeof *scratches);
  Status status = predict_all(&s->model, &s->lexicon, s->texts, TEXTS, workers, scratches, poll, predictions, &error);
  for (size_t i = 0; i < workers_count(workers); i++) scratch_free(&scratches[i]);
  free(scratches);
  workers_free(workers);
  return status;
}

static void check_many(Subject s) {
  Prediction first[TEXTS], again[TEXTS];
  float alone[LABELS];
  assert_ok(predict_on(&s, 0, (Poll){0}, first));
  for (size_t i = 0; i < TEXTS; i++) {
    probabilities_of(&s, s.texts[i], alone);
    assert_near((double)first[i].confidence, (double)alone[first[i].label], SAME);
    assert_true(first[i].confidence >= alone[predict_best(alone, LABELS)] - 1e-6f);
  }
  for (size_t threads = 1; threads <= 4; threads++) {
    assert_ok(predict_on(&s, threads, (Poll){0}, again));
    for (size_t i = 0; i < TEXTS; i++) {
      assert_int_equal(again[i].label, first[i].label);
      assert_true(again[i].confidence == first[i].confidence);
    }
  }
  subject_free(&s);
}

TEST(many_texts_in_any_number_of_threads) {
  check_many(make_subject(4, 5));
  check_many(part_subject(15));
  check_many(part_subject(30));
}

static Status branches_on(const Subject *s, size_t threads, Poll poll, float *logits, float *margins) {
  Workers *workers;
  assert_ok(workers_new(threads, &workers, &error));
  Scratch *scratches = allocate(workers_count(workers), sizeof *scratches);
  Status status = predict_branches(&s->model, &s->lexicon, s->texts, TEXTS, workers, scratches, poll, logits,
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
      blend_forward(&s.model.blend, LABELS, linear ? margins + i * LABELS : NULL, logits + i * LABELS);
      assert_close(logits + i * LABELS, expected, LABELS, 1e-5); /* logits of up to 10 */
    }
    subject_free(&s);
  }
}

static bool stop(void *context) {
  (void)context;
  return false;
}

TEST(predicting_can_be_interrupted) {
  Subject s = part_subject(15);
  Prediction predictions[TEXTS];
  float logits[TEXTS * LABELS], margins[TEXTS * LABELS];
  assert_status(predict_on(&s, 0, (Poll){stop, NULL}, predictions), STATUS_INTERRUPTED);
  assert_status(branches_on(&s, 0, (Poll){stop, NULL}, logits, margins), STATUS_INTERRUPTED);
  subject_free(&s);
}

/* ---- why ---------------------------------------------------------------------------- */

/* Logits of up to 10 are sums of a hundred products here: 1e-5. */
static void check_contributions(const Subject *s, Text text, uint32_t label) {
  const Model *m = &s->model;
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], expected[LABELS];
  double logit = (double)m->blend.network * (double)m->parameters.tensor[TENSOR_OUTPUT_BIAS][label], sum = 0.0;
  Scratch scratch = {0};
  if (linear_exists(&m->linear)) logit += (double)m->blend.linear * (double)m->linear.bias[label];
  assert_ok(predict_contributions(m, &s->lexicon, text, label, &scratch, weights, contributions, &error));
  for (size_t t = 0; t < text.length; t++) {
    logit += (double)contributions[t];
    sum += (double)weights[t];
    assert_int_equal(weights[t] > 0.0f, t < m->max_tokens);
  }
  logits_of(s, text, expected);
  assert_near(logit, (double)expected[label], 1e-5);
  assert_near(sum, text.length ? 1.0 : 0.0, 1e-6);
  scratch_free(&scratch);
}

TEST(contributions_and_the_bias_sum_to_the_logit) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Subject s = make_subject(hidden, 5);
    for (size_t i = 0; i < 40; i++)
      for (uint32_t label = 0; label < LABELS; label++) check_contributions(&s, s.texts[i], label);
    subject_free(&s);
  }
}

/* With words outside the vocabulary, and tokens past those that the network reads. */
TEST(contributions_and_biases_sum_to_the_logit_with_any_parts) {
  for (unsigned parts = 0; parts < PARTS; parts++) {
    Subject s = part_subject(parts);
    for (size_t i = 0; i < 40; i++)
      for (uint32_t label = 0; label < LABELS; label++) check_contributions(&s, s.texts[i], label);
    subject_free(&s);
  }
}

/* A token past those that the network reads has what the linear branch gives it. */
TEST(tokens_past_the_network_have_the_linear_share_alone) {
  Subject s = part_subject(31);
  const Text text = {s.words, MOST_LENGTH};
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], linear[MOST_LENGTH] = {0};
  Scratch scratch = {0};
  assert_ok(predict_contributions(&s.model, &s.lexicon, text, 1, &scratch, weights, contributions, &error));
  linear_contribute(&s.model.linear, &s.lexicon, &scratch.vector, text, 1, s.model.blend.linear, linear);
  for (size_t t = 0; t < MOST_LENGTH; t++) assert_int_equal(contributions[t] == linear[t], t >= s.model.max_tokens);
  scratch_free(&scratch);
  subject_free(&s);
}

/* Each drop against the text written without that token. In a padded model the
** texts stay as long as they were: word 0 moves in at the end.
*/
static void check_leave_one_out(const Subject *s, Text text, uint32_t label) {
  uint32_t shorter[200] = {0};
  float *drops = allocate(text.length, sizeof *drops), with[LABELS], without[LABELS];
  Scratch scratch = {0};
  assert_true(text.length <= COUNT(shorter));
  assert_ok(predict_leave_one_out(&s->model, &s->lexicon, text, text.length, label, &scratch, (Poll){0}, drops,
                                  &error));
  probabilities_of(s, text, with);
  for (size_t out = 0; out < text.length; out++) {
    for (size_t t = 0, to = 0; t < text.length; t++)
      if (t != out) shorter[to++] = text.words[t];
    shorter[text.length - 1] = VOCABULARY_UNKNOWN;
    probabilities_of(s, (Text){shorter, text.length - !s->model.padded_length}, without);
    assert_near((double)drops[out], (double)with[label] - (double)without[label], SAME);
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
    subject_free(&s);
  }
}

TEST(leave_one_out_of_a_long_text) {
  Subject s = make_subject(4, 5), cut = part_subject(31);
  s.model.max_tokens = 200;
  const size_t lengths[] = {150, 64, 65}; /* more tokens than a pass takes texts, as many, one more */
  for (size_t i = 0; i < COUNT(lengths); i++) {
    check_leave_one_out(&s, (Text){s.words, lengths[i]}, 1);
    check_leave_one_out(&cut, (Text){cut.words, lengths[i]}, 1);
  }
  subject_free(&s);
  subject_free(&cut);
}

TEST(leave_one_out_of_a_padded_text) {
  Subject s = make_subject(4, MOST_LENGTH);
  s.model.padded_length = MOST_LENGTH;
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
  assert_status(predict_leave_one_out(&s.model, &s.lexicon, (Text){words, 100}, 100, 0, &scratch,
                                      (Poll){stop, NULL}, drops, &error),
                STATUS_INTERRUPTED);
  scratch_free(&scratch);
  subject_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_is_the_largest_and_first),
      cmocka_unit_test(texts_together_have_the_probabilities_they_have_alone),
      cmocka_unit_test(a_scratch_serves_models_of_any_parts),
      cmocka_unit_test(no_texts_have_no_probabilities),
      cmocka_unit_test(many_texts_in_any_number_of_threads),
      cmocka_unit_test(branches_by_themselves_blend_to_the_logits),
      cmocka_unit_test(predicting_can_be_interrupted),
      cmocka_unit_test(contributions_and_the_bias_sum_to_the_logit),
      cmocka_unit_test(contributions_and_biases_sum_to_the_logit_with_any_parts),
      cmocka_unit_test(tokens_past_the_network_have_the_linear_share_alone),
      cmocka_unit_test(leave_one_out_is_the_text_without_the_token),
      cmocka_unit_test(leave_one_out_with_any_parts),
      cmocka_unit_test(leave_one_out_of_a_long_text),
      cmocka_unit_test(leave_one_out_of_a_padded_text),
      cmocka_unit_test(leave_one_out_of_nothing_and_of_one_token),
      cmocka_unit_test(leave_one_out_can_be_interrupted),
  };
  return cmocka_run_group_tests(tests, make_texts, free_texts);
}
