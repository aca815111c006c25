/* The whole network against Keras (outputs, loss, gradients, ten steps of Adam)
** and against finite differences.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/network.h"
#include "network/output.h"
#include "optimizer/adam.h"
#include "unit/support.h"

/* A network with a batch, and the inputs and outputs of its passes. */
typedef struct Net {
  Parameters parameters, gradient; /* the gradient's table too: see backward() */
  Lexicon lexicon;
  Pass pass;
  uint32_t *targets; /* [texts] by row */
  const float *label_weights;
  const Dropout *dropout;
  float scale;
} Net;

static void net_fill(Net *net, const Text *texts, const int32_t *targets, size_t count) {
  const Shape *shape = &net->parameters.shape;
  Batch *batch = &net->pass.batch;
  assert_ok(parameters_new(shape, (Poll){0}, &net->gradient, &error));
  assert_ok(batch_fill(batch, texts, count, lexicon_words(&net->lexicon, shape->vocabulary), &error));
  assert_ok(pass_reserve(&net->pass, shape, true, &error));
  net->targets = allocate(count, sizeof *net->targets);
  for (size_t row = 0; row < count; row++) net->targets[row] = (uint32_t)targets[batch->order[row]];
  net->scale = 1.0f / (float)count;
}

static void net_free(Net *net) {
  parameters_free(&net->parameters);
  parameters_free(&net->gradient);
  pass_free(&net->pass);
  free(net->targets);
}

static double forward(void *context) {
  Net *net = context;
  assert_ok(network_forward(&net->parameters, &net->lexicon, net->dropout, &net->pass, &error));
  Targets targets = {.labels = net->targets, .label_weights = net->label_weights};
  return network_loss(&net->parameters, &net->pass, &targets, net->scale);
}

/* Computes the whole gradient, also of the table: that of each distinct word is added to the rows
** whose sum its vector is.
*/
static void backward(Net *net) {
  const Batch *batch = &net->pass.batch;
  EmbeddingWeights embedding = network_embedding(&net->parameters);
  memset(net->gradient.block, 0, net->gradient.count * sizeof(float));
  assert_ok(network_backward(&net->parameters, net->dropout, &net->pass, &net->gradient, &error));
  for (size_t u = 0; u < batch->distinct; u++) {
    const float *from = net->pass.d_vectors + u * embedding.size;
    WordRows rows = embedding_rows(&embedding, &net->lexicon, batch->word[u], CAPITALS_NONE);
    for (size_t j = 0; j < embedding.size; j++) {
      net->gradient.block[rows.own * embedding.size + j] += from[j];
      for (size_t g = 0; g < rows.count; g++) {
        size_t row = embedding.vocabulary + rows.hash[g] % embedding.buckets;
        net->gradient.block[row * embedding.size + j] += rows.factor * from[j];
      }
    }
  }
}

/* ---- Keras -------------------------------------------------------------------- */

enum { MOST_TEXTS = 8, MOST_STEPS = 8 };

/* The batch of a file, its texts in another order than the file's, so that the
** batch has to sort them. In seed, nothing is masked: every text has all steps.
*/
typedef struct Sample {
  size_t texts, steps;
  uint32_t words[MOST_TEXTS * MOST_STEPS];
  Text text[MOST_TEXTS];
  int32_t targets[MOST_TEXTS];
} Sample;

static size_t in_file(const Sample *sample, size_t text) { return sample->texts - 1 - text; }

static void read_sample(const Reference *file, bool masked, Sample *sample) {
  sample->texts = reference_dimension(file, "ids", 0);
  sample->steps = reference_dimension(file, "ids", 1);
  assert_true(sample->texts <= MOST_TEXTS && sample->steps <= MOST_STEPS);
  memcpy(sample->words, reference_integers(file, "ids"), sample->texts * sample->steps * sizeof(uint32_t));
  for (size_t i = 0; i < sample->texts; i++) {
    size_t from = in_file(sample, i);
    size_t length = (size_t)reference_integers(file, "lengths")[from];
    sample->text[i] = (Text){sample->words + from * sample->steps, masked ? length : sample->steps};
    sample->targets[i] = reference_integers(file, "targets")[from];
  }
}

/* [texts][width] in the order of the sample against the file's. */
static void check_texts(const Sample *sample, size_t width, const float *actual, const float *expected) {
  for (size_t i = 0; i < sample->texts; i++)
    assert_close(actual + i * width, expected + in_file(sample, i) * width, width, REFERENCE_TOLERANCE);
}

static void check_rows(const Net *net, const Sample *sample, size_t width, const float *rows, const float *expected) {
  float *actual = unsort(&net->pass.batch, width, rows);
  check_texts(sample, width, actual, expected);
  free(actual);
}

static void check_tokens(const Net *net, const Sample *sample, size_t width, const float *packed,
                         const float *expected) {
  float *actual = unpack(&net->pass.batch, sample->steps, width, packed);
  check_texts(sample, sample->steps * width, actual, expected);
  free(actual);
}

static void check_outputs(const Net *net, const Sample *sample, const Reference *file) {
  size_t state = shape_state(&net->parameters.shape), labels = net->parameters.shape.labels;
  check_tokens(net, sample, state, net->pass.states, reference_floats(file, "states"));
  check_tokens(net, sample, 1, net->pass.weights, reference_floats(file, "weights"));
  check_rows(net, sample, state, net->pass.features, reference_floats(file, "context"));
  check_rows(net, sample, labels, net->pass.logits, reference_floats(file, "logits"));
  check_rows(net, sample, labels, net->pass.probabilities, reference_floats(file, "probabilities"));
}

/* Adam divides by the size of the gradient, so a gradient that is nothing but
** rounding would move a parameter by all of the learning rate. There is none
** here: ten steps of 0.01 stay within the tolerance too.
*/
static void check_parameters(const Parameters *actual, const Reference *file, const char *prefix) {
  Parameters expected = reference_parameters(file, prefix);
  assert_int_equal(actual->count, expected.count);
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    size_t d[2] = {0, 1};
    if (!parameters_dimensions(&expected.shape, t, d)) continue;
    check_close(actual->tensor[t], expected.tensor[t], d[0] * d[1], REFERENCE_TOLERANCE,
                parameters_name(t), __FILE__, __LINE__);
  }
  parameters_free(&expected);
}

/* A step as minibatch.c takes it, without clipping: Keras does not clip. */
static void step(Net *net, Parameters *mean, Parameters *variance, uint64_t number) {
  size_t size = net->parameters.shape.embedding, rows = net->parameters.count - net->parameters.dense;
  float rate = adam_rate(0.01f, number);
  backward(net);
  adam_update(net->parameters.dense, rate, 1.0f, net->gradient.block + rows, mean->block + rows,
              variance->block + rows, net->parameters.block + rows);
  for (size_t u = 0; u < net->pass.batch.distinct; u++) {
    size_t row = net->pass.batch.word[u] * size;
    adam_update(size, rate, 1.0f, net->gradient.block + row, mean->block + row, variance->block + row,
                net->parameters.block + row);
  }
}

static void check_ten_steps(Net *net, const Reference *file) {
  Parameters mean, variance;
  assert_ok(parameters_new(&net->parameters.shape, (Poll){0}, &mean, &error));
  assert_ok(parameters_new(&net->parameters.shape, (Poll){0}, &variance, &error));
  for (size_t i = 0; i < 10; i++) {
    assert_near(forward(net), (double)reference_floats(file, "losses")[i], REFERENCE_TOLERANCE);
    step(net, &mean, &variance, i + 1);
  }
  check_parameters(&net->parameters, file, "after.");
  parameters_free(&mean);
  parameters_free(&variance);
}

static void check_reference(const char *name, bool masked) {
  Reference file = reference_open(name);
  Sample sample;
  Net net = {.parameters = reference_parameters(&file, "parameter.")};
  read_sample(&file, masked, &sample);
  net_fill(&net, sample.text, sample.targets, sample.texts);
  double loss = forward(&net);
  check_outputs(&net, &sample, &file);
  assert_near(loss, (double)*reference_floats(&file, "loss"), REFERENCE_TOLERANCE);
  backward(&net);
  check_parameters(&net.gradient, &file, "gradient.");
  check_ten_steps(&net, &file);
  net_free(&net);
  reference_close(&file);
}

TEST(as_keras_with_a_gru) { check_reference("network_bigru", true); }
TEST(as_keras_with_position_bias) { check_reference("network_position", true); }
TEST(as_keras_without_a_gru) { check_reference("network_none", true); }
TEST(as_keras_with_padding_that_counts) { check_reference("seed", false); }

/* ---- finite differences ---------------------------------------------------------- */

/* Repeated words, an empty text, a text without target, unsorted lengths. */
static const uint32_t WORDS[] = {1, 2, 1, 3, 0, 2, 4, 1};
static const Text TEXTS[] = {{WORDS + 1, 2}, {WORDS, 5}, {NULL, 0}, {WORDS + 5, 1}, {WORDS + 3, 5}};
static const int32_t TARGETS[] = {2, 0, 1, (int32_t)LABELS_NONE, 1};
static const float LABEL_WEIGHTS[] = {0.5f, 2.0f, 1.5f};

static Net shaped_net(Shape shape, const Text *texts, const Subwords *subwords, const Dropout *dropout) {
  Net net = {.label_weights = LABEL_WEIGHTS, .dropout = dropout, .lexicon = {.subwords = subwords}};
  assert_ok(parameters_new(&shape, (Poll){0}, &net.parameters, &error));
  fill_normal(net.parameters.block, net.parameters.count, 0.6f, 1);
  net_fill(&net, texts, TARGETS, COUNT(TEXTS));
  net.scale = 1.0f; /* slopes of about 1 */
  return net;
}

static Net random_net(size_t hidden, size_t positions, const Dropout *dropout) {
  const Shape shape = {.vocabulary = 6, .embedding = 4, .hidden = hidden, .labels = 3, .positions = positions};
  return shaped_net(shape, TEXTS, NULL, dropout);
}

static void check_net_slopes(Net net) {
  forward(&net);
  backward(&net);
  assert_gradient(forward, &net, net.parameters.block, net.parameters.count, net.gradient.block);
  net_free(&net);
}

static void check_slopes(size_t hidden, size_t positions, const Dropout *dropout) {
  check_net_slopes(random_net(hidden, positions, dropout));
}

TEST(gradients_are_slopes_with_a_gru) { check_slopes(3, 0, NULL); }
TEST(gradients_are_slopes_with_position_bias) { check_slopes(3, 4, NULL); }
TEST(gradients_are_slopes_without_a_gru) { check_slopes(0, 0, NULL); }

/* The same seed drops the same numbers in each pass, so the slope is one. */
TEST(gradients_are_slopes_with_dropout) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    const Dropout dropout = {0.4f, seed};
    check_slopes(3, 4, &dropout);
    check_slopes(0, 0, &dropout);
  }
}

/* The same texts with words that are not in the vocabulary: 7 and 8 are others,
** 6 + 3 is word 3 as if it were unknown. Some words share buckets.
*/
enum { VOCABULARY = 6, BUCKETS = 9 };
static const uint32_t SPELLED_WORDS[] = {1, 12, 1, 3, 0, 13, 9, 1};
static const Text SPELLED_TEXTS[] = {
    {SPELLED_WORDS + 1, 2}, {SPELLED_WORDS, 5}, {NULL, 0}, {SPELLED_WORDS + 5, 1}, {SPELLED_WORDS + 3, 5}};

static Subwords spell_words(void) {
  static const char *const words[] = {"", "rain", "train", "a", "wo", "\u96e8", "raining", "ink"};
  Subwords subwords = {0};
  for (size_t i = 0; i < COUNT(words); i++)
    assert_ok(subwords_add(&subwords, NULL, words[i], strlen(words[i]), &error));
  return subwords;
}

static Shape part_shape(bool spelled, bool pooled, size_t hidden) {
  return (Shape){.vocabulary = VOCABULARY, .buckets = spelled ? BUCKETS : 0, .embedding = 4, .hidden = hidden,
                 .labels = 3, .positions = 2, .pooled = pooled};
}

static Net part_net(Shape shape, const Subwords *subwords, const Dropout *dropout) {
  return shaped_net(shape, shape.buckets ? SPELLED_TEXTS : TEXTS, shape.buckets ? subwords : NULL, dropout);
}

/* Where the pool's winner changes, the loss is not differentiable. So a parameter is checked
** only if none of assert_gradient()'s four steps changes a winner.
*/
static bool winners_stay(Net *net, float *x) {
  size_t count = net->pass.batch.texts * shape_state(&net->parameters.shape);
  uint32_t *before = allocate(count, sizeof *before);
  float value = *x;
  bool stay = true;
  forward(net);
  memcpy(before, net->pass.winners, count * sizeof *before);
  for (int step = -2; step <= 2; step++) {
    *x = value + (float)step / 32.0f;
    forward(net);
    stay = stay && memcmp(before, net->pass.winners, count * sizeof *before) == 0;
  }
  *x = value;
  forward(net);
  free(before);
  return stay;
}

/* Dropout scales the remaining values up, which increases the fifth derivative of attention.
** Smaller parameters compensate for that.
*/
static void check_part_slopes(Shape shape, const Dropout *dropout) {
  Subwords subwords = spell_words();
  Net net = part_net(shape, &subwords, dropout);
  for (size_t i = 0; dropout && i < net.parameters.count; i++) net.parameters.block[i] *= 0.6f;
  size_t count = net.parameters.count, checked = 0;
  forward(&net);
  backward(&net);
  for (size_t i = 0; i < count; i++) {
    if (shape.pooled && !winners_stay(&net, &net.parameters.block[i])) continue;
    assert_gradient(forward, &net, &net.parameters.block[i], 1, &net.gradient.block[i]);
    checked++;
  }
  assert_true(checked > count * 4 / 5); /* or the test shows little */
  net_free(&net);
  subwords_free(&subwords);
}

TEST(gradients_are_slopes_with_any_parts) {
  for (int spelled = 0; spelled <= 1; spelled++)
    for (int pooled = 0; pooled <= 1; pooled++)
      for (size_t hidden = 0; hidden <= 3; hidden += 3)
        check_part_slopes(part_shape(spelled, pooled, hidden), NULL);
}

TEST(gradients_are_slopes_with_all_parts_and_dropout) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    const Dropout dropout = {0.4f, seed};
    check_part_slopes(part_shape(true, true, 3), &dropout);
    check_part_slopes(part_shape(true, true, 0), &dropout);
  }
}

/* Word 1 is padding; it stands at both ends of the texts and inside. */
TEST(gradients_are_slopes_with_padding) {
  for (PaddingState state = PADDING_READ; state <= PADDING_ZERO; state++)
    for (unsigned parts = 0; parts < 8; parts++) {
      Shape shape = part_shape(false, parts & 1, 3);
      shape.resets_early = parts & 2;
      shape.padding = (Padding){.word = 1, .state = state, .skipped = parts & 4};
      check_part_slopes(shape, NULL);
    }
}

/* ---- padding ------------------------------------------------------------------------------- */

/* A text as it is, and with padding (word 1) at its ends and inside. */
static const uint32_t BARE[] = {2, 3, 4}, PADDED[] = {1, 1, 2, 1, 3, 4, 1};
static const Text BARE_AND_PADDED[] = {{PADDED, COUNT(PADDED)}, {BARE, COUNT(BARE)}};

/* In a net of these two texts the longer one has row 0. */
static Net padding_net(Shape shape, Padding padding) {
  shape.positions = 0;
  shape.padding = padding;
  Net net = {.lexicon = {0}, .scale = 1.0f};
  assert_ok(parameters_new(&shape, (Poll){0}, &net.parameters, &error));
  fill_normal(net.parameters.block, net.parameters.count, 0.6f, 1);
  net_fill(&net, BARE_AND_PADDED, TARGETS, 2);
  forward(&net);
  return net;
}

static const float *state_of(const Net *net, size_t row, size_t step) {
  return net->pass.states + batch_place(&net->pass.batch, row, step) * shape_state(&net->parameters.shape);
}

/* Without a mask padding changes everything, with one the states of other words stay the same. */
TEST(masked_padding_changes_no_other_state) {
  static const size_t AT[] = {2, 4, 5};
  for (unsigned parts = 0; parts < 4; parts++) {
    Shape shape = part_shape(false, parts & 1, 3);
    shape.resets_early = parts & 2;
    size_t size = 2 * shape.hidden;
    for (PaddingState state = PADDING_CARRY; state <= PADDING_ZERO; state++) {
      Net net = padding_net(shape, (Padding){.word = 1, .state = state});
      for (size_t t = 0; t < COUNT(BARE); t++) assert_close(state_of(&net, 0, AT[t]), state_of(&net, 1, t), size, 1e-6);
      const float *inside = state_of(&net, 0, 3);
      for (size_t j = 0; j < shape.hidden; j++) { /* forwards of the word before, backwards of the next one */
        bool carried = state == PADDING_CARRY;
        assert_near((double)inside[j], carried ? (double)state_of(&net, 1, 0)[j] : 0.0, 1e-6);
        assert_near((double)inside[shape.hidden + j], carried ? (double)state_of(&net, 1, 1)[shape.hidden + j] : 0.0,
                    1e-6);
      }
      net_free(&net);
    }
    Net net = padding_net(shape, (Padding){.word = 1, .state = PADDING_READ});
    assert_true(fabsf(state_of(&net, 0, 2)[0] - state_of(&net, 1, 0)[0]) > 1e-3f);
    net_free(&net);
  }
}

TEST(padding_that_nobody_sees_changes_nothing) {
  for (int pooled = 0; pooled <= 1; pooled++)
    for (size_t hidden = 0; hidden <= 3; hidden += 3)
      for (PaddingState state = PADDING_CARRY; state <= PADDING_ZERO; state++) {
        Net net = padding_net(part_shape(false, pooled, hidden), (Padding){1, state, .skipped = true});
        assert_close(net.pass.logits, net.pass.logits + net.parameters.shape.labels, net.parameters.shape.labels, 1e-6);
        net_free(&net);
      }
}

/* A text of padding alone has no features where it is skipped. */
TEST(nothing_but_skipped_padding_is_an_empty_text) {
  static const uint32_t ones[] = {1, 1, 1};
  static const Text texts[] = {{ones, 3}, {NULL, 0}};
  Shape shape = part_shape(false, true, 3);
  shape.padding = (Padding){1, PADDING_ZERO, .skipped = true};
  Net net = {.scale = 1.0f};
  assert_ok(parameters_new(&shape, (Poll){0}, &net.parameters, &error));
  fill_normal(net.parameters.block, net.parameters.count, 0.6f, 1);
  net_fill(&net, texts, TARGETS, 2);
  forward(&net);
  assert_close(net.pass.logits, net.pass.logits + shape.labels, shape.labels, 0.0);
  net_free(&net);
}

/* The picture of network.h: what attention and the output see. */
TEST(states_and_features_stand_side_by_side) {
  Subwords subwords = spell_words();
  for (size_t hidden = 0; hidden <= 3; hidden += 3) {
    Net net = part_net(part_shape(true, true, hidden), &subwords, NULL);
    const Batch *b = &net.pass.batch;
    size_t state = 2 * hidden + 4;
    assert_int_equal(shape_state(&net.parameters.shape), state);
    assert_int_equal(shape_features(&net.parameters.shape), 2 * state);
    forward(&net);
    for (size_t n = 0; n < b->tokens; n++)
      assert_memory_equal(net.pass.states + n * state + 2 * hidden, net.pass.vectors + b->slot[n] * 4,
                          4 * sizeof(float));
    for (size_t i = 0; i < b->texts; i++)
      for (size_t j = 0; j < state; j++) {
        float largest = b->length[i] ? -INFINITY : 0.0f, context = 0.0f;
        for (size_t t = 0; t < b->length[i]; t++) {
          size_t place = batch_place(b, i, t);
          largest = fmaxf(largest, net.pass.states[place * state + j]);
          context += net.pass.weights[place] * net.pass.states[place * state + j];
        }
        assert_true(net.pass.features[i * 2 * state + state + j] == largest);
        assert_near((double)net.pass.features[i * 2 * state + j], (double)context, 1e-6);
      }
    net_free(&net);
  }
  subwords_free(&subwords);
}


/* ---- properties ------------------------------------------------------------------- */

/* Inverted dropout: over many seeds the mean of a logit of a network without GRU
** and with even attention is the logit without dropout. 4,000 logits that vary
** by about 1 have a mean that varies by 0.016; five times that is 0.08.
*/
TEST(dropout_keeps_the_mean) {
  enum { SEEDS = 4000 };
  Net net = random_net(0, 0, NULL);
  memset(net.parameters.tensor[TENSOR_ATTENTION_KERNEL], 0, 4 * sizeof(float));
  forward(&net);
  double exact = (double)net.pass.logits[0], sum = 0.0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    const Dropout dropout = {0.3f, seed};
    assert_ok(network_forward(&net.parameters, &net.lexicon, &dropout, &net.pass, &error));
    sum += (double)net.pass.logits[0];
  }
  assert_near(sum / SEEDS, exact, 0.08);
  net_free(&net);
}

TEST(dropout_changes_with_the_seed_alone) {
  const Dropout first = {0.5f, 1}, second = {0.5f, 2};
  Net net = random_net(3, 0, &first);
  double a = forward(&net), again = forward(&net);
  net.dropout = &second;
  assert_true(a == again);
  assert_true(forward(&net) != a);
  net_free(&net);
}

/* An empty text: features of zero, so its logits are the output's bias. */
TEST(an_empty_text_has_the_bias_for_logits) {
  Net net = random_net(3, 2, NULL);
  forward(&net);
  float *logits = unsort(&net.pass.batch, 3, net.pass.logits);
  assert_close(logits + 2 * 3, net.parameters.tensor[TENSOR_OUTPUT_BIAS], 3, 1e-7);
  free(logits);
  net_free(&net);
  net = part_net(part_shape(false, true, 3), NULL, NULL);
  forward(&net);
  logits = unsort(&net.pass.batch, 3, net.pass.logits);
  assert_close(logits + 2 * 3, net.parameters.tensor[TENSOR_OUTPUT_BIAS], 3, 1e-7);
  free(logits);
  net_free(&net);
}

static void check_empty(size_t hidden, bool pooled, size_t texts) {
  const Text empty[] = {{NULL, 0}, {NULL, 0}};
  const int32_t targets[] = {0, 1};
  Shape shape = {.vocabulary = 2, .embedding = 3, .hidden = hidden, .labels = 2, .pooled = pooled};
  Net net = {0};
  assert_ok(parameters_new(&shape, (Poll){0}, &net.parameters, &error));
  net_fill(&net, empty, targets, texts);
  net.scale = 0.5f;
  assert_near(forward(&net), (double)texts * 0.5 * log(2.0), 1e-6);
  backward(&net);
  for (size_t i = 0; i < net.gradient.count; i++) assert_true(isfinite(net.gradient.block[i]));
  net_free(&net);
}

/* A shard of a small minibatch may have no texts, or only empty ones. */
TEST(batches_without_tokens_and_without_texts) {
  for (size_t hidden = 0; hidden <= 2; hidden += 2)
    for (size_t texts = 0; texts <= 2; texts++) {
      check_empty(hidden, false, texts);
      check_empty(hidden, true, texts);
    }
}

/* A pass without gradients reserves less memory. */
static void check_labelling(Net net, const Text *texts) {
  Pass pass = {0};
  forward(&net);
  assert_ok(batch_fill(&pass.batch, texts, COUNT(TEXTS), lexicon_words(&net.lexicon, VOCABULARY), &error));
  assert_ok(pass_reserve(&pass, &net.parameters.shape, false, &error));
  assert_ok(network_forward(&net.parameters, &net.lexicon, NULL, &pass, &error));
  output_softmax(COUNT(TEXTS), 3, pass.logits, pass.probabilities);
  assert_memory_equal(pass.probabilities, net.pass.probabilities, COUNT(TEXTS) * 3 * sizeof(float));
  pass_free(&pass);
  net_free(&net);
}

TEST(labelling_gives_the_probabilities_of_training) {
  Subwords subwords = spell_words();
  check_labelling(random_net(3, 4, NULL), TEXTS);
  check_labelling(part_net(part_shape(true, true, 3), &subwords, NULL), SPELLED_TEXTS);
  check_labelling(part_net(part_shape(true, true, 0), &subwords, NULL), SPELLED_TEXTS);
  subwords_free(&subwords);
}

/* A pass may be used for one model after another. */
TEST(a_pass_serves_networks_of_any_shape) {
  Pass pass = {0};
  const size_t hidden[] = {3, 0, 7, 2, 0, 5};
  for (size_t i = 0; i < COUNT(hidden); i++) {
    Net net = i < 4 ? random_net(hidden[i], i, NULL) : part_net(part_shape(false, true, hidden[i]), NULL, NULL);
    bool training = i % 2;
    forward(&net);
    assert_ok(batch_fill(&pass.batch, TEXTS, COUNT(TEXTS), 6, &error));
    assert_ok(pass_reserve(&pass, &net.parameters.shape, training, &error));
    if (training) assert_true(pass.capacity >= pass_floats(&net.parameters.shape, COUNT(TEXTS), pass.batch.distinct));
    assert_ok(network_forward(&net.parameters, &net.lexicon, NULL, &pass, &error));
    assert_memory_equal(pass.logits, net.pass.logits, COUNT(TEXTS) * 3 * sizeof(float));
    net_free(&net);
  }
  pass_free(&pass);
  pass_free(&pass);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_keras_with_a_gru),
      cmocka_unit_test(as_keras_with_position_bias),
      cmocka_unit_test(as_keras_without_a_gru),
      cmocka_unit_test(as_keras_with_padding_that_counts),
      cmocka_unit_test(gradients_are_slopes_with_a_gru),
      cmocka_unit_test(gradients_are_slopes_with_position_bias),
      cmocka_unit_test(gradients_are_slopes_without_a_gru),
      cmocka_unit_test(gradients_are_slopes_with_dropout),
      cmocka_unit_test(gradients_are_slopes_with_any_parts),
      cmocka_unit_test(gradients_are_slopes_with_all_parts_and_dropout),
      cmocka_unit_test(gradients_are_slopes_with_padding),
      cmocka_unit_test(masked_padding_changes_no_other_state),
      cmocka_unit_test(padding_that_nobody_sees_changes_nothing),
      cmocka_unit_test(nothing_but_skipped_padding_is_an_empty_text),
      cmocka_unit_test(states_and_features_stand_side_by_side),
      cmocka_unit_test(dropout_keeps_the_mean),
      cmocka_unit_test(dropout_changes_with_the_seed_alone),
      cmocka_unit_test(an_empty_text_has_the_bias_for_logits),
      cmocka_unit_test(batches_without_tokens_and_without_texts),
      cmocka_unit_test(labelling_gives_the_probabilities_of_training),
      cmocka_unit_test(a_pass_serves_networks_of_any_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
