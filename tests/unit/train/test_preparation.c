/* What a training begins with: its rows, words, labels and values. */
#include "unit/train/trainings.h"

/* ---- repeating ------------------------------------------------------------------- */

/* At a rate of 0 the model is what was drawn. */
TEST(the_seed_draws_the_initial_values) {
  for (uint64_t seed = 1; seed <= 2; seed++) {
    TrainingOptions options = sample_options();
    Parameters drawn;
    options.learning_rate = 0.0;
    options.seed = seed;
    Model *model = sample_model(&options, ROWS);
    assert_ok(parameters_new(&model->parameters.shape, (Poll){0}, &drawn, &error));
    parameters_initialise(&drawn, seed, (Poll){0});
    assert_memory_equal(model->parameters.block, drawn.block, drawn.count * sizeof(float));
    parameters_free(&drawn);
    model_free(model);
  }
}

TEST(the_seed_draws_the_held_out_rows) {
  TrainingOptions options = sample_options();
  Training *first = sample_training(&options, ROWS), *second;
  options.seed = 2;
  second = sample_training(&options, ROWS);
  begin(first);
  begin(second);
  assert_memory_not_equal(training_corpus(first)->use, training_corpus(second)->use, ROWS);
  training_free(first);
  training_free(second);
}

/* ---- going on from a model ------------------------------------------------------- */

/* Old words and labels keep their numbers. */
static void check_begins_with(const Strings *strings, const Strings *before) {
  assert_true(strings->count > before->count);
  assert_memory_equal(strings->end, before->end, before->count * sizeof *before->end);
  assert_memory_equal(strings->bytes, before->bytes, before->length);
}

TEST(new_words_and_labels_are_learned_beside_the_old) {
  const bool linear[] = {false, true};
  for (size_t i = 0; i < COUNT(linear); i++) {
    TrainingOptions options = full_options();
    options.linear = linear[i];
    Model *from = sample_model(&options, ROWS);
    options.learning_rate = 0.005; /* few rows of the old labels come again */
    Training *training = going_on(options, from, ROWS);
    begin(training);
    train_to_end(training);
    Model *model = end_training(training);
    check_begins_with(&model->vocabulary.words, &from->vocabulary.words);
    check_begins_with(&model->labels.keys, &from->labels.keys);
    assert_int_equal(model->parameters.shape.labels, SAMPLE_LABELS + 1);
    assert_int_equal(label_of(model, "a violin and the choir", NULL), SAMPLE_LABELS);
    assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
    assert_true(is_finite(model));
    model_free(model);
    model_free(from);
  }
}

TEST(as_many_known_rows_as_new_ones_are_learned_again) {
  TrainingOptions options = full_options();
  const size_t known[] = {0, 5, FRESH, ROWS};
  Model *from = sample_model(&options, ROWS);
  for (size_t i = 0; i < COUNT(known); i++) {
    size_t again = known[i] < FRESH ? known[i] : FRESH;
    Training *training = going_on(options, from, known[i]);
    begin(training);
    const Corpus *corpus = training_corpus(training);
    assert_int_equal(corpus_count(corpus, ROW_TRAINS) + corpus_count(corpus, ROW_VALIDATES), FRESH + again);
    assert_int_equal(corpus_count(corpus, ROW_UNUSED), known[i] - again);
    assert_int_equal(corpus_count(corpus, ROW_KNOWN), 0);
    for (size_t row = 0; row < FRESH; row++) assert_int_not_equal(corpus->use[row], ROW_UNUSED);
    training_free(training);
  }
  model_free(from);
}

TEST(the_seed_draws_the_known_rows) {
  TrainingOptions options = full_options(), other = full_options();
  Model *from = sample_model(&options, ROWS);
  options.validation = other.validation = 0;
  other.seed = 2;
  Training *first = going_on(options, from, ROWS), *again = going_on(options, from, ROWS);
  Training *second = going_on(other, from, ROWS);
  begin(first);
  begin(again);
  begin(second);
  assert_memory_equal(training_corpus(first)->use, training_corpus(again)->use, FRESH + ROWS);
  assert_memory_not_equal(training_corpus(first)->use, training_corpus(second)->use, FRESH + ROWS);
  training_free(first);
  training_free(again);
  training_free(second);
  model_free(from);
}

/* Sizes and parts, too, whatever the options say. */
TEST(the_model_says_what_is_gone_on_with) {
  TrainingOptions options = full_options(), other = TRAINING_DEFAULTS;
  options.position_bias = true;
  options.max_tokens = 9;
  Model *from = sample_model(&options, ROWS);
  other.subwords = other.max_pool = other.linear = other.compress = false;
  other.epochs = 1;
  Training *training = going_on(other, from, 0);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  const Shape *shape = &model->parameters.shape, *before = &from->parameters.shape;
  assert_int_equal(shape->embedding, before->embedding);
  assert_int_equal(shape->hidden, before->hidden);
  assert_int_equal(shape->buckets, before->buckets);
  assert_int_equal(shape->positions, before->positions);
  assert_int_equal(shape->pooled, before->pooled);
  assert_int_equal(model->reading.max_tokens, 9);
  assert_true(linear_exists(&model->linear));
  assert_int_equal(model->linear.buckets, from->linear.buckets);
  model_free(model);
  model_free(from);
}

/* At a rate of 0 the network is the one that was, n-grams taken apart and put
** together again: 1e-5 of a vector's numbers, and somewhat more of probabilities.
*/
TEST(going_on_begins_with_what_the_model_says) {
  static const char *const texts[] = {"storm and rain", "the rainy storms", "a goal", "nothing of it is known", ""};
  TrainingOptions options = full_options();
  options.linear = false;
  Model *from = sample_model(&options, ROWS);
  options.learning_rate = 0.0;
  options.validation = 0;
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < 2 * FRESH; i++) {
    char text[SAMPLE_SIZE];
    sample_text(ROWS + i, text);
    add_row(training, text, sample_label(i), ROW_TRAINS);
  }
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  for (size_t i = 0; i < COUNT(texts); i++) {
    float before[SAMPLE_LABELS], after[SAMPLE_LABELS];
    probabilities_of(from, texts[i], before);
    probabilities_of(model, texts[i], after);
    assert_close(after, before, SAMPLE_LABELS, 1e-4);
  }
  model_free(model);
  model_free(from);
}

TEST(going_on_gives_the_same_bytes_with_any_number_of_threads) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  File expected = {0};
  options.epochs = 3;
  options.batch_size = 24;
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    options.threads = THREADS[i];
    Training *training = going_on(options, from, ROWS);
    begin(training);
    train_to_end(training);
    check_same_file(end_training(training), &expected);
  }
  free(expected.bytes);
  model_free(from);
}

/* Three labels are known already, so that three rows are not three labels that occur
** once.
*/
TEST(going_on_with_as_many_rows_as_labels) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < SAMPLE_LABELS; i++) add_row(training, "storm and wind", sample_label(0), ROW_TRAINS);
  begin(training);
  training_free(training);
  model_free(from);
}

/* As many of them as there are new ones: none. */
TEST(known_rows_alone_are_no_rows) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < ROWS; i++) add_row(training, "storm and wind", sample_label(i), ROW_KNOWN);
  assert_invalid(training_begin(training, NULL, &error), "no rows to learn from");
  training_free(training);
  model_free(from);
}

/* ---- word vectors ---------------------------------------------------------------- */

enum { VECTOR_SIZE = 5 };

/* Of words that rows have, and of one that none has. */
static void add_vectors(Training *training) {
  static const char *const words[] = {"storm", "goal", "soup", "violin", "nowhere"};
  for (size_t i = 0; i < COUNT(words); i++) {
    float values[VECTOR_SIZE];
    fill_normal(values, VECTOR_SIZE, 3.0f, i);
    assert_ok(word_vectors_add(training_vectors(training), &tokenizer_unicode, words[i], strlen(words[i]), values,
                               VECTOR_SIZE, &error));
  }
}

/* That a word's vector is the one that was given, times a factor, which is returned.
** All have the same: see check_factors().
*/
static double vector_factor(const Model *model, const char *word, size_t number) {
  float values[VECTOR_SIZE];
  uint32_t row = vocabulary_find(&model->vocabulary, word, strlen(word));
  const float *vector = model->parameters.block + row * VECTOR_SIZE;
  assert_int_not_equal(row, VOCABULARY_UNKNOWN);
  fill_normal(values, VECTOR_SIZE, 3.0f, number);
  double factor = dot(vector, values, VECTOR_SIZE) / dot(values, values, VECTOR_SIZE);
  for (size_t j = 0; j < VECTOR_SIZE; j++) assert_near((double)vector[j], factor * (double)values[j], 1e-6);
  return factor;
}

static void check_factors(double a, double b) {
  assert_true(a > 0.0);
  assert_near(a, b, 1e-6);
}

static Model *vector_model(TrainingOptions options) {
  Training *training = sample_training(&options, ROWS);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  return end_training(training);
}

/* At a rate of 0 they stay as they came; without n-grams they are all there is. */
TEST(words_begin_with_the_vectors_given) {
  TrainingOptions options = sample_options();
  Parameters drawn;
  options.learning_rate = 0.0;
  Model *model = vector_model(options);
  assert_int_equal(model->parameters.shape.embedding, VECTOR_SIZE);
  double factor = vector_factor(model, "storm", 0);
  assert_true(factor < 0.5); /* values of about 3 are scaled down to what networks begin with */
  check_factors(vector_factor(model, "soup", 2), factor);
  check_factors(vector_factor(model, "nowhere", 4), factor); /* a word of no row is known by its vector */
  assert_ok(parameters_new(&model->parameters.shape, (Poll){0}, &drawn, &error));
  parameters_initialise(&drawn, options.seed, (Poll){0});
  uint32_t other = vocabulary_find(&model->vocabulary, "rain", 4);
  assert_memory_equal(model->parameters.block + other * VECTOR_SIZE, drawn.block + other * VECTOR_SIZE,
                      VECTOR_SIZE * sizeof(float));
  parameters_free(&drawn);
  model_free(model);
}

TEST(learns_with_vectors) {
  TrainingOptions options = full_options();
  options.epochs = 12;
  Model *model = vector_model(options);
  assert_int_equal(model->parameters.shape.embedding, VECTOR_SIZE);
  assert_near(sample_accuracy(model, 0, ROWS + 30), 1.0, 0.0);
  model_free(model);
}

/* What the model has learned of a word is more than its vector; new words have one. */
TEST(going_on_only_new_words_begin_with_vectors) {
  TrainingOptions options = sample_options();
  Model *from = vector_model(options);
  options.learning_rate = 0.0;
  Training *training = going_on(options, from, 0);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(vocabulary_find(&from->vocabulary, "violin", 6), vocabulary_find(&model->vocabulary, "violin", 6));
  assert_memory_equal(model->parameters.block, from->parameters.block,
                      from->parameters.shape.vocabulary * VECTOR_SIZE * sizeof(float));
  model_free(model);
  options.hidden = 0; /* now from a model without vectors, of their size */
  options.embedding = VECTOR_SIZE;
  model_free(from);
  from = sample_model(&options, ROWS);
  training = going_on(options, from, 0);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  model = end_training(training);
  assert_memory_equal(model->parameters.block, from->parameters.block,
                      from->parameters.shape.vocabulary * VECTOR_SIZE * sizeof(float));
  check_factors(vector_factor(model, "violin", 3), vector_factor(model, "nowhere", 4));
  model_free(model);
  model_free(from);
}

/* ---- rows that are no use -------------------------------------------------------- */

/* Row i has text i % texts and label i % labels. */
static Training *plain_training(size_t rows, size_t labels) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, 0);
  for (size_t i = 0; i < rows; i++)
    add_row(training, "a text", (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % labels)}, ROW_TRAINS);
  return training;
}

static void check_begin_refused(Training *training, const char *message) {
  assert_invalid(training_begin(training, NULL, &error), message);
  training_free(training);
}

TEST(rows_that_teach_nothing_are_refused) {
  check_begin_refused(plain_training(0, 1), "no rows to learn from");
  check_begin_refused(plain_training(1, 1), "at least two labels");
  check_begin_refused(plain_training(10, 1), "at least two labels");
  check_begin_refused(plain_training(10, 10), "10 rows have 10 different labels");
}

TEST(validation_rows_alone_are_no_rows) {
  Training *training = plain_training(0, 1);
  add_row(training, "a text", text_label("a"), ROW_VALIDATES);
  check_begin_refused(training, "no rows to learn from");
}

TEST(three_rows_are_enough) {
  Training *training = plain_training(3, 2);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(empty_texts_have_the_most_frequent_label) {
  for (size_t hidden = 0; hidden <= 6; hidden += 6) {
    TrainingOptions options = sample_options();
    options.hidden = hidden;
    options.epochs = 30;
    Training *training = sample_training(&options, 0);
    for (int i = 0; i < 30; i++) add_row(training, "", text_label(i % 3 ? "often" : "rare"), ROW_TRAINS);
    begin(training);
    train_to_end(training);
    Model *model = end_training(training);
    assert_int_equal(label_of(model, "", NULL), labels_find(&model->labels, text_label("often")));
    assert_int_equal(label_of(model, "no word is known", NULL), labels_find(&model->labels, text_label("often")));
    assert_true(is_finite(model));
    model_free(model);
  }
}

TEST(empty_texts_among_others) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  for (int i = 0; i < 20; i++) add_row(training, i % 2 ? "" : " \n", text_label("nothing"), ROW_TRAINS);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(label_of(model, "", NULL), labels_find(&model->labels, text_label("nothing")));
  assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
  model_free(model);
}

/* Its words are known all the same, but the network says the same of every text. */
TEST(no_token_of_a_text_may_be_read) {
  TrainingOptions options = sample_options();
  options.max_tokens = 0;
  Model *model = sample_model(&options, ROWS);
  float of_text[SAMPLE_LABELS], of_nothing[SAMPLE_LABELS];
  probabilities_of(model, "storm and rain", of_text);
  probabilities_of(model, "", of_nothing);
  assert_memory_equal(of_text, of_nothing, sizeof of_text);
  assert_true(is_finite(model));
  model_free(model);
}

/* ---- rows of each label ---------------------------------------------------------- */

static void check_label_rows(const Training *training, const size_t *expected, size_t labels) {
  const size_t *rows = training_label_rows(training);
  for (size_t l = 0; l < labels; l++) assert_int_equal(rows[l], expected[l]);
}

TEST(rows_of_each_label_are_counted_held_out_or_not) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  add_row(training, "another storm", sample_label(0), ROW_TRAINS);
  begin(training);
  assert_true(training_validation(training)->count > 0);
  const size_t expected[] = {ROWS / SAMPLE_LABELS + 1, ROWS / SAMPLE_LABELS, ROWS / SAMPLE_LABELS};
  check_label_rows(training, expected, SAMPLE_LABELS);
  assert_int_equal(training_rows(training), ROWS + 1);
  train_to_end(training);
  check_label_rows(training, expected, SAMPLE_LABELS); /* when all are learned from, too */
  training_free(training);
}

TEST(rows_of_labels_that_are_not_learned_are_not_counted) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  add_row(training, "a storm to validate with", sample_label(0), ROW_VALIDATES);
  add_row(training, "something else", text_label("no such label"), ROW_VALIDATES);
  begin(training);
  const size_t expected[] = {ROWS / SAMPLE_LABELS + 1, ROWS / SAMPLE_LABELS, ROWS / SAMPLE_LABELS};
  check_label_rows(training, expected, SAMPLE_LABELS);
  training_free(training);
}

TEST(rows_with_a_guessed_label_are_not_counted) {
  TrainingOptions options = full_options();
  options.epochs = 1;
  Training *training = unlabelled_training(options);
  const size_t expected[] = {2, 2, 2};
  check_label_rows(training, expected, SAMPLE_LABELS);
  train_to_end(training);
  assert_true(training_pseudo_labelled(training) > 0);
  check_label_rows(training, expected, SAMPLE_LABELS);
  training_free(training);
}

/* Of the known rows those that are learned again. */
TEST(known_rows_are_counted_where_they_are_learned_again) {
  TrainingOptions options = sample_options();
  options.epochs = 1;
  Model *before = sample_model(&options, ROWS);
  Training *training = going_on(options, before, ROWS);
  begin(training);
  const size_t *rows = training_label_rows(training);
  assert_int_equal(rows[SAMPLE_LABELS], FRESH);
  assert_int_equal(rows[0] + rows[1] + rows[2], FRESH);
  training_free(training);
  model_free(before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_seed_draws_the_initial_values),
      cmocka_unit_test(the_seed_draws_the_held_out_rows),
      cmocka_unit_test(new_words_and_labels_are_learned_beside_the_old),
      cmocka_unit_test(as_many_known_rows_as_new_ones_are_learned_again),
      cmocka_unit_test(the_seed_draws_the_known_rows),
      cmocka_unit_test(the_model_says_what_is_gone_on_with),
      cmocka_unit_test(going_on_begins_with_what_the_model_says),
      cmocka_unit_test(going_on_gives_the_same_bytes_with_any_number_of_threads),
      cmocka_unit_test(going_on_with_as_many_rows_as_labels),
      cmocka_unit_test(known_rows_alone_are_no_rows),
      cmocka_unit_test(words_begin_with_the_vectors_given),
      cmocka_unit_test(learns_with_vectors),
      cmocka_unit_test(going_on_only_new_words_begin_with_vectors),
      cmocka_unit_test(rows_that_teach_nothing_are_refused),
      cmocka_unit_test(validation_rows_alone_are_no_rows),
      cmocka_unit_test(three_rows_are_enough),
      cmocka_unit_test(empty_texts_have_the_most_frequent_label),
      cmocka_unit_test(empty_texts_among_others),
      cmocka_unit_test(no_token_of_a_text_may_be_read),
      cmocka_unit_test(rows_of_each_label_are_counted_held_out_or_not),
      cmocka_unit_test(rows_of_labels_that_are_not_learned_are_not_counted),
      cmocka_unit_test(rows_with_a_guessed_label_are_not_counted),
      cmocka_unit_test(known_rows_are_counted_where_they_are_learned_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
