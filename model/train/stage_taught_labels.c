/* stage_taught_labels.c -- the teacher is judged, learns from the labelled texts, reads all, and guesses the labels of
** those that have none.
*/
#include <math.h>

#include "base/number_text.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "train/warnings.h"

static const double TIME_SHARE = 0.5; /* of the time that is left */

static bool wanted(const Training *t) { return t->taught.teacher != NULL; }

static Status guess(Training *t, Error *error) {
  Teacher *teacher = t->taught.teacher;
  TimePart part;
  TimeLeft whole = time_limit_time(t), time = time_part(&whole, TIME_SHARE, &part);
  if (t->options.max_seconds > 0) teacher->time = &time;
  Status status = taught_labels_guess(t, error);
  teacher->time = NULL;
  return status;
}

static Status check_rows(const Training *t, Error *error) {
  if (t->rows.count > 0) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "max_seconds is %s, which left no time for the teacher, and no row has a "
                   "label of its own, expected more seconds", number_digits(t->options.max_seconds, 6).text);
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  Status status = STATUS_OK;
  if (corpus_count(&t->corpus, ROW_UNLABELLED) > 0) status = guess(t, error);
  t->pseudo_labelled = t->taught.summary.guessed;
  if (!status) status = training_list_rows(t, error);
  if (!status) status = check_rows(t, error);
  return status ? status : warnings_find_of_guesses(t, &t->warnings, error);
}

static double judged(const TaughtLabels *t) {
  return t->to_judge ? fmin(1.0, (double)t->summary.judged / (double)t->to_judge) : 0.0;
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  (void)state;
  const Teacher *teacher = t->taught.teacher;
  size_t done = atomic_load(&teacher->done), steps = atomic_load(&teacher->steps);
  if (!teacher->encoder || done == teacher->count || corpus_count(&t->corpus, ROW_UNLABELLED) == 0) return;
  p->stage = done ? "the teacher reads texts" : steps ? "the teacher learns" : "the teacher is judged";
  p->share = done    ? (double)done / (double)teacher->count
             : steps ? (double)steps / (double)FINE_TUNING_STEPS
                     : judged(&t->taught);
  p->told = true;
}

const Stage STAGE_TAUGHT_LABELS = {.name = "guessing labels", .wanted = wanted, .run = run, .progress = progress};
