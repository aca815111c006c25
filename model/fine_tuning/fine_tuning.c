#include "fine_tuning/fine_tuning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"
#include "fine_tuning/layer_pass.h"
#include "fine_tuning/pair_loss.h"
#include "optimizer/adam.h"

enum {
  TUNED_LAYERS = 3,   /* the last ones                                    */
  FEW_LABELS = 20,
  MOST_LABELS = 100,  /* the steps are too few to tell more apart         */
  FEWEST_TEXTS = 24,  /* what fewer have in common may be chance          */
  TRIED_STEPS = 2,    /* they tell how many there is time for             */
  BATCH = 16,         /* texts of a step, with few labels                 */
  LARGE_BATCH = TEXT_PAIRS_MOST, /* with more                             */
  PART = 8,           /* texts of a task                                  */
  SLICE = 96,         /* rows of a kernel that a task updates             */
  KERNELS = 4         /* of a layer                                       */
};

static const float LEARNING_RATE = 1e-4f;
static const double WARM_UP = 0.1; /* the share of the steps in which the rate grows */

/* A kernel that is learned. */
typedef struct TunedKernel {
  float *kernel, *m, *v; /* [outputs][inputs]; its moments in Adam */
  size_t outputs, inputs, slices;
} TunedKernel;

typedef enum Phase { PHASE_DRAW, PHASE_FORWARD, PHASE_BACKWARD, PHASE_UPDATE } Phase;

typedef struct Tuner {
  const FineTuning *asked;
  Workers *workers;
  Encoder *tuned;
  size_t first, layers;      /* layers first .. first + layers - 1 are learned */
  TunedKernel (*kernels)[KERNELS]; /* [layers] */
  float *moments;            /* of all kernels */
  TextPairs pairs;           /* the minibatch                               */
  size_t batch;              /* texts of it, at most                        */
  float *block;              /* all that follows */
  LayerTape *tapes;          /* [layers] */
  LayerGradient gradient;    /* of the layer that is being learned */
  float *hidden;             /* [tokens][hidden] after the last layer, then the gradient of what is after a layer */
  float *vectors, *d_vectors; /* [batch][hidden] */
  float *loss_scratch;       /* of pair_loss() */
  float *slices;             /* [workers][SLICE][widest] a gradient */
  float *scratch;            /* [workers][scratch_size] */
  size_t slice_size, scratch_size;
  TransformerScratch *lower; /* [workers] of the first layers */
  Phase phase;
  size_t step, layer;        /* layer: counted from `first` */
  float rate;                /* of Adam in this step */
  double time;               /* seconds that were left at the first step, or INFINITY */
  bool over;
} Tuner;

static const EncoderConfig *config(const Tuner *t) { return &t->asked->encoder->transformer.config; }

static size_t layers_of(const FineTuning *f) {
  size_t layers = f->encoder->transformer.config.layers;
  return layers < TUNED_LAYERS ? layers : TUNED_LAYERS;
}

bool fine_tuning_possible(const FineTuning *f) {
  const LabelledTexts *l = &f->labelled;
  return layers_of(f) > 0 && l->count >= FEWEST_TEXTS && l->labels <= MOST_LABELS && labelled_texts_differ(l);
}

/* ---- memory -------------------------------------------------------------------------------- */

static void tuner_free(Tuner *t) {
  for (size_t i = 0; t->lower && i < workers_count(t->workers); i++) transformer_scratch_free(&t->lower[i]);
  encoder_free(t->tuned);
  free(t->kernels);
  free(t->moments);
  text_pairs_free(&t->pairs);
  free(t->block);
  free(t->tapes);
  free(t->lower);
}

static size_t lay_out(Tuner *t, float *block) {
  const EncoderConfig *c = config(t);
  size_t used = 0, most = text_pairs_longest(&t->pairs), tokens = t->batch * most, workers = workers_count(t->workers);
  t->slice_size = SLICE * (c->inner > c->hidden ? c->inner : c->hidden);
  t->scratch_size = layer_pass_scratch(c, PART * most, most);
  for (size_t i = 0; i < t->layers; i++) layer_tape_take(&t->tapes[i], c, tokens, block, &used);
  layer_gradient_take(&t->gradient, c, tokens, block, &used);
  t->hidden = memory_take(block, &used, memory_product(tokens, c->hidden));
  t->vectors = memory_take(block, &used, memory_product(t->batch, c->hidden));
  t->d_vectors = memory_take(block, &used, memory_product(t->batch, c->hidden));
  t->loss_scratch = memory_take(block, &used, memory_product(t->batch, t->batch + c->hidden + 1));
  t->slices = memory_take(block, &used, memory_product(workers, t->slice_size));
  t->scratch = memory_take(block, &used, memory_product(workers, t->scratch_size));
  return used;
}

static Status allocate(Tuner *t, Error *error) {
  const FineTuning *f = t->asked;
  t->kernels = calloc(t->layers, sizeof *t->kernels);
  t->tapes = calloc(t->layers, sizeof *t->tapes);
  t->lower = calloc(workers_count(t->workers), sizeof *t->lower);
  if (!t->kernels || !t->tapes || !t->lower) return error_no_memory(error);
  t->block = memory_floats(lay_out(t, NULL));
  if (!t->block) return error_no_memory(error);
  lay_out(t, t->block);
  return encoder_share(f->encoder, t->first, &t->tuned, error);
}

static Status list_kernels(Tuner *t, Error *error) {
  size_t numbers = 0, used = 0;
  for (size_t i = 0; i < t->layers; i++) {
    EncoderLayer *layer = &t->tuned->transformer.weights.layers[t->first + i];
    DenseWeights *dense[KERNELS] = {&layer->query_key_value, &layer->attended, &layer->inner, &layer->output};
    for (size_t k = 0; k < KERNELS; k++) {
      t->kernels[i][k] = (TunedKernel){.kernel = dense[k]->kernel, .outputs = dense[k]->outputs,
                                       .inputs = dense[k]->inputs, .slices = (dense[k]->outputs + SLICE - 1) / SLICE};
      numbers += dense[k]->outputs * dense[k]->inputs;
    }
  }
  t->moments = memory_floats(2 * numbers);
  for (TunedKernel *k = t->kernels[0]; t->moments && k < t->kernels[t->layers]; k++) {
    k->m = t->moments + used;
    k->v = k->m + k->outputs * k->inputs;
    used += 2 * k->outputs * k->inputs;
  }
  return t->moments ? STATUS_OK : error_no_memory(error);
}

/* The rate of Adam in a step: the learning rate grows, then falls, along straight lines: by steps, or by time if that
** is over sooner.
*/
static float rate_of(const Tuner *t, double left_time) {
  double one = 1.0 / FINE_TUNING_STEPS, passed = t->time == INFINITY ? 0.0 : 1.0 - left_time / t->time;
  double progress = fmax(((double)t->step + 1.0) * one, passed + one);
  double left = (1.0 + one - progress) / (1.0 - WARM_UP);
  return adam_rate(LEARNING_RATE * (float)fmin(progress / WARM_UP, left), t->step + 1);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

/* The pass of texts PART * part .. through a layer. */
static LayerPass pass_of(const Tuner *t, size_t part, size_t worker) {
  const TextPairs *p = &t->pairs;
  size_t begin = part * PART, end = begin + PART < p->count ? begin + PART : p->count, token = p->first_token[begin];
  return (LayerPass){.config = config(t),
                     .texts = {p->texts + begin, end - begin, p->first_token[end] - token},
                     .scratch = t->scratch + worker * t->scratch_size};
}

static void set_layer(const Tuner *t, size_t layer, size_t part, LayerPass *pass) {
  size_t token = t->pairs.first_token[part * PART];
  pass->layer = &t->tuned->transformer.weights.layers[t->first + layer];
  pass->tape = layer_tape_from(&t->tapes[layer], pass->config, token);
  pass->gradient = layer_gradient_from(&t->gradient, pass->config, token);
}

typedef struct Copy {
  size_t layer, count;
  float *to;
} Copy;

static void copy_after(void *context, size_t layer, const float *hidden) {
  const Copy *copy = context;
  if (layer == copy->layer) memcpy(copy->to, hidden, copy->count * sizeof *hidden);
}

static bool first_token_only(const Tuner *t) { return config(t)->pooling == POOLING_FIRST_TOKEN; }

/* vectors [texts][hidden] of hidden [tokens][hidden] */
static void pool(const Tuner *t, size_t part, const TokenTexts *texts) {
  size_t size = config(t)->hidden;
  for (size_t i = part * PART; i < part * PART + texts->count; i++) {
    size_t tokens = first_token_only(t) ? 1 : t->pairs.texts[i].length;
    float *vector = t->vectors + i * size;
    memset(vector, 0, size * sizeof *vector);
    matrix_add_columns((Matrix){t->hidden + t->pairs.first_token[i] * size, tokens, size}, vector);
    for (size_t k = 0; k < size; k++) vector[k] /= (float)tokens;
  }
}

static void pool_backward(const Tuner *t, size_t part, const TokenTexts *texts) {
  size_t size = config(t)->hidden;
  for (size_t i = part * PART; i < part * PART + texts->count; i++) {
    size_t tokens = first_token_only(t) ? 1 : t->pairs.texts[i].length;
    float *d = t->hidden + t->pairs.first_token[i] * size;
    memset(d, 0, t->pairs.texts[i].length * size * sizeof *d);
    for (size_t k = 0; k < tokens; k++)
      matrix_add_scaled(size, 1.0f / (float)tokens, t->d_vectors + i * size, d + k * size);
  }
}

static Status forward(const Tuner *t, size_t part, size_t worker, Error *error) {
  LayerPass pass = pass_of(t, part, worker);
  size_t size = config(t)->hidden, token = t->pairs.first_token[part * PART];
  Transformer lower = t->asked->encoder->transformer;
  lower.config.layers = t->first;
  Copy copy = {t->first, pass.texts.tokens * size, t->tapes[0].x + token * size};
  Status status = transformer_forward(&lower, &pass.texts, t->workers, &t->lower[worker],
                                      (TransformerVisit){copy_after, &copy}, error);
  for (size_t i = 0; i < t->layers && !status && !workers_stopped(t->workers); i++) {
    float *next = i + 1 < t->layers ? t->tapes[i + 1].x : t->hidden;
    set_layer(t, i, part, &pass);
    layer_forward(&pass, next + token * size);
  }
  if (!status) pool(t, part, &pass.texts);
  return status;
}

static void backward(const Tuner *t, size_t part, size_t worker) {
  LayerPass pass = pass_of(t, part, worker);
  if (t->layer == t->layers - 1) pool_backward(t, part, &pass.texts);
  set_layer(t, t->layer, part, &pass);
  layer_backward(&pass, t->hidden + t->pairs.first_token[part * PART] * config(t)->hidden);
}

/* Task `slice` of all kernels of the layer. */
static void update(const Tuner *t, size_t slice, size_t worker) {
  const LayerGradient *g = &t->gradient;
  const LayerTape *tape = &t->tapes[t->layer];
  const float *d[KERNELS] = {g->d_query_key_value, g->d_attended, g->d_inner, g->d_output};
  const float *x[KERNELS] = {tape->x, tape->attended, tape->middle, g->activated};
  size_t k = 0, tokens = t->pairs.first_token[t->pairs.count];
  const TunedKernel *kernels = t->kernels[t->layer];
  for (; slice >= kernels[k].slices; k++) slice -= kernels[k].slices;
  const TunedKernel *kernel = &kernels[k];
  size_t row = slice * SLICE, rows = kernel->outputs - row < SLICE ? kernel->outputs - row : SLICE;
  size_t at = row * kernel->inputs;
  float *gradient = t->slices + worker * t->slice_size;
  matrix_part_product_at((MatrixPart){d[k] + row, tokens, rows, kernel->outputs},
                         (MatrixPart){x[k], tokens, kernel->inputs, kernel->inputs}, 1.0f, gradient, kernel->inputs);
  adam_update(rows * kernel->inputs, t->rate, 1.0f, gradient, kernel->m + at, kernel->v + at, kernel->kernel + at);
}

static Status run_task(void *context, size_t index, size_t worker, Error *error) {
  const Tuner *t = context;
  if (t->phase == PHASE_FORWARD) return forward(t, index, worker, error);
  if (t->phase == PHASE_BACKWARD) backward(t, index, worker);
  if (t->phase == PHASE_UPDATE) update(t, index, worker);
  return STATUS_OK;
}

/* ---- phases ------------------------------------------------------------------------------------ */

static Status learn_pairs(Tuner *t, Error *error) {
  Matrix vectors = {t->vectors, t->pairs.count, config(t)->hidden};
  float loss = pair_loss(vectors, t->pairs.targets, t->loss_scratch, t->d_vectors);
  if (isfinite(loss)) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "the encoder's vectors are no longer finite after %zu steps of fine-tuning, "
                   "expected an encoder whose numbers are of usual size", t->step);
}

static size_t tasks_of_phase(const Tuner *t) {
  size_t slices = 0, parts = (t->pairs.count + PART - 1) / PART;
  if (t->over) return 0;
  for (size_t k = 0; k < KERNELS; k++) slices += t->kernels[t->layer][k].slices;
  return t->phase == PHASE_UPDATE ? slices : parts;
}

/* Whether the steps will be too few, as those before tell. */
static bool is_hopeless(const Tuner *t, double left) {
  double step = (double)t->step, fewest = (double)t->asked->fewest_steps;
  return left < INFINITY && t->step >= TRIED_STEPS && (t->time - left) / step * fewest > t->time;
}

static void begin_step(Tuner *t) {
  double left = time_left(t->asked->time);
  t->over = t->step == FINE_TUNING_STEPS || left <= 0.0 || is_hopeless(t, left);
  if (t->over) return;
  text_pairs_draw(&t->pairs, t->batch);
  t->rate = rate_of(t, left);
}

/* Draw, forward, then of each layer, the last one first, backward and update. */
static Status begin_phase(void *context, size_t *tasks, Error *error) {
  Tuner *t = context;
  Status status = STATUS_OK;
  if (t->phase == PHASE_UPDATE && t->layer == 0) {
    t->phase = PHASE_DRAW;
    t->step++;
    if (t->asked->done) atomic_fetch_add(t->asked->done, 1);
  }
  if (t->phase == PHASE_DRAW) {
    begin_step(t);
    t->phase = PHASE_FORWARD;
  } else if (t->phase == PHASE_FORWARD) {
    status = learn_pairs(t, error);
    t->layer = t->layers - 1;
    t->phase = PHASE_BACKWARD;
  } else if (t->phase == PHASE_BACKWARD) {
    t->phase = PHASE_UPDATE;
  } else {
    t->layer--;
    t->phase = PHASE_BACKWARD;
  }
  *tasks = tasks_of_phase(t);
  return status;
}

Status fine_tuning_run(const FineTuning *f, Workers *workers, Encoder **tuned, Error *error) {
  Tuner t = {.asked = f, .workers = workers, .layers = layers_of(f)};
  t.first = f->encoder->transformer.config.layers - t.layers;
  t.batch = f->labelled.labels > FEW_LABELS ? LARGE_BATCH : BATCH;
  t.time = time_left(f->time);
  Status status = text_pairs_new(&t.pairs, &f->labelled, f->seed, error);
  if (!status) status = allocate(&t, error);
  if (!status) status = list_kernels(&t, error);
  if (!status) status = workers_run_phases(workers, begin_phase, run_task, &t, error);
  if (!status && t.step >= f->fewest_steps) {
    *tuned = t.tuned;
    t.tuned = NULL;
  }
  tuner_free(&t);
  return status;
}
