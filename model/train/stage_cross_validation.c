/* stage_cross_validation.c -- a small table is judged by all of its rows, not by the few that were held out.
**
** The rows are in folds (text_folds.h). For each fold a model of its own learns from all other rows, as long as the
** model of the training has, and labels those of the fold. So each row is labelled by a model that has not seen it, and
** calibration is fitted on all of them. These models are then thrown away.
**
** The folds are tasks: each trains on one thread. If time runs out the rows held out remain the judges.
*/
#include <stdatomic.h>
#include <stdlib.h>

#include "train/preparation.h"
#include "train/stage.h"
#include "train/warnings.h"

typedef struct CrossValidation {
  Training *training;
  Validation all;       /* rows of all folds, each as its fold's model labels it */
  atomic_size_t epochs; /* that have ended, in all folds                         */
} CrossValidation;

/* ---- the training of a fold ---------------------------------------------------------------- */

/* A copy, of which a few members are its own. Workers of the fold have no thread: its task does their work. */
static Status fold_begin(const CrossValidation *s, size_t number, Training *t, Error *error) {
  *t = *s->training;
  t->rows = (TrainingRows){0};
  t->validation = (Validation){0};
  t->model = NULL;
  t->epochs = NULL;
  t->workers = NULL;
  t->corpus.poll = workers_task_poll(s->training->workers); /* this is not the caller's thread */
  t->warnings = (Strings){0};
  t->corpus.use = malloc(t->corpus.rows + 1);
  if (!t->corpus.use) return error_no_memory(error);
  for (size_t row = 0; row < t->corpus.rows; row++)
    t->corpus.use[row] = t->folds.of[row] == number ? ROW_VALIDATES : ROW_TRAINS;
  Status status = training_list_rows(t, error);
  if (!status) status = validation_new(&t->corpus, 0, &t->validation, error);
  if (!status) status = preparation_new_model(t, error);
  return status ? status : workers_new(0, workers_task_poll(s->training->workers), &t->workers, error);
}

static void fold_end(Training *t) {
  workers_free(t->workers);
  epochs_free(t->epochs);
  model_free(t->model);
  validation_free(&t->validation);
  strings_free(&t->warnings);
  free(t->rows.row);
  free(t->corpus.use);
}

static size_t count_epochs(const Training *t) { return t->best.epoch + (t->final_fit ? 1 : 0); }

/* As the training itself: up to the best epoch, then the last of the schedule. */
static Status learn_network(Training *t, atomic_size_t *ended, Error *error) {
  Epoch epoch;
  size_t count = count_epochs(t);
  Status status = epochs_new(t, &t->epochs, error);
  if (!status) status = epochs_plan(t->epochs, t, t->options.epochs, error);
  t->epoch = &epoch;
  for (t->epoch_number = 1; t->epoch_number <= count && !status; t->epoch_number++) {
    epoch = (Epoch){.epoch = t->epoch_number};
    if (t->epoch_number > t->best.epoch) status = epochs_plan_last(t->epochs, t, error);
    if (!status && !training_ends_early(t)) status = epochs_run(t->epochs, t, error);
    atomic_fetch_add(ended, 1);
  }
  t->epoch = NULL; /* it ends here */
  return status;
}

static Status learn(Training *t, atomic_size_t *ended, Error *error) {
  bool over;
  Status status = STAGE_LINEAR.wanted(t) ? STAGE_LINEAR.run(NULL, t, &over, error) : STATUS_OK;
  return status ? status : learn_network(t, ended, error);
}

static Status judge_fold(void *context, size_t index, size_t worker, Error *error) {
  (void)worker;
  CrossValidation *s = context;
  Training t;
  if (training_ends_early(s->training)) return STATUS_OK;
  Status status = fold_begin(s, index, &t, error);
  if (!status) status = learn(&t, &s->epochs, error);
  bool late = training_ends_early(s->training); /* then none of the folds counts */
  if (!status && !late) status = validation_judge(&t.validation, t.model, &t.lexicon, t.workers, error);
  if (!status && !late) validation_add_fold(&s->all, &t.validation);
  fold_end(&t);
  return status;
}

/* ---- the stage ----------------------------------------------------------------------------- */

static bool wanted(const Training *t) { return t->folds.of; }

/* Takes the rows of all folds, for which they are held out for this moment. */
static Status take_all(Corpus *c, const TextFolds *folds, Validation *all, Error *error) {
  uint8_t *use = c->use, *validates = malloc(c->rows + 1);
  if (!validates) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    validates[row] = folds->of[row] == TEXT_FOLDS_NONE ? ROW_TRAINS : ROW_VALIDATES;
  c->use = validates;
  Status status = validation_new(c, 0, all, error);
  c->use = use;
  free(validates);
  all->folds = TEXT_FOLDS;
  return status;
}

static Status begin(void *state, Training *t, Error *error) {
  CrossValidation *s = state;
  s->training = t;
  return take_all(&t->corpus, &t->folds, &s->all, error);
}

/* The rows held out are the state's now, which frees them. */
static void swap_validation(CrossValidation *s, Training *t) {
  Validation held_out = t->validation;
  t->validation = s->all;
  s->all = held_out;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)over;
  CrossValidation *s = state;
  atomic_store(&s->epochs, 0);
  Status status = workers_run(t->workers, TEXT_FOLDS, judge_fold, s, error);
  if (!status && training_ends_early(t))
    return warnings_find_of_left_out(t, "cross-validation", &t->warnings, error);
  if (status) return status;
  status = preparation_set_prior(t, error);
  if (!status) status = validation_conclude(&s->all, t->model, error);
  if (!status) swap_validation(s, t);
  return status;
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  const CrossValidation *s = state;
  p->told = true;
  p->besides = 0.0;
  p->share = (double)atomic_load(&s->epochs) / (double)(TEXT_FOLDS * count_epochs(t));
}

static void end(void *state, Training *t) {
  (void)t;
  CrossValidation *s = state;
  validation_free(&s->all);
}

const Stage STAGE_CROSS_VALIDATION = {.name = "cross-validating", .state_size = sizeof(CrossValidation),
                                      .wanted = wanted, .begin = begin, .run = run, .progress = progress, .end = end};
