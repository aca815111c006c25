#include "encoder/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void encoder_free(Encoder *e) {
  if (!e) return;
  if (!e->is_shared) encoder_tokenizer_free(e->tokenizer);
  encoder_weights_free(&e->transformer.weights);
  free(e);
}

/* The tokenizer may know fewer tokens than the weights, not more. */
static Status check_tokens(const Encoder *e, Error *error) {
  size_t ids = encoder_tokenizer_ids(e->tokenizer);
  if (ids <= e->transformer.config.vocabulary) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "the encoder's tokenizer has %zu tokens and its weights have %zu, expected "
                   "files of one encoder", ids, e->transformer.config.vocabulary);
}

Status encoder_new(const EncoderFiles *files, Encoder **encoder, Error *error) {
  Encoder *e = calloc(1, sizeof *e);
  if (!e) return error_no_memory(error);
  Status status = encoder_config_read(files->config, files->config_length, &e->transformer.config, error);
  if (!status) status = encoder_tokenizer_new(files->tokenizer, files->tokenizer_length, &e->tokenizer, error);
  if (!status)
    status = encoder_weights_read(files->weights, files->weights_size, files->poll, &e->transformer.config,
                                  &e->transformer.weights, error);
  if (!status) status = check_tokens(e, error);
  if (status)
    encoder_free(e);
  else
    *encoder = e;
  return status;
}

/* Moves the kernels of a layer into the block; with NULL only counts their numbers. */
static void move_kernels(EncoderLayer *layer, float *block, size_t *used) {
  DenseWeights *dense[] = {&layer->query_key_value, &layer->attended, &layer->inner, &layer->output};
  for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
    size_t numbers = dense[i]->outputs * dense[i]->inputs;
    float *kernel = memory_take(block, used, numbers);
    if (!kernel) continue;
    memcpy(kernel, dense[i]->kernel, numbers * sizeof *kernel);
    dense[i]->kernel = kernel;
  }
}

static Status own_kernels(Encoder *e, size_t first, Error *error) {
  EncoderWeights *w = &e->transformer.weights;
  const EncoderLayer *others = w->layers;
  size_t layers = e->transformer.config.layers, used = 0;
  w->block = NULL;
  w->layers = calloc(layers + 1, sizeof *w->layers);
  if (!w->layers) return error_no_memory(error);
  memcpy(w->layers, others, layers * sizeof *w->layers);
  for (size_t i = first; i < layers; i++) move_kernels(&w->layers[i], NULL, &used);
  w->block = memory_floats(used);
  if (!w->block) return error_no_memory(error);
  used = 0;
  for (size_t i = first; i < layers; i++) move_kernels(&w->layers[i], w->block, &used);
  return STATUS_OK;
}

Status encoder_share(const Encoder *encoder, size_t first, Encoder **shared, Error *error) {
  Encoder *e = malloc(sizeof *e);
  if (!e) return error_no_memory(error);
  *e = *encoder;
  e->is_shared = true;
  Status status = own_kernels(e, first, error);
  if (status)
    encoder_free(e);
  else
    *shared = e;
  return status;
}

size_t encoder_size(const Encoder *e) { return e->transformer.config.hidden; }

/* ---- texts -------------------------------------------------------------------------- */

void encoder_texts_free(EncoderTexts *t) {
  token_ids_free(&t->ids);
  free(t->end);
  *t = (EncoderTexts){0};
}

void encoder_texts_clear(EncoderTexts *t) { t->ids.count = t->count = 0; }

Status encoder_texts_copy(EncoderTexts *t, const EncoderTexts *from, size_t text, Error *error) {
  size_t begin = text ? from->end[text - 1] : 0, count = from->end[text] - begin, wanted = t->ids.count + count;
  if (!memory_grow(&t->end, &t->capacity, t->count + 1, sizeof *t->end) ||
      !memory_grow(&t->ids.ids, &t->ids.capacity, wanted + 1, sizeof *t->ids.ids))
    return error_no_memory(error);
  if (count) memcpy(t->ids.ids + t->ids.count, from->ids.ids + begin, count * sizeof *t->ids.ids);
  t->ids.count = wanted;
  t->end[t->count++] = wanted;
  return STATUS_OK;
}

/* A static encoder's mean leaves unknown tokens out. */
static void drop_unknown(const Encoder *e, size_t begin, TokenIds *ids) {
  uint32_t unknown = encoder_tokenizer_unknown(e->tokenizer);
  size_t kept = begin;
  for (size_t i = begin; i < ids->count; i++)
    if (ids->ids[i] != unknown) ids->ids[kept++] = ids->ids[i];
  ids->count = kept;
}

Status encoder_tokenize(const Encoder *e, const char *text, size_t length, EncoderTexts *texts, Error *error) {
  enum { MOST_STATIC = 512 }; /* as model2vec cuts texts */
  const EncoderConfig *c = &e->transformer.config;
  size_t most = c->is_static ? MOST_STATIC : c->positions - c->first_position, begin = texts->ids.count;
  if (!memory_grow(&texts->end, &texts->capacity, texts->count + 1, sizeof *texts->end) ||
      !memory_grow(&texts->ids.ids, &texts->ids.capacity, begin + 1, sizeof *texts->ids.ids))
    return error_no_memory(error);
  Status status = encoder_tokenizer_encode(e->tokenizer, text, length,
                                           (EncodeOptions){!c->is_static, most, texts->poll}, &texts->ids, error);
  if (status) return status;
  if (c->is_static) drop_unknown(e, begin, &texts->ids);
  texts->end[texts->count++] = texts->ids.count;
  return STATUS_OK;
}
