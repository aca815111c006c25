/* Steps of gradient descent do not depend on the number of shards or threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "optimizer/adam.h"
#include "optimizer/minibatch.h"
#include "unit/support.h"

enum { VOCABULARY = 30, TEXTS = 20, MOST_LENGTH = 9, LABELS = 3 };

static const float RATE = 0.01f;

/* Texts of random words and of all lengths; the first is empty. */
static uint32_t words[TEXTS * MOST_LENGTH], targets[TEXTS];
static Text texts[TEXTS];

static int make_texts(void **unused) {
  (void)unused;
  Random random = random_stream(3, 0, 0);
  for (size_t w = 0; w < COUNT(words); w++) words[w] = (uint32_t)random_below(&random, VOCABULARY);
  for (size_t i = 0; i < TEXTS; i++) {
    texts[i] = (Text){words + i * MOST_LENGTH, i * 7 % TEXTS * MOST_LENGTH / (TEXTS - 1)};
    targets[i] = (uint32_t)random_below(&random, LABELS);
  }
  return 0;
}

static Parameters make_parameters(size_t hidden) {
  const Shape shape = {.vocabulary = VOCABULARY, .embedding = 6, .hidden = hidden, .labels = LABELS};
  Parameters parameters;
  assert_ok(parameters_new(&shape, (Poll){0}, &parameters, &error));
  fill_normal(parameters.block, parameters.count, 0.5f, 1);
  return parameters;
}

/* A minibatch with its parameters and threads. */
typedef struct Trainer {
  Parameters parameters;
  Minibatch *minibatch;
  Workers *workers;
  MinibatchResult result; /* of the last step */
  uint64_t steps;
} Trainer;

static Trainer *trainer_new(size_t hidden, MinibatchOptions options, size_t threads) {
  Trainer *t = allocate(1, sizeof *t);
  t->parameters = make_parameters(hidden);
  assert_ok(minibatch_new(&t->parameters, &options, &t->minibatch, &error));
  assert_ok(workers_new(threads, (Poll){0}, &t->workers, &error));
  return t;
}

static void trainer_free(Trainer *t) {
  minibatch_free(t->minibatch);
  workers_free(t->workers);
  parameters_free(&t->parameters);
  free(t);
}

/* A run of some steps, and what came of the last. */
typedef struct Steps {
  const MinibatchStep *step; /* [count] */
  size_t count, begun;
  MinibatchResult result;
} Steps;

static Status next_step(void *context, const MinibatchResult *last, MinibatchStep *step, bool *more,
                        Error *step_error) {
  (void)step_error;
  Steps *s = context;
  assert_int_equal(last == NULL, s->begun == 0);
  if (last) s->result = *last;
  *more = s->begun < s->count;
  if (*more) *step = s->step[s->begun++];
  return STATUS_OK;
}

static Status one_step(Minibatch *minibatch, MinibatchStep step, Workers *workers, MinibatchResult *result) {
  Steps steps = {.step = &step, .count = 1};
  Status status = minibatch_run(minibatch, next_step, &steps, workers, &error);
  *result = steps.result;
  return status;
}

static MinibatchStep make_step(size_t first, size_t count, uint64_t seed) {
  return (MinibatchStep){texts + first, targets + first, count, RATE, seed, NULL};
}

static void step(Trainer *t, size_t first, size_t count, uint64_t seed) {
  assert_ok(one_step(t->minibatch, make_step(first, count, seed), t->workers, &t->result));
}

/* Returns the gradient of the last step; the caller frees it. */
static Parameters gradient_of(const Minibatch *minibatch, const Shape *shape) {
  Parameters gradient;
  assert_ok(parameters_new(shape, (Poll){0}, &gradient, &error));
  minibatch_gradient(minibatch, &gradient);
  return gradient;
}

static void check_equal(const Parameters *a, const Parameters *b) {
  assert_memory_equal(a->block, b->block, a->count * sizeof(float));
}

static const Lexicon PLAIN = {.subwords = NULL};

/* ---- against the plain network ----------------------------------------------------- */

/* The same step computed simply: one batch, one gradient, clipped to length 1, Adam. */
typedef struct Plain {
  Parameters parameters, gradient, mean, variance;
  const float *label_weights;
  double loss, norm;
  size_t correct;
  uint64_t steps;
} Plain;

static Plain plain_new(size_t hidden, const float *label_weights) {
  Plain p = {.parameters = make_parameters(hidden), .label_weights = label_weights};
  assert_ok(parameters_new(&p.parameters.shape, (Poll){0}, &p.gradient, &error));
  assert_ok(parameters_new(&p.parameters.shape, (Poll){0}, &p.mean, &error));
  assert_ok(parameters_new(&p.parameters.shape, (Poll){0}, &p.variance, &error));
  return p;
}

static void plain_free(Plain *p) {
  parameters_free(&p->parameters);
  parameters_free(&p->gradient);
  parameters_free(&p->mean);
  parameters_free(&p->variance);
}

static void plain_gradient(Plain *p, size_t first, size_t count) {
  Pass pass = {0};
  uint32_t by_row[TEXTS];
  size_t size = p->parameters.shape.embedding;
  assert_ok(batch_fill(&pass.batch, texts + first, count, VOCABULARY, &error));
  assert_ok(pass_reserve(&pass, &p->parameters.shape, true, &error));
  for (size_t row = 0; row < count; row++) by_row[row] = targets[first + pass.batch.order[row]];
  memset(p->gradient.block, 0, p->gradient.count * sizeof(float));
  assert_ok(network_forward(&p->parameters, &PLAIN, NULL, &pass, &error));
  p->loss = network_loss(&p->parameters, &pass, &(Targets){by_row, NULL, p->label_weights, NULL}, 1.0f / (float)count);
  assert_ok(network_backward(&p->parameters, NULL, &pass, &p->gradient, &error));
  float *table = scatter(&pass.batch, VOCABULARY, size, pass.d_vectors);
  memcpy(p->gradient.tensor[TENSOR_EMBEDDING], table, VOCABULARY * size * sizeof(float));
  free(table);
  p->correct = 0;
  for (size_t row = 0; row < count; row++) {
    const float *probabilities = pass.probabilities + row * LABELS;
    bool right = true;
    for (size_t c = 0; c < LABELS; c++) right = right && probabilities[c] <= probabilities[by_row[row]];
    p->correct += right;
  }
  pass_free(&pass);
}

/* Rows that no text touches have no gradient; their moments must not decay. */
static void plain_update(Plain *p) {
  p->norm = sqrt(dot(p->gradient.block, p->gradient.block, p->gradient.count));
  float scale = p->norm > 1.0 ? (float)(1.0 / p->norm) : 1.0f, rate = adam_rate(RATE, ++p->steps);
  size_t size = p->parameters.shape.embedding, rows = p->parameters.count - p->parameters.dense;
  for (size_t w = 0; w < VOCABULARY; w++) {
    const float *row = p->gradient.block + w * size;
    if (dot(row, row, size) == 0.0) continue;
    adam_update(size, rate, scale, row, p->mean.block + w * size, p->variance.block + w * size,
                p->parameters.block + w * size);
  }
  adam_update(p->parameters.dense, rate, scale, p->gradient.block + rows, p->mean.block + rows,
              p->variance.block + rows, p->parameters.block + rows);
}

/* Sums are added in another order, and rounding differs by 1e-6. Adam amplifies it where a
** gradient is small: to 2e-5 after steps of 0.01.
*/
static void check_against_plain(size_t hidden, size_t batch_size, float label_weight, size_t times_clipped) {
  const float label_weights[LABELS] = {label_weight, 2 * label_weight, 3 * label_weight};
  const MinibatchOptions options = {.batch_size = batch_size, .label_weights = label_weights};
  Trainer *t = trainer_new(hidden, options, 2);
  Plain p = plain_new(hidden, label_weights);
  size_t clipped = 0;
  for (size_t i = 0; i < 6; i++) {
    size_t first = i * 2, count = 10 - i;
    step(t, first, count, i);
    plain_gradient(&p, first, count);
    plain_update(&p);
    assert_near(t->result.loss, p.loss, 1e-5);
    assert_int_equal(t->result.correct, p.correct);
    clipped += p.norm > 1.0;
    Parameters gradient = gradient_of(t->minibatch, &t->parameters.shape);
    if (i == 0) assert_close(gradient.block, p.gradient.block, p.gradient.count, 1e-6);
    parameters_free(&gradient);
    assert_close(t->parameters.block, p.parameters.block, p.parameters.count, 2e-5);
  }
  assert_int_equal(clipped, times_clipped);
  plain_free(&p);
  trainer_free(t);
}

TEST(steps_are_those_of_the_plain_network) {
  check_against_plain(4, 64, 0.1f, 0);
  check_against_plain(0, 64, 0.1f, 0);
}

TEST(a_long_gradient_is_cut_to_length_1) {
  check_against_plain(4, 10, 20.0f, 6);
  check_against_plain(0, 10, 20.0f, 6);
  check_against_plain(4, 10, 0.65f, 3); /* lengths of 0.7 to 1.15 */
}

/* ---- with n-grams -------------------------------------------------------------------- */

enum { BUCKETS = 7 };

/* The words 0 .. VOCABULARY - 1 of the vocabulary, then some that are not in it. */
static Subwords spell_words(void) {
  Subwords subwords = {0};
  char word[16] = "";
  for (int w = 0; w < VOCABULARY + 5; w++) {
    if (w) snprintf(word, sizeof word, "w%dx%d", w % 9, w);
    assert_ok(subwords_add(&subwords, NULL, word, strlen(word), &error));
  }
  return subwords;
}

/* Texts with words of both kinds; word numbers as in embedding.h. */
static const uint32_t SPELLED[] = {1, 5, 2 * VOCABULARY + 1, 5, 0, VOCABULARY + 7, 1, 2 * VOCABULARY + 4};
static const uint8_t CAPITALS[] = {0, 1, 3, 0, 2, 2, 1, 3};
static const Text SPELLED_TEXTS[] = {
    {SPELLED, 5, CAPITALS}, {SPELLED + 3, 4, CAPITALS + 3}, {SPELLED + 2, 6, CAPITALS}, {NULL, 0}, {SPELLED + 7, 1}};
static const uint32_t SPELLED_TARGETS[] = {0, 2, 1, 1, 2};

static Parameters spelled_parameters(size_t hidden, bool pooled, bool shaped) {
  const Shape shape = {.vocabulary = VOCABULARY, .buckets = BUCKETS, .embedding = 5, .hidden = hidden,
                       .labels = LABELS, .pooled = pooled, .shaped = shaped};
  Parameters parameters;
  assert_ok(parameters_new(&shape, (Poll){0}, &parameters, &error));
  fill_normal(parameters.block, parameters.count, 0.5f, 1);
  return parameters;
}

/* The loss of a step, by network_loss(). */
typedef struct StepLoss {
  Parameters parameters;
  Lexicon lexicon;
  Pass pass;
  uint32_t by_row[COUNT(SPELLED_TARGETS)];
} StepLoss;

static double step_loss(void *context) {
  StepLoss *s = context;
  assert_ok(network_forward(&s->parameters, &s->lexicon, NULL, &s->pass, &error));
  return network_loss(&s->parameters, &s->pass, &(Targets){.labels = s->by_row}, 1.0f / (float)COUNT(SPELLED_TARGETS));
}

static void step_loss_begin(StepLoss *s) {
  assert_ok(batch_fill(&s->pass.batch, SPELLED_TEXTS, COUNT(SPELLED_TEXTS), lexicon_words(&s->lexicon, VOCABULARY),
                       &error));
  assert_ok(pass_reserve(&s->pass, &s->parameters.shape, true, &error));
  for (size_t row = 0; row < COUNT(SPELLED_TEXTS); row++) s->by_row[row] = SPELLED_TARGETS[s->pass.batch.order[row]];
}

static Status spelled_step(Minibatch *minibatch, uint64_t seed, size_t threads, MinibatchResult *result) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  MinibatchStep step = {SPELLED_TEXTS, SPELLED_TARGETS, COUNT(SPELLED_TEXTS), RATE, seed, NULL};
  Status status = one_step(minibatch, step, workers, result);
  workers_free(workers);
  return status;
}

/* The gradient of a step, the rows of words and of buckets too, is the slope of
** its loss. Shards, of which there are two and five, do not change that.
*/
static void check_spelled_slopes(size_t hidden, size_t batch_size, bool shaped) {
  Subwords subwords = spell_words();
  StepLoss loss = {.parameters = spelled_parameters(hidden, false, shaped), .lexicon = {.subwords = &subwords}};
  Parameters stepped = spelled_parameters(hidden, false, shaped);
  const MinibatchOptions options = {.batch_size = batch_size, .lexicon = {.subwords = &subwords}};
  Minibatch *minibatch;
  MinibatchResult result;
  assert_ok(minibatch_new(&stepped, &options, &minibatch, &error));
  assert_ok(spelled_step(minibatch, 1, 2, &result));
  step_loss_begin(&loss);
  assert_near(result.loss, step_loss(&loss), 1e-6);
  Parameters gradient = gradient_of(minibatch, &stepped.shape);
  assert_gradient(step_loss, &loss, loss.parameters.block, loss.parameters.count, gradient.block);
  parameters_free(&gradient);
  minibatch_free(minibatch);
  parameters_free(&stepped);
  parameters_free(&loss.parameters);
  pass_free(&loss.pass);
  subwords_free(&subwords);
}

TEST(gradients_of_words_and_ngrams_are_slopes) {
  check_spelled_slopes(0, 8, false);
  check_spelled_slopes(3, 8, false);
  check_spelled_slopes(0, 40, false);
}

TEST(gradients_of_capitals_are_slopes) {
  check_spelled_slopes(0, 8, true);
  check_spelled_slopes(3, 40, true);
}

/* Rows of the table that no word of the step is the sum of. */
TEST(rows_that_no_word_is_the_sum_of_stay_as_they_are) {
  Subwords subwords = spell_words();
  Parameters parameters = spelled_parameters(0, true, false), before = spelled_parameters(0, true, false);
  const MinibatchOptions options = {.batch_size = 8, .lexicon = {.subwords = &subwords}};
  EmbeddingWeights embedding = network_embedding(&parameters);
  Minibatch *minibatch;
  MinibatchResult result;
  bool touched[VOCABULARY + BUCKETS] = {false};
  assert_ok(minibatch_new(&parameters, &options, &minibatch, &error));
  assert_ok(spelled_step(minibatch, 1, 2, &result));
  for (size_t i = 0; i < COUNT(SPELLED); i++) {
    WordRows rows = embedding_rows(&embedding, &options.lexicon, SPELLED[i], CAPITALS_NONE);
    touched[rows.own] = true;
    for (size_t g = 0; g < rows.count; g++) touched[VOCABULARY + rows.hash[g] % BUCKETS] = true;
  }
  for (size_t row = 0; row < COUNT(touched); row++) {
    bool same = memcmp(parameters.block + row * 5, before.block + row * 5, 5 * sizeof(float)) == 0;
    assert_int_equal(same, !touched[row]);
  }
  minibatch_free(minibatch);
  parameters_free(&parameters);
  parameters_free(&before);
  subwords_free(&subwords);
}

/* A word that is dropped keeps its n-grams: its own row is that of word 0. */
TEST(a_dropped_word_is_still_spelled) {
  Subwords subwords = spell_words();
  Parameters parameters = spelled_parameters(0, false, false), before = spelled_parameters(0, false, false);
  const MinibatchOptions options = {.batch_size = 8, .word_dropout = 1.0f, .lexicon = {.subwords = &subwords}};
  Minibatch *minibatch;
  MinibatchResult result;
  assert_ok(minibatch_new(&parameters, &options, &minibatch, &error));
  assert_ok(spelled_step(minibatch, 1, 1, &result));
  assert_memory_not_equal(parameters.block, before.block, 5 * sizeof(float));
  assert_memory_equal(parameters.block + 5, before.block + 5, (VOCABULARY - 1) * 5 * sizeof(float));
  assert_memory_not_equal(parameters.tensor[TENSOR_SUBWORDS], before.tensor[TENSOR_SUBWORDS],
                          BUCKETS * 5 * sizeof(float));
  minibatch_free(minibatch);
  parameters_free(&parameters);
  parameters_free(&before);
  subwords_free(&subwords);
}

/* Sixteen shards, all parts, and several steps. */
TEST(any_number_of_threads_gives_the_same_bytes_with_all_parts) {
  Subwords subwords = spell_words();
  const MinibatchOptions options = {.batch_size = 128, .dropout = 0.3f, .word_dropout = 0.3f,
                                    .lexicon = {.subwords = &subwords}};
  Parameters expected = {0};
  for (size_t threads = 0; threads <= 5; threads++) {
    Parameters parameters = spelled_parameters(3, true, false);
    Minibatch *minibatch;
    MinibatchResult result;
    assert_ok(minibatch_new(&parameters, &options, &minibatch, &error));
    for (uint64_t i = 0; i < 5; i++) assert_ok(spelled_step(minibatch, i, threads, &result));
    minibatch_free(minibatch);
    if (threads == 0) {
      expected = parameters;
      continue;
    }
    check_equal(&parameters, &expected);
    parameters_free(&parameters);
  }
  parameters_free(&expected);
  subwords_free(&subwords);
}

/* ---- shards and threads ---------------------------------------------------------------- */

/* The number of shards follows from the batch size. Of one text: one shard. At
** most 16: two. At most 512: sixteen, of which most stay empty here.
*/
static void check_shards(size_t hidden, size_t batch_size, size_t other_size, size_t count) {
  Trainer *few = trainer_new(hidden, (MinibatchOptions){.batch_size = batch_size}, 1);
  Trainer *many = trainer_new(hidden, (MinibatchOptions){.batch_size = other_size}, 1);
  for (size_t i = 0; i < 3; i++) {
    step(few, i + 1, count, i);
    step(many, i + 1, count, i);
    assert_near(many->result.loss, few->result.loss, 1e-6);
    assert_int_equal(many->result.correct, few->result.correct);
    Parameters by_few = gradient_of(few->minibatch, &few->parameters.shape);
    Parameters by_many = gradient_of(many->minibatch, &many->parameters.shape);
    assert_close(by_many.block, by_few.block, by_few.count, 1e-6);
    assert_close(many->parameters.block, few->parameters.block, few->parameters.count, 1e-5);
    parameters_free(&by_few);
    parameters_free(&by_many);
  }
  trainer_free(few);
  trainer_free(many);
}

TEST(few_shards_and_many_give_the_same) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    check_shards(hidden, 1, 512, 1);
    check_shards(hidden, 8, 512, 8);
  }
}

TEST(any_number_of_threads_gives_the_same_bytes) {
  const MinibatchOptions options = {.batch_size = 64, .dropout = 0.3f, .word_dropout = 0.1f};
  Trainer *expected = trainer_new(4, options, 0);
  for (uint64_t i = 0; i < 5; i++) step(expected, 0, TEXTS, i);
  for (size_t threads = 1; threads <= 4; threads++) {
    Trainer *t = trainer_new(4, options, threads);
    for (uint64_t i = 0; i < 5; i++) step(t, 0, TEXTS, i);
    check_equal(&t->parameters, &expected->parameters);
    assert_true(t->result.loss == expected->result.loss);
    trainer_free(t);
  }
  trainer_free(expected);
}

/* A step does not depend on the step before it. */
TEST(a_run_of_steps_is_that_of_each_alone) {
  const MinibatchOptions options = {.batch_size = TEXTS, .dropout = 0.3f};
  Trainer *together = trainer_new(4, options, 2), *alone = trainer_new(4, options, 2);
  const MinibatchStep some[] = {make_step(0, TEXTS, 1), make_step(3, 1, 2), make_step(2, 7, 3)};
  Steps steps = {.step = some, .count = COUNT(some)};
  assert_ok(minibatch_run(together->minibatch, next_step, &steps, together->workers, &error));
  step(alone, 0, TEXTS, 1);
  step(alone, 3, 1, 2);
  step(alone, 2, 7, 3);
  assert_int_equal(steps.begun, COUNT(some));
  assert_true(steps.result.loss == alone->result.loss);
  check_equal(&together->parameters, &alone->parameters);
  trainer_free(together);
  trainer_free(alone);
}

TEST(a_run_may_have_no_steps) {
  Trainer *t = trainer_new(4, (MinibatchOptions){.batch_size = 1}, 1);
  Steps steps = {0};
  assert_ok(minibatch_run(t->minibatch, next_step, &steps, t->workers, &error));
  trainer_free(t);
}

TEST(a_step_may_have_one_text_or_only_empty_ones) {
  for (size_t hidden = 0; hidden <= 4; hidden += 4) {
    Trainer *t = trainer_new(hidden, (MinibatchOptions){.batch_size = 64}, 2);
    step(t, 0, 1, 1);
    assert_int_equal(texts[0].length, 0);
    assert_true(isfinite(t->result.loss));
    step(t, 5, 1, 2);
    assert_true(isfinite(t->result.loss));
    trainer_free(t);
  }
}

/* ---- dropout ------------------------------------------------------------------------------ */

TEST(the_seed_of_a_step_decides_what_is_dropped) {
  const MinibatchOptions options = {.batch_size = TEXTS, .dropout = 0.4f, .word_dropout = 0.2f};
  Trainer *a = trainer_new(4, options, 1), *b = trainer_new(4, options, 1), *c = trainer_new(4, options, 1);
  step(a, 0, TEXTS, 1);
  step(b, 0, TEXTS, 1);
  step(c, 0, TEXTS, 2);
  check_equal(&a->parameters, &b->parameters);
  assert_true(a->result.loss != c->result.loss);
  trainer_free(a);
  trainer_free(b);
  trainer_free(c);
}

TEST(all_words_dropped_are_all_unknown) {
  Trainer *t = trainer_new(4, (MinibatchOptions){.batch_size = TEXTS, .word_dropout = 1.0f}, 1);
  Parameters before = make_parameters(4);
  size_t size = before.shape.embedding;
  step(t, 0, TEXTS, 1);
  assert_memory_not_equal(t->parameters.block, before.block, size * sizeof(float));
  assert_memory_equal(t->parameters.block + size, before.block + size, (VOCABULARY - 1) * size * sizeof(float));
  parameters_free(&before);
  trainer_free(t);
}

TEST(words_that_no_text_has_stay_as_they_are) {
  Trainer *t = trainer_new(4, (MinibatchOptions){.batch_size = 1}, 1);
  Parameters before = make_parameters(4);
  size_t size = before.shape.embedding;
  step(t, 5, 1, 1);
  for (uint32_t w = 0; w < VOCABULARY; w++) {
    bool touched = false;
    for (size_t i = 0; i < texts[5].length; i++) touched = touched || texts[5].words[i] == w;
    bool same = memcmp(t->parameters.block + w * size, before.block + w * size, size * sizeof(float)) == 0;
    assert_int_equal(same, !touched);
  }
  parameters_free(&before);
  trainer_free(t);
}

/* ---- failures ------------------------------------------------------------------------------- */

/* Without threads the poll is asked after each shard. */
TEST(an_interrupted_step_changes_nothing) {
  const MinibatchOptions options = {.batch_size = 64};
  Trainer *t = trainer_new(4, options, 0), *expected = trainer_new(4, options, 0);
  Parameters before = make_parameters(4);
  Workers *stopped;
  assert_ok(workers_new(0, (Poll){stop_later, &(Stop){0}}, &stopped, &error));
  assert_status(one_step(t->minibatch, make_step(0, TEXTS, 1), stopped, &t->result), STATUS_INTERRUPTED);
  workers_free(stopped);
  check_equal(&t->parameters, &before);
  step(t, 0, TEXTS, 1);
  step(expected, 0, TEXTS, 1);
  check_equal(&t->parameters, &expected->parameters);
  parameters_free(&before);
  trainer_free(expected);
  trainer_free(t);
}

TEST(a_loss_that_is_not_finite_changes_nothing) {
  Trainer *t = trainer_new(4, (MinibatchOptions){.batch_size = TEXTS}, 2);
  Parameters before = make_parameters(4);
  before.tensor[TENSOR_OUTPUT_BIAS][0] = t->parameters.tensor[TENSOR_OUTPUT_BIAS][0] = NAN;
  step(t, 0, TEXTS, 1);
  assert_true(!isfinite(t->result.loss));
  check_equal(&t->parameters, &before);
  parameters_free(&before);
  trainer_free(t);
}

TEST(shards_have_room_for_all_texts) {
  const size_t batches[] = {1, 2, 8, 9, 16, 64, 100, 128, 512, 4096}, shards[] = {1, 2, 2, 2, 2, 8, 13, 16, 16, 16};
  for (size_t i = 0; i < COUNT(batches); i++) {
    size_t most;
    assert_int_equal(minibatch_shards(batches[i], &most), shards[i]);
    assert_true(most * shards[i] >= batches[i] && (most - 1) * shards[i] < batches[i]);
  }
}

TEST(free_of_nothing) { minibatch_free(NULL); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_those_of_the_plain_network),
      cmocka_unit_test(a_long_gradient_is_cut_to_length_1),
      cmocka_unit_test(gradients_of_words_and_ngrams_are_slopes),
      cmocka_unit_test(gradients_of_capitals_are_slopes),
      cmocka_unit_test(rows_that_no_word_is_the_sum_of_stay_as_they_are),
      cmocka_unit_test(a_dropped_word_is_still_spelled),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes_with_all_parts),
      cmocka_unit_test(few_shards_and_many_give_the_same),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
      cmocka_unit_test(a_run_of_steps_is_that_of_each_alone),
      cmocka_unit_test(a_run_may_have_no_steps),
      cmocka_unit_test(a_step_may_have_one_text_or_only_empty_ones),
      cmocka_unit_test(the_seed_of_a_step_decides_what_is_dropped),
      cmocka_unit_test(all_words_dropped_are_all_unknown),
      cmocka_unit_test(words_that_no_text_has_stay_as_they_are),
      cmocka_unit_test(an_interrupted_step_changes_nothing),
      cmocka_unit_test(a_loss_that_is_not_finite_changes_nothing),
      cmocka_unit_test(shards_have_room_for_all_texts),
      cmocka_unit_test(free_of_nothing),
  };
  return cmocka_run_group_tests(tests, make_texts, NULL);
}
