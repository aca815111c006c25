/* The forward pass of labelling against network_forward(). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "inference/gru_step_int8.h"
#include "inference/inference.h"
#include "network/network.h"
#include "unit/support.h"

enum { VOCABULARY = 90, LABELS = 3, TEXTS = 40, MOST_LENGTH = 23 };

/* Sums in another order, and gates that are each within 3e-7 (simd.h) over 23 steps, in
** logits of up to 10. A part that is wrong is off by 1e-2 at least.
*/
static const double SAME = 2e-5;

static const char *const OTHERS[] = {"raining", "inkwell", "\u96ea\u96e8", "a", "overwrought"};
static Subwords others;
static const Lexicon lexicon = {.subwords = &others, .folded = true};

static int make_others(void **unused) {
  (void)unused;
  others = make_spelling(OTHERS, COUNT(OTHERS));
  return 0;
}

static int free_others(void **unused) {
  (void)unused;
  subwords_free(&others);
  return 0;
}

/* ---- texts and networks -------------------------------------------------------------------- */

typedef struct RandomTexts {
  uint32_t words[TEXTS * MOST_LENGTH];
  uint8_t capitals[TEXTS * MOST_LENGTH];
  Text text[TEXTS];
} RandomTexts;

/* Texts of all lengths, with words from number `first` on; with those of the subword list if the
** network has n-grams.
*/
static void fill_texts(RandomTexts *t, const Shape *shape, size_t first, uint64_t seed) {
  Random random = random_stream(seed, 3, 0);
  size_t most = shape->vocabulary + (shape->buckets ? COUNT(OTHERS) : 0);
  for (size_t w = 0; w < COUNT(t->words); w++)
    t->words[w] = (uint32_t)(first + random_below(&random, most - first));
  for (size_t w = 0; w < COUNT(t->words); w++)
    t->capitals[w] = (uint8_t)(random_below(&random, 2) ? random_below(&random, CAPITALS_COUNT) : CAPITALS_NONE);
  for (size_t i = 0; i < TEXTS; i++)
    t->text[i] = (Text){t->words + i * MOST_LENGTH, random_below(&random, MOST_LENGTH + 1),
                        shape->shaped ? t->capitals + i * MOST_LENGTH : NULL};
  t->text[5].length = t->text[11].length = 0;
  t->text[7].length = 1;
}

static Parameters random_network(Shape shape) {
  Parameters p;
  assert_ok(parameters_new(&shape, (Poll){0}, &p, &error));
  fill_normal(p.block, p.count, 0.4f, shape.hidden + 10 * shape.positions + shape.pooled);
  return p;
}

static Shape shape_of(size_t hidden, size_t positions, bool pooled, size_t buckets) {
  return (Shape){.vocabulary = VOCABULARY, .buckets = buckets, .embedding = 7, .hidden = hidden, .labels = LABELS,
                 .positions = positions, .pooled = pooled};
}

static Inference make_inference(const Parameters *p, Precision precision) {
  Inference inference;
  assert_ok(inference_new(p, precision, &inference, &error));
  return inference;
}

/* The logits [count][labels] of network_forward(), in the order of the texts. */
static void learn_logits(const Parameters *p, const Text *text, size_t count, float *logits) {
  Pass pass = {0};
  assert_ok(batch_fill(&pass.batch, text, count, lexicon_words(&lexicon, p->shape.vocabulary), &error));
  assert_ok(pass_reserve(&pass, &p->shape, false, &error));
  assert_ok(network_forward(p, &lexicon, NULL, &pass, &error));
  float *sorted = unsort(&pass.batch, LABELS, pass.logits);
  memcpy(logits, sorted, count * LABELS * sizeof *logits);
  free(sorted);
  pass_free(&pass);
}

static void check_texts(const Parameters *p, const Inference *n, InferenceScratch *scratch, const Text *text,
                        size_t count, double tolerance) {
  float actual[TEXTS * LABELS], expected[TEXTS * LABELS];
  learn_logits(p, text, count, expected);
  assert_ok(inference_run(n, &lexicon, text, count, scratch, actual, &error));
  assert_close(actual, expected, count * LABELS, tolerance);
}

/* ---- the same logits ------------------------------------------------------------------------- */

/* Twice: the second time the table has the words. */
static void check_shape(Shape shape, InferenceScratch *scratch) {
  Parameters p = random_network(shape);
  Inference n = make_inference(&p, PRECISION_FLOAT32);
  RandomTexts t;
  fill_texts(&t, &shape, 0, 1);
  for (int again = 0; again <= 1; again++) check_texts(&p, &n, scratch, t.text, TEXTS, SAME);
  fill_texts(&t, &shape, 0, 2);
  check_texts(&p, &n, scratch, t.text, TEXTS, SAME);
  inference_free(&n);
  parameters_free(&p);
}

/* One scratch for all networks, larger and smaller ones. */
TEST(logits_equal_network_forward) {
  const size_t sizes[] = {0, 33, 1, 64, 5, 32, 0, 100, 31};
  InferenceScratch scratch = {0};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (unsigned parts = 0; parts < 8; parts++)
      check_shape(shape_of(sizes[i], parts & 1 ? 6 : 0, parts & 2, parts & 4 ? 9 : 0), &scratch);
  inference_scratch_free(&scratch);
  inference_scratch_free(&scratch);
}

TEST(capitals_count_as_in_network_forward) {
  const size_t sizes[] = {0, 33, 5};
  InferenceScratch scratch = {0};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (unsigned pooled = 0; pooled <= 1; pooled++) {
      Shape shape = shape_of(sizes[i], 6, pooled, 9);
      shape.shaped = true;
      check_shape(shape, &scratch);
    }
  inference_scratch_free(&scratch);
}

/* Word 1 is padding, in any place of a text. */
TEST(padding_and_early_resets) {
  const size_t sizes[] = {0, 33, 5};
  InferenceScratch scratch = {0};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (PaddingState state = PADDING_READ; state <= PADDING_ZERO; state++)
      for (unsigned parts = 0; parts < 8; parts++) {
        Shape shape = shape_of(sizes[i], 6, parts & 1, 0);
        shape.padding = (Padding){1, state, .skipped = parts & 2};
        shape.resets_early = sizes[i] && parts & 4;
        check_shape(shape, &scratch);
      }
  inference_scratch_free(&scratch);
}

/* A state that is carried over 200 tokens loses nothing. (Sums are rounded in another order.) */
TEST(a_state_is_carried_without_loss) {
  enum { LENGTH = 200 };
  static uint32_t numbers[LENGTH];
  Shape shape = shape_of(33, 0, false, 0);
  shape.padding = (Padding){1, PADDING_CARRY, .skipped = true};
  Parameters p = random_network(shape);
  for (int int8 = 0; int8 <= 1; int8++) {
    Inference n = make_inference(&p, int8 ? PRECISION_INT8 : PRECISION_FLOAT32);
    InferenceScratch scratch = {0};
    float logits[2 * LABELS];
    for (size_t t = 0; t < LENGTH; t++) numbers[t] = t == 0 || t == LENGTH - 1 ? 3 : 1;
    const Text text[] = {{numbers, LENGTH}, {(uint32_t[]){3, 3}, 2}};
    assert_ok(inference_run(&n, &lexicon, text, 2, &scratch, logits, &error));
    assert_close(logits, logits + LABELS, LABELS, 5e-7);
    inference_scratch_free(&scratch);
    inference_free(&n);
  }
  parameters_free(&p);
}

TEST(any_number_of_texts) {
  Shape shape = shape_of(33, 40, true, 9);
  Parameters p = random_network(shape);
  Inference n = make_inference(&p, PRECISION_FLOAT32);
  InferenceScratch scratch = {0};
  RandomTexts t;
  fill_texts(&t, &shape, 0, 3);
  for (size_t count = 0; count < TEXTS; count++) check_texts(&p, &n, &scratch, t.text + TEXTS - count, count, SAME);
  inference_scratch_free(&scratch);
  inference_free(&n);
  parameters_free(&p);
}

/* Features of 0: the bias alone. */
TEST(empty_texts) {
  for (size_t hidden = 0; hidden <= 5; hidden += 5)
    for (int pooled = 0; pooled <= 1; pooled++) {
      Parameters p = random_network(shape_of(hidden, 4, pooled, 0));
      Inference n = make_inference(&p, PRECISION_FLOAT32);
      InferenceScratch scratch = {0};
      const Text empty[3] = {{0}};
      float logits[3 * LABELS];
      assert_ok(inference_run(&n, &lexicon, empty, 3, &scratch, logits, &error));
      for (size_t i = 0; i < 3; i++)
        assert_memory_equal(logits + i * LABELS, p.tensor[TENSOR_OUTPUT_BIAS], LABELS * sizeof *logits);
      inference_scratch_free(&scratch);
      inference_free(&n);
      parameters_free(&p);
    }
}

/* A text whose words all are of the subword list, and one that repeats a word. */
TEST(words_that_are_not_in_the_vocabulary) {
  Shape shape = shape_of(5, 0, true, 9);
  Parameters p = random_network(shape);
  Inference n = make_inference(&p, PRECISION_FLOAT32);
  InferenceScratch scratch = {0};
  uint32_t spelled[9], same[20];
  for (uint32_t i = 0; i < COUNT(spelled); i++) spelled[i] = VOCABULARY + i % (uint32_t)COUNT(OTHERS);
  for (size_t i = 0; i < COUNT(same); i++) same[i] = 8;
  const Text text[] = {{spelled, 9}, {same, 20}, {spelled + 4, 5}, {same, 1}};
  check_texts(&p, &n, &scratch, text, 1, SAME);
  check_texts(&p, &n, &scratch, text, COUNT(text), SAME);
  inference_scratch_free(&scratch);
  inference_free(&n);
  parameters_free(&p);
}

/* A network so wide that the rows of its last words are not kept (word_table.h): texts of
** words kept and not, of the vocabulary and not.
*/
TEST(rare_words_of_a_large_network) {
  Shape shape = {.vocabulary = 5440, .buckets = 9, .embedding = 3, .hidden = 512, .labels = LABELS, .pooled = true};
  Parameters p = random_network(shape);
  for (Tensor recurrent = TENSOR_GRU_FORWARD_RECURRENT; recurrent <= TENSOR_GRU_BACKWARD_RECURRENT; recurrent += 3)
    fill_normal(p.tensor[recurrent], 3 * 512 * 512, 0.04f, 6);
  fill_normal(p.tensor[TENSOR_OUTPUT_KERNEL], shape_features(&shape) * LABELS, 0.05f, 7);
  Inference n = make_inference(&p, PRECISION_FLOAT32);
  InferenceScratch scratch = {0};
  RandomTexts t;
  fill_texts(&t, &shape, 5425, 4);
  assert_true(word_table_keeps(n.words, 5425) && !word_table_keeps(n.words, 5439));
  check_texts(&p, &n, &scratch, t.text, TEXTS, SAME);
  check_texts(&p, &n, &scratch, t.text, 9, SAME);
  inference_scratch_free(&scratch);
  inference_free(&n);
  parameters_free(&p);
}

/* ---- integers of 8 bits ----------------------------------------------------------------------- */

/* Without AVX-512 VNNI floats are used; with it the logits differ a little, by the rounding of
** states and weights to 1/127.
*/
TEST(integers_of_8_bits_are_close) {
  const size_t sizes[] = {5, 33, 64};
  if (!gru_step_int8_available()) print_message("this processor (or build) has nothing for 8-bit integers: floats\n");
  for (size_t i = 0; i < COUNT(sizes); i++) {
    Shape shape = shape_of(sizes[i], 6, i % 2, 9);
    Parameters p = random_network(shape);
    Inference floats = make_inference(&p, PRECISION_FLOAT32), integers = make_inference(&p, PRECISION_INT8);
    InferenceScratch scratch = {0};
    RandomTexts t;
    float exact[TEXTS * LABELS], logits[TEXTS * LABELS];
    fill_texts(&t, &shape, 0, 5);
    check_texts(&p, &integers, &scratch, t.text, TEXTS, gru_step_int8_available() ? 0.1 : SAME);
    assert_ok(inference_run(&integers, &lexicon, t.text, TEXTS, &scratch, logits, &error));
    assert_ok(inference_run(&floats, &lexicon, t.text, TEXTS, &scratch, exact, &error));
    assert_int_equal(memcmp(exact, logits, sizeof exact) != 0, gru_step_int8_available());
    inference_scratch_free(&scratch);
    inference_free(&floats);
    inference_free(&integers);
    parameters_free(&p);
  }
}

/* ---- threads ------------------------------------------------------------------------------------ */

enum { THREADS = 4 };

typedef struct Reader {
  const Inference *inference;
  const RandomTexts *texts;
  size_t first; /* text that it begins with */
  float logits[TEXTS * LABELS];
  Status status;
  pthread_t thread;
} Reader;

/* Each thread begins with another text, so that any of them may compute a row first. */
static void *read_all(void *context) {
  Reader *r = context;
  InferenceScratch scratch = {0};
  Error own;
  for (size_t n = 0; n < TEXTS && !r->status; n++) {
    size_t i = (r->first + n) % TEXTS;
    r->status = inference_run(r->inference, &lexicon, &r->texts->text[i], 1, &scratch, r->logits + i * LABELS, &own);
  }
  inference_scratch_free(&scratch);
  return NULL;
}

TEST(threads_read_the_same) {
  Shape shape = shape_of(33, 6, true, 9);
  Parameters p = random_network(shape);
  RandomTexts t;
  fill_texts(&t, &shape, 0, 8);
  Inference alone = make_inference(&p, PRECISION_FLOAT32);
  static Reader expected, readers[THREADS];
  expected = (Reader){.inference = &alone, .texts = &t};
  read_all(&expected);
  for (int round = 0; round < 20; round++) {
    Inference shared = make_inference(&p, PRECISION_FLOAT32);
    for (size_t i = 0; i < THREADS; i++) {
      readers[i] = (Reader){.inference = &shared, .texts = &t, .first = i * TEXTS / THREADS};
      assert_int_equal(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) pthread_join(readers[i].thread, NULL);
    for (size_t i = 0; i < THREADS; i++) {
      assert_int_equal(readers[i].status, STATUS_OK);
      assert_memory_equal(readers[i].logits, expected.logits, sizeof expected.logits);
    }
    inference_free(&shared);
  }
  inference_free(&alone);
  parameters_free(&p);
}

TEST(none_may_be_freed) {
  Inference none = {0};
  inference_free(&none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logits_equal_network_forward),
      cmocka_unit_test(capitals_count_as_in_network_forward),
      cmocka_unit_test(padding_and_early_resets),
      cmocka_unit_test(a_state_is_carried_without_loss),
      cmocka_unit_test(any_number_of_texts),
      cmocka_unit_test(empty_texts),
      cmocka_unit_test(words_that_are_not_in_the_vocabulary),
      cmocka_unit_test(rare_words_of_a_large_network),
      cmocka_unit_test(integers_of_8_bits_are_close),
      cmocka_unit_test(threads_read_the_same),
      cmocka_unit_test(none_may_be_freed),
  };
  return cmocka_run_group_tests(tests, make_others, free_others);
}
