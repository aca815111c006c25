/* stage_linear.c -- trains the linear branch on the rows that are trained on. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "train/stage.h"

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

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  const Corpus *c = &t->corpus;
  double begun = clock_seconds();
  size_t draws = t->taught.guessed ? TAUGHT_DRAWS : 1, count = t->rows.count * draws;
  Text *texts = malloc((count + 1) * sizeof *texts);
  uint32_t *targets = malloc((count + 1) * sizeof *targets);
  Status status = texts && targets ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; i < count && !status; i++) {
    uint32_t row = t->rows.row[i % t->rows.count];
    texts[i] = corpus_text(c, row);
    targets[i] = draw_label(t, row, i / t->rows.count);
  }
  LinearTraining training = {.texts = texts, .targets = targets, .count = count,
                             .sets = c->multilabel ? &c->sets : NULL,
                             .vocabulary = vocabulary_size(&c->vocabulary), .labels = c->labels.keys.count,
                             .subwords = t->lexicon.subwords, .label_weights = t->label_weights,
                             .from = t->from ? &t->from->linear : NULL, .most = t->budget.features,
                             .seed = t->options.seed};
  linear_free(&t->model->linear);
  if (!status) status = linear_train(&t->model->linear, &training, t->workers, error);
  t->linear_seconds = clock_seconds() - begun;
  free(texts);
  free(targets);
  return status;
}

const Stage STAGE_LINEAR = {.name = "learning the linear branch", .wanted = wanted, .run = run};
