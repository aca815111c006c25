#include "train/taught_labels.h"

#include <stdlib.h>
#include <string.h>

#include "train/stage.h"
#include "train/taught_guesser.h"
#include "train/taught_judgement.h"
#include "train/warnings.h"

void taught_labels_free(TaughtLabels *t) {
  teacher_free(t->teacher);
  free(t->phrase_labels);
  free(t->probabilities);
  free(t->guessed);
  *t = (TaughtLabels){0};
}

static const float SURE = 0.9f;

/* The guesser has all rows of the corpus that the teacher has read, in order. The others are not learned from. */
static Status take_labels(TaughtGuesser *g, Error *error) {
  Corpus *c = &g->training->corpus;
  TaughtLabels *taught = &g->training->taught;
  taught->guessed = calloc(c->rows + 1, sizeof *taught->guessed);
  if (!taught->guessed) return error_no_memory(error);
  for (size_t i = g->count; i-- > 0;) {
    uint32_t row = g->rows[i];
    memmove(g->probabilities + row * g->labels, g->probabilities + i * g->labels, g->labels * sizeof(float));
    if (c->use[row] != ROW_UNLABELLED) continue;
    c->target[row] = taught_guesser_label(g, row);
    c->use[row] = ROW_TRAINS;
    taught->guessed[row] = true;
    taught->summary.guessed++;
    taught->summary.sure += g->probabilities[row * g->labels + c->target[row]] >= SURE;
  }
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_UNLABELLED) c->use[row] = ROW_UNUSED;
  taught->probabilities = g->probabilities;
  g->probabilities = NULL;
  return STATUS_OK;
}

const float *taught_labels_of(const TaughtLabels *taught, size_t row, size_t labels) {
  return taught->guessed && taught->guessed[row] ? taught->probabilities + row * labels : NULL;
}

/* What the teacher had no time for. */
static Status warn(Training *t, const TaughtGuesser *g, Error *error) {
  size_t steps = g->teacher->steps_taken, rows = t->corpus.rows;
  Status status = STATUS_OK;
  if (g->count == 0) return warnings_find_of_left_out(t, "the teacher", &t->warnings, error);
  if (steps < FINE_TUNING_STEPS)
    status = warnings_find_of_fewer(t, "the teacher to learn in", steps, FINE_TUNING_STEPS, "steps", &t->warnings,
                                    error);
  if (status || g->count == rows) return status;
  return warnings_find_of_fewer(t, "the teacher to read", g->count, rows, "texts", &t->warnings, error);
}

static Status guess(Training *t, uint32_t *rows, Error *error) {
  TaughtGuesser g;
  Status status = taught_guesser_new(&g, t, t->taught.teacher, rows, t->corpus.rows, error);
  if (!status) status = taught_guesser_run(&g, error);
  if (!status) status = take_labels(&g, error);
  if (!status) status = warn(t, &g, error);
  taught_guesser_free(&g);
  return status;
}

Status taught_labels_guess(Training *t, Error *error) {
  uint32_t *rows = malloc((t->corpus.rows + 1) * sizeof *rows);
  Status status = rows ? taught_judgement_run(t, error) : error_no_memory(error);
  for (uint32_t row = 0; row < t->corpus.rows && !status; row++) rows[row] = row;
  if (!status) status = guess(t, rows, error);
  if (!status) status = warnings_find_of_teacher(&t->corpus, t->label_rows, &t->taught.summary, &t->warnings, error);
  free(rows);
  return status;
}
