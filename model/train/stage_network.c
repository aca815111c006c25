/* stage_network.c -- epochs of the network, each judged on the rows that are held out.
**
** With `patience` the best epoch has the highest validation accuracy, then the least loss,
** and too many epochs without a better one end the stage. Where rows have sets of labels it
** has the least loss: thresholds are not fitted yet. Without `patience` the last is best.
*/
#include <math.h>

#include "base/clock.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "train/warnings.h"

enum { TRIED = 64 }; /* rows for each thread that tell how long it takes to judge all */

typedef struct NetworkState {
  bool validating;
} NetworkState;

/* Where time is limited, judging the rows held out takes a tenth of it at most, by the speed that the first have. */
static Status thin_validation(Training *t, Error *error) {
  Validation *v = &t->validation;
  size_t all = v->count, tried = TRIED * workers_count(t->workers);
  double left = time_limit_left_in_all(t), begun = clock_seconds();
  if (left == INFINITY || all <= tried) return STATUS_OK;
  v->count = tried;
  Status status = validation_judge(v, t->model, &t->lexicon, t->workers, error);
  v->count = all;
  double of_row = (clock_seconds() - begun) / (double)tried, most = left > 0.0 ? 0.1 * left / of_row : 0.0;
  if (most < (double)all) validation_thin(v, most < (double)tried ? tried : (size_t)most);
  t->reserved += 2.0 * of_row * (double)v->count; /* after the epoch, and for calibration */
  if (status || v->count == all) return status;
  return warnings_find_of_fewer(t, "validation by", v->count, all, "texts", &t->warnings, error);
}

static Status begin(void *state, Training *t, Error *error) {
  (void)state;
  Poll poll = workers_caller_poll(t->workers);
  Status status = parameters_new(&t->model->parameters.shape, poll, &t->best_parameters, error);
  if (!status) status = epochs_new(t, &t->epochs, error);
  if (!status) status = thin_validation(t, error);
  return status ? status : epochs_plan(t->epochs, t, t->options.epochs, error);
}

static Status validate(Training *t, Error *error) {
  const Score *score = &t->validation.score;
  Status status = validation_judge(&t->validation, t->model, &t->lexicon, t->workers, error);
  t->epoch->validated = true;
  t->epoch->validation_loss = score_log_loss(score);
  t->epoch->validation_accuracy = score_accuracy(score);
  t->epoch->validation_f1 = score_macro_f1(score);
  return status;
}

static bool is_best(const Training *t) {
  const Epoch *epoch = t->epoch, *best = &t->best;
  if (!epoch->validated || t->options.patience == 0 || best->epoch == 0) return true;
  if (!training_is_multilabel(t) && epoch->validation_accuracy != best->validation_accuracy)
    return epoch->validation_accuracy > best->validation_accuracy;
  return epoch->validation_loss < best->validation_loss;
}

static void keep_best(Training *t) {
  t->epoch->is_best = is_best(t);
  if (!t->epoch->is_best) return;
  parameters_copy(&t->best_parameters, &t->model->parameters);
  validation_keep(&t->validation);
  t->best = *t->epoch;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  NetworkState *s = state;
  Status status = epochs_run(t->epochs, t, error);
  s->validating = true;
  if (!status && t->validation.count) status = validate(t, error);
  s->validating = false;
  if (status) return status;
  keep_best(t);
  bool patient = t->options.patience == 0 || t->epoch->epoch - t->best.epoch < t->options.patience;
  size_t most = t->options.epochs - (t->final_fit ? 1 : 0);
  *over = t->epoch->epoch >= most || !patient || training_ends_early(t);
  if (!*over || !training_ends_early(t)) return STATUS_OK;
  t->final_fit = false;
  return warnings_find_of_early_end(t, &t->warnings, error);
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  (void)t;
  const NetworkState *s = state;
  p->validating = s->validating;
}

const Stage STAGE_NETWORK = {.gives_epochs = true, .state_size = sizeof(NetworkState), .begin = begin, .run = run,
                             .progress = progress};
