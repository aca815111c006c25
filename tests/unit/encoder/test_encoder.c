/* Encoders against what PyTorch makes of the same files; equal texts, long and empty ones; damaged files. */
#include <math.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/safetensors_writer.h"
#include "unit/encoder/files.h"

enum { TEXTS = 7, REPEATS = 40 };

static const char *const NAMES[] = {"bert", "roberta", "static"};

/* The vectors after the last layer are sums of some hundred products; the files were computed in double. */
static const double VECTOR_TOLERANCE = 1e-5, HIDDEN_TOLERANCE = 1e-4;

static Encoder *open_encoder(const char *name) {
  EncoderFiles files = open_files(name);
  Encoder *encoder;
  assert_ok(encoder_new(&files, &encoder, &error));
  close_files(&files);
  return encoder;
}

static Workers *new_workers(size_t threads) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  return workers;
}

static const char *tensor(const Reference *r, const char *kind, size_t text, size_t *count) {
  char name[32];
  snprintf(name, sizeof name, "%s.%zu", kind, text);
  const TensorView *view = safetensors_find(&r->tensors, name);
  *count = view ? view->shape[0] : 0;
  return view ? (const char *)r->numbers + r->tensors.header_end + view->begin : "";
}

static Reference open_expected(const char *encoder) {
  char name[64];
  snprintf(name, sizeof name, "encoders/%s/expected", encoder);
  return reference_open(name);
}

/* All texts, several times over. */
static EncoderTexts tokenize_all(const Encoder *encoder, const Reference *r) {
  EncoderTexts texts = {0};
  for (size_t i = 0; i < TEXTS * REPEATS; i++) {
    size_t length;
    const char *text = tensor(r, "text", i % TEXTS, &length);
    assert_ok(encoder_tokenize(encoder, text, length, &texts, &error));
  }
  return texts;
}

static void compare_ids(const EncoderTexts *texts, const Reference *r) {
  for (size_t i = 0; i < texts->count; i++) {
    size_t begin = i ? texts->end[i - 1] : 0, count;
    const char *ids = tensor(r, "ids", i % TEXTS, &count);
    assert_int_equal(texts->end[i] - begin, count);
    assert_memory_equal(texts->ids.ids + begin, ids, count * sizeof(uint32_t));
  }
}

TEST(vectors_are_those_of_pytorch) {
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Reference r = open_expected(NAMES[n]);
    Encoder *encoder = open_encoder(NAMES[n]);
    EncoderTexts texts = tokenize_all(encoder, &r);
    compare_ids(&texts, &r);
    size_t size = encoder_size(encoder), count;
    float *vectors = allocate(texts.count * size, sizeof *vectors);
    for (size_t threads = 1; threads <= 3; threads++) {
      Workers *workers = new_workers(threads);
      atomic_size_t done = 0;
      assert_ok(encoder_embed(encoder, &texts, workers, &done, vectors, &error));
      assert_int_equal(done, texts.count);
      for (size_t i = 0; i < texts.count; i++) {
        float *expected = allocate(size, sizeof *expected);
        memcpy(expected, tensor(&r, "vector", i % TEXTS, &count), size * sizeof *expected);
        assert_close(vectors + i * size, expected, size, VECTOR_TOLERANCE);
        free(expected);
      }
      workers_free(workers);
    }
    free(vectors);
    encoder_texts_free(&texts);
    encoder_free(encoder);
    reference_close(&r);
  }
}

/* What the layers give, and what is expected of the last. */
typedef struct LastLayer {
  size_t layers, calls, count;
  const float *expected;
} LastLayer;

static void compare_last(void *context, size_t layer, const float *hidden) {
  LastLayer *last = context;
  assert_int_equal(layer, last->calls++);
  if (layer == last->layers) assert_close(hidden, last->expected, last->count, HIDDEN_TOLERANCE);
}

TEST(every_token_has_pytorchs_vector_after_the_last_layer) {
  for (size_t n = 0; n < 2; n++) {
    Reference r = open_expected(NAMES[n]);
    Encoder *encoder = open_encoder(NAMES[n]);
    TransformerScratch scratch = {0};
    for (size_t i = 0; i < TEXTS; i++) {
      size_t count, rows;
      TokenText text = {.ids = (const uint32_t *)(const void *)tensor(&r, "ids", i, &count), .length = count};
      TokenTexts texts = {&text, 1, count};
      const char *expected = tensor(&r, "hidden", i, &rows);
      LastLayer last = {.layers = 2, .count = count * encoder_size(encoder),
                        .expected = (const float *)(const void *)expected};
      TransformerVisit visit = {compare_last, &last};
      assert_int_equal(rows, count);
      assert_ok(transformer_forward(&encoder->transformer, &texts, NULL, &scratch, visit, &error));
      assert_int_equal(last.calls, 3);
    }
    transformer_scratch_free(&scratch);
    encoder_free(encoder);
    reference_close(&r);
  }
}

TEST(a_long_text_is_cut_to_the_positions) {
  Encoder *encoder = open_encoder("bert");
  EncoderTexts texts = {0};
  size_t length = 100000;
  char *text = allocate(length, 1);
  for (size_t i = 0; i < length; i++) text[i] = i % 5 == 4 ? ' ' : "late"[i % 5];
  assert_ok(encoder_tokenize(encoder, text, length, &texts, &error));
  assert_int_equal(texts.end[0], 32);
  float vector[24];
  Workers *workers = new_workers(1);
  assert_ok(encoder_embed(encoder, &texts, workers, NULL, vector, &error));
  assert_near(dot(vector, vector, 24), 1.0, 1e-5);
  workers_free(workers);
  encoder_texts_free(&texts);
  encoder_free(encoder);
  free(text);
}

TEST(an_interrupt_ends_it) {
  Encoder *encoder = open_encoder("bert");
  EncoderTexts texts = {0};
  char text[64];
  for (int i = 0; i < 2000; i++) {
    snprintf(text, sizeof text, "the parcel %d is %d late", i, i * 7);
    assert_ok(encoder_tokenize(encoder, text, strlen(text), &texts, &error));
  }
  float *vectors = allocate(texts.count * 24, sizeof *vectors);
  Workers *workers;
  assert_ok(workers_new(2, (Poll){stop_later, &(Stop){0}}, &workers, &error));
  Status status = encoder_embed(encoder, &texts, workers, NULL, vectors, &error);
  assert_true(status == STATUS_INTERRUPTED || status == STATUS_OK); /* OK: it was over before the first poll */
  workers_free(workers);
  free(vectors);
  encoder_texts_free(&texts);
  encoder_free(encoder);
}

/* ---- files that do not fit ------------------------------------------------------------- */

static void refuse(EncoderFiles files, const char *message) {
  Encoder *encoder;
  assert_invalid(encoder_new(&files, &encoder, &error), message);
}

TEST(files_of_different_encoders_are_refused) {
  EncoderFiles bert = open_files("bert"), roberta = open_files("roberta"), files = bert;
  files.config = roberta.config;
  files.config_length = roberta.config_length;
  refuse(files, "tensor 'embeddings.word_embeddings.weight' is F32 [61][24], expected F32 [51][24]");
  files = roberta;
  files.tokenizer = bert.tokenizer;
  files.tokenizer_length = bert.tokenizer_length;
  refuse(files, "the encoder's tokenizer has 61 tokens and its weights have 51, expected files of one encoder");
  close_files(&bert);
  close_files(&roberta);
}

static void refuse_tensor(const char *name, const size_t *shape, const char *message) {
  EncoderFiles files = open_files("static");
  SafeTensorsWriter writer = {0};
  uint8_t *bytes;
  const float numbers[6] = {0};
  static const size_t vectors[] = {3, 2};
  if (strcmp(name, "embeddings") != 0)
    safetensors_write_tensor(&writer, "embeddings", DTYPE_F32, vectors, 2, numbers);
  safetensors_write_tensor(&writer, name, DTYPE_F32, shape, 2, numbers);
  free((uint8_t *)files.weights);
  assert_ok(safetensors_end(&writer, &bytes, &files.weights_size, &error));
  files.weights = bytes;
  refuse(files, message);
  close_files(&files);
}

/* A vocabulary whose words share vectors would be read as one that has a vector a word. */
TEST(a_static_encoder_has_a_vector_a_word_alone) {
  refuse_tensor("mapping", (size_t[]){1, 1}, "the encoder has a tensor 'mapping', expected 'embeddings' alone");
  refuse_tensor("weights", (size_t[]){1, 1}, "the encoder has a tensor 'weights', expected 'embeddings' alone");
  refuse_tensor("embeddings", (size_t[]){0, 2}, "tensor 'embeddings' is empty");
  refuse_tensor("embeddings", (size_t[]){2, 0}, "tensor 'embeddings' is empty");
}

TEST(a_number_that_is_not_finite_is_refused) {
  EncoderFiles files = open_files("bert");
  uint8_t *weights = (uint8_t *)files.weights;
  static const float BAD[] = {NAN, INFINITY, -INFINITY};
  for (size_t i = 0; i < COUNT(BAD); i++) {
    little_endian_copy(weights + files.weights_size - 4 * (i + 1), &BAD[i], 1, 4);
    refuse(files, "has a number that is not finite");
  }
  close_files(&files);
}

/* Each number of the weights is finite, but one so large that no vector is. */
TEST(vectors_that_are_not_finite_are_an_error) {
  EncoderFiles files = open_files("bert");
  SafeTensors tensors;
  Encoder *encoder;
  EncoderTexts texts = {0};
  Workers *workers;
  float large = 8e37f, vector[24];
  assert_ok(safetensors_read(files.weights, files.weights_size, files.weights_size, &tensors, &error));
  const TensorView *view = safetensors_find(&tensors, "embeddings.LayerNorm.weight");
  little_endian_copy((uint8_t *)files.weights + tensors.header_end + view->begin, &large, 1, sizeof large);
  assert_ok(encoder_new(&files, &encoder, &error));
  assert_ok(encoder_tokenize(encoder, "the parcel", 10, &texts, &error));
  assert_ok(workers_new(1, (Poll){0}, &workers, &error));
  assert_invalid(encoder_embed(encoder, &texts, workers, NULL, vector, &error), "a vector that is not finite");
  workers_free(workers);
  encoder_texts_free(&texts);
  encoder_free(encoder);
  safetensors_free(&tensors);
  close_files(&files);
}

/* Cut at any place of the header and at some of the numbers. */
TEST(weights_that_are_cut_are_refused) {
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    EncoderFiles files = open_files(NAMES[n]);
    size_t size = files.weights_size, step = 1;
    for (size_t length = 0; length < size; length += step) {
      EncoderFiles cut = files;
      uint8_t *bytes = allocate(length + 1, 1);
      memcpy(bytes, files.weights, length);
      cut.weights = bytes;
      cut.weights_size = length;
      refuse(cut, "");
      free(bytes);
      step = length < 64 ? 1 : 997;
    }
    close_files(&files);
  }
}

/* Each tensor in turn has another name. */
TEST(a_missing_tensor_is_named) {
  EncoderFiles files = open_files("bert");
  SafeTensors tensors;
  assert_ok(safetensors_read(files.weights, files.weights_size, files.weights_size, &tensors, &error));
  for (uint32_t t = 0; t < tensors.count; t++) {
    size_t length;
    const char *name = strings_get(&tensors.names, t, &length);
    char quoted[128], message[160];
    snprintf(quoted, sizeof quoted, "\"%.*s\"", (int)length, name);
    snprintf(message, sizeof message, "tensor '%.*s' is missing", (int)length, name);
    uint8_t *bytes = allocate(files.weights_size, 1);
    memcpy(bytes, files.weights, files.weights_size);
    for (size_t i = 0; i + length + 2 < tensors.header_end; i++)
      if (memcmp(bytes + i, quoted, length + 2) == 0) bytes[i + 1] = 'X';
    EncoderFiles renamed = files;
    renamed.weights = bytes;
    refuse(renamed, message);
    free(bytes);
  }
  safetensors_free(&tensors);
  close_files(&files);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_are_those_of_pytorch),
      cmocka_unit_test(every_token_has_pytorchs_vector_after_the_last_layer),
      cmocka_unit_test(a_long_text_is_cut_to_the_positions),
      cmocka_unit_test(an_interrupt_ends_it),
      cmocka_unit_test(files_of_different_encoders_are_refused),
      cmocka_unit_test(a_static_encoder_has_a_vector_a_word_alone),
      cmocka_unit_test(a_number_that_is_not_finite_is_refused),
      cmocka_unit_test(vectors_that_are_not_finite_are_an_error),
      cmocka_unit_test(weights_that_are_cut_are_refused),
      cmocka_unit_test(a_missing_tensor_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
