/* stage_pseudo_labels.c -- texts without a label get one, and are trained on like the others. */
#include <stdlib.h>

#include "train/pseudo_labels.h"
#include "train/stage.h"

static bool wanted(const Training *t) { return !t->taught.teacher && corpus_count(&t->corpus, ROW_UNLABELLED) > 0; }

/* Gives the rows these labels. */
static void take_labels(Training *t, const uint32_t *rows, const uint32_t *labels, size_t count) {
  Corpus *c = &t->corpus;
  for (size_t i = 0; i < count; i++) {
    t->pseudo_labelled += c->use[rows[i]] == ROW_UNLABELLED && labels[i] != LABELS_NONE;
    c->target[rows[i]] = labels[i];
    c->use[rows[i]] = labels[i] == LABELS_NONE ? ROW_UNUSED : ROW_TRAINS;
  }
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  const Corpus *c = &t->corpus;
  size_t count = 0, most = t->rows.count + corpus_count(c, ROW_UNLABELLED);
  Text *texts = malloc(most * sizeof *texts);
  uint32_t *rows = malloc(most * sizeof *rows), *targets = malloc(most * sizeof *targets);
  uint32_t *labels = malloc(most * sizeof *labels);
  Status status = texts && rows && targets && labels ? STATUS_OK : error_no_memory(error);
  for (size_t row = 0; row < c->rows && !status; row++) {
    if (c->use[row] != ROW_TRAINS && c->use[row] != ROW_UNLABELLED) continue;
    rows[count] = (uint32_t)row;
    texts[count] = corpus_text(c, row);
    targets[count++] = c->target[row];
  }
  PseudoLabelling labelling = {.texts = texts, .targets = targets, .count = count, .seed = t->options.seed,
                               .vocabulary = vocabulary_size(&c->vocabulary), .labels = c->labels.keys.count};
  if (!status) status = pseudo_labels_predict(&labelling, t->workers, labels, error);
  if (!status) take_labels(t, rows, labels, count);
  free(texts);
  free(rows);
  free(targets);
  free(labels);
  return status ? status : training_list_rows(t, error);
}

const Stage STAGE_PSEUDO_LABELS = {.name = "guessing labels", .wanted = wanted, .run = run};
