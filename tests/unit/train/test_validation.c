/* The rows that are held out: their words, how a model does on them, its blend. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/output.h"
#include "train/validation.h"
#include "unit/support.h"

static void add(Corpus *corpus, const char *text, const char *label, RowUse use) {
  const Label value = text_label(label);
  assert_ok(corpus_add(corpus, &tokenizer_unicode, text, strlen(text), &value, use, &error));
}

static Corpus plain_corpus(void) { return (Corpus){.cut_after = SIZE_MAX}; }

static void prune(Corpus *corpus, bool spelled) {
  const PruneOptions options = {.min_count = 1, .most = 1000, .spelled = spelled};
  assert_ok(corpus_prune(corpus, &options, &error));
}

/* ---- rows ------------------------------------------------------------------------------ */

/* Rows that are drawn after the vocabulary was made: "drawn" is a word of it. */
static Corpus drawn_corpus(bool spelled) {
  Corpus corpus = plain_corpus();
  add(&corpus, "rain and rain", "a", ROW_TRAINS);
  add(&corpus, "rain drawn", "b", ROW_TRAINS);
  add(&corpus, "goal and", "b", ROW_TRAINS);
  add(&corpus, "known and", "a", ROW_KNOWN);
  prune(&corpus, spelled);
  corpus.use[1] = ROW_VALIDATES;
  corpus.use[3] = ROW_UNUSED;
  return corpus;
}

static uint32_t number_of(const Corpus *corpus, const char *word) {
  uint32_t number = vocabulary_find(&corpus->vocabulary, word, strlen(word));
  assert_int_not_equal(number, VOCABULARY_UNKNOWN);
  return number;
}

/* A word is there once it is learned: what only these rows have is not. */
TEST(words_that_only_these_rows_have_are_unknown) {
  for (int spelled = 0; spelled <= 1; spelled++) {
    Corpus corpus = drawn_corpus(spelled);
    Validation validation;
    uint32_t drawn = number_of(&corpus, "drawn");
    assert_ok(validation_new(&corpus, 0, &validation, &error));
    assert_int_equal(validation.count, 1);
    assert_int_equal(validation.texts[0].length, 2);
    assert_int_equal(validation.texts[0].words[0], number_of(&corpus, "rain"));
    assert_int_equal(validation.texts[0].words[1], spelled ? vocabulary_size(&corpus.vocabulary) + drawn : 0);
    assert_int_equal(validation.targets[0], 1);
    assert_int_equal(corpus_text(&corpus, 1).words[1], drawn); /* to be learned later, with all rows */
    validation_free(&validation);
    validation_free(&validation);
    corpus_free(&corpus);
  }
}

TEST(rows_keep_their_order_words_and_targets) {
  Corpus corpus = plain_corpus();
  Validation validation;
  add(&corpus, "rain and goal", "a", ROW_TRAINS);
  add(&corpus, "rain", "b", ROW_TRAINS);
  add(&corpus, "goal never", "b", ROW_VALIDATES);
  add(&corpus, "", "a", ROW_VALIDATES);
  add(&corpus, "and and rain", "no such label", ROW_VALIDATES);
  prune(&corpus, true);
  assert_ok(validation_new(&corpus, 0, &validation, &error));
  assert_int_equal(validation.count, 3);
  const uint32_t targets[] = {1, 0, 2}; /* the last: past the labels that are learned */
  const size_t lengths[] = {2, 0, 3};
  for (size_t i = 0; i < 3; i++) {
    Text text = corpus_text(&corpus, 2 + i);
    assert_int_equal(validation.targets[i], targets[i]);
    assert_int_equal(validation.rows[i], 2 + i);
    assert_int_equal(validation.texts[i].length, lengths[i]);
    if (text.length) assert_memory_equal(validation.texts[i].words, text.words, text.length * sizeof *text.words);
  }
  assert_int_equal(validation.texts[0].words[1],
                   vocabulary_size(&corpus.vocabulary) + vocabulary_size(&corpus.vocabulary));
  validation_free(&validation);
  corpus_free(&corpus);
}

TEST(no_rows_are_held_out) {
  Corpus corpus = plain_corpus();
  Validation validation;
  add(&corpus, "rain", "a", ROW_TRAINS);
  prune(&corpus, false);
  assert_ok(validation_new(&corpus, 0, &validation, &error));
  assert_int_equal(validation.count, 0);
  validation_keep(&validation);
  validation_free(&validation);
  corpus_free(&corpus);
}

/* ---- judging --------------------------------------------------------------------------- */

enum { ROWS = 120, HELD_OUT = 70 };

/* Sample rows, of which the last are held out, one of them with a new label; a
** model of random weights, and validation.
*/
typedef struct Subject {
  Corpus corpus;
  Model model;
  Lexicon lexicon;
  Validation validation;
} Subject;

static Subject *subject_new(bool linear, uint64_t seed) {
  Subject *s = allocate(1, sizeof *s);
  char text[SAMPLE_SIZE];
  s->corpus = plain_corpus();
  for (size_t i = 0; i < ROWS; i++) {
    sample_text(i, text);
    Label label = i == ROWS - 1 ? text_label("new") : sample_label(i);
    RowUse use = i < ROWS - HELD_OUT ? ROW_TRAINS : ROW_VALIDATES;
    assert_ok(corpus_add(&s->corpus, &tokenizer_unicode, text, strlen(text), &label, use, &error));
  }
  prune(&s->corpus, true);
  s->lexicon = corpus_lexicon(&s->corpus);
  const Shape shape = {.vocabulary = vocabulary_size(&s->corpus.vocabulary), .buckets = 30, .embedding = 6,
                       .labels = SAMPLE_LABELS, .pooled = true};
  assert_ok(parameters_new(&shape, (Poll){0}, &s->model.parameters, &error));
  fill_normal(s->model.parameters.block, s->model.parameters.count, 0.6f, seed);
  if (linear) s->model.linear = random_linear(shape.vocabulary, SAMPLE_LABELS, 20, seed);
  s->model.reading.max_tokens = 7;
  s->model.calibration = (Calibration){0.4f, 1.2f};
  assert_ok(validation_new(&s->corpus, 0, &s->validation, &error));
  return s;
}

static void subject_free(Subject *s) {
  validation_free(&s->validation);
  linear_free(&s->model.linear);
  parameters_free(&s->model.parameters);
  corpus_free(&s->corpus);
  free(s);
}

typedef struct Judgement {
  double loss, accuracy, macro_f1, calibration_error;
} Judgement;

static Judgement judgement_of(const Score *score) {
  return (Judgement){score_log_loss(score), score_accuracy(score), score_macro_f1(score),
                     score_calibration_error(score)};
}

static Status judge_on(Subject *s, size_t threads, Poll poll, Judgement *judgement) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  Status status = validation_judge(&s->validation, &s->model, &s->lexicon, workers, &error);
  *judgement = judgement_of(&s->validation.score);
  workers_free(workers);
  return status;
}

/* The same from predict(). */
static Judgement judge_plainly(const Subject *s) {
  const Validation *v = &s->validation;
  Scratch scratch = {0};
  Score score = {0};
  float *p = allocate(v->count * SAMPLE_LABELS, sizeof *p);
  assert_ok(predict(&s->model, &s->lexicon, v->texts, v->count, &scratch, p, &error));
  for (size_t i = 0; i < v->count; i++) {
    const float *row = p + i * SAMPLE_LABELS;
    uint32_t best = output_argmax(row, SAMPLE_LABELS), target = v->targets[i];
    assert_ok(score_add(&score, target, best, row[best], target < SAMPLE_LABELS ? row[target] : 0.0, &error));
  }
  Judgement judgement = judgement_of(&score);
  score_free(&score);
  scratch_free(&scratch);
  free(p);
  return judgement;
}

TEST(a_judgement_is_that_of_the_models_predictions) {
  for (int linear = 0; linear <= 1; linear++)
    for (size_t threads = 0; threads <= 3; threads++) {
      Subject *s = subject_new(linear, 1);
      Judgement judgement, expected = judge_plainly(s);
      assert_ok(judge_on(s, threads, (Poll){0}, &judgement));
      assert_near(judgement.loss, expected.loss, 1e-5); /* of logits of up to 10, as floats */
      assert_near(judgement.accuracy, expected.accuracy, 1e-12);
      assert_near(judgement.macro_f1, expected.macro_f1, 1e-12);
      assert_near(judgement.calibration_error, expected.calibration_error, 1e-5);
      assert_int_equal(s->validation.score.label[SAMPLE_LABELS].actual, 1);
      assert_true(judgement.accuracy < 1.0); /* one row has a label that is not known */
      subject_free(s);
    }
}

TEST(a_judgement_is_made_with_the_blend_there_is) {
  Subject *s = subject_new(true, 1);
  Judgement first, second;
  assert_ok(judge_on(s, 1, (Poll){0}, &first));
  s->model.calibration = (Calibration){0.1f, 3.0f};
  assert_ok(judge_on(s, 1, (Poll){0}, &second));
  assert_true(first.loss != second.loss);
  assert_near(second.loss, judge_plainly(s).loss, 1e-5);
  subject_free(s);
}

TEST(judging_can_be_interrupted) {
  Subject *s = subject_new(true, 1);
  Judgement judgement;
  assert_status(judge_on(s, 0, (Poll){stop_later, &(Stop){0}}, &judgement), STATUS_INTERRUPTED);
  subject_free(s);
}

/* ---- calibrating ------------------------------------------------------------------------ */

/* The blend is fitted on the logits that were kept, not on those judged last. */
TEST(the_blend_is_fitted_on_the_model_that_was_kept) {
  for (int linear = 0; linear <= 1; linear++) {
    Subject *s = subject_new(linear, 1);
    Judgement judgement;
    float logits[HELD_OUT * SAMPLE_LABELS], margins[HELD_OUT * SAMPLE_LABELS];
    Calibration expected = s->model.calibration;
    assert_ok(judge_on(s, 1, (Poll){0}, &judgement));
    memcpy(logits, s->validation.logits, sizeof logits);
    memcpy(margins, s->validation.margins, sizeof margins);
    calibration_fit(&expected, HELD_OUT, SAMPLE_LABELS, logits, linear ? margins : NULL, s->validation.targets);
    assert_true(expected.network != s->model.calibration.network);
    validation_keep(&s->validation);
    fill_normal(s->model.parameters.block, s->model.parameters.count, 0.6f, 2);
    assert_ok(judge_on(s, 1, (Poll){0}, &judgement));
    assert_ok(validation_conclude(&s->validation, &s->model, &error));
    assert_true(s->model.calibration.network == expected.network);
    assert_true(s->model.calibration.linear == expected.linear);
    fill_normal(s->model.parameters.block, s->model.parameters.count, 0.6f, 1); /* as it was kept */
    assert_near(score_log_loss(&s->validation.score), judge_plainly(s).loss, 1e-5);
    subject_free(s);
  }
}

TEST(a_calibrated_model_has_a_smaller_loss) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    Subject *s = subject_new(true, seed);
    Judgement before, after;
    assert_ok(judge_on(s, 1, (Poll){0}, &before));
    validation_keep(&s->validation);
    assert_ok(validation_conclude(&s->validation, &s->model, &error));
    assert_ok(judge_on(s, 1, (Poll){0}, &after));
    assert_true(after.loss < before.loss);
    subject_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_that_only_these_rows_have_are_unknown),
      cmocka_unit_test(rows_keep_their_order_words_and_targets),
      cmocka_unit_test(no_rows_are_held_out),
      cmocka_unit_test(a_judgement_is_that_of_the_models_predictions),
      cmocka_unit_test(a_judgement_is_made_with_the_blend_there_is),
      cmocka_unit_test(judging_can_be_interrupted),
      cmocka_unit_test(the_blend_is_fitted_on_the_model_that_was_kept),
      cmocka_unit_test(a_calibrated_model_has_a_smaller_loss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
