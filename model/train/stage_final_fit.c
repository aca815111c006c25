/* stage_final_fit.c -- one epoch on all rows, those that were held out too.
**
** It begins with the best epoch's parameters, where one epoch is left of the schedule of
** learning rates. The linear branch learns anew from all rows. Nothing is left to judge
** the result by, so the calibration stays that of the best epoch.
*/
#include "train/stage.h"
#include "train/time_limit.h"

/* All rows are more than those that were not held out, and the linear branch may take half of the time. */
static const double LONGER = 2.2;

typedef struct FinalFitState {
  bool linear; /* learns */
} FinalFitState;

/* Where the linear branch would be cut short it is better as it is. */
static bool wanted(const Training *t) {
  return t->final_fit && time_limit_left(t) > LONGER * t->linear_seconds;
}

static Status begin(void *state, Training *t, Error *error) {
  FinalFitState *s = state;
  bool over;
  for (size_t row = 0; row < t->corpus.rows; row++)
    if (t->corpus.use[row] == ROW_VALIDATES) t->corpus.use[row] = ROW_TRAINS;
  parameters_copy(&t->model->parameters, &t->best_parameters);
  Status status = training_list_rows(t, error);
  if (!status) status = epochs_plan_last(t->epochs, t, error);
  s->linear = STAGE_LINEAR.wanted(t);
  if (!status && s->linear) status = STAGE_LINEAR.run(NULL, t, &over, error);
  s->linear = false;
  return status;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  Status status = epochs_run(t->epochs, t, error);
  if (!status) parameters_copy(&t->best_parameters, &t->model->parameters);
  return status;
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  (void)t;
  const FinalFitState *s = state;
  if (s->linear) p->stage = STAGE_LINEAR.name;
  p->epochs = p->epoch;
  p->besides = 0.0;
}

const Stage STAGE_FINAL_FIT = {.gives_epochs = true, .state_size = sizeof(FinalFitState), .wanted = wanted,
                               .begin = begin, .run = run, .progress = progress};
