/* stage_linear.c -- trains the linear branch on the rows that are trained on. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "train/preparation.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "train/warnings.h"

enum { LEAST_ROWS = 1000, LEAST_SHARE = 10 }; /* and a tenth of all: fewer are not worth a branch */

static const double TIME_SHARE = 0.5;    /* of the time that is left */
static const double READING_SHARE = 0.4; /* of that, before anything is fitted */

static bool wanted(const Training *t) { return t->options.linear; }

/* Draws number `draw` of TAUGHT_DRAWS, which are spread evenly over the probabilities. */
static uint32_t draw_label(const Training *t, uint32_t row, size_t draw) {
  size_t labels = t->corpus.labels.keys.count;
  const float *likely = taught_labels_of(&t->taught, row, labels);
  if (!likely) return t->corpus.target[row];
  Random random = random_stream(t->options.seed, RANDOM_DRAWN_LABELS, row);
  float left = ((float)draw + random_uniform(&random)) / (float)TAUGHT_DRAWS;
  uint32_t label = 0;
  while (label + 1 < labels && left >= likely[label]) left -= likely[label++];
  return label;
}

/* Texts with their labels, or where they were guessed with several draws of them. */
typedef struct Examples {
  Text *texts;
  uint32_t *targets;
  size_t count, draws;
} Examples;

static void examples_free(Examples *e) {
  free(e->texts);
  free(e->targets);
}

static Status list_examples(const Training *t, Examples *e, Error *error) {
  e->draws = t->taught.guessed ? TAUGHT_DRAWS : 1;
  e->count = t->rows.count * e->draws;
  e->texts = malloc((e->count + 1) * sizeof *e->texts);
  e->targets = malloc((e->count + 1) * sizeof *e->targets);
  if (!e->texts || !e->targets) return error_no_memory(error);
  for (size_t i = 0; i < e->count; i++) {
    uint32_t row = t->rows.row[i % t->rows.count];
    e->texts[i] = corpus_text(&t->corpus, row);
    e->targets[i] = draw_label(t, row, i / t->rows.count);
  }
  return STATUS_OK;
}

/* Puts `count` of them, drawn by seed, first. */
static void draw_examples(const Training *t, size_t count, Examples *e) {
  Random random = random_stream(t->options.seed, RANDOM_DRAWN_LABELS, UINT32_MAX);
  for (size_t i = 0; i < count; i++) {
    size_t k = i + (size_t)random_below(&random, e->count - i);
    Text text = e->texts[i];
    uint32_t target = e->targets[i];
    e->texts[i] = e->texts[k];
    e->targets[i] = e->targets[k];
    e->texts[k] = text;
    e->targets[k] = target;
  }
  e->count = count;
}

static LinearTraining describe(const Training *t, const Examples *e) {
  const Corpus *c = &t->corpus;
  return (LinearTraining){.texts = e->texts, .targets = e->targets, .count = e->count,
                          .sets = c->multilabel ? &c->sets : NULL, .vocabulary = vocabulary_size(&c->vocabulary),
                          .labels = c->labels.keys.count, .subwords = t->lexicon.subwords,
                          .label_weights = t->label_weights, .from = t->from ? &t->from->linear : NULL,
                          .most = t->budget.features, .seed = t->options.seed};
}

/* Leaves as many examples as there is time to read. */
static Status thin_examples(Training *t, Examples *e, Error *error) {
  double left = time_limit_left(t), seconds;
  if (left == INFINITY) return STATUS_OK;
  LinearTraining training = describe(t, e);
  Status status = linear_probe(&training, t->workers, &seconds, error);
  double most = READING_SHARE * TIME_SHARE * fmax(0.0, left);
  if (status || seconds <= most) return status;
  size_t texts = e->count / e->draws;
  size_t rows = (size_t)(most / seconds * (double)texts);
  bool few = rows < LEAST_ROWS || rows < t->rows.count / LEAST_SHARE;
  draw_examples(t, few ? 0 : rows * e->draws, e);
  return STATUS_OK;
}

/* Says what a branch lacks whose time was short. */
static Status warn(Training *t, const Examples *e, size_t cut, Error *error) {
  size_t rows = e->count / e->draws;
  Status status = STATUS_OK;
  if (rows < t->rows.count)
    status = warnings_find_of_fewer(t, "the linear branch to learn from", rows, t->rows.count, "texts", &t->warnings,
                                    error);
  if (!status && cut > 0) status = warnings_find_of_short_linear(t, cut, &t->warnings, error);
  return status;
}

static Status train(Training *t, const Examples *e, Linear *linear, Error *error) {
  TimePart part;
  TimeLeft whole = time_limit_time(t), time = time_part(&whole, TIME_SHARE, &part);
  size_t cut = 0;
  LinearTraining training = describe(t, e);
  training.time = &time;
  Status status = linear_train(linear, &training, t->workers, &cut, error);
  return status || !linear_exists(linear) ? status : warn(t, e, cut, error);
}

/* A branch that was learned before is kept, else the model has none. */
static Status leave_out(Training *t, Error *error) {
  if (linear_exists(&t->model->linear)) return STATUS_OK;
  t->options.linear = false;
  Status status = preparation_set_prior(t, error);
  if (status) return status;
  return warnings_find_of_left_out(t, "the linear branch, which the model lacks", &t->warnings, error);
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  Examples examples = {0};
  Linear linear = {0};
  double begun = clock_seconds();
  Status status = list_examples(t, &examples, error);
  if (!status) status = thin_examples(t, &examples, error);
  if (!status && examples.count) status = train(t, &examples, &linear, error);
  if (!status && !linear_exists(&linear)) status = leave_out(t, error);
  if (linear_exists(&linear)) {
    linear_free(&t->model->linear);
    t->model->linear = linear;
  }
  t->linear_seconds = clock_seconds() - begun;
  examples_free(&examples);
  return status;
}

const Stage STAGE_LINEAR = {.name = "learning the linear branch", .wanted = wanted, .run = run};
