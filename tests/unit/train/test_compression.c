/* The model that is kept: folded, with names for its n-grams, and rounded. */
#include "base/quantisation.h"
#include "train/compression.h"
#include "train/stage.h"
#include "unit/train/trainings.h"

/* The same training, with floats and compressed. */
static Model *trained(bool compress, bool subwords) {
  TrainingOptions options = full_options();
  options.subwords = subwords;
  options.compress = compress;
  options.epochs = 2;
  return sample_model(&options, ROWS);
}

static size_t weights_of(const Linear *l) { return (tfidf_features(&l->tfidf) + l->buckets) * l->columns; }

static void check_same_floats(const float *a, const float *b, size_t count) {
  assert_memory_equal(a, b, count * sizeof *a);
}

TEST(without_ngrams_a_compressed_model_is_the_rounded_one) {
  Model *floats = trained(false, false), *model = trained(true, false);
  assert_int_not_equal(model->bits.linear, 0);
  assert_false(ngrams_exist(&model->ngrams));
  parameters_round(&floats->parameters, &model->bits.network);
  linear_round(&floats->linear, model->bits.linear);
  assert_int_equal(model->parameters.count, floats->parameters.count);
  check_same_floats(model->parameters.block, floats->parameters.block, floats->parameters.count);
  check_same_floats(model->linear.kernel, floats->linear.kernel, weights_of(&floats->linear));
  check_same_floats(model->linear.tfidf.idf, floats->linear.tfidf.idf, tfidf_features(&floats->linear.tfidf));
  check_same_floats(model->linear.bias, floats->linear.bias, floats->linear.columns);
  assert_true(model->calibration.network == floats->calibration.network);
  model_free(floats);
  model_free(model);
}

/* A word's row holds its n-grams, of before they were chosen; so has the linear branch. */
TEST(words_are_rounded_after_they_were_folded) {
  Model *floats = trained(false, true), *model = trained(true, true);
  const Shape *shape = &floats->parameters.shape;
  size_t words = shape->vocabulary * shape->embedding, features = tfidf_features(&floats->linear.tfidf);
  quantisation_round(model->bits.network.embedding, floats->parameters.block, words);
  check_same_floats(model->parameters.block, floats->parameters.block, words);
  assert_int_equal(model->parameters.dense, floats->parameters.dense);
  assert_int_equal(tfidf_features(&model->linear.tfidf), features);
  size_t whole = features * model->linear.columns / QUANTISATION_BLOCK * QUANTISATION_BLOCK;
  quantisation_round(model->bits.linear, floats->linear.kernel, whole);
  check_same_floats(model->linear.kernel, floats->linear.kernel, whole);
  model_free(floats);
  model_free(model);
}

/* The samples have fewer n-grams than are kept at least. */
TEST(each_ngram_of_the_words_has_the_row_of_its_bucket) {
  Model *floats = trained(false, true), *model = trained(true, true);
  const Ngrams *n = &model->ngrams;
  size_t size = floats->parameters.shape.embedding, buckets = shape_ngrams(&floats->parameters.shape);
  size_t rows = n->count + 1 + CAPITALS_ROWS;
  const float *old = floats->parameters.tensor[TENSOR_SUBWORDS];
  float *expected = allocate(rows * size, sizeof *expected);
  assert_true(n->count > 100);
  assert_int_equal(model->parameters.shape.buckets, rows);
  assert_int_equal(model->linear.buckets, n->count + 1);
  for (size_t i = 0; i < n->count; i++)
    memcpy(expected + i * size, old + n->hash[i] % buckets * size, size * sizeof *expected);
  memcpy(expected + (n->count + 1) * size, old + buckets * size, CAPITALS_ROWS * size * sizeof *expected);
  quantisation_round(model->bits.network.subwords, expected, rows * size);
  check_same_floats(model->parameters.tensor[TENSOR_SUBWORDS], expected, rows * size);
  const Linear *linear = &model->linear;
  const float *others = linear->kernel + (tfidf_features(&linear->tfidf) + n->count) * linear->columns;
  for (size_t c = 0; c < linear->columns; c++) assert_true(others[c] == 0.0f);
  Subwords rain = make_spelling((const char *const[]){"rain"}, 1);
  size_t count;
  const uint32_t *hash = subwords_get(&rain, 0, &count);
  for (size_t i = 0; i < count; i++) assert_true(ngrams_find(n, hash[i]) < n->count);
  subwords_free(&rain);
  free(expected);
  model_free(floats);
  model_free(model);
}

TEST(a_word_of_no_known_ngram_is_any_unknown_word) {
  Model *model = trained(true, true);
  float none[SAMPLE_LABELS], other[SAMPLE_LABELS], like[SAMPLE_LABELS];
  probabilities_of(model, "xyzzyx", none);
  probabilities_of(model, "qqqqqq", other);
  probabilities_of(model, "rainstorms", like);
  check_same_floats(none, other, SAMPLE_LABELS);
  assert_memory_not_equal(none, like, sizeof none);
  model_free(model);
}

/* ---- with floats --------------------------------------------------------------------- */

static bool has_part(const File *file, const char *suffix) {
  SafeTensors st;
  bool found = false;
  assert_ok(safetensors_read(file->bytes, file->size, file->size, &st, &error));
  for (uint32_t i = 0; i < st.count; i++) {
    size_t length;
    const char *name = strings_get(&st.names, i, &length);
    found = found || (length >= strlen(suffix) && memcmp(name + length - strlen(suffix), suffix, strlen(suffix)) == 0);
  }
  safetensors_free(&st);
  return found;
}

TEST(a_model_with_floats_has_all_of_them_in_its_file) {
  for (int compress = 0; compress <= 1; compress++) {
    Model *model = trained(compress, true), *read;
    File file;
    assert_ok(model_write(model, (Poll){0}, &file.bytes, &file.size, &error));
    assert_int_equal(has_part(&file, ".codes"), compress);
    assert_int_equal(has_part(&file, "ngrams"), compress);
    assert_ok(model_read(file.bytes, file.size, (Poll){0}, &read, &error));
    assert_int_equal(read->parameters.count, model->parameters.count);
    check_same_floats(read->parameters.block, model->parameters.block, read->parameters.count);
    check_same_floats(read->linear.kernel, model->linear.kernel, weights_of(&read->linear));
    if (!compress) assert_int_equal(model->bits.network.embedding + model->bits.network.dense + model->bits.linear, 0);
    model_free(read);
    model_free(model);
    free(file.bytes);
  }
}

TEST(any_number_of_threads_gives_the_same_bits) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.compress = true;
    options.threads = THREADS[i];
    check_same_file(sample_model(&options, ROWS), &expected);
  }
  free(expected.bytes);
}

/* ---- going on ---------------------------------------------------------------------------- */

/* Its n-grams are kept, whatever words come; new words are learned, and nothing old is lost. */
TEST(a_model_that_goes_on_keeps_its_ngrams) {
  for (int compress = 0; compress <= 1; compress++) {
    TrainingOptions options = full_options();
    options.compress = true;
    Model *from = sample_model(&options, ROWS);
    options.compress = compress;
    options.learning_rate = 0.005;
    Training *training = going_on(options, from, ROWS);
    begin(training);
    train_to_end(training);
    Model *model = end_training(training);
    assert_int_equal(model->ngrams.count, from->ngrams.count);
    assert_memory_equal(model->ngrams.hash, from->ngrams.hash, from->ngrams.count * sizeof(uint32_t));
    assert_int_equal(model->parameters.shape.buckets, from->parameters.shape.buckets);
    assert_int_equal(model->linear.buckets, from->linear.buckets);
    assert_int_equal(model->bits.linear > 0, compress);
    assert_int_equal(label_of(model, "a violin and the choir", NULL), SAMPLE_LABELS);
    assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
    assert_true(is_finite(model));
    model_free(model);
    model_free(from);
  }
}

/* From buckets names are made as in a first training. */
TEST(a_model_with_floats_goes_on_to_a_compressed_one) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  options.compress = true;
  options.learning_rate = 0.005;
  Training *training = going_on(options, from, ROWS);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(ngrams_exist(&model->ngrams));
  assert_int_equal(shape_ngrams(&model->parameters.shape), model->ngrams.count + 1);
  assert_int_equal(label_of(model, "a violin and the choir", NULL), SAMPLE_LABELS);
  assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
  model_free(model);
  model_free(from);
}

/* Numbers must not be looked up as if they were hashes. */
TEST(the_corpus_of_one_that_goes_on_has_numbers_already) {
  for (int compress = 0; compress <= 1; compress++) {
    TrainingOptions options = full_options();
    options.compress = compress;
    Model *from = sample_model(&options, ROWS);
    Training *training = going_on(options, from, ROWS);
    begin(training);
    const Subwords *given = &training->corpus.subwords;
    Subwords subwords;
    size_t ngrams = given->end[given->count - 1];
    assert_int_equal(ngrams_exist(&training->corpus.ngrams), compress);
    assert_ok(compression_subwords(from, &training->corpus, &subwords, &error));
    assert_int_equal(subwords.count, given->count);
    assert_memory_equal(subwords.end, given->end, given->count * sizeof *given->end);
    assert_memory_equal(subwords.hash, given->hash, ngrams * sizeof *given->hash);
    for (size_t i = 0; i < ngrams && compress; i++) assert_true(subwords.hash[i] <= from->ngrams.count);
    subwords_free(&subwords);
    training_free(training);
    model_free(from);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_ngrams_a_compressed_model_is_the_rounded_one),
      cmocka_unit_test(words_are_rounded_after_they_were_folded),
      cmocka_unit_test(each_ngram_of_the_words_has_the_row_of_its_bucket),
      cmocka_unit_test(a_word_of_no_known_ngram_is_any_unknown_word),
      cmocka_unit_test(a_model_with_floats_has_all_of_them_in_its_file),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(a_model_that_goes_on_keeps_its_ngrams),
      cmocka_unit_test(a_model_with_floats_goes_on_to_a_compressed_one),
      cmocka_unit_test(the_corpus_of_one_that_goes_on_has_numbers_already),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
