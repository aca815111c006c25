/* A layer forward and backward: forward is what transformer_forward() does, gradients are slopes. */
#include "base/memory.h"
#include "fine_tuning/layer_pass.h"
#include "unit/encoder/encoders.h"

enum { TEXTS = 3, TOKENS = 9, WIDEST = 4096 };

static const TokenText THREE[TEXTS] = {{(const uint32_t[]){5, 9, 7, 11}, 4, 0}, {(const uint32_t[]){6}, 1, 1},
                                       {(const uint32_t[]){8, 12, 5, 6}, 4, 2}};

typedef struct Layer {
  Encoder *encoder;
  LayerPass pass;
  float *block, *y, *d, *upstream;
  size_t numbers; /* of y */
} Layer;

static Layer layer_new(const char *name) {
  Layer l = {.encoder = open_encoder(name), .numbers = 0};
  const EncoderConfig *c = &l.encoder->transformer.config;
  size_t used = 0;
  l.block = allocate(1 << 18, sizeof *l.block);
  l.pass = (LayerPass){.config = c, .layer = &l.encoder->transformer.weights.layers[0]};
  l.pass.texts = (TokenTexts){THREE, TEXTS, TOKENS};
  layer_tape_take(&l.pass.tape, c, TOKENS, l.block, &used);
  layer_gradient_take(&l.pass.gradient, c, TOKENS, l.block, &used);
  l.pass.scratch = memory_take(l.block, &used, layer_pass_scratch(c, TOKENS, 4));
  l.numbers = TOKENS * c->hidden;
  l.y = memory_take(l.block, &used, l.numbers);
  l.d = memory_take(l.block, &used, l.numbers);
  l.upstream = memory_take(l.block, &used, l.numbers);
  assert_true(used < 1 << 18);
  fill_normal(l.pass.tape.x, l.numbers, 1.0f, 3);
  fill_normal(l.upstream, l.numbers, 0.3f, 4);
  return l;
}

static void layer_free(Layer *l) {
  free(l->block);
  encoder_free(l->encoder);
}

typedef struct Seen {
  float before[WIDEST], after[WIDEST];
  size_t numbers;
} Seen;

static void see(void *context, size_t layer, const float *hidden) {
  Seen *s = context;
  if (layer < 2) memcpy(layer ? s->after : s->before, hidden, s->numbers * sizeof *hidden);
}

TEST(forward_is_a_layer_of_the_transformer) {
  static const char *const NAMES[] = {"bert", "roberta"};
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Layer l = layer_new(NAMES[n]);
    static Seen seen;
    seen.numbers = l.numbers;
    TransformerScratch scratch = {0};
    assert_true(l.numbers <= WIDEST);
    assert_ok(transformer_forward(&l.encoder->transformer, &l.pass.texts, NULL, &scratch,
                                  (TransformerVisit){see, &seen}, &error));
    memcpy(l.pass.tape.x, seen.before, l.numbers * sizeof(float));
    layer_forward(&l.pass, l.y);
    assert_close(l.y, seen.after, l.numbers, 1e-5);
    transformer_scratch_free(&scratch);
    layer_free(&l);
  }
}

static double loss(void *context) {
  Layer *l = context;
  layer_forward(&l->pass, l->y);
  return dot(l->y, l->upstream, l->numbers);
}

/* The gradient of a kernel [outputs][inputs] is d' x: computed here number by number. */
static void check_kernel(Layer *l, const DenseWeights *w, const float *d, const float *x) {
  float *gradient = allocate(w->outputs * w->inputs, sizeof *gradient);
  loss(l); /* the tape as it was */
  for (size_t t = 0; t < TOKENS; t++)
    for (size_t o = 0; o < w->outputs; o++)
      for (size_t i = 0; i < w->inputs; i++)
        gradient[o * w->inputs + i] += d[t * w->outputs + o] * x[t * w->inputs + i];
  assert_gradient(loss, l, w->kernel, w->outputs * w->inputs, gradient);
  free(gradient);
}

TEST(gradients_are_slopes) {
  Layer l = layer_new("bert");
  const EncoderLayer *layer = l.pass.layer;
  loss(&l);
  memcpy(l.d, l.upstream, l.numbers * sizeof *l.d);
  layer_backward(&l.pass, l.d);
  assert_gradient(loss, &l, l.pass.tape.x, l.numbers, l.d);
  check_kernel(&l, &layer->query_key_value, l.pass.gradient.d_query_key_value, l.pass.tape.x);
  check_kernel(&l, &layer->attended, l.pass.gradient.d_attended, l.pass.tape.attended);
  check_kernel(&l, &layer->inner, l.pass.gradient.d_inner, l.pass.tape.middle);
  check_kernel(&l, &layer->output, l.pass.gradient.d_output, l.pass.gradient.activated);
  layer_free(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_is_a_layer_of_the_transformer),
      cmocka_unit_test(gradients_are_slopes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
