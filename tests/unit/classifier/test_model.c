/* Models as files, damaged files, and texts as a model reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "classifier/explain.h"
#include "classifier/predict.h"
#include "text/capitals.h"
#include "text/word_shape.h"
#include "unit/support.h"

/* ---- small models ---------------------------------------------------------------- */

/* Five words, three labels of three types; parameters drawn at random. */
static Model *shaped_model(Shape shape) {
  static const char *const WORDS[] = {"the", "cat", "\u00e4", "dog", "."};
  const Label labels[] = {text_label("cats"), {.kind = LABEL_INTEGER, .integer = 5},
                          {.kind = LABEL_REAL, .real = 2.5}};
  Model *model = allocate(1, sizeof *model);
  uint32_t number;
  shape.vocabulary = 6;
  shape.embedding = 2;
  shape.labels = 3;
  assert_ok(parameters_new(&shape, (Poll){0}, &model->parameters, &error));
  fill_normal(model->parameters.block, model->parameters.count, 0.5f, 1);
  for (size_t i = 0; i < COUNT(WORDS); i++)
    assert_ok(vocabulary_add(&model->vocabulary, WORDS[i], strlen(WORDS[i]), &number, &error));
  for (size_t i = 0; i < COUNT(labels); i++) assert_ok(labels_add(&model->labels, labels[i], &number, &error));
  model->tokenize = strdup("");
  model->reading.max_tokens = 8;
  model->calibration = (Calibration){1.0f, 1.0f};
  return model;
}

static Model *small_model(size_t hidden, size_t positions) {
  return shaped_model((Shape){.hidden = hidden, .positions = positions});
}

/* With n-grams, a max-pool and a linear branch. */
static Model *full_model(size_t hidden) {
  Model *model = shaped_model((Shape){.hidden = hidden, .buckets = 3 + CAPITALS_ROWS, .positions = 2, .pooled = true});
  model->linear = random_linear(6, 3, 2, 1);
  model->calibration = (Calibration){0.25f, 1.5f};
  return model;
}

/* With names for two n-grams, and few bits. It is not rounded. */
static Model *compressed_model(void) {
  Model *model = shaped_model((Shape){.hidden = 1, .buckets = 3, .positions = 2, .pooled = true});
  NgramUse uses[] = {{0x8c9dc8c9u, 1, 1}, {5, 1, 1}}; /* <a> and another */
  model->linear = random_linear(6, 3, 3, 1);
  model->bits = (ModelBits){.network = {.embedding = 8, .subwords = 4, .dense = 8}, .linear = 4};
  assert_ok(ngrams_collect(uses, COUNT(uses), 1, COUNT(uses), (Poll){0}, &model->ngrams, &error));
  return model;
}

/* The same with labels that are decided each by itself. */
static Model *multilabel_model(size_t hidden) {
  Model *model = full_model(hidden);
  assert_ok(binary_relevance_new(3, &(RelevancePrior){{0.25f, 1.5f, -0.5f}, 0.4f}, &model->relevance, &error));
  model->relevance.thresholds[1] = 0.75f;
  model->calibration = (Calibration){1.0f, 1.0f}; /* not used, and not written */
  return model;
}

static uint8_t *write_model(Model *model, size_t *size) {
  uint8_t *bytes;
  assert_ok(model_write(model, (Poll){0}, &bytes, size, &error));
  return bytes;
}

static uint8_t *small_file(size_t hidden, size_t positions, size_t *size) {
  Model *model = small_model(hidden, positions);
  uint8_t *bytes = write_model(model, size);
  model_free(model);
  return bytes;
}

static uint8_t *full_file(size_t *size) {
  Model *model = full_model(1);
  model->parameters.shape.shaped = true;
  uint8_t *bytes = write_model(model, size);
  model_free(model);
  return bytes;
}

/* The place of `text` in the header of a file. */
static char *find_in(uint8_t *bytes, size_t size, const char *text) {
  size_t header = safetensors_header_size(bytes, size), length = strlen(text);
  for (size_t i = 8; i + length <= header; i++)
    if (memcmp(bytes + i, text, length) == 0) return (char *)bytes + i;
  fail_msg("'%s' is not in the header", text);
  return NULL;
}

/* Writes over the first `from` in the header; both are of one length. */
static void replace(uint8_t *bytes, size_t size, const char *from, const char *to) {
  assert_int_equal(strlen(from), strlen(to));
  memcpy(find_in(bytes, size, from), to, strlen(to));
}

/* Now the file states no identifier, and any change is looked at. */
static void remove_identifier(uint8_t *bytes, size_t size) {
  char *stated = find_in(bytes, size, "\"identifier\":");
  memset(stated, ' ', (size_t)(strchr(stated, ',') + 1 - stated));
}

/* ---- round trips -------------------------------------------------------------------- */

static void check_same_strings(const Strings *a, const Strings *b) {
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->length, b->length);
  assert_memory_equal(a->bytes, b->bytes, a->length);
  assert_memory_equal(a->end, b->end, a->count * sizeof *a->end);
}

static void check_same_branch(const Linear *a, const Linear *b) {
  size_t features = tfidf_features(&a->tfidf);
  assert_int_equal(a->labels, b->labels);
  assert_int_equal(a->columns, b->columns);
  assert_int_equal(a->buckets, b->buckets);
  assert_int_equal(a->tfidf.words, b->tfidf.words);
  assert_int_equal(a->tfidf.pairs, b->tfidf.pairs);
  if (!linear_exists(a)) return;
  assert_memory_equal(a->kernel, b->kernel, (features + a->buckets) * a->columns * sizeof(float));
  assert_memory_equal(a->bias, b->bias, a->columns * sizeof(float));
  assert_memory_equal(a->tfidf.idf, b->tfidf.idf, features * sizeof(float));
}

static void check_round_trip(Model *model) {
  size_t size, again_size;
  uint8_t *bytes = write_model(model, &size);
  Model *read;
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  check_same_strings(&read->vocabulary.words, &model->vocabulary.words);
  check_same_strings(&read->labels.keys, &model->labels.keys);
  assert_memory_equal(read->labels.kinds, model->labels.kinds, model->labels.keys.count);
  assert_int_equal(read->parameters.count, model->parameters.count);
  assert_memory_equal(read->parameters.block, model->parameters.block, model->parameters.count * sizeof(float));
  check_same_branch(&read->linear, &model->linear);
  assert_true(model_is_multilabel(model) || (read->calibration.network == model->calibration.network &&
                                             read->calibration.linear == model->calibration.linear));
  size_t decided = model->relevance.labels;
  assert_int_equal(read->relevance.labels, decided);
  if (decided) {
    assert_memory_equal(read->relevance.blend, model->relevance.blend, decided * BLEND_SIZE * sizeof(float));
    assert_memory_equal(read->relevance.thresholds, model->relevance.thresholds, decided * sizeof(float));
  }
  assert_string_equal(read->separator ? read->separator : "(none)", model->separator ? model->separator : "(none)");
  assert_string_equal(read->tokenize, model->tokenize);
  assert_int_equal(read->reading.max_tokens, model->reading.max_tokens);
  assert_int_equal(read->reading.padded_length, model->reading.padded_length);
  assert_string_equal(read->identifier, model->identifier);
  uint8_t *again = write_model(read, &again_size);
  assert_int_equal(size, again_size);
  assert_memory_equal(bytes, again, size);
  free(again);
  free(bytes);
  model_free(read);
}

TEST(a_model_is_read_as_it_was_written) {
  for (size_t hidden = 0; hidden <= 2; hidden++)
    for (size_t positions = 0; positions <= 8; positions += 8) {
      Model *model = small_model(hidden, positions);
      check_round_trip(model);
      model_free(model);
    }
}

TEST(all_parts_are_read_as_they_were_written) {
  for (size_t hidden = 0; hidden <= 2; hidden++) {
    Model *model = full_model(hidden);
    check_round_trip(model);
    model_free(model);
  }
}

TEST(a_multilabel_model_is_read_as_it_was_written) {
  for (int separated = 0; separated <= 1; separated++) {
    Model *model = multilabel_model(1);
    if (separated) model->separator = strdup(", ");
    check_round_trip(model);
    model_free(model);
  }
}

TEST(a_multilabel_file_that_says_something_else_is_refused) {
  const struct {
    const char *from, *to, *message;
  } cases[] = {
      {"\"multilabel\":\"true\"", "\"multilabel\":\"tree\"",
       "metadata 'multilabel' is 'tree', expected 'true' or 'false'"},
      {"\"separator\":\"|\"", "\"separator\":\"\" ", "metadata 'separator' is empty"},
      {"\"multilabel.blend\":{\"dtype\":\"F32\"", "\"multilabel.blend\":{\"dtype\":\"U32\"",
       "tensor 'multilabel.blend' is U32 [3][3], expected F32, F16 or BF16 [3][3]"},
      {"\"multilabel.thresholds\":{\"dtype\":\"F32\"", "\"multilabel.thresholds\":{\"dtype\":\"F64\"",
       "tensor 'multilabel.thresholds' is F64 [3], expected F32, F16 or BF16 [3]"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t size;
    Model *model = multilabel_model(1);
    model->separator = strdup("|");
    uint8_t *bytes = write_model(model, &size);
    remove_identifier(bytes, size);
    replace(bytes, size, cases[i].from, cases[i].to);
    Model *read = NULL;
    assert_invalid(model_read(bytes, size, (Poll){0}, &read, &error), cases[i].message);
    free(bytes);
    model_free(model);
  }
}

static Tokens tokens_of(const Model *model, const char *text, bool with_spans) {
  Tokens tokens = {.with_spans = with_spans};
  assert_ok(model_tokens(model, &tokenizer_unicode, text, strlen(text), &tokens, &error));
  return tokens;
}

/* With shapes: of the words of the vocabulary, of others, and of tokens. Without n-grams there are none. */
TEST(shapes_are_read_where_the_file_says_so) {
  for (unsigned parts = 0; parts < 4; parts++) {
    Model *model = parts & 1 ? full_model(1) : small_model(1, 0), *read;
    bool shaped = parts == 3;
    size_t size;
    model->parameters.shape.shaped = parts & 2;
    uint8_t *bytes = write_model(model, &size);
    if (parts == 2) {
      assert_invalid(model_read(bytes, size, (Poll){0}, &read, &error),
                     "tensor 'subwords' has 0 rows, expected more than 3");
      free(bytes);
      model_free(model);
      continue;
    }
    assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
    assert_int_equal(read->parameters.shape.shaped, shaped);
    assert_int_equal(read->linear.tfidf.shapes != NULL, shaped);
    for (uint32_t w = 1; shaped && w < read->linear.tfidf.vocabulary; w++) {
      size_t length;
      const char *word = strings_get(&read->vocabulary.words, w - 1, &length);
      assert_int_equal(read->linear.tfidf.shapes[w], word_shape(word, length));
    }
    Tokens tokens = tokens_of(read, "the X4", false);
    assert_int_equal(tokens.subwords.shaped, shaped);
    assert_int_equal(tokens_text(&tokens).capitals != NULL, shaped);
    if (shaped) assert_int_equal(tokens.subwords.shape[0], word_shape("x4", 2));
    if (shaped) assert_int_equal(tokens_text(&tokens).capitals[1], CAPITALS_FIRST);
    tokens_free(&tokens);
    free(bytes);
    model_free(read);
    model_free(model);
  }
}

/* The numbers are those that rounding leaves. */
TEST(a_compressed_model_is_read_as_it_was_written) {
  Model *model = compressed_model(), *read;
  size_t size;
  uint8_t *bytes = write_model(model, &size);
  parameters_round(&model->parameters, &model->bits.network);
  linear_round(&model->linear, model->bits.linear);
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  assert_memory_equal(read->parameters.block, model->parameters.block, model->parameters.count * sizeof(float));
  check_same_branch(&read->linear, &model->linear);
  assert_int_equal(read->ngrams.count, 2);
  assert_memory_equal(read->ngrams.hash, model->ngrams.hash, 2 * sizeof(uint32_t));
  check_same_strings(&read->vocabulary.words, &model->vocabulary.words);
  assert_string_equal(read->identifier, model->identifier);
  free(bytes);
  bytes = write_model(model, &size); /* what was rounded is written as it was */
  assert_string_equal(read->identifier, model->identifier);
  free(bytes);
  model_free(read);
  model_free(model);
}

/* Writes a file anew, with the ends of words and labels in U16. */
static uint8_t *with_small_ends(const uint8_t *bytes, size_t size, size_t *small_size) {
  SafeTensorsWriter writer = {0};
  SafeTensors st;
  uint16_t ends[64][8];
  uint8_t *small, *numbers = allocate(size, 1);
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  for (uint32_t k = 0; k < st.keys.count; k++) {
    char key[32] = "";
    size_t length;
    const char *name = strings_get(&st.keys, k, &length);
    memcpy(key, name, length);
    if (strcmp(key, "identifier") != 0) safetensors_write_metadata(&writer, key, st.values[k]);
  }
  for (uint32_t t = 0; t < st.count; t++) {
    char name[64] = "";
    size_t length;
    const char *chars = strings_get(&st.names, t, &length);
    const TensorView *view = &st.tensors[t];
    const uint8_t *data = bytes + st.header_end + view->begin;
    size_t width = dtype_bytes(view->dtype);
    memcpy(name, chars, length);
    bool is_end = strstr(name, ".ends") != NULL;
    for (size_t i = 0; is_end && i < view->shape[0]; i++) ends[t][i] = (uint16_t)little_endian_number(data + 4 * i, 4);
    little_endian_copy(numbers + view->begin, data, (view->end - view->begin) / width, width);
    safetensors_write_tensor(&writer, name, is_end ? DTYPE_U16 : view->dtype, view->shape, view->rank,
                             is_end ? (const void *)ends[t] : numbers + view->begin);
  }
  assert_ok(safetensors_end(&writer, &small, small_size, &error));
  free(numbers);
  safetensors_free(&st);
  return small;
}

/* In a copy of just that size: words that end the file must not be looked for behind it. */
TEST(ends_of_words_may_have_two_bytes) {
  size_t size, small_size;
  uint8_t *bytes = small_file(1, 0, &size), *small;
  Model *model, *read;
  small = with_small_ends(bytes, size, &small_size);
  assert_true(small_size < size);
  assert_ok(model_read(bytes, size, (Poll){0}, &model, &error));
  assert_ok(model_read(small, small_size, (Poll){0}, &read, &error));
  check_same_strings(&read->vocabulary.words, &model->vocabulary.words);
  check_same_strings(&read->labels.keys, &model->labels.keys);
  model_free(model);
  model_free(read);
  free(small);
  free(bytes);
}

/* A file from before there were branches: both scales are 1. */
TEST(without_a_blend_logits_are_as_they_are) {
  size_t size;
  uint8_t *bytes = full_file(&size);
  Model *read;
  remove_identifier(bytes, size);
  replace(bytes, size, "\"blend\":{\"dtype\":\"F32\"", "\"seen\" :{\"dtype\":\"U32\"");
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  assert_true(read->calibration.network == 1.0f && read->calibration.linear == 1.0f);
  model_free(read);
  free(bytes);
}

/* Where it is int8 the file says so. */
TEST(the_precision_is_kept) {
  size_t size;
  Model *model = small_model(2, 0), *read;
  uint8_t *bytes = write_model(model, &size);
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  assert_int_equal(read->precision, PRECISION_FLOAT32);
  model_free(read);
  free(bytes);
  model->precision = PRECISION_INT8;
  bytes = write_model(model, &size);
  find_in(bytes, size, "\"precision\":\"int8\"");
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  assert_int_equal(read->precision, PRECISION_INT8);
  model_free(read);
  remove_identifier(bytes, size);
  replace(bytes, size, "\"precision\":\"int8\"", "\"precision\":\"int2\"");
  assert_invalid(model_read(bytes, size, (Poll){0}, &read, &error), "metadata 'precision' is 'int2', expected 'int8'");
  model_free(model);
  free(bytes);
}

/* Files without it are read as plain texts. */
TEST(the_markup_is_kept) {
  size_t size;
  Model *model = small_model(2, 0), *read;
  for (int markup = MARKUP_NONE; markup <= MARKUP_HTML; markup++) {
    model->markup = (Markup)markup;
    uint8_t *bytes = write_model(model, &size);
    if (markup == MARKUP_HTML) find_in(bytes, size, "\"markup\":\"html\"");
    assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
    assert_int_equal(read->markup, markup);
    model_free(read);
    free(bytes);
  }
  model_free(model);
}

/* What is read is ready to label; what is written need not be. */
TEST(a_model_that_was_read_is_finished) {
  size_t size;
  Model *model = full_model(2), *read;
  uint8_t *bytes = write_model(model, &size);
  assert_null(model->inference.parameters);
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  assert_ptr_equal(read->inference.parameters, &read->parameters);
  model_free(read);
  model_free(model);
  free(bytes);
}

TEST(the_words_for_people_are_kept) {
  Model *model = small_model(1, 0);
  free(model->tokenize);
  model->tokenize = strdup("porter \"unicode61\" \u00e4\\\n");
  model->reading.padded_length = 7;
  check_round_trip(model);
  model_free(model);
}

TEST(a_model_without_words) {
  Model *model = small_model(1, 0);
  const Shape shape = {.vocabulary = 1, .embedding = 2, .hidden = 1, .labels = 3};
  vocabulary_free(&model->vocabulary);
  parameters_free(&model->parameters);
  assert_ok(parameters_new(&shape, (Poll){0}, &model->parameters, &error));
  check_round_trip(model);
  model_free(model);
}

TEST(free_of_nothing) { model_free(NULL); }

/* ---- what is refused ------------------------------------------------------------------ */

static Status read_bytes(const uint8_t *bytes, size_t size) {
  Model *model = NULL;
  Status status = model_read(bytes, size, (Poll){0}, &model, &error);
  if (!status) model_free(model);
  return status;
}

TEST(a_changed_byte_is_found_by_the_identifier) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  bytes[size - 1] ^= 1;
  assert_invalid(read_bytes(bytes, size), "the bytes have changed");
  bytes[size - 1] ^= 1;
  assert_ok(read_bytes(bytes, size));
  free(bytes);
}

TEST(without_an_identifier_edited_weights_run) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  Model *model;
  remove_identifier(bytes, size);
  bytes[safetensors_header_size(bytes, size)] ^= 1;
  assert_ok(model_read(bytes, size, (Poll){0}, &model, &error));
  assert_string_equal(model->identifier, "");
  model_free(model);
  free(bytes);
}

/* One part of a header changed into another of the same length. */
TEST(a_header_that_says_something_else_is_refused) {
  const struct {
    const char *from, *to, *message;
  } cases[] = {
      {"sqlite-classify 1", "sqlite-classify 2", "metadata 'format' is 'sqlite-classify 2', expected "
       "'sqlite-classify 1': the file was written for a newer version of sqlite-classify"},
      {"sqlite-classify 1", "sqlite-classify 0", "for an older version of sqlite-classify"},
      {"sqlite-classify 1", "sqlite-classify x", "metadata 'format' is 'sqlite-classify x', expected"},
      {"\"format\"", "\"fermat\"", "metadata 'format' is ''"},
      {"\"tokenize\"", "\"takenize\"", "metadata 'takenize' is not known (known: attention_padding, "},
      {"\"tokenize\":\"\",", "              ", "metadata 'tokenize' is missing"},
      {"\"max_tokens\":\"8\"", "\"max_tokens\":\"x\"", "metadata 'max_tokens' is 'x'"},
      {"\"max_tokens\":\"8\"", "\"max_tokens\":\"-\"", "metadata 'max_tokens' is '-'"},
      {"\"max_tokens\"", "\"max_takens\"", "metadata 'max_takens' is not known"},
      {"\"max_tokens\":\"8\",", "                 ", "metadata 'max_tokens' is ''"},
      {"\"padded_length\":\"0\"", "\"padded_length\":\" \"", "metadata 'padded_length'"},
      {"\"embedding\"", "\"imbedding\"", "tensor 'imbedding' is not known (known: attention.bias, .kernel; "},
      {"\"output.bias\"", "\"output.bios\"", "tensor 'output.bios' is not known"},
      {"\"output.bias\":{\"dtype\":\"F32\"", "\"output.bias\":{\"dtype\":\"F64\"",
       "tensor 'output.bias' is F64 [3], expected F32, F16 or BF16 [3]"},
      {"\"output.kernel\":{\"dtype\":\"F32\"", "\"output.kernel\":{\"dtype\":\"I64\"",
       "tensor 'output.kernel' is I64 [2][3], expected F32, F16 or BF16 [2][3]"},
      {"\"labels.ends\":{\"dtype\":\"U32\"", "\"labels.ends\":{\"dtype\":\"F64\"",
       "tensor 'labels.ends' is F64 [3], expected U32 [3]"},
      {"\"blend\":{\"dtype\":\"F32\"", "\"blend\":{\"dtype\":\"U32\"", 
       "tensor 'blend' is U32 [2], expected F32, F16 or BF16 [2]"},
      {"\"vocabulary.ends\"", "\"seen\"           ", "tensor 'vocabulary.ends' is missing"},
      {"\"vocabulary.bytes\"", "\"vocabulary.bites\"", "tensor 'vocabulary.bites' is not known"},
      {"\"labels.ends\"", "\"seen\"       ", "tensor 'labels.ends' is missing"},
      {"\"labels.kinds\"", "\"labels.minds\"", "tensor 'labels.minds' is not known"},
      {"\"labels.bytes\"", "\"labels.bites\"", "tensor 'labels.bites' is not known"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t size;
    uint8_t *bytes = small_file(1, 0, &size);
    remove_identifier(bytes, size);
    replace(bytes, size, cases[i].from, cases[i].to);
    assert_invalid(read_bytes(bytes, size), cases[i].message);
    free(bytes);
  }
}

/* The bytes of a tensor, to be changed. */
static uint8_t *data_of(uint8_t *bytes, size_t size, const char *name) {
  SafeTensors st;
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  uint8_t *data = bytes + st.header_end + safetensors_find(&st, name)->begin;
  safetensors_free(&st);
  return data;
}

static void check_data_refused(const char *tensor, size_t at, uint8_t value, const char *message) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  remove_identifier(bytes, size);
  data_of(bytes, size, tensor)[at] = value;
  assert_invalid(read_bytes(bytes, size), message);
  free(bytes);
}

/* Sets the first number of a tensor, or the first scale of one that has codes; returns whether it has numbers. */
static bool make_infinite(uint8_t *bytes, const SafeTensors *st, const TensorView *view) {
  static const uint32_t INFINITE = 0x7F800000;
  static const uint16_t INFINITE_HALF = 0x7C00;
  uint8_t *data = bytes + st->header_end + view->begin;
  if (view->dtype == DTYPE_F32) little_endian_copy(data, &INFINITE, 1, sizeof(float));
  if (view->dtype == DTYPE_F16) little_endian_copy(data, &INFINITE_HALF, 1, sizeof(uint16_t));
  return view->dtype == DTYPE_F32 || view->dtype == DTYPE_F16;
}

static void check_infinite(Model *model) {
  size_t size;
  uint8_t *bytes = write_model(model, &size), *changed = allocate(size, 1);
  SafeTensors st;
  remove_identifier(bytes, size);
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  for (uint32_t i = 0; i < st.count; i++) {
    char sentence[128];
    size_t length;
    const char *name = strings_get(&st.names, i, &length);
    memcpy(changed, bytes, size);
    if (!make_infinite(changed, &st, &st.tensors[i])) continue;
    if (length > 7 && memcmp(name + length - 7, ".scales", 7) == 0) length -= 7;
    snprintf(sentence, sizeof sentence, "tensor '%.*s' has a number that is not finite", (int)length, name);
    assert_invalid(read_bytes(changed, size), sentence);
  }
  safetensors_free(&st);
  free(changed);
  free(bytes);
  model_free(model);
}

TEST(numbers_that_are_not_finite_are_refused) {
  check_infinite(full_model(2));
  check_infinite(small_model(1, 3));
  check_infinite(multilabel_model(1));
  check_infinite(compressed_model());
}

TEST(words_and_labels_outside_their_bytes_are_refused) {
  check_data_refused("vocabulary.ends", 0, 200, "string 0 lies at bytes 0 to 200");
  check_data_refused("vocabulary.ends", 3, 255, "string 0 lies at");
  check_data_refused("vocabulary.ends", 4, 2, "string 1 lies at bytes 3 to 2");
  check_data_refused("labels.ends", 8, 99, "string 2 lies at");
}

/* One word or label more than the parameters have. */
TEST(words_and_labels_that_the_network_has_not_are_refused) {
  for (int word = 0; word <= 1; word++) {
    Model *model = small_model(1, 0);
    uint32_t number;
    size_t size;
    if (word) assert_ok(vocabulary_add(&model->vocabulary, "more", 4, &number, &error));
    if (!word) assert_ok(labels_add(&model->labels, text_label("more"), &number, &error));
    uint8_t *bytes = write_model(model, &size);
    assert_invalid(read_bytes(bytes, size),
                   word ? "the vocabulary has 7 words, its embedding 6" : "there are 4 labels, the output has 3");
    free(bytes);
    model_free(model);
  }
}

/* The last byte of labels.kinds goes over to labels.bytes, which lie behind it. */
TEST(fewer_kinds_than_labels_are_refused) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  SafeTensors st;
  char from[64], to[64];
  remove_identifier(bytes, size);
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  TensorView kinds = *safetensors_find(&st, "labels.kinds"), keys = *safetensors_find(&st, "labels.bytes");
  safetensors_free(&st);
  assert_int_equal(kinds.end, keys.begin);
  snprintf(from, sizeof from, "[3],\"data_offsets\":[%zu,%zu]", kinds.begin, kinds.end);
  snprintf(to, sizeof to, "[2],\"data_offsets\":[%zu,%zu]", kinds.begin, kinds.end - 1);
  replace(bytes, size, from, to);
  snprintf(from, sizeof from, "[24],\"data_offsets\":[%zu,%zu]", keys.begin, keys.end);
  snprintf(to, sizeof to, "[25],\"data_offsets\":[%zu,%zu]", keys.begin - 1, keys.end);
  replace(bytes, size, from, to);
  assert_invalid(read_bytes(bytes, size), "tensor 'labels.kinds' is U8 [2], expected U8 [3]");
  free(bytes);
}

TEST(words_and_labels_that_are_there_twice_are_refused) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  remove_identifier(bytes, size);
  memcpy(data_of(bytes, size, "vocabulary.bytes") + 3, "the", 3);
  assert_invalid(read_bytes(bytes, size), "words 0 and 1 of the vocabulary are the same");
  free(bytes);
}

TEST(labels_that_are_none_are_refused) {
  check_data_refused("labels.kinds", 0, 'x', "label 1 is not a value");
  check_data_refused("labels.bytes", 0, 'q', "label 1 is not a value");
  check_data_refused("labels.kinds", 0, 'i', "label 1 is not a value");
}

static void check_padded_length_refused(size_t hidden, size_t length, const char *message) {
  Model *model = small_model(hidden, 0);
  size_t size;
  model->reading = (Reading){.max_tokens = 1 << 20, .padded_length = length};
  uint8_t *bytes = write_model(model, &size);
  assert_invalid(read_bytes(bytes, size), message);
  free(bytes);
  model_free(model);
}

/* Each text would take memory for so many tokens. */
TEST(a_very_long_padded_length_is_refused) {
  check_padded_length_refused(1, (1 << 16) + 1,
                              "metadata 'padded_length' is '65537', expected a number up to 65536");
  check_padded_length_refused(256, (1 << 15) + 1, "metadata 'padded_length' is 32769, expected at most 32768 with 512 "
                              "numbers for each token");
}

/* A word with n-grams is none that could be left out. */
TEST(unknown_words_with_ngrams_are_not_left_out) {
  Model *model = full_model(1);
  size_t size;
  model->reading.skips_unknown = true;
  uint8_t *bytes = write_model(model, &size);
  assert_invalid(read_bytes(bytes, size),
                 "metadata 'unknown' is 'skip', expected 'read' in a file with tensor 'subwords'");
  free(bytes);
  model_free(model);
}

/* What the network reads, of all kinds. */
TEST(readings_are_read_as_they_were_written) {
  for (unsigned how = 0; how < 16; how++)
    for (PaddingState state = PADDING_READ; state <= PADDING_ZERO; state++) {
      Model *model = small_model(1, 0), *read;
      size_t size;
      model->reading = (Reading){.max_tokens = 9, .padded_length = how % 3, .pads_before = how & 1,
                                 .keeps_last = how & 2, .skips_unknown = how & 4};
      model->parameters.shape.padding = (Padding){.state = state, .skipped = how & 8};
      uint8_t *bytes = write_model(model, &size);
      assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
      assert_int_equal(read->reading.padded_length, how % 3);
      assert_int_equal(read->reading.pads_before, how & 1);
      assert_int_equal(read->reading.keeps_last, (how & 2) != 0);
      assert_int_equal(read->reading.skips_unknown, (how & 4) != 0);
      assert_int_equal(read->parameters.shape.padding.state, state);
      assert_int_equal(read->parameters.shape.padding.skipped, (how & 8) != 0);
      assert_int_equal(read->parameters.shape.padding.word, 0); /* the model has no word '' */
      free(bytes);
      model_free(read);
      model_free(model);
    }
}

/* It can be left out if no layer reads it, and attention does not count positions past it. */
TEST(padding_is_dropped_where_nobody_notices) {
  for (size_t positions = 0; positions <= 4; positions += 4)
    for (unsigned how = 0; how < 8; how++) {
      Model *model = small_model(1, positions);
      bool gru = model->parameters.shape.hidden > 0, reads = how & 1, skips = how & 2, before = how & 4;
      model->reading = (Reading){.max_tokens = 9, .padded_length = 5, .pads_before = before};
      model->parameters.shape.padding = (Padding){.state = reads ? PADDING_READ : PADDING_CARRY, .skipped = skips};
      model_set_padding(model);
      bool noticed = (gru && reads) || !skips || (before && positions);
      assert_int_equal(model->reading.drops_padding, !noticed);
      model_free(model);
    }
}

/* The empty word is padding if it is the first. */
TEST(the_padding_word_is_the_empty_one) {
  Model model = {0};
  uint32_t number;
  model_set_padding(&model);
  assert_int_equal(model.parameters.shape.padding.word, 0);
  assert_ok(vocabulary_add(&model.vocabulary, "", 0, &number, &error));
  model_set_padding(&model);
  assert_int_equal(model.parameters.shape.padding.word, 1);
  vocabulary_free(&model.vocabulary);
  assert_ok(vocabulary_add(&model.vocabulary, "a", 1, &number, &error));
  assert_ok(vocabulary_add(&model.vocabulary, "", 0, &number, &error));
  model_set_padding(&model);
  assert_int_equal(model.parameters.shape.padding.word, 0);
  vocabulary_free(&model.vocabulary);
}

TEST(another_way_of_reading_is_refused) {
  static const char *const CASES[][3] = {
      {"padding", "left", "metadata 'padding' is 'left', expected 'post' or 'pre'"},
      {"shapes", "yes", "metadata 'shapes' is 'yes', expected 'false' or 'true'"},
      {"markup", "xml", "metadata 'markup' is 'xml', expected 'none' or 'html'"},
      {"truncating", "", "metadata 'truncating' is '', expected 'post' or 'pre'"},
      {"unknown", "oov", "metadata 'unknown' is 'oov', expected 'read' or 'skip'"},
      {"gru_padding", "mask", "metadata 'gru_padding' is 'mask', expected 'read', 'carry' or 'zero'"},
      {"attention_padding", "zero", "metadata 'attention_padding' is 'zero', expected 'read' or 'skip'"}};
  for (size_t i = 0; i < COUNT(CASES); i++) {
    enum { PLACE = 48 }; /* the bytes of the identifier's member */
    size_t size;
    char member[PLACE + 1], filled[PLACE + 1];
    uint8_t *bytes = small_file(1, 0, &size);
    snprintf(member, sizeof member, "\"%s\":\"%s\",", CASES[i][0], CASES[i][1]);
    snprintf(filled, sizeof filled, "%-*s", PLACE, member);
    memcpy(find_in(bytes, size, "\"identifier\":"), filled, PLACE);
    assert_invalid(read_bytes(bytes, size), CASES[i][2]);
    free(bytes);
  }
}

TEST(a_number_of_a_header_has_digits_only) {
  static const char *const values[] = {" 8", "+8", "8 ", "8.", "08"}; /* the last is one */
  for (size_t i = 0; i < COUNT(values); i++) {
    Model *model = small_model(1, 0);
    size_t size;
    model->reading.max_tokens = 18;
    uint8_t *bytes = write_model(model, &size);
    char to[32];
    snprintf(to, sizeof to, "\"max_tokens\":\"%s\"", values[i]);
    remove_identifier(bytes, size);
    replace(bytes, size, "\"max_tokens\":\"18\"", to);
    if (i + 1 < COUNT(values))
      assert_invalid(read_bytes(bytes, size), "metadata 'max_tokens' is '");
    else
      assert_ok(read_bytes(bytes, size));
    free(bytes);
    model_free(model);
  }
}

TEST(a_padded_length_past_max_tokens_is_refused) {
  size_t size;
  uint8_t *bytes = small_file(1, 0, &size);
  remove_identifier(bytes, size);
  replace(bytes, size, "\"padded_length\":\"0\"", "\"padded_length\":\"9\"");
  assert_invalid(read_bytes(bytes, size), "padded_length");
  free(bytes);
}

/* A blend of another shape, and a branch of more words or labels than the rest. */
TEST(a_branch_that_fits_nothing_else_is_refused) {
  const struct {
    size_t vocabulary, labels;
  } cases[] = {{7, 3}, {6, 4}, {6, 2}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t size;
    Model *model = full_model(1);
    linear_free(&model->linear);
    model->linear = random_linear(cases[i].vocabulary, cases[i].labels, 2, 1);
    uint8_t *bytes = write_model(model, &size);
    assert_invalid(read_bytes(bytes, size), "tensor 'linear.");
    free(bytes);
    model_free(model);
  }
  size_t size;
  uint8_t *bytes = full_file(&size);
  remove_identifier(bytes, size);
  char *at = strstr(find_in(bytes, size, "\"blend\""), "\"shape\":[2]");
  assert_non_null(at);
  memcpy(at, "\"shape\":[1]", 11); /* and the file no longer fits */
  assert_status(read_bytes(bytes, size), STATUS_INVALID);
  free(bytes);
}

/* As many rows for n-grams as there are, and one. */
TEST(ngrams_that_have_no_rows_are_refused) {
  for (size_t rows = 2; rows <= 5; rows++)
    for (size_t weights = 0; weights <= 5; weights++) {
      size_t size;
      char message[128];
      Model *model = compressed_model();
      parameters_free(&model->parameters);
      linear_free(&model->linear);
      assert_ok(parameters_new(&(Shape){.vocabulary = 6, .embedding = 2, .labels = 3, .buckets = rows}, (Poll){0},
                               &model->parameters, &error));
      model->linear = random_linear(6, 3, weights, 1);
      uint8_t *bytes = write_model(model, &size);
      snprintf(message, sizeof message, "there are 2 n-grams, expected one less than rows of 'subwords' (%zu) and of "
               "n-grams in 'linear.kernel' (%zu)", rows, weights);
      if (rows == 3 && (weights == 0 || weights == 3))
        assert_ok(read_bytes(bytes, size));
      else
        assert_invalid(read_bytes(bytes, size), message);
      free(bytes);
      model_free(model);
    }
}

/* ---- damage ----------------------------------------------------------------------------- */

/* A model that was read must label and explain any text. */
static void use_model(const Model *model) {
  const char text[] = "The cat, the \u00e4 and the raining DOG.";
  Tokens tokens = {.with_spans = true};
  Scratch scratch = {0};
  Label label = labels_get(&model->labels, 0);
  assert_ok(model_tokens(model, &tokenizer_unicode, text, strlen(text), &tokens, &error));
  float *values = allocate(3 * (model->parameters.shape.labels + tokens.count), sizeof *values);
  Text words = tokens_text(&tokens);
  Lexicon lexicon = tokens_lexicon(&tokens);
  assert_ok(predict(model, &lexicon, &words, 1, &scratch, values, &error));
  assert_ok(explain_contributions(model, &(Question){words, &lexicon, 0}, &scratch, values, values + words.length,
                                  NULL, &error));
  assert_true(label.kind != LABEL_TEXT || label.length < 100);
  free(values);
  scratch_free(&scratch);
  tokens_free(&tokens);
}

/* Reads a copy of just that size; true if it is a model. */
static bool try_bytes(const uint8_t *bytes, size_t size) {
  Model *model = NULL;
  uint8_t *exact = allocate(size, 1);
  memcpy(exact, bytes, size);
  Status status = model_read(exact, size, (Poll){0}, &model, &error);
  free(exact);
  if (status) {
    assert_int_equal(status, STATUS_INVALID);
    assert_true(strlen(error.message) > 0);
    return false;
  }
  use_model(model);
  model_free(model);
  return true;
}

TEST(no_part_of_a_file_is_a_model) {
  size_t size;
  uint8_t *bytes = small_file(1, 2, &size);
  for (size_t part = 0; part < size; part++) assert_false(try_bytes(bytes, part));
  assert_true(try_bytes(bytes, size));
  remove_identifier(bytes, size);
  for (size_t part = 0; part < size; part++) assert_false(try_bytes(bytes, part));
  assert_true(try_bytes(bytes, size));
  free(bytes);
}

TEST(no_part_of_a_file_with_all_parts_is_a_model) {
  size_t size;
  uint8_t *bytes = full_file(&size);
  remove_identifier(bytes, size);
  for (size_t part = 0; part < size; part++) assert_false(try_bytes(bytes, part));
  assert_true(try_bytes(bytes, size));
  free(bytes);
}

/* Each byte of the header in turn takes every `step`th other value, each byte of
** data some. How many of these files are models.
*/
static size_t change_each_byte(uint8_t *bytes, size_t size, unsigned step) {
  size_t header = safetensors_header_size(bytes, size), models = 0;
  for (size_t at = 0; at < size; at++) {
    uint8_t before = bytes[at];
    for (unsigned change = 1; change < 256; change += at < header ? step : 51) {
      bytes[at] = (uint8_t)(before ^ change);
      models += try_bytes(bytes, size);
    }
    bytes[at] = before;
  }
  return models;
}

TEST(any_byte_may_be_anything) {
  size_t size;
  uint8_t *bytes = small_file(0, 0, &size);
  remove_identifier(bytes, size);
  assert_true(change_each_byte(bytes, size, 1) > 0);
  free(bytes);
}

TEST(any_byte_may_be_anything_with_an_identifier) {
  size_t size;
  uint8_t *bytes = small_file(0, 0, &size);
  assert_int_equal(change_each_byte(bytes, size, 3), 0);
  free(bytes);
}

TEST(any_byte_of_a_model_with_all_tensors) {
  size_t size;
  uint8_t *bytes = small_file(1, 2, &size);
  remove_identifier(bytes, size);
  assert_true(change_each_byte(bytes, size, 11) > 0);
  free(bytes);
}

TEST(any_byte_of_a_model_with_all_parts) {
  size_t size;
  uint8_t *bytes = full_file(&size);
  remove_identifier(bytes, size);
  assert_true(change_each_byte(bytes, size, 53) > 0);
  free(bytes);
}

TEST(any_byte_of_a_compressed_model) {
  size_t size;
  Model *model = compressed_model();
  uint8_t *bytes = write_model(model, &size);
  model_free(model);
  remove_identifier(bytes, size);
  assert_true(change_each_byte(bytes, size, 53) > 0);
  for (size_t part = 0; part < size; part++) assert_false(try_bytes(bytes, part));
  free(bytes);
}

TEST(any_byte_of_a_multilabel_model) {
  size_t size;
  Model *model = multilabel_model(1);
  model->separator = strdup(";");
  uint8_t *bytes = write_model(model, &size);
  remove_identifier(bytes, size);
  for (size_t part = 0; part < size; part += 7) assert_false(try_bytes(bytes, part));
  assert_true(change_each_byte(bytes, size, 53) > 0);
  free(bytes);
  model_free(model);
}

/* ---- a text as tokens --------------------------------------------------------------------- */

static void check_words(const Model *model, const char *text, const uint32_t *expected, size_t count) {
  Tokens tokens = tokens_of(model, text, false);
  assert_int_equal(tokens.count, count);
  assert_memory_equal(tokens.words, expected, count * sizeof *expected);
  assert_null(tokens.spans);
  tokens_free(&tokens);
}

TEST(texts_become_numbers_of_words) {
  Model *model = small_model(1, 0);
  check_words(model, "The \u00c4 bird.", (uint32_t[]){1, 3, VOCABULARY_UNKNOWN, 5}, 4);
  check_words(model, "", NULL, 0);
  model_free(model);
}

TEST(spans_say_where_tokens_stand) {
  Model *model = small_model(1, 0);
  const char text[] = "The \u00c4 bird.";
  Tokens tokens = tokens_of(model, text, true);
  const char *written[] = {"The", "\u00c4", "bird", "."}, *folded[] = {"the", "\u00e4", "bird", "."};
  assert_int_equal(tokens.count, 4);
  for (size_t i = 0; i < 4; i++) {
    struct TokenSpan span = tokens.spans[i];
    assert_int_equal(span.end - span.start, strlen(written[i]));
    assert_memory_equal(text + span.start, written[i], strlen(written[i]));
    assert_int_equal(span.length, strlen(folded[i]));
    assert_memory_equal(tokens.folded + span.token, folded[i], strlen(folded[i]));
  }
  tokens_free(&tokens);
  tokens_free(&tokens);
  model_free(model);
}

TEST(texts_are_cut_at_max_tokens) {
  Model *model = small_model(1, 0);
  const uint32_t expected[] = {1, 1, 2};
  model->reading.max_tokens = 3;
  check_words(model, "the the cat the", expected, 3);
  check_words(model, "the the cat", expected, 3);
  model->reading.max_tokens = 0;
  check_words(model, "the the cat", NULL, 0);
  model_free(model);
}

/* A word that is not in the vocabulary has a number past it, and its letters. */
TEST(unknown_words_are_spelled_where_there_are_ngrams) {
  Model *model = full_model(1);
  const char *const unknown[] = {"raining", "\u96e8"};
  Subwords expected = make_spelling(unknown, COUNT(unknown));
  Tokens tokens = tokens_of(model, "the RAINING cat, \u96e8", false);
  const uint32_t words[] = {1, 6, 2, 7, 8};
  assert_int_equal(tokens.count, 5);
  assert_memory_equal(tokens.words, words, sizeof words);
  assert_int_equal(tokens.subwords.count, 3); /* "," between them */
  for (size_t i = 0; i < COUNT(unknown); i++) {
    size_t count, wanted;
    const uint32_t *hash = subwords_get(&tokens.subwords, i * 2, &count);
    const uint32_t *expected_hash = subwords_get(&expected, i, &wanted);
    assert_int_equal(count, wanted);
    assert_memory_equal(hash, expected_hash, count * sizeof *hash);
  }
  Lexicon lexicon = tokens_lexicon(&tokens);
  assert_true(lexicon.folded);
  assert_ptr_equal(lexicon.subwords, &tokens.subwords);
  subwords_free(&expected);
  tokens_free(&tokens);
  model_free(model);
}

/* The network reads max_tokens, the linear branch all. */
TEST(texts_are_read_whole_for_a_linear_branch) {
  Model *model = full_model(1);
  model->reading.max_tokens = 2;
  check_words(model, "the the cat the dog", (uint32_t[]){1, 1, 2, 1, 4}, 5);
  model_free(model);
}

TEST(texts_are_added_one_after_another) {
  Model *model = full_model(1);
  Tokens tokens = {.with_spans = true};
  assert_ok(model_tokens(model, &tokenizer_unicode, "the snow", 8, &tokens, &error));
  assert_ok(model_tokens(model, &tokenizer_unicode, "dog rain", 8, &tokens, &error));
  const uint32_t words[] = {1, 6, 4, 7};
  assert_int_equal(tokens.count, 4);
  assert_memory_equal(tokens.words, words, sizeof words);
  assert_memory_equal(tokens.folded, "thesnowdograin", 14);
  tokens_free(&tokens);
  model_free(model);
}

TEST(tokens_are_filled_again_and_again) {
  Model *model = full_model(1);
  Tokens tokens = {.with_spans = true};
  assert_ok(model_tokens(model, &tokenizer_unicode, "the cat and the dog", 19, &tokens, &error));
  assert_int_equal(tokens.subwords.count, 1);
  tokens_clear(&tokens);
  assert_ok(model_tokens(model, &tokenizer_unicode, "dog snow", 8, &tokens, &error));
  assert_int_equal(tokens.count, 2);
  assert_int_equal(tokens.subwords.count, 1);
  assert_int_equal(tokens.words[0], 4);
  assert_int_equal(tokens.words[1], 6); /* the first that is not in the vocabulary, again */
  assert_memory_equal(tokens.folded, "dogsnow", 7);
  tokens_free(&tokens);
  model_free(model);
}

/* ---- a model of Keras ---------------------------------------------------------------------- */

/* The published model: word number n is "wn", texts are padded to all steps. */
static Model *keras_model(const Reference *file) {
  Model *model = allocate(1, sizeof *model);
  uint32_t number;
  char word[32];
  model->parameters = reference_parameters(file, "parameter.");
  model->calibration = (Calibration){1.0f, 1.0f};
  for (size_t w = 1; w < model->parameters.shape.vocabulary; w++) {
    snprintf(word, sizeof word, "w%zu", w);
    assert_ok(vocabulary_add(&model->vocabulary, word, strlen(word), &number, &error));
  }
  for (size_t l = 0; l < model->parameters.shape.labels; l++)
    assert_ok(labels_add(&model->labels, (Label){.kind = LABEL_INTEGER, .integer = (int64_t)l}, &number, &error));
  model->tokenize = strdup("");
  model->reading.max_tokens = model->reading.padded_length = reference_dimension(file, "ids", 1);
  return model;
}

static void write_text(const int32_t *ids, size_t steps, char *text, size_t size) {
  size_t at = 0;
  for (size_t t = 0; t < steps && ids[t]; t++)
    at += (size_t)snprintf(text + at, size - at, "w%d ", (int)ids[t]);
  text[at] = '\0';
}

TEST(a_padded_model_of_keras_labels_texts_as_keras_does) {
  Reference file = reference_open("seed");
  Model *model = keras_model(&file), *read;
  size_t size, steps = model->reading.padded_length, labels = model->parameters.shape.labels;
  uint8_t *bytes = write_model(model, &size);
  assert_ok(model_read(bytes, size, (Poll){0}, &read, &error));
  Scratch scratch = {0};
  for (size_t i = 0; i < reference_dimension(&file, "ids", 0); i++) {
    char text[128];
    float probabilities[8], weights[16], contributions[16];
    write_text(reference_integers(&file, "ids") + i * steps, steps, text, sizeof text);
    Tokens tokens = tokens_of(read, text, false);
    Text words = tokens_text(&tokens);
    Lexicon lexicon = tokens_lexicon(&tokens);
    assert_ok(predict(read, &lexicon, &words, 1, &scratch, probabilities, &error));
    assert_close(probabilities, reference_floats(&file, "probabilities") + i * labels, labels, REFERENCE_TOLERANCE);
    TokenPart padding;
    const float *expected = reference_floats(&file, "weights") + i * steps;
    double padded = 0.0;
    assert_ok(explain_contributions(read, &(Question){words, &lexicon, 0}, &scratch, weights, contributions, &padding,
                                    &error));
    assert_close(weights, expected, words.length, REFERENCE_TOLERANCE);
    for (size_t t = words.length; t < steps; t++) padded += (double)expected[t];
    assert_near((double)padding.weight, padded, REFERENCE_TOLERANCE);
    tokens_free(&tokens);
  }
  scratch_free(&scratch);
  free(bytes);
  model_free(read);
  model_free(model);
  reference_close(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_model_is_read_as_it_was_written),
      cmocka_unit_test(all_parts_are_read_as_they_were_written),
      cmocka_unit_test(shapes_are_read_where_the_file_says_so),
      cmocka_unit_test(a_compressed_model_is_read_as_it_was_written),
      cmocka_unit_test(ends_of_words_may_have_two_bytes),
      cmocka_unit_test(a_multilabel_model_is_read_as_it_was_written),
      cmocka_unit_test(a_multilabel_file_that_says_something_else_is_refused),
      cmocka_unit_test(any_byte_of_a_multilabel_model),
      cmocka_unit_test(without_a_blend_logits_are_as_they_are),
      cmocka_unit_test(the_precision_is_kept),
      cmocka_unit_test(the_markup_is_kept),
      cmocka_unit_test(a_model_that_was_read_is_finished),
      cmocka_unit_test(the_words_for_people_are_kept),
      cmocka_unit_test(a_model_without_words),
      cmocka_unit_test(free_of_nothing),
      cmocka_unit_test(a_changed_byte_is_found_by_the_identifier),
      cmocka_unit_test(without_an_identifier_edited_weights_run),
      cmocka_unit_test(a_header_that_says_something_else_is_refused),
      cmocka_unit_test(numbers_that_are_not_finite_are_refused),
      cmocka_unit_test(words_and_labels_outside_their_bytes_are_refused),
      cmocka_unit_test(words_and_labels_that_the_network_has_not_are_refused),
      cmocka_unit_test(fewer_kinds_than_labels_are_refused),
      cmocka_unit_test(words_and_labels_that_are_there_twice_are_refused),
      cmocka_unit_test(labels_that_are_none_are_refused),
      cmocka_unit_test(a_very_long_padded_length_is_refused),
      cmocka_unit_test(unknown_words_with_ngrams_are_not_left_out),
      cmocka_unit_test(readings_are_read_as_they_were_written),
      cmocka_unit_test(padding_is_dropped_where_nobody_notices),
      cmocka_unit_test(the_padding_word_is_the_empty_one),
      cmocka_unit_test(another_way_of_reading_is_refused),
      cmocka_unit_test(a_number_of_a_header_has_digits_only),
      cmocka_unit_test(a_padded_length_past_max_tokens_is_refused),
      cmocka_unit_test(no_part_of_a_file_is_a_model),
      cmocka_unit_test(no_part_of_a_file_with_all_parts_is_a_model),
      cmocka_unit_test(any_byte_may_be_anything),
      cmocka_unit_test(any_byte_may_be_anything_with_an_identifier),
      cmocka_unit_test(any_byte_of_a_model_with_all_tensors),
      cmocka_unit_test(any_byte_of_a_model_with_all_parts),
      cmocka_unit_test(any_byte_of_a_compressed_model),
      cmocka_unit_test(a_branch_that_fits_nothing_else_is_refused),
      cmocka_unit_test(ngrams_that_have_no_rows_are_refused),
      cmocka_unit_test(texts_become_numbers_of_words),
      cmocka_unit_test(spans_say_where_tokens_stand),
      cmocka_unit_test(texts_are_cut_at_max_tokens),
      cmocka_unit_test(unknown_words_are_spelled_where_there_are_ngrams),
      cmocka_unit_test(texts_are_read_whole_for_a_linear_branch),
      cmocka_unit_test(texts_are_added_one_after_another),
      cmocka_unit_test(tokens_are_filled_again_and_again),
      cmocka_unit_test(a_padded_model_of_keras_labels_texts_as_keras_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
