#include "classifier/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "classifier/by_length.h"
#include "classifier/score.h"
#include "network/output.h"

enum {
  ROWS = BY_LENGTH_TEXTS, /* of a batch, at most: products of more rows are no faster */
  LEAST_ROWS = 8,         /* of a batch, where there are as many texts                */
  BATCH_TOKENS = 2048,    /* of a batch, so that its states stay in the cache         */
  LONG_TOKENS = 1 << 15   /* of a batch that takes no more texts, however few it has  */
};

Prediction predict_outcome(const float *p, size_t labels, uint32_t asked) {
  Prediction prediction = {.label = output_argmax(p, labels), .of_asked = asked < labels ? p[asked] : 0.0f};
  prediction.confidence = p[prediction.label];
  for (uint32_t c = 0; c < labels; c++)
    if (c != prediction.label && p[c] > prediction.runner_up) prediction.runner_up = p[c];
  return prediction;
}

void given_labels_free(GivenLabels *given) {
  free(given->labels);
  free(given->probabilities);
  *given = (GivenLabels){0};
}

/* Adds a label behind those of the text, which begin at `begin` and fall. */
static Status give_label(GivenLabels *g, size_t begin, uint32_t label, float probability, Error *error) {
  if (!memory_grow(&g->labels, &g->labels_capacity, g->count + 1, sizeof *g->labels) ||
      !memory_grow(&g->probabilities, &g->probabilities_capacity, g->count + 1, sizeof *g->probabilities))
    return error_no_memory(error);
  size_t at = g->count++;
  for (; at > begin && g->probabilities[at - 1] < probability; at--) {
    g->labels[at] = g->labels[at - 1];
    g->probabilities[at] = g->probabilities[at - 1];
  }
  g->labels[at] = label;
  g->probabilities[at] = probability;
  return STATUS_OK;
}

/* Of how many labels of the set, and of how many in all, the probability is at least `p`. */
static double share_above(const float *probabilities, size_t labels, LabelSet set, float p) {
  size_t all = 0, of_set = 0;
  for (size_t c = 0; c < labels; c++) all += probabilities[c] >= p;
  for (size_t i = 0; i < set.count; i++) of_set += set.labels[i] < labels && probabilities[set.labels[i]] >= p;
  return (double)of_set / (double)all;
}

/* Compares the probabilities with the set that was asked for. */
static void compare_set(const float *p, size_t labels, LabelSet asked, Prediction *prediction) {
  size_t next = 0;
  prediction->of_asked = asked.count && asked.labels[asked.count - 1] >= labels ? 0.0f : 1.0f;
  for (uint32_t c = 0; c < labels; c++) {
    bool has = next < asked.count && asked.labels[next] == c;
    float right = has ? p[c] : 1.0f - p[c];
    next += has;
    if (right < prediction->of_asked) prediction->of_asked = right;
    prediction->loss -= log(fmax(has ? (double)p[c] : 1.0 - (double)p[c], SCORE_LEAST));
    if (has) prediction->ranking += share_above(p, labels, asked, p[c]);
  }
}

Status predict_set(const BinaryRelevance *relevance, const float *p, const LabelSet *asked, GivenLabels *given,
                   Prediction *prediction, Error *error) {
  size_t labels = relevance->labels;
  Status status = STATUS_OK;
  *prediction = (Prediction){.label = output_argmax(p, labels), .given_begin = given->count, .nearest = 1.0f};
  for (uint32_t c = 0; c < labels && !status; c++) {
    float threshold = relevance->thresholds[c];
    prediction->nearest = fminf(prediction->nearest, fabsf(p[c] - threshold));
    if (p[c] >= threshold) status = give_label(given, prediction->given_begin, c, p[c], error);
  }
  prediction->given_count = (uint32_t)(given->count - prediction->given_begin);
  prediction->confidence =
      prediction->given_count ? given->probabilities[given->count - 1] : 1.0f - p[prediction->label];
  if (asked) compare_set(p, labels, *asked, prediction);
  return status;
}

void predict_probabilities(const Model *m, const float *margins, float *logits) {
  size_t labels = m->parameters.shape.labels;
  if (model_is_multilabel(m)) {
    binary_relevance_forward(&m->relevance, margins, logits);
    output_sigmoid(1, labels, logits, logits);
  } else {
    calibration_forward(&m->calibration, labels, margins, logits);
    output_softmax(1, labels, logits, logits);
  }
}

void scratch_set_poll(Scratch *s, Poll poll) {
  s->inference.poll = s->pass.poll = s->vector.poll = s->tokens.poll = poll;
}

void scratch_free(Scratch *s) {
  inference_scratch_free(&s->inference);
  pass_free(&s->pass);
  tfidf_vector_free(&s->vector);
  tokens_free(&s->tokens);
  given_labels_free(&s->given);
  reading_buffer_free(&s->read);
  free(s->probabilities);
  free(s->margins);
  free(s->column);
  *s = (Scratch){0};
}

/* The batches and what the network reads have fewer numbers than what is counted. */
static size_t scratch_bytes(const Scratch *s) {
  size_t labels = (s->probabilities_capacity + s->margins_capacity + s->column_capacity) * sizeof(float);
  return inference_scratch_bytes(&s->inference) + s->pass.capacity * sizeof(float) + tokens_bytes(&s->tokens) +
         tfidf_vector_bytes(&s->vector) + labels;
}

void scratch_trim(Scratch *s) {
  if (scratch_bytes(s) > SCRATCH_KEPT) scratch_free(s);
}

/* Sets read [count] to what the network reads of the texts. */
static Status read_texts(const Model *m, const Text *texts, size_t count, Scratch *s, Text *read, Error *error) {
  return reading_read(&m->reading, m->parameters.shape.padding.word, texts, count, &s->read, read, error);
}

uint32_t predict_origin(const Model *m, const Scratch *s, size_t step) {
  return reading_is_plain(&m->reading) ? (uint32_t)step : s->read.origins[step];
}

Status predict_encode(const Model *m, const Texts *texts, Scratch *s, Error *error) {
  const Parameters *p = &m->parameters;
  Text read[ROWS];
  size_t words = lexicon_words(texts->lexicon, p->shape.vocabulary);
  Status status = read_texts(m, texts->text, texts->count, s, read, error);
  if (!status) status = batch_fill(&s->pass.batch, read, texts->count, words, error);
  if (!status) status = pass_reserve(&s->pass, &p->shape, false, error);
  return status ? status : network_encode(p, texts->lexicon, NULL, &s->pass, error);
}

/* Passes a batch through network_forward(). */
static Status forward(const Model *m, const Texts *texts, Scratch *s, Error *error) {
  OutputWeights output = network_output(&m->parameters);
  Status status = predict_encode(m, texts, s, error);
  if (!status) output_forward(&output, s->pass.batch.texts, s->pass.features, s->pass.logits);
  return status;
}

/* Computes logits [count][labels] in the order of the texts; by inference.h if the model is finished. */
static Status run_network(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count, Scratch *scratch,
                          float *logits, Error *error) {
  size_t labels = m->parameters.shape.labels;
  if (m->inference.parameters) {
    Text read[ROWS];
    Status status = read_texts(m, texts, count, scratch, read, error);
    return status ? status : inference_run(&m->inference, lexicon, read, count, &scratch->inference, logits, error);
  }
  Status status = forward(m, &(Texts){texts, count, lexicon}, scratch, error);
  for (size_t i = 0; i < count && !status; i++)
    memcpy(logits + scratch->pass.batch.order[i] * labels, scratch->pass.logits + i * labels, labels * sizeof *logits);
  return status;
}

/* Computes margins [labels] of one text, by a model that has a linear branch. */
static Status run_linear(const Model *m, const Lexicon *lexicon, Text text, TfidfVector *vector, float *margins,
                         Error *error) {
  Status status = tfidf_vector(&m->linear.tfidf, lexicon, text, vector, error);
  if (!status) status = linear_forward(&m->linear, lexicon, vector, margins, error);
  return status;
}

/* Passes a batch through both branches, into scratch->probabilities. */
static Status run(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count,
                  Scratch *s, Error *error) {
  size_t labels = m->parameters.shape.labels;
  bool linear = linear_exists(&m->linear);
  if (!memory_grow(&s->margins, &s->margins_capacity, labels, sizeof *s->margins) ||
      !memory_grow(&s->probabilities, &s->probabilities_capacity, memory_product(count, labels),
                   sizeof *s->probabilities))
    return error_no_memory(error);
  float *logits = s->probabilities; /* in place */
  Status status = run_network(m, lexicon, texts, count, s, logits, error);
  for (size_t i = 0; i < count && !status; i++) {
    if (linear) status = run_linear(m, lexicon, texts[i], &s->vector, s->margins, error);
    if (!status) predict_probabilities(m, linear ? s->margins : NULL, logits + i * labels);
  }
  return status;
}

/* Returns whether a batch of so many texts and tokens takes one more. */
static bool takes_more(size_t rows, size_t tokens) {
  return (rows < LEAST_ROWS && tokens < LONG_TOKENS) || (rows < ROWS && tokens < BATCH_TOKENS);
}

/* How many of the next texts make a batch. */
static size_t batch_rows(const Model *m, const Text *texts, size_t count) {
  size_t rows = 0, tokens = 0;
  for (; rows < count && takes_more(rows, tokens); rows++)
    tokens += reading_most(&m->reading, texts[rows].length);
  return rows;
}

Status predict(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count,
               Scratch *scratch, float *probabilities, Error *error) {
  size_t labels = m->parameters.shape.labels, rows;
  Status status = STATUS_OK;
  for (size_t done = 0; done < count && !status; done += rows) {
    rows = batch_rows(m, texts + done, count - done);
    status = run(m, lexicon, texts + done, rows, scratch, error);
    if (!status)
      memcpy(probabilities + done * labels, scratch->probabilities, rows * labels * sizeof *probabilities);
  }
  return status;
}

/* ---- texts as they were written ---------------------------------------------------- */

typedef struct TokenBatch {
  Text texts[ROWS]; /* [count] */
  size_t count;
} TokenBatch;

static Status predict_row(const Model *m, const float *probabilities, const TextBytes *text, Scratch *s,
                          Prediction *prediction, Error *error) {
  if (model_is_multilabel(m))
    return predict_set(&m->relevance, probabilities, text->asked_set, &s->given, prediction, error);
  *prediction = predict_outcome(probabilities, m->parameters.shape.labels, text->asked);
  return STATUS_OK;
}

/* Tokenises as many of the texts as make a batch. */
static Status read_batch(const Model *m, const Tokenizer *tokenizer, const TextBytes *texts, size_t count,
                         Tokens *tokens, TokenBatch *batch, Error *error) {
  size_t read = 0, begin = 0, ends[ROWS];
  Status status = STATUS_OK;
  batch->count = 0;
  tokens_clear(tokens);
  while (batch->count < count && takes_more(batch->count, read) && !status) {
    const TextBytes *text = &texts[batch->count];
    size_t before = tokens->count;
    status = model_tokens(m, tokenizer, text->bytes, text->length, tokens, error);
    ends[batch->count++] = tokens->count;
    read += reading_most(&m->reading, tokens->count - before);
  }
  for (size_t i = 0; i < batch->count; begin = ends[i++]) /* now that tokens->words moves no more */
    batch->texts[i] = (Text){tokens->words + begin, ends[i] - begin,
                             tokens->subwords.shaped ? tokens->capitals + begin : NULL};
  return status;
}

Status predict_labels(const Model *m, const Tokenizer *tokenizer, const TextBytes *texts, size_t count,
                      Scratch *s, Prediction *predictions, Error *error) {
  size_t labels = m->parameters.shape.labels;
  Status status = STATUS_OK;
  TokenBatch batch;
  s->given.count = 0;
  for (size_t done = 0; done < count && !status; done += batch.count) {
    status = read_batch(m, tokenizer, texts + done, count - done, &s->tokens, &batch, error);
    Lexicon lexicon = tokens_lexicon(&s->tokens);
    if (!status) status = run(m, &lexicon, batch.texts, batch.count, s, error);
    for (size_t i = 0; i < batch.count && !status; i++)
      status = predict_row(m, s->probabilities + i * labels, &texts[done + i], s, &predictions[done + i], error);
  }
  return status;
}

/* ---- each branch by itself --------------------------------------------------------------- */

typedef struct Branches {
  const Model *model;
  const Texts *texts;
  Scratch *scratches;     /* [workers] */
  float *logits, *margins;
  Poll poll;
} Branches;

static Status branches_task(void *context, const uint32_t *numbers, size_t count, size_t worker, Error *error) {
  const Branches *b = context;
  Scratch *scratch = &b->scratches[worker];
  Text texts[BY_LENGTH_TEXTS];
  size_t labels = b->model->parameters.shape.labels;
  for (size_t i = 0; i < count; i++) texts[i] = b->texts->text[numbers[i]];
  scratch_set_poll(scratch, b->poll);
  Status status = forward(b->model, &(Texts){texts, count, b->texts->lexicon}, scratch, error);
  for (size_t i = 0; i < count && !status; i++) {
    size_t row = scratch->pass.batch.order[i], to = numbers[row] * labels;
    memcpy(b->logits + to, scratch->pass.logits + i * labels, labels * sizeof *b->logits);
    if (b->margins)
      status = run_linear(b->model, b->texts->lexicon, texts[row], &scratch->vector, b->margins + to, error);
  }
  scratch_set_poll(scratch, (Poll){0}); /* the workers may end before the scratch does */
  return status;
}

Status predict_branches(const Model *m, const Texts *texts, Workers *workers, Scratch *scratches, float *logits,
                        float *margins, Error *error) {
  Branches branches = {m, texts, scratches, logits, margins, workers_task_poll(workers)};
  return by_length_run(texts->text, texts->count, workers, branches_task, &branches, error);
}
