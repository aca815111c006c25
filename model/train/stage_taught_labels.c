/* stage_taught_labels.c -- the teacher is judged, learns from the labelled texts, reads all, and guesses the labels of
** those that have none.
*/
#include "train/stage.h"
#include "train/taught_judgement.h"

static bool wanted(const Training *t) {
  return t->taught.teacher != NULL && corpus_count(&t->corpus, ROW_UNLABELLED) > 0;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  Status status = taught_labels_guess(t, error);
  t->pseudo_labelled = t->taught.summary.guessed;
  return status ? status : training_list_rows(t, error);
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  (void)state;
  const Teacher *teacher = t->taught.teacher;
  size_t done = atomic_load(&teacher->done), steps = atomic_load(&teacher->steps);
  if (!teacher->encoder || done == teacher->count) return;
  p->stage = done ? "the teacher reads" : steps ? "the teacher learns" : "the teacher is judged";
  p->share = done    ? (double)done / (double)teacher->count
             : steps ? (double)steps / FINE_TUNING_STEPS
                     : (double)atomic_load(&t->taught.folds) / TAUGHT_FOLDS;
}

const Stage STAGE_TAUGHT_LABELS = {.name = "guessing labels", .wanted = wanted, .run = run, .progress = progress};
