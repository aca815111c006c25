#include "predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

enum {
  ROWS = 64, /* texts a pass takes at most: products of more rows are no faster */
  LEAVE_OUT_TOKENS = 16384 /* between two polls: some 50 ms */
};

uint32_t predict_best(const float *p, size_t count) {
  uint32_t best = 0;
  for (uint32_t c = 1; c < count; c++)
    if (p[c] > p[best]) best = c;
  return best;
}

/* One batch of at most ROWS texts through the network. */
static Status run(const Parameters *parameters, const Text *texts, size_t count, Pass *pass,
                  Error *error) {
  Status status = batch_fill(&pass->batch, texts, count, parameters->shape.vocabulary, error);
  if (!status) status = pass_reserve(pass, &parameters->shape, false, error);
  if (!status) network_forward(parameters, NULL, pass);
  return status;
}

Status predict(const Model *m, const Text *texts, size_t count, Pass *pass, float *probabilities,
               Error *error) {
  size_t labels = m->parameters.shape.labels;
  Status status = STATUS_OK;
  for (size_t done = 0; done < count && !status; done += ROWS) {
    size_t rows = count - done < ROWS ? count - done : ROWS;
    status = run(&m->parameters, texts + done, rows, pass, error);
    for (size_t i = 0; i < rows && !status; i++)
      memcpy(probabilities + (done + pass->batch.order[i]) * labels,
             pass->probabilities + i * labels, labels * sizeof *probabilities);
  }
  return status;
}

/* ---- many texts --------------------------------------------------------------- */

typedef struct Sorted {
  uint32_t text;
  uint32_t length;
} Sorted;

static int longest_first(const void *a, const void *b) {
  const Sorted *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->text < y->text ? -1 : 1;
}

typedef struct Job {
  const Parameters *parameters;
  const Text *texts;
  const uint32_t *targets;
  size_t count;
  const Sorted *sorted; /* [count] */
  Pass *passes;         /* [workers] */
  Prediction *predictions;
  Status *statuses;     /* [workers] */
  Error *errors;        /* [workers] */
} Job;

static Prediction make_prediction(const float *p, size_t labels, uint32_t target) {
  uint32_t best = predict_best(p, labels);
  float loss = target < labels ? -logf(p[target] < 1e-37f ? 1e-37f : p[target]) : 0.0f;
  return (Prediction){best, p[best], loss};
}

/* Task `index`: the next ROWS texts in order of length. */
static void predict_task(void *context, size_t index, size_t worker) {
  Job *job = context;
  if (job->statuses[worker]) return;
  const Sorted *mine = job->sorted + index * ROWS;
  size_t rows = job->count - index * ROWS < ROWS ? job->count - index * ROWS : ROWS;
  Text texts[ROWS];
  for (size_t i = 0; i < rows; i++) texts[i] = job->texts[mine[i].text];
  Pass *pass = &job->passes[worker];
  job->statuses[worker] = run(job->parameters, texts, rows, pass, &job->errors[worker]);
  if (job->statuses[worker]) return;
  size_t labels = job->parameters->shape.labels;
  for (size_t i = 0; i < rows; i++) {
    uint32_t text = mine[pass->batch.order[i]].text;
    uint32_t target = job->targets ? job->targets[text] : OUTPUT_NO_TARGET;
    job->predictions[text] = make_prediction(pass->probabilities + i * labels, labels, target);
  }
}

Status predict_all(const Parameters *parameters, const Text *texts, const uint32_t *targets,
                   size_t count, Workers *workers, Pass *passes, Poll poll,
                   Prediction *predictions, Error *error) {
  if (count == 0) return STATUS_OK;
  size_t threads = workers_count(workers);
  Sorted *sorted = malloc(count * sizeof *sorted);
  Status *statuses = calloc(threads, sizeof *statuses);
  Error *errors = calloc(threads, sizeof *errors);
  Status status = sorted && statuses && errors ? STATUS_OK : error_no_memory(error);
  if (!status) {
    for (size_t i = 0; i < count; i++) sorted[i] = (Sorted){(uint32_t)i, (uint32_t)texts[i].length};
    qsort(sorted, count, sizeof *sorted, longest_first);
    Job job = {parameters, texts, targets, count, sorted, passes, predictions, statuses, errors};
    status = workers_run(workers, (count + ROWS - 1) / ROWS, predict_task, &job, poll, error);
  }
  for (size_t i = 0; i < threads && !status; i++) {
    status = statuses[i];
    if (status) *error = errors[i];
  }
  free(errors);
  free(statuses);
  free(sorted);
  return status;
}

/* ---- why ------------------------------------------------------------------------ */

Status predict_contributions(const Model *m, Text text, uint32_t label, Pass *pass, float *weights,
                             float *contributions, Error *error) {
  Status status = run(&m->parameters, &text, 1, pass, error);
  if (status) return status;
  size_t state = shape_state(&m->parameters.shape), labels = m->parameters.shape.labels;
  const float *kernel = m->parameters.tensor[TENSOR_OUTPUT_KERNEL];
  for (size_t t = 0; t < text.length; t++) {
    size_t place = batch_place(&pass->batch, 0, t);
    const float *h = pass->states + place * state;
    float share = 0.0f;
    for (size_t j = 0; j < state; j++) share += h[j] * kernel[j * labels + label];
    weights[t] = pass->weights[place];
    contributions[t] = weights[t] * share;
  }
  return STATUS_OK;
}

/* Texts without one token each, ROWS at a time, written side by side. */
static Status leave_out(const Model *m, Text text, size_t first, size_t count, uint32_t *words,
                        Pass *pass, float *probabilities, Error *error) {
  Text texts[ROWS];
  for (size_t i = 0; i < count; i++) {
    uint32_t *to = words + i * text.length;
    size_t out = first + i;
    memcpy(to, text.words, out * sizeof *to);
    memcpy(to + out, text.words + out + 1, (text.length - out - 1) * sizeof *to);
    to[text.length - 1] = VOCABULARY_UNKNOWN; /* counts in a padded model only */
    texts[i] = (Text){to, m->padded_length ? text.length : text.length - 1};
  }
  return predict(m, texts, count, pass, probabilities, error);
}

/* Texts to a pass: long ones are fewer, so that the poll comes often enough. */
static size_t rows_for(size_t length) {
  size_t rows = LEAVE_OUT_TOKENS / (length + 1);
  return rows < 1 ? 1 : rows < ROWS ? rows : ROWS;
}

Status predict_leave_one_out(const Model *m, Text text, size_t tokens, uint32_t label, Pass *pass,
                             Poll poll, float *drops, Error *error) {
  size_t labels = m->parameters.shape.labels;
  float *probabilities = malloc(ROWS * labels * sizeof *probabilities);
  uint32_t *words = malloc((ROWS * text.length + 1) * sizeof *words);
  Status status = probabilities && words ? STATUS_OK : error_no_memory(error);
  if (!status) status = predict(m, &text, 1, pass, probabilities, error);
  float whole = status ? 0.0f : probabilities[label];
  size_t rows = rows_for(text.length);
  for (size_t first = 0; first < tokens && !status; first += rows) {
    size_t count = tokens - first < rows ? tokens - first : rows;
    status = leave_out(m, text, first, count, words, pass, probabilities, error);
    if (!status && poll.proceed && !poll.proceed(poll.context))
      status = error_set(error, STATUS_INTERRUPTED, "interrupted");
    for (size_t i = 0; i < count && !status; i++)
      drops[first + i] = whole - probabilities[i * labels + label];
  }
  free(words);
  free(probabilities);
  return status;
}
