#include "train/taught_judgement.h"

#include <stdlib.h>

#include "base/random.h"
#include "train/taught_guesser.h"
#include "train/warnings.h"

enum {
  FEWEST_ROWS = 5,       /* of a label that is judged                     */
  FEWEST_FOLDS = 4,
  ENOUGH = 60,           /* judged rows; no further fold is hidden then   */
  MOST_LABELLED = 1200,  /* of the sample                                 */
  MOST_UNLABELLED = 400
};

#define NOT_JUDGED UINT32_MAX

static const double TIME_SHARE = 0.2; /* of the teacher's */

typedef struct Judgement {
  Training *training;
  uint32_t *rows;  /* [count] the sample, the labelled ones first */
  size_t labelled, count;
  size_t folds;
  uint32_t *fold;  /* [labelled] NOT_JUDGED, or a fold            */
  uint32_t *label_rows; /* [labels] of the sample                 */
  size_t *turn;    /* [labels] how many texts have a fold         */
  Strings texts;   /* the different ones of the labelled rows     */
  uint32_t *text_fold; /* [labelled] by their number               */
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
  add_rows(j, false, MOST_UNLABELLED);
  j->folds = j->labelled / ENOUGH > FEWEST_FOLDS ? j->labelled / ENOUGH : FEWEST_FOLDS;
  for (size_t i = 0; i < j->labelled; i++) j->label_rows[t->corpus.target[j->rows[i]]]++;
  for (size_t i = 0; i < t->taught.phrases; i++) j->named[t->taught.phrase_labels[i]] = true;
}

/* ---- folds ---------------------------------------------------------------------------------- */

/* Each label's texts take turns, from another fold on than those of the label before. A text that was there before
** follows it.
*/
static Status set_folds(Judgement *j, Error *error) {
  const Corpus *c = &j->training->corpus;
  for (size_t i = 0; i < j->labelled; i++) {
    Text text = corpus_text(c, j->rows[i]);
    uint32_t label = c->target[j->rows[i]], before = (uint32_t)j->texts.count;
    uint32_t number = strings_add(&j->texts, (const char *)text.words, text.length * sizeof *text.words);
    if (number == STRINGS_NONE) return error_no_memory(error);
    if (number == before) j->text_fold[number] = (uint32_t)((label + j->turn[label]++) % j->folds);
    bool judged = j->label_rows[label] >= FEWEST_ROWS || j->named[label];
    j->fold[i] = judged ? j->text_fold[number] : NOT_JUDGED;
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
  const TaughtSummary *s = &j->training->taught.summary;
  Status status = STATUS_OK;
  for (size_t fold = 0; fold < j->folds && s->judged < ENOUGH && !status; fold++) {
    hide_fold(j, fold, g);
    status = taught_guesser_run(g, error);
    if (!status && taught_guesser_was_cut(g)) break;
    count_right(j, fold, g);
  }
  if (status || s->judged) return status;
  return warnings_find_of_left_out(j->training, "judging the teacher", &j->training->warnings, error);
}

static Status judge_copy(Judgement *j, Error *error) {
  Training *t = j->training;
  const Teacher *teacher = t->taught.teacher;
  TaughtGuesser g = {0};
  TimePart part;
  TimeLeft time = time_part(teacher->time, TIME_SHARE, &part);
  Status status = teacher_copy(teacher, j->rows, j->count, t->corpus.rows, &j->teacher, error);
  if (!status) status = taught_guesser_new(&g, t, j->teacher, j->rows, j->count, error);
  if (!status && teacher->time) {
    j->teacher->time = &time;
    j->teacher->learns_fully = true;
  }
  if (!status) status = judge(j, &g, error);
  taught_guesser_free(&g);
  return status;
}

static size_t to_judge(const Judgement *j) {
  size_t count = 0;
  for (size_t i = 0; i < j->labelled; i++) count += j->fold[i] != NOT_JUDGED;
  return count < ENOUGH ? count : ENOUGH;
}

Status taught_judgement_run(Training *t, Error *error) {
  Judgement j;
  Status status = judgement_new(&j, t, error);
  if (!status) draw_sample(&j);
  if (!status) status = set_folds(&j, error);
  if (!status) t->taught.to_judge = to_judge(&j);
  if (!status && t->taught.to_judge) status = judge_copy(&j, error);
  judgement_free(&j);
  return status;
}
