/* encoder_run.c -- the vectors of many texts: equal ones once, and those of about one length together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "encoder/encoder.h"

/* Tokens that go through the layers together, at most, unless one text has more. With fewer the products are
** slower; with more what they make leaves the processor's cache.
*/
enum { PACK_TOKENS = 256 };

/* Equal texts: numbers[begin .. end - 1]. */
typedef struct Group {
  size_t begin, end;
} Group;

/* A task: some groups. */
typedef struct Pack {
  size_t begin, end, tokens;
} Pack;

/* Of a worker. */
typedef struct RunScratch {
  TransformerScratch transformer;
  float *vectors; /* [texts of the pack][layers][size] */
  size_t capacity;
} RunScratch;

typedef struct Run {
  const Encoder *encoder;
  Workers *workers;
  EncoderSink sink;
  TokenText *texts;    /* [count] the longest first, equal ones side by side */
  size_t count;
  TokenText *distinct; /* [group_count] the first of each group              */
  Group *groups;       /* [group_count]                                      */
  size_t group_count;
  Pack *packs;         /* [pack_count]                                       */
  size_t pack_count;
  RunScratch *scratch; /* [workers]                                          */
} Run;

static void run_free(Run *r) {
  for (size_t i = 0; r->scratch && i < workers_count(r->workers); i++) {
    transformer_scratch_free(&r->scratch[i].transformer);
    free(r->scratch[i].vectors);
  }
  free(r->scratch);
  free(r->texts);
  free(r->distinct);
  free(r->groups);
  free(r->packs);
}

static Status run_new(Run *r, const EncoderTexts *texts, Error *error) {
  size_t count = texts->count + 1;
  r->scratch = calloc(workers_count(r->workers), sizeof *r->scratch);
  r->texts = malloc(count * sizeof *r->texts);
  r->distinct = malloc(count * sizeof *r->distinct);
  r->groups = malloc(count * sizeof *r->groups);
  r->packs = malloc(count * sizeof *r->packs);
  bool ok = r->scratch && r->texts && r->distinct && r->groups && r->packs;
  return ok ? STATUS_OK : error_no_memory(error);
}

/* ---- order ------------------------------------------------------------------------------ */

static int compare_ids(const TokenText *a, const TokenText *b) {
  if (a->length != b->length) return a->length > b->length ? -1 : 1;
  return a->length ? memcmp(a->ids, b->ids, a->length * sizeof *a->ids) : 0;
}

/* For qsort(): by length, then by ids, then by number, so that equal texts have one order. */
static int compare_texts(const void *a, const void *b) {
  const TokenText *x = a, *y = b;
  int order = compare_ids(x, y);
  return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void sort_texts(Run *r, const EncoderTexts *texts) {
  r->count = texts->count;
  for (size_t i = 0, begin = 0; i < texts->count; begin = texts->end[i++])
    r->texts[i] = (TokenText){texts->ids.ids + begin, texts->end[i] - begin, i};
  qsort(r->texts, r->count, sizeof *r->texts, compare_texts);
}

static void group_texts(Run *r) {
  for (size_t i = 0; i < r->count; i++) {
    if (i == 0 || compare_ids(&r->texts[i - 1], &r->texts[i]) != 0) {
      r->distinct[r->group_count] = r->texts[i];
      r->groups[r->group_count++] = (Group){i, i};
    }
    r->groups[r->group_count - 1].end = i + 1;
  }
}

static void pack_groups(Run *r) {
  for (size_t i = 0; i < r->group_count; i++) {
    Pack *last = r->pack_count ? &r->packs[r->pack_count - 1] : NULL;
    size_t length = r->distinct[i].length;
    if (!last || last->tokens + length > PACK_TOKENS || (length == 0) != (r->distinct[i - 1].length == 0)) {
      last = &r->packs[r->pack_count++];
      *last = (Pack){.begin = i};
    }
    last->end = i + 1;
    last->tokens += length;
  }
}

/* ---- vectors ---------------------------------------------------------------------------- */

static void mean_of_rows(const float *rows, size_t count, size_t size, float *mean) {
  memset(mean, 0, size * sizeof *mean);
  matrix_add_columns((Matrix){rows, count, size}, mean);
  for (size_t i = 0; i < size; i++) mean[i] /= (float)count;
}

/* The pack that is going through the layers. */
typedef struct PackPass {
  const Run *run;
  TokenTexts texts;
  float *vectors; /* [texts][layers][size] */
} PackPass;

static void pool_texts(const PackPass *pass, size_t layer, size_t place, const float *hidden) {
  const EncoderConfig *c = &pass->run->encoder->transformer.config;
  bool first_token = layer == c->layers && c->pooling == POOLING_FIRST_TOKEN;
  for (size_t i = 0; i < pass->texts.count; i++) {
    size_t length = pass->texts.texts[i].length;
    float *vector = pass->vectors + (i * pass->run->sink.count + place) * c->hidden;
    mean_of_rows(hidden, first_token ? 1 : length, c->hidden, vector);
    hidden += length * c->hidden;
  }
}

static void visit_layer(void *context, size_t layer, const float *hidden) {
  const PackPass *pass = context;
  const EncoderSink *sink = &pass->run->sink;
  for (size_t i = 0; i < sink->count; i++)
    if (sink->layers[i] == layer) pool_texts(pass, layer, i, hidden);
}

/* A static encoder has no layers: all vectors are the mean of the tokens'. */
static void embed_static(const PackPass *pass) {
  const Transformer *t = &pass->run->encoder->transformer;
  size_t size = t->config.hidden;
  float *vector = pass->vectors;
  for (size_t i = 0; i < pass->texts.count; i++)
    for (size_t k = 0; k < pass->run->sink.count; k++, vector += size) {
      const TokenText *text = &pass->texts.texts[i];
      memset(vector, 0, size * sizeof *vector);
      matrix_add_rows(text->length, size, 1.0f / (float)text->length, t->weights.tokens, text->ids, vector);
    }
}

static Status embed(PackPass *pass, RunScratch *scratch, Error *error) {
  const Run *r = pass->run;
  if (pass->texts.tokens == 0) { /* texts without tokens have the zero vector */
    memset(pass->vectors, 0, pass->texts.count * r->sink.count * encoder_size(r->encoder) * sizeof *pass->vectors);
    return STATUS_OK;
  }
  if (r->encoder->transformer.config.is_static) {
    embed_static(pass);
    return STATUS_OK;
  }
  return transformer_forward(&r->encoder->transformer, &pass->texts, r->workers, &scratch->transformer,
                             (TransformerVisit){visit_layer, pass}, error);
}

/* Numbers that are finite may still be so large that what comes of them is not. */
static Status check_vectors(const PackPass *pass, size_t numbers, Error *error) {
  for (size_t i = 0; i < pass->texts.count && !workers_stopped(pass->run->workers); i++)
    if (!isfinite(matrix_squares(numbers, pass->vectors + i * numbers)))
      return error_set(error, STATUS_INVALID, "the encoder gives a text a vector that is not finite, expected weights "
                       "that are not damaged");
  return STATUS_OK;
}

static Status run_pack(void *context, size_t index, size_t worker, Error *error) {
  const Run *r = context;
  const Pack *pack = &r->packs[index];
  RunScratch *scratch = &r->scratch[worker];
  size_t numbers = r->sink.count * encoder_size(r->encoder), count = pack->end - pack->begin;
  if (!memory_grow(&scratch->vectors, &scratch->capacity, memory_product(count, numbers), sizeof *scratch->vectors))
    return error_no_memory(error);
  PackPass pass = {r, {r->distinct + pack->begin, count, pack->tokens}, scratch->vectors};
  Status status = embed(&pass, scratch, error);
  if (!status) status = check_vectors(&pass, numbers, error);
  for (size_t i = 0; i < count && !status && !workers_stopped(r->workers); i++) {
    const Group *group = &r->groups[pack->begin + i];
    for (size_t k = group->begin; k < group->end; k++)
      r->sink.take(r->sink.context, r->texts[k].number, worker, pass.vectors + i * numbers);
  }
  return status;
}

Status encoder_run(const Encoder *encoder, const EncoderTexts *texts, Workers *workers, EncoderSink sink,
                   Error *error) {
  Run r = {.encoder = encoder, .workers = workers, .sink = sink};
  Status status = run_new(&r, texts, error);
  if (!status) {
    sort_texts(&r, texts);
    group_texts(&r);
    pack_groups(&r);
    status = workers_run(workers, r.pack_count, run_pack, &r, error);
  }
  run_free(&r);
  return status;
}

/* ---- one vector a text -------------------------------------------------------------------- */

typedef struct Vectors {
  size_t size;
  float *vectors;
  atomic_size_t *done;
} Vectors;

static void take_vector(void *context, size_t text, size_t worker, const float *vector) {
  (void)worker;
  const Vectors *v = context;
  memcpy(v->vectors + text * v->size, vector, v->size * sizeof *vector);
  matrix_normalise(v->size, v->vectors + text * v->size);
  if (v->done) atomic_fetch_add(v->done, 1);
}

Status encoder_embed(const Encoder *encoder, const EncoderTexts *texts, Workers *workers, atomic_size_t *done,
                     float *vectors, Error *error) {
  Vectors v = {encoder_size(encoder), vectors, done};
  return encoder_run(encoder, texts, workers,
                     (EncoderSink){&encoder->transformer.config.layers, 1, take_vector, &v}, error);
}
