/* stage_compression.c -- chooses how many bits the numbers of the model's file have.
**
** The rows held out decide: the fewest bits with which they are labelled as well as with floats. A model that
** none are held out for has 8 bits.
*/
#include "base/clock.h"
#include "train/compression.h"
#include "train/stage.h"
#include "train/time_limit.h"

/* From the smallest on, where there are many labels. What has the same bits in all made no difference that could
** be measured.
*/
static const ModelBits CHOICES[] = {
    {.network = {.embedding = 4, .subwords = 4, .dense = 8}, .linear = 4},
    {.network = {.embedding = 8, .subwords = 4, .dense = 8}, .linear = 4},
    {.network = {.embedding = 4, .subwords = 4, .dense = 8}, .linear = 8},
    {.network = {.embedding = 8, .subwords = 4, .dense = 8}, .linear = 8},
};
enum { CHOICE_COUNT = sizeof CHOICES / sizeof *CHOICES };

enum { FEW = 50 }; /* rows held out, whose loss says little */

static const double MORE_LOSS = 1.01, MORE_LOSS_OF_FEW = 1.05; /* times the loss with floats, at most */
static const double LESS_RIGHT = 0.0015; /* of the rows, and one row, at most */

typedef struct Judgement {
  double loss, right;
} Judgement;

static Judgement judgement_of(const Score *score) {
  return (Judgement){score_log_loss(score), (double)score->hits};
}

/* The model of the best epoch, compressed; without what labelling by word numbers does not need. */
static Status make_trial(const Training *t, const ModelBits *bits, Model *trial, Error *error) {
  const Model *m = t->model;
  *trial = (Model){.calibration = m->calibration, .relevance = m->relevance, .reading = m->reading,
                   .precision = m->precision, .bits = *bits};
  Status status = parameters_new(&m->parameters.shape, workers_caller_poll(t->workers), &trial->parameters, error);
  if (!status) parameters_copy(&trial->parameters, &t->best_parameters);
  if (!status && linear_exists(&m->linear)) status = linear_copy(&m->linear, &trial->linear, error);
  return status ? status : compression_run(trial, &t->corpus, &t->budget, error);
}

static Status judge(Training *t, const ModelBits *bits, Judgement *judgement, Error *error) {
  Model trial;
  Subwords subwords = {0};
  Status status = make_trial(t, bits, &trial, error);
  if (!status) status = compression_subwords(&trial, &t->corpus, &subwords, error);
  Lexicon lexicon = {.subwords = subwords.count ? &subwords : NULL, .folded = true};
  if (!status) status = validation_judge(&t->validation, &trial, &lexicon, t->workers, error);
  if (!status) *judgement = judgement_of(&t->validation.score);
  subwords_free(&subwords);
  parameters_free(&trial.parameters);
  linear_free(&trial.linear);
  ngrams_free(&trial.ngrams);
  return status;
}

static bool as_good(const Judgement *rounded, const Judgement *floats, size_t rows) {
  return rounded->loss <= (rows < FEW ? MORE_LOSS_OF_FEW : MORE_LOSS) * floats->loss &&
         rounded->right >= floats->right - 1.0 - LESS_RIGHT * (double)rows;
}

/* Whether there is time for another trial, if it takes as long as the last one. */
static bool has_time(const Training *t, double last) { return time_limit_left(t) > last; }

static bool wanted(const Training *t) { return t->options.compress; }

/* A limit on the size is planned for the fewest bits. */
static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  if (!t->final_fit && t->epochs) epochs_end(t->epochs); /* its memory is for what is tried here */
  Judgement floats = judgement_of(&t->validation.score), rounded;
  size_budget_rest(&t->options, &t->corpus, &t->model->linear.tfidf, &t->budget);
  bool large = t->options.most_bytes > 0 &&
               size_budget_least(&t->options, &t->corpus, true) > (double)t->options.most_bytes;
  size_t last = t->options.max_size || large ? 0 : CHOICE_COUNT - 1, choice = t->validation.count ? 0 : last;
  Status status = STATUS_OK;
  if (!has_time(t, 0.0)) choice = last;
  for (double seconds = 0.0; t->validation.count && has_time(t, seconds); choice++) {
    double begun = clock_seconds();
    status = judge(t, &CHOICES[choice], &rounded, error);
    seconds = clock_seconds() - begun;
    if (status || choice == last || as_good(&rounded, &floats, t->validation.count)) break;
    if (!has_time(t, seconds)) {
      choice = last;
      break;
    }
  }
  t->model->bits = CHOICES[choice];
  return status;
}

const Stage STAGE_COMPRESSION = {.name = "compressing", .wanted = wanted, .run = run};
