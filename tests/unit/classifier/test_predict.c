/* What a model says of texts, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/predict.h"
#include "network/output.h"
#include "unit/support.h"

enum { VOCABULARY = 20, LABELS = 3, TEXTS = 150, MOST_LENGTH = 12 }; /* more texts than a pass takes */

/* A word's vector and a product over other rows may be rounded otherwise. A finished
** model takes its sums in another order, and its gates in another formula: each is
** within 3e-7 of the true value (simd.h), and a few of those errors meet in a logit
** of up to 10. A part that is wrong or missing is off by 1e-3 at least.
*/
static const double SAME = 1e-6, FINISHED = 1e-5;

/* Words that are not in the vocabulary, for models that spell them. */
static const char *const OTHERS[] = {"raining", "inkwell", "\u96ea\u96e8", "a", "overwrought"};

static uint32_t words[TEXTS * MOST_LENGTH], spelled_words[TEXTS * MOST_LENGTH];
static Text texts[TEXTS], spelled_texts[TEXTS];
static Subwords others;

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
  subwords_free(&others);
  return 0;
}

/* ---- models ------------------------------------------------------------------------ */

/* Random parameters, and words "w1", "w2" ... for predict_labels(). A Subject may not
** be copied once it is finished: it then points at its own parameters.
*/
typedef struct Subject {
  Model model;
  Lexicon lexicon;
  const Text *texts; /* [TEXTS] */
  const uint32_t *words;
} Subject;

static Subject subject_of(Shape shape, size_t max_tokens) {
  bool spelled = shape.buckets > 0;
  Subject s = {.model = {.max_tokens = max_tokens, .calibration = {1.0f, 1.0f}}};
  s.lexicon = (Lexicon){.subwords = &others, .folded = true}; /* as tokens_lexicon() gives it, always */
  s.texts = spelled ? spelled_texts : texts;
  s.words = spelled ? spelled_words : words;
  shape.vocabulary = VOCABULARY;
  shape.embedding = 6;
  if (!shape.labels) shape.labels = LABELS;
  assert_ok(parameters_new(&shape, &s.model.parameters, &error));
  fill_normal(s.model.parameters.block, s.model.parameters.count, 0.6f, 2);
  for (uint32_t w = 1; w < VOCABULARY; w++) {
    char word[8];
    int length = snprintf(word, sizeof word, "w%u", w);
    assert_int_equal(strings_add(&s.model.vocabulary.words, word, (size_t)length), w - 1);
  }
  return s;
}

static Subject make_subject(size_t hidden, size_t positions) {
  return subject_of((Shape){.hidden = hidden, .positions = positions}, MOST_LENGTH);
}

static void subject_free(Subject *s) {
  inference_free(&s->model.inference);
  parameters_free(&s->model.parameters);
  linear_free(&s->model.linear);
  vocabulary_free(&s->model.vocabulary);
}

static void finish(Subject *s, Precision precision) {
  s->model.precision = precision;
  assert_ok(model_finish(&s->model, &error));
}

/* All combinations of parts, 0 .. PARTS - 1. The network reads 7 tokens of a text
** in some, so that only the linear branch sees the rest.
*/
enum { PARTS = 32 };
static Subject part_subject_of(unsigned parts, size_t positions, size_t labels) {
  bool gru = parts & 1, spelled = parts & 2, pooled = parts & 4, linear = parts & 8, cut = parts & 16;
  Subject s = subject_of((Shape){.hidden = gru ? 4 : 0, .buckets = spelled ? 9 : 0, .pooled = pooled,
                                 .positions = positions, .labels = labels},
                         cut ? 7 : MOST_LENGTH);
  if (linear) s.model.linear = random_linear(VOCABULARY, labels, spelled ? 11 : 0, 5);
  s.model.calibration = (Calibration){0.8f, linear ? 1.7f : 9.0f}; /* the other scale scales nothing */
  return s;
}
static Subject part_subject(unsigned parts) { return part_subject_of(parts, 5, LABELS); }

/* ---- the same by hand ------------------------------------------------------------------ */

/* The blended logits of one text, from the branches themselves. */
static void logits_in(const Model *m, const Lexicon *lexicon, Text text, float logits[LABELS]) {
  Pass pass = {0};
  float margins[LABELS] = {0};
  const Text read = {text.words, text.length < m->max_tokens ? text.length : m->max_tokens};
  assert_ok(batch_fill(&pass.batch, &read, 1, lexicon_words(lexicon, VOCABULARY), &error));
  assert_ok(pass_reserve(&pass, &m->parameters.shape, false, &error));
  network_forward(&m->parameters, lexicon, NULL, &pass);
  if (linear_exists(&m->linear)) {
    TfidfVector vector = {0};
    assert_ok(tfidf_vector(&m->linear.tfidf, text, &vector, &error));
    linear_forward(&m->linear, lexicon, &vector, margins);
    tfidf_vector_free(&vector);
  }
  for (size_t c = 0; c < m->parameters.shape.labels; c++)
    logits[c] = m->calibration.network * pass.logits[c] + m->calibration.linear * margins[c];
  pass_free(&pass);
}

static void logits_of(const Subject *s, Text text, float logits[LABELS]) {
  logits_in(&s->model, &s->lexicon, text, logits);
}

static void probabilities_of(const Subject *s, Text text, float expected[LABELS]) {
  float logits[LABELS];
  logits_of(s, text, logits);
  output_softmax(1, s->model.parameters.shape.labels, logits, expected);
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
    for (size_t positions = 0; positions <= MOST_LENGTH; positions += 6) check_together(make_subject(hidden, positions));
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
  assert_ok(predict_branches(&s.model, &s.lexicon, NULL, 0, workers, &scratch, NULL, NULL, &error));
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

/* Tokens between spaces; one that is "!" fails. */
static Status split_at_spaces(const Tokenizer *tokenizer, const char *text, size_t length, TokenSink *sink,
                              void *context, Error *e) {
  (void)tokenizer;
  for (size_t at = 0, end; at < length; at = end + 1) {
    for (end = at; end < length && text[end] != ' '; end++) continue;
    if (end == at + 1 && text[at] == '!') return error_set(e, STATUS_INVALID, "a token is '!'");
    if (end > at && !sink(context, text + at, end - at, at, end)) break;
  }
  return STATUS_OK;
}
static const Tokenizer at_spaces = {split_at_spaces};

/* A text as its words are written, for free(); word 0 is one that is not known. */
static TextBytes write_text(Text text) {
  char *bytes = allocate(text.length * 24, 1);
  size_t length = 0;
  for (size_t t = 0; t < text.length; t++) {
    uint32_t w = text.words[t];
    length += w < VOCABULARY ? (size_t)sprintf(bytes + length, "w%u ", w)
                             : (size_t)sprintf(bytes + length, "%s ", OTHERS[w - VOCABULARY]);
  }
  return (TextBytes){bytes, length, LABELS_NONE};
}

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
    s.model.padded_length = MOST_LENGTH;
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
    s.model.max_tokens = 600;
    for (size_t i = 0; i < MANY; i++) list[i] = (Text){s.words + 11 * i, i < 20 ? LONG - 17 * i : i % 5};
    finish(&s, PRECISION_FLOAT32);
    check_written(&s, list, MANY);
    subject_free(&s);
  }
}

TEST(a_tokenizer_that_fails_fails_the_labels) {
  Subject s = part_subject(15);
  Scratch scratch = {0};
  const TextBytes written[] = {{"w1 w2", 5, 0}, {"w3 !", 4, 0}, {"w4", 2, 0}};
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
  Status status = predict_branches(&s->model, &s->lexicon, s->texts, TEXTS, workers, scratches, logits,
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

static bool stop(void *context) {
  (void)context;
  return false;
}

TEST(branches_can_be_interrupted) {
  Subject s = part_subject(15);
  float logits[TEXTS * LABELS], margins[TEXTS * LABELS];
  assert_status(branches_on(&s, 0, (Poll){stop, NULL}, logits, margins), STATUS_INTERRUPTED);
  subject_free(&s);
}

/* ---- why ---------------------------------------------------------------------------- */

/* The bias of a label, of both branches. */
static double bias_of(const Model *m, uint32_t label) {
  const float *linear = m->linear.bias;
  double bias = (double)m->calibration.network * (double)m->parameters.tensor[TENSOR_OUTPUT_BIAS][label];
  if (!linear_exists(&m->linear)) return bias;
  bool two = m->parameters.shape.labels == 2;
  return bias + (double)m->calibration.linear * (two ? (label ? 1.0 : -1.0) * (double)linear[0] : (double)linear[label]);
}

/* Logits of up to 10 are sums of a hundred products here: 1e-5. The same is true of
** the logarithms of probabilities, whose differences are those of the logits.
*/
static void check_sums(const Model *m, const Lexicon *lexicon, Text text) {
  size_t labels = m->parameters.shape.labels;
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], logits[LABELS], p[LABELS];
  double first = 0.0;
  Scratch scratch = {0};
  logits_in(m, lexicon, text, logits);
  assert_ok(predict(m, lexicon, &text, 1, &scratch, p, &error));
  for (uint32_t label = 0; label < labels; label++) {
    double sum = bias_of(m, label), total = 0.0;
    assert_ok(predict_contributions(m, lexicon, text, label, &scratch, weights, contributions, &error));
    for (size_t t = 0; t < text.length; t++) {
      sum += (double)contributions[t];
      total += (double)weights[t];
      assert_int_equal(weights[t] > 0.0f, t < m->max_tokens);
    }
    if (label == 0) first = sum;
    assert_near(sum, (double)logits[label], 1e-5);
    assert_near(sum - first, log((double)p[label]) - log((double)p[0]), 1e-5);
    assert_near(total, text.length ? 1.0 : 0.0, 1e-6);
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

/* Padding is tokens, which have shares of their own. */
TEST(contributions_of_padded_texts_sum_to_the_logit) {
  for (size_t labels = 2; labels <= LABELS; labels++) {
    Subject s = part_subject_of(1, MOST_LENGTH, labels);
    s.model.padded_length = MOST_LENGTH;
    for (size_t i = 0; i < 40; i++) {
      Tokens tokens = {0};
      TextBytes written = write_text(s.texts[i]);
      assert_ok(model_tokens(&s.model, &at_spaces, written.bytes, written.length, &tokens, &error));
      Lexicon lexicon = tokens_lexicon(&tokens);
      assert_int_equal(tokens_text(&tokens).length, MOST_LENGTH);
      check_sums(&s.model, &lexicon, tokens_text(&tokens));
      tokens_free(&tokens);
      free((char *)written.bytes);
    }
    subject_free(&s);
  }
}

TEST(tokens_past_the_network_have_the_linear_share_alone) {
  Subject s = part_subject(31);
  const Text text = {s.words, MOST_LENGTH};
  float weights[MOST_LENGTH], contributions[MOST_LENGTH], linear[MOST_LENGTH] = {0};
  Scratch scratch = {0};
  assert_ok(predict_contributions(&s.model, &s.lexicon, text, 1, &scratch, weights, contributions, &error));
  linear_contribute(&s.model.linear, &s.lexicon, &scratch.vector, text, 1, s.model.calibration.linear, linear);
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
  s.model.max_tokens = 200;
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
  s.model.padded_length = MOST_LENGTH;
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
  assert_status(predict_leave_one_out(&s.model, &s.lexicon, (Text){words, 100}, 100, 0, &scratch,
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
  Status status = predict_all_contributions(&s->model, &s->lexicon, s->texts, labels, TEXTS, workers, scratches,
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
      assert_ok(predict_contributions(&s.model, &s.lexicon, s.texts[i], (uint32_t)(i % LABELS), &scratch, weights,
                                      alone, &error));
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
  assert_ok(predict_all_contributions(&s.model, &s.lexicon, NULL, NULL, 0, workers, &scratch, NULL,
                                      &error));
  workers_free(workers);
  scratch_free(&scratch);
  subject_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_is_the_largest_and_first),
      cmocka_unit_test(an_outcome_has_the_best_the_next_and_the_one_asked_for),
      cmocka_unit_test(a_runner_up_may_be_as_probable_or_not_there),
      cmocka_unit_test(texts_together_have_the_probabilities_they_have_alone),
      cmocka_unit_test(a_scratch_serves_models_of_any_parts),
      cmocka_unit_test(a_finished_model_says_the_same_again),
      cmocka_unit_test(integers_of_8_bits_are_close),
      cmocka_unit_test(no_texts_have_no_probabilities),
      cmocka_unit_test(labels_of_texts_as_they_were_written),
      cmocka_unit_test(labels_of_padded_texts),
      cmocka_unit_test(labels_of_long_texts),
      cmocka_unit_test(a_tokenizer_that_fails_fails_the_labels),
      cmocka_unit_test(branches_by_themselves_blend_to_the_logits),
      cmocka_unit_test(branches_can_be_interrupted),
      cmocka_unit_test(contributions_and_the_bias_sum_to_the_logit_with_any_parts),
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
