#include "train/taught_judgement.h"

#include <stdlib.h>

#include "base/random.h"
#include "train/taught_guesser.h"

enum {
  FEWEST_ROWS = 5,       /* of a label that is judged                     */
  ENOUGH = 60,           /* judged rows; no further fold is hidden then   */
  MOST_LABELLED = 400,   /* of the sample                                 */
  MOST_ROWS = 600        /* the sample: those, then unlabelled ones       */
};

typedef struct Judgement {
  Training *training;
  uint32_t *rows;  /* [count] the sample, the labelled ones first */
  size_t labelled, count;
  uint8_t *fold;   /* [labelled] TAUGHT_FOLDS: not judged                */
  uint32_t *label_rows; /* [labels] of the sample                 */
  size_t *turn;    /* [labels] how many texts have a fold         */
  Strings texts;   /* the different ones of the labelled rows     */
  uint8_t *text_fold; /* [labelled] by their number               */
  bool *named;     /* [labels] has a phrase                       */
  Teacher *teacher; /* knows the sample and the phrases           */
} Judgement;

static void judgement_free(Judgement *j) {
  free(j->rows);
  free(j->fold);
  free(j->label_rows);
  free(j->turn);
  strings_free(&j->texts);
  free(j->text_fold);
  free(j->named);
  teacher_free(j->teacher);
}

static Status judgement_new(Judgement *j, Training *t, Error *error) {
  size_t labels = t->corpus.labels.keys.count;
  *j = (Judgement){.training = t};
  j->rows = malloc((t->corpus.rows + 1) * sizeof *j->rows);
  j->fold = malloc(MOST_LABELLED * sizeof *j->fold);
  j->text_fold = malloc(MOST_LABELLED * sizeof *j->text_fold);
  j->label_rows = calloc(labels + 1, sizeof *j->label_rows);
  j->turn = calloc(labels + 1, sizeof *j->turn);
  j->named = calloc(labels + 1, sizeof *j->named);
  bool ok = j->rows && j->fold && j->text_fold && j->label_rows && j->turn && j->named;
  return ok ? STATUS_OK : error_no_memory(error);
}

/* ---- the sample ------------------------------------------------------------------------------- */

/* Adds up to `most` rows that are shown, or that are not, drawn by seed. */
static void add_rows(Judgement *j, bool shown, size_t most) {
  Training *t = j->training;
  Random random = random_stream(t->options.seed, RANDOM_TEACHER, shown ? 1 : 2);
  size_t count = 0;
  for (uint32_t row = 0; row < t->corpus.rows; row++)
    if (t->corpus.use[row] != ROW_VALIDATES && taught_guesser_shows(t, row) == shown) j->rows[j->count + count++] = row;
  random_shuffle(&random, j->rows + j->count, count);
  j->count += count < most ? count : most;
}

static void draw_sample(Judgement *j) {
  const Training *t = j->training;
  add_rows(j, true, MOST_LABELLED);
  j->labelled = j->count;
  add_rows(j, false, MOST_ROWS - j->labelled);
  for (size_t i = 0; i < j->labelled; i++) j->label_rows[t->corpus.target[j->rows[i]]]++;
  for (size_t i = 0; i < t->taught.phrases; i++) j->named[t->taught.phrase_labels[i]] = true;
}

/* ---- folds ---------------------------------------------------------------------------------- */

/* Each label's texts take turns; a text that was there before follows it. */
static Status set_folds(Judgement *j, Error *error) {
  const Corpus *c = &j->training->corpus;
  for (size_t i = 0; i < j->labelled; i++) {
    Text text = corpus_text(c, j->rows[i]);
    uint32_t label = c->target[j->rows[i]], before = (uint32_t)j->texts.count;
    uint32_t number = strings_add(&j->texts, (const char *)text.words, text.length * sizeof *text.words);
    if (number == STRINGS_NONE) return error_no_memory(error);
    if (number == before) j->text_fold[number] = (uint8_t)(j->turn[label]++ % TAUGHT_FOLDS);
    bool judged = j->label_rows[label] >= FEWEST_ROWS || j->named[label];
    j->fold[i] = judged ? j->text_fold[number] : TAUGHT_FOLDS;
  }
  return STATUS_OK;
}

static void hide_fold(const Judgement *j, size_t fold, TaughtGuesser *g) {
  for (size_t i = 0; i < j->labelled; i++)
    g->targets[i] = j->fold[i] == fold ? LABELS_NONE : j->training->corpus.target[j->rows[i]];
}

static void count_right(Judgement *j, size_t fold, const TaughtGuesser *g) {
  TaughtSummary *s = &j->training->taught.summary;
  for (size_t i = 0; i < j->labelled; i++) {
    if (j->fold[i] != fold) continue;
    s->judged++;
    s->right += taught_guesser_label(g, i) == j->training->corpus.target[j->rows[i]];
  }
}

static Status judge(Judgement *j, TaughtGuesser *g, Error *error) {
  TaughtLabels *taught = &j->training->taught;
  Status status = STATUS_OK;
  for (size_t fold = 0; fold < TAUGHT_FOLDS && taught->summary.judged < ENOUGH && !status; fold++) {
    hide_fold(j, fold, g);
    status = taught_guesser_run(g, error);
    count_right(j, fold, g);
    atomic_fetch_add(&taught->folds, 1);
  }
  return status;
}

static bool something_is_judged(const Judgement *j) {
  for (size_t i = 0; i < j->labelled; i++)
    if (j->fold[i] < TAUGHT_FOLDS) return true;
  return false;
}

Status taught_judgement_run(Training *t, Error *error) {
  Judgement j;
  TaughtGuesser g = {0};
  Status status = judgement_new(&j, t, error);
  if (!status) draw_sample(&j);
  if (!status) status = set_folds(&j, error);
  if (!status && something_is_judged(&j)) {
    status = teacher_copy(t->taught.teacher, j.rows, j.count, t->corpus.rows, &j.teacher, error);
    if (!status) status = taught_guesser_new(&g, t, j.teacher, j.rows, j.count, error);
    if (!status) status = judge(&j, &g, error);
  }
  taught_guesser_free(&g);
  judgement_free(&j);
  return status;
}
