#include "encoder/encoder_weights.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"

enum { NAME_LENGTH = 128, LAYER_LENGTH = 40 };

void encoder_weights_free(EncoderWeights *w) {
  free(w->block);
  free(w->layers);
  *w = (EncoderWeights){0};
}

/* ---- the block ------------------------------------------------------------------------ */

static void take_dense(DenseWeights *d, size_t outputs, size_t inputs, float *block, size_t *used) {
  *d = (DenseWeights){.outputs = outputs, .inputs = inputs};
  d->kernel = memory_take(block, used, memory_product(outputs, inputs));
  d->bias = memory_take(block, used, outputs);
}

static void take_norm(NormWeights *n, size_t hidden, float *block, size_t *used) {
  n->scale = memory_take(block, used, hidden);
  n->shift = memory_take(block, used, hidden);
}

/* Gives every array its place in the block; returns the block's size. */
static size_t lay_out(const EncoderConfig *c, EncoderWeights *w, float *block) {
  size_t used = 0;
  w->tokens = memory_take(block, &used, memory_product(c->vocabulary, c->hidden));
  if (c->is_static) return used;
  w->positions = memory_take(block, &used, memory_product(c->positions, c->hidden));
  take_norm(&w->embedding_norm, c->hidden, block, &used);
  for (size_t i = 0; i < c->layers; i++) {
    EncoderLayer *layer = &w->layers[i];
    take_dense(&layer->query_key_value, 3 * c->hidden, c->hidden, block, &used);
    take_dense(&layer->attended, c->hidden, c->hidden, block, &used);
    take_norm(&layer->attended_norm, c->hidden, block, &used);
    take_dense(&layer->inner, c->inner, c->hidden, block, &used);
    take_dense(&layer->output, c->hidden, c->inner, block, &used);
    take_norm(&layer->output_norm, c->hidden, block, &used);
  }
  return used;
}

/* Once the file is known to have that many numbers, so that no size overflows. */
static Status allocate(const EncoderConfig *c, EncoderWeights *w, Error *error) {
  w->block = memory_floats(lay_out(c, w, NULL));
  if (!w->block) return error_no_memory(error);
  lay_out(c, w, w->block);
  return STATUS_OK;
}

/* ---- reading ------------------------------------------------------------------------- */

typedef struct WeightsFile {
  const uint8_t *bytes;
  SafeTensors tensors;
  const char *prefix; /* of all names, which depends on the class that saved them */
  char layer[LAYER_LENGTH]; /* "encoder.layer.0.", or "" outside the layers */
  bool only_checked; /* names and shapes are checked, no numbers are read */
  Error *error;
  Status status; /* of the first error; nothing is read after it */
} WeightsFile;

/* Reads the tensor that is called prefix, layer, part and kind. columns 0: it has one dimension. */
static void read_tensor(WeightsFile *f, const char *part, const char *kind, size_t rows, size_t columns, float *out) {
  size_t shape[] = {rows, columns};
  char name[NAME_LENGTH];
  const TensorView *view;
  if (f->status) return;
  snprintf(name, sizeof name, "%s%s%s%s", f->prefix, f->layer, part, kind);
  f->status = safetensors_require(&f->tensors, name, DTYPE_F32, shape, columns ? 2 : 1, &view, f->error);
  if (f->status || f->only_checked) return;
  size_t count = safetensors_count(view);
  f->status = safetensors_copy_floats(&f->tensors, f->bytes, view, count, FLT_MAX, out, f->error);
}

static void read_dense(WeightsFile *f, const char *part, const DenseWeights *d) {
  read_tensor(f, part, ".weight", d->outputs, d->inputs, d->kernel);
  read_tensor(f, part, ".bias", d->outputs, 0, d->bias);
}

static void read_norm(WeightsFile *f, const char *part, const NormWeights *n, size_t hidden) {
  read_tensor(f, part, ".weight", hidden, 0, n->scale);
  read_tensor(f, part, ".bias", hidden, 0, n->shift);
}

static void read_query_key_value(WeightsFile *f, const DenseWeights *d) {
  static const char *const PARTS[] = {"attention.self.query", "attention.self.key", "attention.self.value"};
  size_t hidden = d->inputs;
  for (size_t i = 0; i < 3; i++) {
    DenseWeights part = {.outputs = hidden, .inputs = hidden};
    if (!f->only_checked) part.kernel = d->kernel + i * hidden * hidden;
    if (!f->only_checked) part.bias = d->bias + i * hidden;
    read_dense(f, PARTS[i], &part);
  }
}

static void read_layer(WeightsFile *f, size_t number, const EncoderLayer *layer, size_t hidden) {
  snprintf(f->layer, sizeof f->layer, "encoder.layer.%zu.", number);
  read_query_key_value(f, &layer->query_key_value);
  read_dense(f, "attention.output.dense", &layer->attended);
  read_norm(f, "attention.output.LayerNorm", &layer->attended_norm, hidden);
  read_dense(f, "intermediate.dense", &layer->inner);
  read_dense(f, "output.dense", &layer->output);
  read_norm(f, "output.LayerNorm", &layer->output_norm, hidden);
}

/* Texts are one sentence each, so all their tokens are of type 0. */
static void add_token_type(WeightsFile *f, const EncoderConfig *c, EncoderWeights *w) {
  static const char PART[] = "embeddings.token_type_embeddings";
  char name[NAME_LENGTH];
  snprintf(name, sizeof name, "%s%s.weight", f->prefix, PART);
  const TensorView *view = safetensors_find(&f->tensors, name);
  bool fits = view && view->rank == 2 && view->shape[0] > 0 && view->shape[1] == c->hidden;
  size_t types = fits ? view->shape[0] : 1; /* if it does not fit, read_tensor() says so */
  float *vectors = memory_floats(memory_product(types, c->hidden));
  if (!f->status && !vectors) f->status = error_no_memory(f->error);
  read_tensor(f, PART, ".weight", types, c->hidden, vectors);
  for (size_t i = 0; i < c->positions && !f->status && !f->only_checked; i++)
    matrix_add_scaled(c->hidden, 1.0f, vectors, w->positions + i * c->hidden);
  free(vectors);
}

static void read_transformer(WeightsFile *f, const EncoderConfig *c, EncoderWeights *w) {
  read_tensor(f, "embeddings.word_embeddings", ".weight", c->vocabulary, c->hidden, w->tokens);
  read_tensor(f, "embeddings.position_embeddings", ".weight", c->positions, c->hidden, w->positions);
  add_token_type(f, c, w);
  read_norm(f, "embeddings.LayerNorm", &w->embedding_norm, c->hidden);
  for (size_t i = 0; i < c->layers; i++) read_layer(f, i, &w->layers[i], c->hidden);
  f->layer[0] = '\0';
}

static const char *find_prefix(const SafeTensors *tensors) {
  static const char *const PREFIXES[] = {"", "bert.", "roberta.", "model."};
  char name[NAME_LENGTH];
  for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++) {
    snprintf(name, sizeof name, "%sembeddings.word_embeddings.weight", PREFIXES[i]);
    if (safetensors_find(tensors, name)) return PREFIXES[i];
  }
  return PREFIXES[0];
}

/* Finds the one tensor of a static encoder. */
static Status find_vectors(WeightsFile *f, EncoderConfig *c, const char **name) {
  static const char *const REFUSED[] = {"mapping", "weights"};
  static const size_t ANY[] = {TENSOR_ANY, TENSOR_ANY};
  const TensorView *view;
  for (size_t i = 0; i < 2; i++)
    if (safetensors_find(&f->tensors, REFUSED[i]))
      return error_set(f->error, STATUS_INVALID, "the encoder has a tensor '%s', expected 'embeddings' alone: a static "
                       "encoder whose vocabulary is not quantized", REFUSED[i]);
  *name = safetensors_find(&f->tensors, "embedding.weight") ? "embedding.weight" : "embeddings";
  Status status = safetensors_require(&f->tensors, *name, DTYPE_F32, ANY, 2, &view, f->error);
  if (status) return status;
  if (view->shape[0] == 0 || view->shape[1] == 0)
    return error_set(f->error, STATUS_INVALID, "tensor '%s' is empty", *name);
  c->vocabulary = view->shape[0];
  c->hidden = view->shape[1];
  return STATUS_OK;
}

static void read_static(WeightsFile *f, EncoderConfig *c, EncoderWeights *w) {
  const char *name = NULL;
  f->status = find_vectors(f, c, &name);
  if (!f->status) f->status = allocate(c, w, f->error);
  if (!f->status) read_tensor(f, name, "", c->vocabulary, c->hidden, w->tokens);
}

static void check_and_read_transformer(WeightsFile *f, const EncoderConfig *c, EncoderWeights *w) {
  f->prefix = find_prefix(&f->tensors);
  w->layers = calloc(c->layers, sizeof *w->layers);
  if (!w->layers) {
    f->status = error_no_memory(f->error);
    return;
  }
  lay_out(c, w, NULL);
  f->only_checked = true;
  read_transformer(f, c, w);
  f->only_checked = false;
  if (!f->status) f->status = allocate(c, w, f->error);
  if (!f->status) read_transformer(f, c, w);
}

Status encoder_weights_read(const uint8_t *bytes, size_t size, Poll poll, EncoderConfig *config,
                            EncoderWeights *weights, Error *error) {
  WeightsFile f = {.bytes = bytes, .prefix = "", .error = error};
  *weights = (EncoderWeights){0};
  f.status = safetensors_read(bytes, size, size, &f.tensors, error);
  if (f.status) return f.status;
  f.tensors.poll = poll;
  if (config->is_static)
    read_static(&f, config, weights);
  else
    check_and_read_transformer(&f, config, weights);
  safetensors_free(&f.tensors);
  if (f.status) encoder_weights_free(weights);
  return f.status;
}
