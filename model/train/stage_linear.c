/* stage_linear.c -- trains the linear branch on the rows that are trained on. */
#include <stdlib.h>

#include "base/clock.h"
#include "train/stage.h"

static bool wanted(const Training *t) { return t->options.linear; }

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  const Corpus *c = &t->corpus;
  double begun = clock_seconds();
  Text *texts = malloc((t->rows.count + 1) * sizeof *texts);
  uint32_t *targets = malloc((t->rows.count + 1) * sizeof *targets);
  Status status = texts && targets ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; i < t->rows.count && !status; i++) {
    texts[i] = corpus_text(c, t->rows.row[i]);
    targets[i] = c->target[t->rows.row[i]];
  }
  LinearTraining training = {.texts = texts, .targets = targets, .count = t->rows.count,
                             .vocabulary = vocabulary_size(&c->vocabulary), .labels = c->labels.keys.count,
                             .subwords = t->lexicon.subwords, .label_weights = t->label_weights,
                             .from = t->from ? &t->from->linear : NULL, .seed = t->options.seed};
  linear_free(&t->model->linear);
  if (!status) status = linear_train(&t->model->linear, &training, t->workers, error);
  t->linear_seconds = clock_seconds() - begun;
  free(texts);
  free(targets);
  return status;
}

const Stage STAGE_LINEAR = {.name = "learning the linear branch", .wanted = wanted, .run = run};
