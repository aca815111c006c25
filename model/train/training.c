#include "train/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "train/preparation.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "train/warnings.h"

/* In this order. The last one runs in training_end(). */
static const Stage *const STAGES[] = {
    &STAGE_TAUGHT_LABELS, &STAGE_PSEUDO_LABELS, &STAGE_LINEAR,           &STAGE_NETWORK,     &STAGE_CALIBRATION,
    &STAGE_COMPRESSION,   &STAGE_FINAL_FIT,     &STAGE_CROSS_VALIDATION, &STAGE_DESCRIPTION,
};
enum { LAST_STAGE = sizeof STAGES / sizeof *STAGES - 1 };

/* ---- new, free ------------------------------------------------------------------ */

/* Takes over the words, labels, sizes and parts of the model to go on from. */
static Status take_over(Training *t, const Model *from, Error *error) {
  const Shape *s = &from->parameters.shape;
  const Strings *words = &from->vocabulary.words, *keys = &from->labels.keys;
  TrainingOptions *o = &t->options;
  Status status = STATUS_OK;
  size_t length;
  uint32_t number;
  t->from = from;
  o->embedding = s->embedding;
  o->hidden = s->hidden;
  o->subwords = s->buckets > 0;
  o->max_pool = s->pooled;
  o->linear = linear_exists(&from->linear);
  o->position_bias = s->positions > 0;
  o->max_tokens = from->reading.max_tokens;
  o->markup = from->markup;
  t->corpus.multilabel = model_is_multilabel(from);
  for (uint32_t w = 0; w < words->count && !status; w++) {
    const char *word = strings_get(words, w, &length);
    status = vocabulary_add(&t->corpus.vocabulary, word, length, &number, error);
  }
  for (uint32_t l = 0; l < keys->count && !status; l++) {
    const char *key = strings_get(keys, l, &length);
    status = labels_add_key(&t->corpus.labels, from->labels.kinds[l], key, length, error);
  }
  return status;
}

Status training_new(const TrainingOptions *options, const char *tokenize, const Model *from,
                    Training **training, Error *error) {
  Training *t = calloc(1, sizeof *t);
  if (!t) return error_no_memory(error);
  t->started = clock_seconds();
  t->options = *options;
  t->tokenize = strdup(from ? from->tokenize : tokenize);
  Status status = t->tokenize ? STATUS_OK : error_no_memory(error);
  if (!status && from) status = take_over(t, from, error);
  if (!status && options->stop_file) status = stop_file_new(options->stop_file, &t->stop_file, error);
  bool plain = !from || reading_is_plain(&from->reading);
  t->corpus.max_tokens = t->options.linear || !plain ? 0 : t->options.max_tokens;
  t->corpus.shaped = from ? from->parameters.shape.shaped : t->options.subwords;
  t->corpus.cut_after = from && from->reading.skips_unknown ? SIZE_MAX : t->options.max_tokens;
  if (status)
    training_free(t);
  else
    *training = t;
  return status;
}

static const Stage *stage(const Training *t) { return STAGES[t->stage]; }

static void leave_stage(Training *t) {
  if (t->state && stage(t)->end) stage(t)->end(t->state, t);
  free(t->state);
  t->state = NULL;
}

void training_free(Training *t) {
  if (!t) return;
  leave_stage(t);
  epochs_free(t->epochs);
  corpus_free(&t->corpus);
  word_vectors_free(&t->vectors);
  taught_labels_free(&t->taught);
  model_free(t->model);
  parameters_free(&t->best_parameters);
  validation_free(&t->validation);
  stop_file_free(t->stop_file);
  free(t->tokenize);
  free(t->separator);
  strings_free(&t->warnings);
  free(t->label_rows);
  free(t->label_weights);
  free(t->rows.row);
  text_folds_free(&t->folds);
  free(t);
}

Status training_set_multilabel(Training *t, const char *separator, Error *error) {
  t->corpus.multilabel = true;
  free(t->separator);
  t->separator = separator ? strdup(separator) : NULL;
  return separator && !t->separator ? error_no_memory(error) : STATUS_OK;
}

Corpus *training_corpus(Training *t) { return &t->corpus; }
WordVectors *training_vectors(Training *t) { return &t->vectors; }
Teacher *training_teacher(Training *t) { return t->taught.teacher; }
void training_set_teacher(Training *t, Teacher *teacher) { t->taught.teacher = teacher; }
const TaughtSummary *training_taught(const Training *t) { return t->taught.guessed ? &t->taught.summary : NULL; }

Status training_count_words(Training *t, size_t read, size_t words, Error *error) {
  if (read == words) return STATUS_OK;
  return warnings_find_of_fewer(t, "the teacher to read", read, words, "words", &t->warnings, error);
}

Status training_add_phrase(Training *t, const Label *label, const char *phrase, size_t length, Error *error) {
  TaughtLabels *taught = &t->taught;
  if (!memory_grow(&taught->phrase_labels, &taught->phrases_capacity, taught->phrases + 1,
                   sizeof *taught->phrase_labels))
    return error_no_memory(error);
  Status status = labels_add(&t->corpus.labels, *label, &taught->phrase_labels[taught->phrases], error);
  if (!status) status = teacher_add_text(taught->teacher, phrase, length, error);
  taught->phrases += !status;
  return status;
}

const TrainingOptions *training_options(const Training *t) { return &t->options; }
size_t training_rows(const Training *t) { return t->labelled; }
size_t training_pseudo_labelled(const Training *t) { return t->pseudo_labelled; }
bool training_is_multilabel(const Training *t) { return t->corpus.multilabel; }
const size_t *training_label_rows(const Training *t) { return t->label_rows; }
const Strings *training_warnings(const Training *t) { return &t->warnings; }
const Validation *training_validation(const Training *t) { return &t->validation; }

/* ---- what stages ask ------------------------------------------------------------------- */

bool training_ends_early(const Training *t) { return time_limit_left(t) <= 0.0; }
double training_seconds(const Training *t) { return clock_seconds() - t->started; }

Status training_list_rows(Training *t, Error *error) {
  const Corpus *c = &t->corpus;
  free(t->rows.row);
  t->rows = (TrainingRows){.row = malloc((c->rows + 1) * sizeof *t->rows.row)};
  if (!t->rows.row) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_TRAINS) t->rows.row[t->rows.count++] = (uint32_t)row;
  return STATUS_OK;
}

/* ---- a stop before anything is learned --------------------------------------------------- */

Status training_check_stop(Training *t, Error *error) {
  if (!stop_file_appeared(t->stop_file)) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "stopped by the file '%.200s' before anything was learned, so no model is "
                   "saved", t->options.stop_file);
}

Status training_check_time(const Training *t, Error *error) { return time_limit_check_rows(t, error); }

Status training_check_memory(Training *t, bool all_rows, Error *error) {
  return all_rows ? memory_limit_check(t, error) : memory_limit_watch(t, error);
}

/* The teacher's stage is the first. */
static bool proceed(void *context) {
  Training *t = context;
  bool stopped = t->stage == 0 && stop_file_appeared(t->stop_file);
  return !stopped && (!t->poll.proceed || t->poll.proceed(t->poll.context));
}

Poll training_poll(Training *t, Poll poll) {
  t->poll = poll;
  return (Poll){proceed, t};
}

/* ---- stage by stage ---------------------------------------------------------------------- */

/* Goes to stage number `next`, or the first one after it that is wanted. */
static void go_to_stage(Training *t, size_t next) {
  leave_stage(t);
  t->stage = next;
  while (t->stage < LAST_STAGE && stage(t)->wanted && !stage(t)->wanted(t)) t->stage++;
}

static Status begin_stage(Training *t, Error *error) {
  t->state = calloc(1, stage(t)->state_size + 1);
  if (!t->state) return error_no_memory(error);
  return stage(t)->begin ? stage(t)->begin(t->state, t, error) : STATUS_OK;
}

/* Runs the stage once; goes to the next one if it is over. */
static Status run_stage(Training *t, Error *error) {
  bool over = true;
  Status status = t->state ? STATUS_OK : begin_stage(t, error);
  if (!status) status = stage(t)->run(t->state, t, &over, error);
  if (!status && over && t->stage < LAST_STAGE) go_to_stage(t, t->stage + 1);
  return status;
}

Status training_begin(Training *t, const float *label_weights, Error *error) {
  Status status = preparation_run(t, label_weights, error);
  if (!status) go_to_stage(t, 0);
  return status;
}

/* Runs stages until an epoch has ended, then those before the next epoch. */
static Status run_epoch(Training *t, Error *error) {
  Status status = workers_poll(t->workers, error); /* an epoch may be over before their first poll */
  bool ended = false;
  while (!status && t->stage < LAST_STAGE && !(ended && stage(t)->gives_epochs)) {
    ended = ended || stage(t)->gives_epochs;
    status = run_stage(t, error);
  }
  return status;
}

Status training_epoch(Training *t, Poll poll, Epoch *epoch, Error *error) {
  *epoch = (Epoch){.epoch = ++t->epoch_number};
  t->epoch = epoch;
  Status status = workers_new(t->options.threads, training_poll(t, poll), &t->workers, error);
  if (status) return status;
  status = run_epoch(t, error);
  if (status == STATUS_INTERRUPTED && t->stage == 0 && training_check_stop(t, error)) status = STATUS_INVALID;
  workers_free(t->workers);
  t->workers = NULL;
  epoch->seconds = training_seconds(t);
  epoch->is_last = t->stage == LAST_STAGE;
  return status;
}

TrainingProgress training_progress(const Training *t) {
  TrainingProgress p = {.stage = stage(t)->name, .epoch = t->epoch_number, .epochs = t->options.epochs,
                        .rows = t->epochs ? epochs_rows(t->epochs) : 0};
  double limit = t->options.max_seconds;
  if (t->final_fit && limit <= 0) p.besides = t->linear_seconds;
  if (t->state && stage(t)->progress) stage(t)->progress(t->state, t, &p);
  if (p.told) return p;
  if (t->epochs) p.share = epochs_done(t->epochs) / (double)p.epochs;
  if (limit > 0) p.share = fmax(p.share, training_seconds(t) / limit);
  p.share = fmax(0.0, fmin(p.share, 1.0));
  return p;
}

/* ---- end ------------------------------------------------------------------------- */

/* Moves what the training has made into the model. */
static Model *finished_model(Training *t) {
  Model *m = t->model;
  m->vocabulary = t->corpus.vocabulary;
  m->labels = t->corpus.labels;
  m->tokenize = t->tokenize;
  t->corpus.vocabulary = (Vocabulary){0};
  t->corpus.labels = (Labels){0};
  t->tokenize = NULL;
  t->model = NULL;
  return m;
}

Status training_end(Training *t, Poll poll, Model **model, Error *error) {
  if (t->best.epoch == 0) return error_set(error, STATUS_INVALID, "no epoch has ended yet");
  Status status = workers_new(t->options.threads, poll, &t->workers, error);
  if (status) return status;
  go_to_stage(t, LAST_STAGE);
  status = run_stage(t, error);
  workers_free(t->workers);
  t->workers = NULL;
  if (!status) *model = finished_model(t);
  return status;
}
