/* The keywords of a model, and the texts that it has learned. */
#include "classifier/explain.h"
#include "unit/train/trainings.h"

/* ---- what is found out about a model --------------------------------------------- */

/* Its words are those of the vocabulary, whose n-grams are folded by then: a few sums of
** up to some 30 numbers about 1 are taken in another order.
*/
static void check_means(const Model *model, Label label_of_row(size_t row)) {
  const Keywords *k = &model->keywords;
  size_t words = vocabulary_size(&model->vocabulary);
  double *sums = allocate(SAMPLE_LABELS * words, sizeof *sums);
  size_t *counts = allocate(SAMPLE_LABELS * words, sizeof *counts), occurring = 0;
  Scratch scratch = {0};
  Tokens tokens = {0};
  for (size_t i = 0; i < ROWS; i++) {
    char text[SAMPLE_SIZE];
    float weights[32], contributions[32];
    sample_text(i, text);
    tokens_clear(&tokens);
    assert_ok(model_tokens(model, &tokenizer_unicode, text, strlen(text), &tokens, &error));
    assert_true(tokens.count <= COUNT(weights));
    uint32_t label = labels_find(&model->labels, label_of_row(i));
    Lexicon lexicon = tokens_lexicon(&tokens);
    assert_ok(explain_contributions(model, &(Question){tokens_text(&tokens), &lexicon, label}, &scratch, weights,
                                    contributions, NULL, &error));
    for (size_t t = 0; t < tokens.count; t++) {
      sums[label * words + tokens.words[t]] += (double)contributions[t];
      occurring += counts[label * words + tokens.words[t]]++ == 0;
    }
  }
  assert_int_equal(k->count, occurring); /* far fewer than there is room for */
  for (size_t i = 0; i < k->count; i++) {
    size_t place = k->labels[i] * words + k->words[i];
    assert_int_equal(k->counts[i], counts[place]);
    assert_near((double)k->contributions[i], sums[place] / (double)counts[place], 1e-5);
  }
  scratch_free(&scratch);
  tokens_free(&tokens);
  free(sums);
  free(counts);
}

/* Of the rows that were held out for a while, too. */
TEST(keywords_are_the_means_of_what_words_contribute) {
  for (int validated = 0; validated <= 1; validated++) {
    TrainingOptions options = full_options();
    options.validation = validated ? 0.2 : 0.0;
    Model *model = sample_model(&options, ROWS);
    check_means(model, sample_label);
    model_free(model);
  }
}

TEST(keywords_are_those_of_the_best_epoch) {
  TrainingOptions options = sample_options();
  size_t best = 0;
  Epoch epoch = {0};
  options.epochs = options.patience = 12;
  options.learning_rate = 0.05;
  Training *training = coin_training(options);
  while (!epoch.is_last) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    if (epoch.is_best) best = epoch.epoch;
  }
  assert_in_range(best, 1, options.epochs - 1); /* or the test shows nothing */
  Model *model = end_training(training);
  check_means(model, coin);
  model_free(model);
}

/* The first of a label is one of its subject's words, which the other labels have not. */
TEST(the_words_of_a_label_tell_it_from_others) {
  TrainingOptions options = sample_options();
  Model *model = sample_model(&options, ROWS);
  for (uint32_t label = 0; label < SAMPLE_LABELS; label++) {
    size_t begin, end;
    keywords_of(&model->keywords, label, &begin, &end);
    assert_true(begin < end);
    assert_true(model->keywords.contributions[begin] > 0.1f);
    for (size_t i = 0; i < model->keywords.count; i++)
      assert_true((i >= begin && i < end) || model->keywords.words[i] != model->keywords.words[begin]);
  }
  model_free(model);
}

TEST(keywords_and_seen_texts_are_the_same_with_any_number_of_threads) {
  Model *first = NULL;
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    options.threads = THREADS[i];
    Model *model = sample_model(&options, 5 * ROWS); /* texts of several tasks */
    const Keywords *k = &model->keywords;
    if (!first) {
      first = model;
      assert_true(k->count > 0 && model->fingerprints.count > 0);
      continue;
    }
    assert_int_equal(k->count, first->keywords.count);
    assert_memory_equal(k->labels, first->keywords.labels, k->count * sizeof *k->labels);
    assert_memory_equal(k->words, first->keywords.words, k->count * sizeof *k->words);
    assert_memory_equal(k->counts, first->keywords.counts, k->count * sizeof *k->counts);
    assert_memory_equal(k->contributions, first->keywords.contributions, k->count * sizeof *k->contributions);
    assert_int_equal(model->fingerprints.count, first->fingerprints.count);
    assert_memory_equal(model->fingerprints.hashes, first->fingerprints.hashes,
                        model->fingerprints.count * sizeof *first->fingerprints.hashes);
    model_free(model);
  }
  model_free(first);
}

static bool has_seen(const Model *model, const char *text) {
  return fingerprints_has(&model->fingerprints, text_fingerprint(text, strlen(text)));
}

/* All texts are different. Those that validate while the model learns are seen only if
** the last epoch learns from them.
*/
TEST(rows_that_are_learned_from_are_seen_and_no_others) {
  for (int whole = 0; whole <= 1; whole++) {
    TrainingOptions options = sample_options();
    uint8_t use[ROWS];
    size_t seen = 0;
    options.epochs = whole ? 3 : 1;
    Training *training = own_words_training(options);
    memcpy(use, training_corpus(training)->use, ROWS);
    train_to_end(training);
    Model *model = end_training(training);
    for (size_t i = 0; i < ROWS; i++) {
      char text[32];
      snprintf(text, sizeof text, "the word w%zu", i);
      assert_int_equal(has_seen(model, text), whole || use[i] == ROW_TRAINS);
      seen += has_seen(model, text);
    }
    assert_int_equal(model->fingerprints.count, seen);
    assert_false(has_seen(model, "the word w0 "));
    model_free(model);
  }
}

TEST(rows_that_came_to_validate_are_not_seen) {
  TrainingOptions options = sample_options();
  options.epochs = 3;
  Training *training = sample_training(&options, ROWS);
  add_row(training, "a report to validate with", sample_label(0), ROW_VALIDATES);
  add_row(training, "rain to validate with", text_label("no such label"), ROW_VALIDATES);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < ROWS; i++) {
    sample_text(i, text);
    assert_true(has_seen(model, text));
  }
  assert_false(has_seen(model, "a report to validate with"));
  assert_false(has_seen(model, "rain to validate with"));
  model_free(model);
}

/* Of known rows only some are learned again, but all that the model has seen it has. */
TEST(what_the_model_before_has_seen_stays_seen) {
  TrainingOptions options = sample_options();
  options.epochs = 2;
  Model *before = sample_model(&options, ROWS);
  Training *training = going_on(options, before, ROWS);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < before->fingerprints.count; i++)
    assert_true(fingerprints_has(&model->fingerprints, before->fingerprints.hashes[i]));
  for (size_t i = 0; i < FRESH; i++) {
    music_text(i, text);
    assert_false(has_seen(before, text));
    assert_true(has_seen(model, text));
  }
  assert_int_equal(model->fingerprints.count, before->fingerprints.count + FRESH);
  model_free(model);
  model_free(before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keywords_are_the_means_of_what_words_contribute),
      cmocka_unit_test(keywords_are_those_of_the_best_epoch),
      cmocka_unit_test(the_words_of_a_label_tell_it_from_others),
      cmocka_unit_test(keywords_and_seen_texts_are_the_same_with_any_number_of_threads),
      cmocka_unit_test(rows_that_are_learned_from_are_seen_and_no_others),
      cmocka_unit_test(rows_that_came_to_validate_are_not_seen),
      cmocka_unit_test(what_the_model_before_has_seen_stays_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
