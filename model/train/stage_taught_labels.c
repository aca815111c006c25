/* stage_taught_labels.c -- the teacher reads all texts, then guesses the labels of those that have none. */
#include "train/stage.h"

typedef struct TaughtState {
  bool reading;
} TaughtState;

static bool wanted(const Training *t) {
  return t->taught.teacher != NULL && corpus_count(&t->corpus, ROW_UNLABELLED) > 0;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  TaughtState *s = state;
  (void)over;
  s->reading = true;
  Status status = taught_labels_prepare(t, error);
  s->reading = false;
  if (!status) status = taught_labels_guess(t, false, error);
  t->pseudo_labelled = t->taught.count;
  return status ? status : training_list_rows(t, error);
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  const TaughtState *s = state;
  const Teacher *teacher = t->taught.teacher;
  if (!s->reading) return;
  p->stage = "the teacher reads";
  p->share = (double)atomic_load(&teacher->done) / (double)teacher->count;
}

const Stage STAGE_TAUGHT_LABELS = {.name = "guessing labels", .state_size = sizeof(TaughtState), .wanted = wanted,
                                   .run = run, .progress = progress};
