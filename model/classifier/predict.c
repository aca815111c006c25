#include "classifier/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "network/output.h"

enum {
  ROWS = 64,         /* texts a batch has at most: products of more rows are no faster */
  LEAST_ROWS = 8,    /* if there are so many                                            */
  BATCH_TOKENS = 2048, /* that their states stay in the cache                           */
  LEAVE_OUT_TOKENS = 16384 /* between two polls: some 50 ms                             */
};

Prediction predict_outcome(const float *p, size_t labels, uint32_t asked) {
  Prediction prediction = {.label = output_argmax(p, labels), .of_asked = asked < labels ? p[asked] : 0.0f};
  prediction.confidence = p[prediction.label];
  for (uint32_t c = 0; c < labels; c++)
    if (c != prediction.label && p[c] > prediction.runner_up) prediction.runner_up = p[c];
  return prediction;
}

void scratch_free(Scratch *s) {
  inference_scratch_free(&s->reading);
  pass_free(&s->pass);
  tfidf_vector_free(&s->vector);
  tokens_free(&s->tokens);
  free(s->probabilities);
  free(s->margins);
  *s = (Scratch){0};
}

/* As much of a text as the network reads. */
static Text read_text(const Model *m, Text text) {
  return (Text){text.words, text.length < m->max_tokens ? text.length : m->max_tokens};
}

/* One batch of at most ROWS texts through a network that may still learn: pass->logits, by row. */
static Status run_pass(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count,
                       Pass *pass, Error *error) {
  const Parameters *p = &m->parameters;
  Text read[ROWS];
  for (size_t i = 0; i < count; i++) read[i] = read_text(m, texts[i]);
  Status status = batch_fill(&pass->batch, read, count, lexicon_words(lexicon, p->shape.vocabulary), error);
  if (!status) status = pass_reserve(pass, &p->shape, false, error);
  if (!status) network_forward(p, lexicon, NULL, pass);
  return status;
}

/* The same through a finished one, if it is; logits [count][labels] in the order of the texts. */
static Status run_network(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count, Scratch *scratch,
                          float *logits, Error *error) {
  size_t labels = m->parameters.shape.labels;
  if (m->inference.parameters) {
    Text read[ROWS];
    for (size_t i = 0; i < count; i++) read[i] = read_text(m, texts[i]);
    return inference_run(&m->inference, lexicon, read, count, &scratch->reading, logits, error);
  }
  Status status = run_pass(m, lexicon, texts, count, &scratch->pass, error);
  for (size_t i = 0; i < count && !status; i++)
    memcpy(logits + scratch->pass.batch.order[i] * labels, scratch->pass.logits + i * labels, labels * sizeof *logits);
  return status;
}

/* margins [labels] of one text; there is a linear branch. */
static Status run_linear(const Model *m, const Lexicon *lexicon, Text text, TfidfVector *vector, float *margins, Error *error) {
  Status status = tfidf_vector(&m->linear.tfidf, text, vector, error);
  if (!status) linear_forward(&m->linear, lexicon, vector, margins);
  return status;
}

/* A batch through both branches: scratch->probabilities. */
static Status run(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count,
                  Scratch *s, Error *error) {
  size_t labels = m->parameters.shape.labels;
  bool linear = linear_exists(&m->linear);
  if (!memory_grow(&s->margins, &s->margins_capacity, labels, sizeof *s->margins) ||
      !memory_grow(&s->probabilities, &s->probabilities_capacity, count * labels, sizeof *s->probabilities))
    return error_no_memory(error);
  float *logits = s->probabilities; /* in place */
  Status status = run_network(m, lexicon, texts, count, s, logits, error);
  for (size_t i = 0; i < count && !status; i++) {
    if (linear) status = run_linear(m, lexicon, texts[i], &s->vector, s->margins, error);
    calibration_forward(&m->calibration, labels, linear ? s->margins : NULL, logits + i * labels);
  }
  if (!status) output_softmax(count, labels, logits, s->probabilities);
  return status;
}

/* Whether a batch of so many texts and tokens takes one more. */
static bool takes_more(size_t rows, size_t tokens) {
  return rows < LEAST_ROWS || (rows < ROWS && tokens < BATCH_TOKENS);
}

/* How many of the next texts make a batch. */
static size_t batch_rows(const Model *m, const Text *texts, size_t count) {
  size_t rows = 0, tokens = 0;
  for (; rows < count && takes_more(rows, tokens); rows++)
    tokens += read_text(m, texts[rows]).length;
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

/* Tokenises and labels a batch of them; returns how many in *rows. */
static Status label_batch(const Model *m, const Tokenizer *tokenizer, const TextBytes *texts, size_t count,
                          Scratch *s, Prediction *predictions, size_t *rows, Error *error) {
  size_t labels = m->parameters.shape.labels, read = 0, ends[ROWS];
  Text words[ROWS];
  Status status = STATUS_OK;
  *rows = 0;
  tokens_clear(&s->tokens);
  for (; *rows < count && takes_more(*rows, read) && !status; ++*rows) {
    size_t begin = s->tokens.count;
    status = model_tokens(m, tokenizer, texts[*rows].bytes, texts[*rows].length, &s->tokens, error);
    ends[*rows] = s->tokens.count;
    read += s->tokens.count - begin < m->max_tokens ? s->tokens.count - begin : m->max_tokens;
  }
  if (status) return status;
  for (size_t i = 0, begin = 0; i < *rows; begin = ends[i++])
    words[i] = (Text){s->tokens.words + begin, ends[i] - begin};
  Lexicon lexicon = tokens_lexicon(&s->tokens);
  status = run(m, &lexicon, words, *rows, s, error);
  for (size_t i = 0; i < *rows && !status; i++) {
    predictions[i] = predict_outcome(s->probabilities + i * labels, labels, texts[i].asked);
  }
  return status;
}

Status predict_labels(const Model *m, const Tokenizer *tokenizer, const TextBytes *texts, size_t count,
                      Scratch *scratch, Prediction *predictions, Error *error) {
  Status status = STATUS_OK;
  for (size_t done = 0, rows; done < count && !status; done += rows)
    status = label_batch(m, tokenizer, texts + done, count - done, scratch, predictions + done, &rows, error);
  return status;
}

/* ---- each branch by itself --------------------------------------------------------------- */

typedef struct Sorted {
  uint32_t text;
  uint32_t length;
} Sorted;

static int longest_first(const void *a, const void *b) {
  const Sorted *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->text < y->text ? -1 : 1;
}

/* Texts in order of length, ROWS to a task, for whatever is done with each. */
typedef struct Job {
  const Model *model;
  const Lexicon *lexicon;
  const Text *texts;
  size_t count;
  Sorted *sorted;      /* [count] */
  Scratch *scratches;  /* [workers] */
  /* of predict_branches() */
  float *logits, *margins;
  /* of predict_all_contributions() */
  const uint32_t *labels;
  const size_t *begin; /* [count] of a text's tokens among all */
  float *weights, *contributions;
} Job;

/* How many texts task `index` has: the next ROWS in order of length. */
static size_t job_rows(const Job *job, size_t index) {
  size_t left = job->count - index * ROWS;
  return left < ROWS ? left : ROWS;
}

static size_t job_texts(const Job *job, size_t index, Text *texts) {
  size_t rows = job_rows(job, index);
  for (size_t i = 0; i < rows; i++) texts[i] = job->texts[job->sorted[index * ROWS + i].text];
  return rows;
}

static Status branches_task(void *context, size_t index, size_t worker, Error *error) {
  Job *job = context;
  Pass *pass = &job->scratches[worker].pass;
  Text texts[ROWS] = {{0}};
  size_t rows = job_texts(job, index, texts), labels = job->model->parameters.shape.labels;
  Status status = run_pass(job->model, job->lexicon, texts, rows, pass, error);
  for (size_t i = 0; i < rows && !status; i++) {
    size_t row = pass->batch.order[i], to = job->sorted[index * ROWS + row].text * labels;
    memcpy(job->logits + to, pass->logits + i * labels, labels * sizeof *job->logits);
    if (job->margins)
      status = run_linear(job->model, job->lexicon, texts[row], &job->scratches[worker].vector, job->margins + to,
                          error);
  }
  return status;
}

static Status job_run(Job *job, WorkersTask *task, Workers *workers, Error *error) {
  if (job->count == 0) return STATUS_OK;
  job->sorted = malloc(job->count * sizeof *job->sorted);
  if (!job->sorted) return error_no_memory(error);
  for (size_t i = 0; i < job->count; i++) job->sorted[i] = (Sorted){(uint32_t)i, (uint32_t)job->texts[i].length};
  qsort(job->sorted, job->count, sizeof *job->sorted, longest_first);
  Status status = workers_run(workers, (job->count + ROWS - 1) / ROWS, task, job, error);
  free(job->sorted);
  return status;
}

Status predict_branches(const Model *m, const Lexicon *lexicon, const Text *texts, size_t count,
                        Workers *workers, Scratch *scratches, float *logits,
                        float *margins, Error *error) {
  Job job = {.model = m, .lexicon = lexicon, .texts = texts, .count = count, .scratches = scratches,
             .logits = logits, .margins = margins};
  return job_run(&job, branches_task, workers, error);
}

/* ---- why ------------------------------------------------------------------------ */

/* The network's shares; `kernel` is the label's column of the output's. */
static void network_contribute(const Shape *s, const Pass *pass, size_t tokens, const float *kernel,
                               float scale, float *weights, float *contributions) {
  size_t state = shape_state(s);
  for (size_t t = 0; t < tokens; t++) {
    size_t place = batch_place(&pass->batch, 0, t);
    const float *h = pass->states + place * state;
    float share = 0.0f;
    for (size_t j = 0; j < state; j++) share += h[j] * kernel[j * s->labels];
    weights[t] = pass->weights[place];
    contributions[t] += scale * weights[t] * share;
  }
  /* of one text alone, token t is at packed place t */
  for (size_t j = 0; s->pooled && tokens && j < state; j++)
    contributions[pass->winners[j]] += scale * pass->features[state + j] * kernel[(state + j) * s->labels];
}

Status predict_contributions(const Model *m, const Lexicon *lexicon, Text text, uint32_t label,
                             Scratch *scratch, float *weights, float *contributions, Error *error) {
  Status status = run_pass(m, lexicon, &text, 1, &scratch->pass, error);
  if (!status && linear_exists(&m->linear)) status = tfidf_vector(&m->linear.tfidf, text, &scratch->vector, error);
  if (status) return status;
  const Shape *s = &m->parameters.shape;
  size_t tokens = scratch->pass.batch.tokens;
  for (size_t t = 0; t < text.length; t++) weights[t] = contributions[t] = 0.0f;
  network_contribute(s, &scratch->pass, tokens, m->parameters.tensor[TENSOR_OUTPUT_KERNEL] + label,
                     m->calibration.network, weights, contributions);
  if (linear_exists(&m->linear))
    linear_contribute(&m->linear, lexicon, &scratch->vector, text, label, m->calibration.linear, contributions);
  return STATUS_OK;
}

static Status contributions_task(void *context, size_t index, size_t worker, Error *error) {
  Job *job = context;
  size_t rows = job_rows(job, index);
  Status status = STATUS_OK;
  for (size_t i = 0; i < rows && !status; i++) {
    size_t text = job->sorted[index * ROWS + i].text, begin = job->begin[text];
    status = predict_contributions(job->model, job->lexicon, job->texts[text], job->labels[text],
                                   &job->scratches[worker], job->weights + begin, job->contributions + begin, error);
  }
  return status;
}

Status predict_all_contributions(const Model *m, const Lexicon *lexicon, const Text *texts, const uint32_t *labels,
                                 size_t count, Workers *workers, Scratch *scratches, float *contributions,
                                 Error *error) {
  size_t tokens = 0;
  size_t *begin = malloc((count + 1) * sizeof *begin);
  for (size_t i = 0; begin && i < count; tokens += texts[i++].length) begin[i] = tokens;
  float *weights = malloc((tokens + 1) * sizeof *weights);
  Job job = {.model = m, .lexicon = lexicon, .texts = texts, .count = count, .scratches = scratches,
             .labels = labels, .begin = begin, .weights = weights, .contributions = contributions};
  Status status = begin && weights ? job_run(&job, contributions_task, workers, error) : error_no_memory(error);
  free(begin);
  free(weights);
  return status;
}

/* Texts without one token each, ROWS at a time, written side by side. */
static Status leave_out(const Model *m, const Lexicon *lexicon, Text text, size_t first, size_t count,
                        uint32_t *words, Scratch *scratch, float *probabilities, Error *error) {
  Text texts[ROWS] = {{0}};
  for (size_t i = 0; i < count; i++) {
    uint32_t *to = words + i * text.length;
    size_t out = first + i;
    memcpy(to, text.words, out * sizeof *to);
    memcpy(to + out, text.words + out + 1, (text.length - out - 1) * sizeof *to);
    to[text.length - 1] = VOCABULARY_UNKNOWN; /* counts in a padded model only */
    texts[i] = (Text){to, m->padded_length ? text.length : text.length - 1};
  }
  return predict(m, lexicon, texts, count, scratch, probabilities, error);
}

/* Texts to a pass: long ones are fewer, so that the poll comes often enough. */
static size_t rows_for(size_t length) {
  size_t rows = LEAVE_OUT_TOKENS / (length + 1);
  return rows < 1 ? 1 : rows < ROWS ? rows : ROWS;
}

Status predict_leave_one_out(const Model *m, const Lexicon *lexicon, Text text, size_t tokens,
                             uint32_t label, Scratch *scratch, Poll poll, float *drops, Error *error) {
  size_t labels = m->parameters.shape.labels;
  float *probabilities = malloc(ROWS * labels * sizeof *probabilities);
  uint32_t *words = malloc((ROWS * text.length + 1) * sizeof *words);
  Status status = probabilities && words ? STATUS_OK : error_no_memory(error);
  if (!status) status = predict(m, lexicon, &text, 1, scratch, probabilities, error);
  float whole = status ? 0.0f : probabilities[label];
  size_t rows = rows_for(text.length);
  for (size_t first = 0; first < tokens && !status; first += rows) {
    size_t count = tokens - first < rows ? tokens - first : rows;
    status = leave_out(m, lexicon, text, first, count, words, scratch, probabilities, error);
    if (!status && poll.proceed && !poll.proceed(poll.context))
      status = error_set(error, STATUS_INTERRUPTED, "interrupted");
    for (size_t i = 0; i < count && !status; i++)
      drops[first + i] = whole - probabilities[i * labels + label];
  }
  free(words);
  free(probabilities);
  return status;
}
