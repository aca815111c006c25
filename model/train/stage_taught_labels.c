/* stage_taught_labels.c -- the teacher reads all texts, then guesses the labels of those that have none. */
#include "train/stage.h"

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
  size_t done = atomic_load(&teacher->done);
  if (!teacher->encoder || done == teacher->count) return;
  p->stage = "the teacher reads";
  p->share = (double)done / (double)teacher->count;
}

const Stage STAGE_TAUGHT_LABELS = {.name = "guessing labels", .wanted = wanted, .run = run, .progress = progress};
