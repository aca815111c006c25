/* How many bits the rows held out choose. */
#include "base/quantisation.h"
#include "train/stage.h"
#include "unit/train/trainings.h"

static void check_bits(const ModelBits *bits, unsigned embedding, unsigned linear) {
  assert_int_equal(bits->network.embedding, embedding);
  assert_int_equal(bits->network.subwords, 4);
  assert_int_equal(bits->network.dense, 8);
  assert_int_equal(bits->linear, linear);
}

/* Nobody judges. */
TEST(without_rows_held_out_there_are_8_bits) {
  TrainingOptions options = full_options();
  options.compress = true;
  options.validation = 0.0;
  Model *model = sample_model(&options, ROWS);
  check_bits(&model->bits, 8, 8);
  model_free(model);
}

/* ---- made for it ------------------------------------------------------------------------- */

/* A training of words and a linear branch, up to the choice. Its rows are held out to the end. */
static Training *before_the_choice(void) {
  TrainingOptions options = full_options();
  Training *t;
  char text[SAMPLE_SIZE];
  options.compress = true;
  options.hidden = 0;
  options.subwords = options.max_pool = false;
  assert_ok(training_new(&options, "", NULL, &t, &error));
  for (size_t i = 0; i < ROWS + KEPT_OUT; i++) {
    sample_text(i, text);
    add_row(t, text, sample_label(i), i >= ROWS ? ROW_VALIDATES : ROW_TRAINS);
  }
  begin(t);
  train_to_end(t);
  assert_ok(workers_new(0, (Poll){0}, &t->workers, &error));
  return t;
}

/* The bits, once the network and branch as they are now were judged. */
static ModelBits choose(Training *t) {
  bool over;
  parameters_copy(&t->model->parameters, &t->best_parameters);
  assert_ok(validation_judge(&t->validation, t->model, &t->lexicon, t->workers, &error));
  assert_int_equal(t->validation.score.hits, KEPT_OUT);
  assert_ok(STAGE_COMPRESSION.run(NULL, t, &over, &error));
  return t->model->bits;
}

static void end(Training *t) {
  workers_free(t->workers);
  t->workers = NULL;
  training_free(t);
}

/* With fewer bits everything is as before. */
static void round_all(Training *t) {
  parameters_round(&t->best_parameters, &(ParameterBits){4, 4, 8});
  linear_round(&t->model->linear, 4);
}

TEST(where_nothing_changes_there_are_4_bits) {
  Training *t = before_the_choice();
  round_all(t);
  ModelBits bits = choose(t);
  check_bits(&bits, 4, 4);
  end(t);
}

static float largest(const float *numbers, size_t count) {
  float most = 0.0f;
  for (size_t i = 0; i < count; i++) most = fmaxf(most, fabsf(numbers[i]));
  return most;
}

/* The first number of each word becomes large, but nobody looks at it. With 4 bits all others are zero then. */
TEST(where_4_bits_lose_the_words_there_are_8) {
  Training *t = before_the_choice();
  round_all(t);
  Parameters *p = &t->best_parameters;
  size_t size = p->shape.embedding, words = p->shape.vocabulary;
  float *embedding = p->tensor[TENSOR_EMBEDDING], large = 16.0f * largest(embedding, words * size);
  for (size_t w = 0; w < words; w++) embedding[w * size] = large;
  p->tensor[TENSOR_ATTENTION_KERNEL][0] = 0.0f;
  for (size_t l = 0; l < SAMPLE_LABELS; l++) p->tensor[TENSOR_OUTPUT_KERNEL][l] = 0.0f;
  ModelBits bits = choose(t);
  assert_int_equal(bits.network.embedding, 8);
  end(t);
}

/* Each feature adds the same to all labels, which changes no probability. With 4 bits it adds nothing else. */
TEST(where_4_bits_lose_the_weights_there_are_8) {
  Training *t = before_the_choice();
  round_all(t);
  Linear *l = &t->model->linear;
  size_t count = (tfidf_features(&l->tfidf) + l->buckets + l->hashed.count) * l->columns;
  float same = 32.0f * largest(l->kernel, count);
  memset(t->best_parameters.block, 0, t->best_parameters.count * sizeof(float)); /* the branch is alone */
  for (size_t i = 0; i < count; i++) l->kernel[i] += same;
  ModelBits bits = choose(t);
  assert_int_equal(bits.linear, 8);
  end(t);
}

/* What is judged is a copy. */
TEST(the_choice_changes_nothing_else) {
  Training *t = before_the_choice();
  Parameters *p = &t->best_parameters;
  Linear *l = &t->model->linear;
  size_t weights = tfidf_features(&l->tfidf) * l->columns;
  float *block = allocate(p->count, sizeof *block), *kernel = allocate(weights, sizeof *kernel);
  memcpy(block, p->block, p->count * sizeof *block);
  memcpy(kernel, l->kernel, weights * sizeof *kernel);
  choose(t);
  assert_memory_equal(p->block, block, p->count * sizeof *block);
  assert_memory_equal(l->kernel, kernel, weights * sizeof *kernel);
  free(block);
  free(kernel);
  end(t);
}

TEST(without_compression_nothing_is_chosen) {
  TrainingOptions options = full_options();
  Training *t = sample_training(&options, ROWS);
  assert_false(STAGE_COMPRESSION.wanted(t));
  training_free(t);
  options.compress = true;
  t = sample_training(&options, ROWS);
  assert_true(STAGE_COMPRESSION.wanted(t));
  training_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_rows_held_out_there_are_8_bits),
      cmocka_unit_test(where_nothing_changes_there_are_4_bits),
      cmocka_unit_test(where_4_bits_lose_the_words_there_are_8),
      cmocka_unit_test(where_4_bits_lose_the_weights_there_are_8),
      cmocka_unit_test(the_choice_changes_nothing_else),
      cmocka_unit_test(without_compression_nothing_is_chosen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
