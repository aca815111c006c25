#include "training/training_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_text.h"
#include "host/cache.h"
#include "host/query.h"
#include "host/tokenizers.h"
#include "models/encoder_loading.h"
#include "models/loading.h"
#include "models/metrics_write.h"
#include "teacher/encoder_words.h"
#include "train/time_limit.h"
#include "training/class_weights.h"
#include "training/teacher_source.h"
#include "training/training_result.h"
#include "training/training_rows.h"
#include "training/vector_table.h"

static int load_from(TrainingRun *run, Error *error) {
  if (!run->options.from) return SQLITE_OK;
  int rc = loading_load(run->connection, run->options.from, &run->from, error);
  if (rc) return rc;
  run->options.training.markup = run->from->markup; /* it is used and saved instead, and so is the tokenizer */
  sqlite3_free(run->options.tokenize);
  run->options.tokenize = sqlite3_mprintf("%s", run->from->tokenize);
  return run->options.tokenize ? SQLITE_OK : failure_no_memory(error);
}

int training_run_begin(TrainingRun *run, Connection *c, sqlite3_value *model, sqlite3_value *options,
                       const char *query, Error *error) {
  const char *name, *json;
  *run = (TrainingRun){.connection = c, .query = query ? sqlite3_mprintf("%s", query) : NULL};
  int rc = query && !run->query ? failure_no_memory(error) : SQLITE_OK;
  if (!rc) rc = query_text(model, "model's name", &name, NULL, error);
  if (!rc && name && name[0] == '{')
    rc = failure(error, SQLITE_ERROR, "the model's name is '%.60s', expected a name; options come after it", name);
  if (!rc) rc = query_text(options, "object of options", &json, NULL, error);
  if (!rc) rc = options_read(c, json, &run->options, error);
  run->options.training.most_bytes = (size_t)sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, -1);
  if (!rc) rc = load_from(run, error);
  if (!rc) rc = tokenizers_find(c, run->options.tokenize, run->options.training.markup, &run->tokenizer, error);
  if (!rc) rc = training_rows_check_options(run, error);
  if (!rc) rc = vector_table_check(c, run->options.vectors, error);
  if (!rc) rc = saving_target(c, name, &run->target, error);
  if (!rc)
    rc = failure_code(training_new(&run->options.training, run->options.tokenize, run->from, &run->training, error));
  if (!rc) training_corpus(run->training)->poll = connection_poll(c);
  if (!rc) rc = training_rows_begin(run, error);
  if (!rc) rc = teacher_source_begin(run, error);
  if (!rc) run->history = sqlite3_str_new(c->db);
  run->examples.seed = run->options.training.seed;
  if (rc) training_run_end(run);
  return rc;
}

void training_run_end(TrainingRun *run) {
  training_free(run->training);
  examples_free(&run->examples);
  label_reader_free(&run->labels);
  cache_release(run->from);
  cache_release(run->encoder);
  options_free(&run->options);
  saving_target_free(&run->target);
  sqlite3_free(sqlite3_str_finish(run->history));
  sqlite3_free(run->query);
  *run = (TrainingRun){0};
}

static void read_progress(void *context, ProgressState *state) {
  const TrainingRun *run = context;
  TrainingProgress p = training_progress(run->training);
  state->rows = p.stage ? -1.0 : (double)p.rows;
  state->share = p.told || !p.stage ? p.share : -1.0;
  state->besides = p.besides;
  if (p.told)
    snprintf(state->doing, sizeof state->doing, "%s", p.stage);
  else
    snprintf(state->doing, sizeof state->doing, "epoch %zu of %zu%s%s", p.epoch, p.epochs, p.stage ? ": " : "",
             p.stage ? p.stage : "");
  if (p.validating)
    snprintf(state->note, sizeof state->note, "validating");
  else if (run->best.validated)
    snprintf(state->note, sizeof state->note, "accuracy %s", number_fixed(run->best.validation_accuracy, 3).text);
}

static int read_vectors(TrainingRun *run, Error *error) {
  const VectorsWanted wanted = {.tokenizer = run->tokenizer,
                                .vocabulary = &training_corpus(run->training)->vocabulary,
                                .most = run->options.training.max_vocabulary};
  return vector_table_read(run->connection, run->options.vectors, &wanted, training_vectors(run->training), error);
}

/* Words that the teacher has read so far, of those of the table. */
typedef struct WordsRead {
  atomic_size_t done;
  size_t words;
} WordsRead;

static void read_words_progress(void *context, ProgressState *state) {
  WordsRead *read = context;
  state->rows = -1.0;
  state->share = (double)atomic_load(&read->done) / (double)(read->words + 1);
  snprintf(state->doing, sizeof state->doing, "the teacher reads words");
}

static const double WORDS_SHARE = 0.1; /* of max_seconds */

/* Word vectors of the teacher; not in a model to go on from, whose words have vectors of their own. */
static int read_encoder_words(TrainingRun *run, Error *error) {
  TrainingOptions o = run->options.training;
  defaults_set_network(&o, 0);
  const Strings *table = &training_corpus(run->training)->vocabulary.words;
  size_t size = encoder_size(run->encoder);
  WordsRead read = {.words = table->count};
  TimePart part;
  TimeLeft whole = time_limit_time(run->training), time = time_part(&whole, WORDS_SHARE, &part);
  EncoderWords words = {.encoder = run->encoder, .tokenizer = run->tokenizer, .words = table,
                        .size = o.embedding < size ? o.embedding : size, .seed = o.seed, .time = &time,
                        .done = &read.done};
  Workers *workers;
  progress_begin(&run->progress, run->options.progress, read_words_progress, &read);
  Poll poll = training_poll(run->training, progress_poll(&run->progress, connection_poll(run->connection)));
  int rc = failure_code(workers_new(o.threads ? o.threads : workers_processors(), poll, &workers, error));
  if (rc) return rc;
  rc = failure_code(encoder_words_read(&words, workers, training_vectors(run->training), error));
  rc = encoder_loading_failure(run->options.teacher, rc, error);
  if (rc == SQLITE_INTERRUPT && training_check_stop(run->training, error)) rc = SQLITE_ERROR;
  workers_free(workers);
  progress_hide(&run->progress);
  return rc ? rc : failure_code(training_count_words(run->training, atomic_load(&read.done), read.words, error));
}

/* Without a row there is nothing to learn, unless a teacher guesses the labels of texts in the options. */
static bool has_texts(const TrainingRun *run) {
  return training_corpus(run->training)->rows > 0 || (run->options.teacher && run->options.unlabelled);
}

int training_run_failure(const TrainingRun *run, int rc, Error *error) {
  const char *name = run->target.name;
  if (rc != SQLITE_ERROR || strcmp(name, "default") == 0 || failure_names_function(error->message)) return rc;
  Error reason = *error;
  return failure(error, rc, "model '%.60s': %s", name, reason.message);
}

int training_run_start(TrainingRun *run, Error *error) {
  float *weights = NULL;
  int rc = teacher_source_add_labels(run, error);
  if (!rc && has_texts(run)) rc = training_rows_read_options(run, error);
  if (!rc && run->encoder && has_texts(run)) rc = failure_code(training_check_memory(run->training, true, error));
  if (!rc) rc = teacher_source_read(run, error);
  if (!rc && run->options.vectors) rc = read_vectors(run, error);
  if (!rc && !run->options.vectors && run->encoder && !run->from) rc = read_encoder_words(run, error);
  if (!rc && run->options.class_weight) {
    const Labels *labels = &training_corpus(run->training)->labels;
    weights = malloc((labels->keys.count + 1) * sizeof *weights);
    rc = weights ? class_weights_read(run->connection, run->options.class_weight, labels, weights, error)
                 : failure_no_memory(error);
  }
  if (!rc) rc = failure_code(training_begin(run->training, weights, error));
  progress_begin(&run->progress, run->options.progress, read_progress, run);
  free(weights);
  return training_run_failure(run, rc, error);
}

static void log_epoch(TrainingRun *run, const Epoch *e) {
  char held_out[64] = "";
  if (e->validated)
    snprintf(held_out, sizeof held_out, ", on held-out rows %s", number_fixed(e->validation_accuracy, 4).text);
  progress_log(&run->progress, "epoch %zu: loss %s, accuracy %s%s, %.0f rows a second, %s s%s", e->epoch,
               number_fixed(e->train_loss, 4).text, number_fixed(e->train_accuracy, 4).text, held_out,
               e->rows_per_second, number_fixed(e->seconds, 1).text,
               run->options.training.patience && e->is_best ? ", the best so far" : "");
}

/* Replaces the figures of the best epoch by those after calibration. */
static void update_best(TrainingRun *run) {
  const Score *score = &training_validation(run->training)->score;
  if (!run->best.validated) return;
  run->best.validation_loss = score_log_loss(score);
  run->best.validation_accuracy = score_accuracy(score);
  run->best.validation_f1 = score_macro_f1(score);
}

int training_run_epoch(TrainingRun *run, Epoch *epoch, Error *error) {
  Poll poll = progress_poll(&run->progress, connection_poll(run->connection));
  int rc = failure_code(training_epoch(run->training, poll, epoch, error));
  if (rc || (run->query && !epoch->is_last)) progress_hide(&run->progress); /* we return to the caller */
  if (rc) return training_run_failure(run, rc, error);
  if (epoch->is_best) run->best = *epoch;
  metrics_write_epoch(run->history, epoch);
  if (sqlite3_str_errcode(run->history)) return failure_no_memory(error);
  log_epoch(run, epoch);
  if (epoch->is_last) update_best(run);
  if (!epoch->is_last) return SQLITE_OK;
  rc = training_result_save(run, epoch, error);
  epoch->seconds = training_seconds(run->training);
  progress_hide(&run->progress);
  return rc;
}
