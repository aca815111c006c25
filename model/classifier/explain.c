#include "classifier/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "classifier/by_length.h"
#include "network/pool.h"

enum {
  ROWS = 64,               /* texts that are read together */
  LEAVE_OUT_TOKENS = 16384 /* between two polls: some 50 ms */
};

/* ---- contributions ------------------------------------------------------------------ */

typedef struct Parts {
  float *weights, *contributions; /* of the tokens */
  TokenPart *padding;
} Parts;

static void add_part(const Parts *parts, uint32_t origin, float weight, float contribution) {
  bool padding = origin == READING_PADDING;
  *(padding ? &parts->padding->weight : &parts->weights[origin]) += weight;
  *(padding ? &parts->padding->contribution : &parts->contributions[origin]) += contribution;
}

static float network_scale(const Model *m, uint32_t label) {
  return model_is_multilabel(m) ? m->relevance.blend[label * BLEND_SIZE + BLEND_NETWORK] : m->calibration.network;
}

static float linear_scale(const Model *m, uint32_t label) {
  return model_is_multilabel(m) ? m->relevance.blend[label * BLEND_SIZE + BLEND_LINEAR] : m->calibration.linear;
}

/* Copies a label's column of the output kernel, whose numbers are then side by side for all tokens. */
static Status copy_column(const Model *m, uint32_t label, Scratch *s, Error *error) {
  const float *kernel = m->parameters.tensor[TENSOR_OUTPUT_KERNEL];
  size_t features = shape_features(&m->parameters.shape), labels = m->parameters.shape.labels;
  if (!memory_grow(&s->column, &s->column_capacity, features, sizeof *s->column)) return error_no_memory(error);
  for (size_t j = 0; j < features; j++) s->column[j] = kernel[j * labels + label];
  return STATUS_OK;
}

/* Adds what each token contributes to a label through the network, by its column. Of one text alone, the token of
** step t is at packed place t.
*/
static void network_contribute(const Model *m, const Scratch *scratch, uint32_t label, const Parts *parts) {
  const Shape *s = &m->parameters.shape;
  const Pass *pass = &scratch->pass;
  const float *column = scratch->column;
  size_t state = shape_state(s);
  float scale = network_scale(m, label);
  for (size_t t = 0; t < pass->batch.tokens; t++) {
    const float *h = pass->states + t * state;
    float dot = 0.0f;
    for (size_t j = 0; j < state; j++) dot += h[j] * column[j];
    add_part(parts, predict_origin(m, scratch, t), pass->weights[t], scale * pass->weights[t] * dot);
  }
  for (size_t j = 0; s->pooled && j < state; j++) {
    if (pass->winners[j] == POOL_NO_WINNER) continue;
    add_part(parts, predict_origin(m, scratch, pass->winners[j]), 0.0f,
             scale * pass->features[state + j] * column[state + j]);
  }
}

Status explain_contributions(const Model *m, const Question *q, Scratch *scratch, float *weights,
                             float *contributions, TokenPart *padding, Error *error) {
  TokenPart unwanted;
  Parts parts = {weights, contributions, padding ? padding : &unwanted};
  bool linear = linear_exists(&m->linear);
  Status status = predict_encode(m, &(Texts){&q->text, 1, q->lexicon}, scratch, error);
  if (!status) status = copy_column(m, q->label, scratch, error);
  if (!status && linear) status = tfidf_vector(&m->linear.tfidf, q->lexicon, q->text, &scratch->vector, error);
  if (status) return status;
  for (size_t t = 0; t < q->text.length; t++) weights[t] = contributions[t] = 0.0f;
  *parts.padding = (TokenPart){0};
  network_contribute(m, scratch, q->label, &parts);
  if (linear)
    status = linear_contribute(&m->linear, q->lexicon, &scratch->vector, q->text, q->label,
                               linear_scale(m, q->label), contributions, error);
  return status;
}

typedef struct Contributions {
  const Model *model;
  const Texts *texts;
  const uint32_t *labels; /* [texts] */
  size_t *begin;          /* [texts] of a text's tokens among all */
  Scratch *scratches;     /* [workers] */
  float *weights, *contributions;
  Poll poll;
} Contributions;

static Status contributions_task(void *context, const uint32_t *numbers, size_t count, size_t worker, Error *error) {
  const Contributions *c = context;
  Status status = STATUS_OK;
  scratch_set_poll(&c->scratches[worker], c->poll);
  for (size_t i = 0; i < count && !status; i++) {
    size_t text = numbers[i], begin = c->begin[text];
    Question question = {c->texts->text[text], c->texts->lexicon, c->labels[text]};
    status = explain_contributions(c->model, &question, &c->scratches[worker], c->weights + begin,
                                   c->contributions + begin, NULL, error);
  }
  scratch_set_poll(&c->scratches[worker], (Poll){0}); /* the workers may end before the scratch does */
  return status;
}

Status explain_all(const Model *m, const Texts *texts, const uint32_t *labels, Workers *workers, Scratch *scratches,
                   float *contributions, Error *error) {
  size_t tokens = 0;
  Contributions c = {.model = m, .texts = texts, .labels = labels, .scratches = scratches,
                     .contributions = contributions, .poll = workers_task_poll(workers)};
  c.begin = malloc((texts->count + 1) * sizeof *c.begin);
  for (size_t i = 0; c.begin && i < texts->count; tokens += texts->text[i++].length) c.begin[i] = tokens;
  c.weights = malloc((tokens + 1) * sizeof *c.weights);
  Status status = c.begin && c.weights ? STATUS_OK : error_no_memory(error);
  if (!status) status = by_length_run(texts->text, texts->count, workers, contributions_task, &c, error);
  free(c.begin);
  free(c.weights);
  return status;
}

/* ---- leaving a token out --------------------------------------------------------------- */

/* Copies of a text, each without one of its tokens, side by side. */
typedef struct LeftOut {
  uint32_t *words;
  uint8_t *capitals;
  Text texts[ROWS];
} LeftOut;

/* Writes copies of the text without token first, without token first + 1, and so on. */
static Status leave_out(Text text, size_t first, size_t count, Poll poll, LeftOut *left, Error *error) {
  Status status = STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) {
    uint32_t *to = left->words + i * text.length;
    size_t out = first + i;
    memcpy(to, text.words, out * sizeof *to);
    memcpy(to + out, text.words + out + 1, (text.length - out - 1) * sizeof *to);
    uint8_t *kept = text.capitals ? left->capitals + i * text.length : NULL;
    if (kept) memcpy(kept, text.capitals, out);
    if (kept) memcpy(kept + out, text.capitals + out + 1, text.length - out - 1);
    left->texts[i] = (Text){to, text.length - 1, kept};
    status = poll_proceed(poll, error);
  }
  return status;
}

/* Returns how many texts go into a pass: fewer of long ones, so that the poll is asked often enough. */
static size_t rows_for(size_t length) {
  size_t rows = LEAVE_OUT_TOKENS / (length + 1);
  return rows < 1 ? 1 : rows < ROWS ? rows : ROWS;
}

Status explain_leave_one_out(const Model *m, const Question *q, size_t tokens, Scratch *scratch, Poll poll,
                             float *drops, Error *error) {
  size_t labels = m->parameters.shape.labels, rows = rows_for(reading_most(&m->reading, q->text.length));
  float *probabilities = memory_aligned(memory_product(labels, ROWS), sizeof *probabilities);
  LeftOut left = {.words = memory_aligned(memory_product(q->text.length, ROWS) + 1, sizeof *left.words),
                  .capitals = memory_aligned(memory_product(q->text.length, ROWS) + 1, 1)};
  Status status = probabilities && left.words && left.capitals ? STATUS_OK : error_no_memory(error);
  scratch_set_poll(scratch, poll);
  if (!status) status = predict(m, q->lexicon, &q->text, 1, scratch, probabilities, error);
  float whole = status ? 0.0f : probabilities[q->label];
  for (size_t first = 0; first < tokens && !status; first += rows) {
    size_t count = tokens - first < rows ? tokens - first : rows;
    status = leave_out(q->text, first, count, poll, &left, error);
    if (!status) status = predict(m, q->lexicon, left.texts, count, scratch, probabilities, error);
    if (!status) status = poll_proceed(poll, error);
    for (size_t i = 0; i < count && !status; i++)
      drops[first + i] = whole - probabilities[i * labels + q->label];
  }
  free(left.words);
  free(left.capitals);
  free(probabilities);
  return status;
}
