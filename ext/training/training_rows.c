#include "training/training_rows.h"

#include <stdlib.h>

#include "host/query.h"
#include "host/value.h"

/* A query that gives rows. */
typedef struct Source {
  const char *sql;  /* NULL: the option is not given */
  const char *name; /* for messages */
  int columns;      /* 2: text and label; 1: text */
  RowUse use;
} Source;

enum { SOURCES = 3 };

static void list_sources(const TrainingRun *run, Source sources[SOURCES]) {
  const Options *o = &run->options;
  sources[0] = (Source){o->from_rows, "query of rows in option from", 2, ROW_KNOWN};
  sources[1] = (Source){o->unlabelled, "query of unlabelled texts", 1, ROW_UNLABELLED};
  sources[2] = (Source){o->validation_query, "validation query", 2, ROW_VALIDATES}; /* corpus.h: these come last */
}

static int prepare_source(const TrainingRun *run, const Source *source, sqlite3_stmt **stmt, Error *error) {
  return query_prepare(run->connection, source->sql, source->name, source->columns,
                       source->columns == 2 ? "a text and a label" : "a text", stmt, error);
}

int training_rows_check_options(const TrainingRun *run, Error *error) {
  Source sources[SOURCES];
  int rc = SQLITE_OK;
  list_sources(run, sources);
  for (size_t i = 0; i < SOURCES && !rc; i++) {
    sqlite3_stmt *stmt;
    if (!sources[i].sql) continue;
    rc = prepare_source(run, &sources[i], &stmt, error);
    sqlite3_finalize(stmt);
  }
  return rc;
}

/* What a text is called in messages. */
static const char *text_of(RowUse use) {
  switch (use) {
    case ROW_KNOWN: return "text in the query of rows in option from";
    case ROW_UNLABELLED: return "text in the query of unlabelled texts";
    case ROW_VALIDATES: return "text in the validation query";
    default: return "text";
  }
}

/* An encoder reads text without markup. Vectors made elsewhere are found by the text as it is written. */
static int add_to_teacher(TrainingRun *run, const char *text, size_t length, Error *error) {
  Teacher *teacher = training_teacher(run->training);
  char *plain = NULL;
  if (!teacher) return SQLITE_OK;
  if (!teacher->encoder || run->options.training.markup == MARKUP_NONE)
    return failure_code(teacher_add_text(teacher, text, length, error));
  int rc = failure_code(markup_plain_text(text, length, connection_poll(run->connection), &plain, &length, error));
  if (!rc) rc = failure_code(teacher_add_text(teacher, plain, length, error));
  free(plain);
  return rc;
}

/* ---- several labels a row ---------------------------------------------------------------- */

static int refuse_option(const char *name, Error *error) {
  return failure(error, SQLITE_ERROR, "option %s is given, expected none where rows have several labels", name);
}

static int begin_sets(TrainingRun *run, Error *error) {
  Options *o = &run->options;
  o->multilabel = MULTILABEL_SETS;
  run->labels.separator = o->separator;
  if (o->teacher) return refuse_option("teacher", error);
  if (o->labels) return refuse_option("labels", error);
  if (o->unlabelled) return refuse_option("unlabelled", error);
  if (o->class_weight || o->training.balanced) return refuse_option("class_weight", error);
  return failure_code(training_set_multilabel(run->training, o->separator, error));
}

/* A model to go on from says how its labels are separated, if the options do not. */
static int begin_from(TrainingRun *run, Error *error) {
  Options *o = &run->options;
  bool sets = model_is_multilabel(run->from);
  if (sets && o->multilabel == MULTILABEL_NONE)
    return failure(error, SQLITE_ERROR, "option multilabel is false, expected true to go on from a model with several "
                   "labels a text");
  if (!sets && o->multilabel == MULTILABEL_SETS)
    return failure(error, SQLITE_ERROR, "the model to go on from gives a text one label, expected one that gives it "
                   "several, as option multilabel says");
  run->decided = true;
  if (!sets) return SQLITE_OK;
  if (o->multilabel == MULTILABEL_BY_ROWS && run->from->separator) {
    o->separator = sqlite3_mprintf("%s", run->from->separator);
    if (!o->separator) return failure_no_memory(error);
  }
  return begin_sets(run, error);
}

int training_rows_begin(TrainingRun *run, Error *error) {
  if (run->from) return begin_from(run, error);
  return run->options.multilabel == MULTILABEL_SETS ? begin_sets(run, error) : SQLITE_OK;
}

/* The model to go on from, or else the first row, has decided what is expected. */
static int bad_form(const TrainingRun *run, const char *where, const char *shown, Error *error) {
  bool sets = training_is_multilabel(run->training);
  if (run->from)
    return failure(error, SQLITE_ERROR, "row %zu%s has the label '%.60s', expected %s, as the model to go on from has "
                   "%s a row", run->row, where, shown, sets ? "a JSON array" : "one label and no JSON array",
                   sets ? "several labels" : "one label");
  if (sets)
    return failure(error, SQLITE_ERROR, "row %zu%s has the label '%.60s', expected a JSON array as in all rows, or "
                   "option multilabel, a separator", run->row, where, shown);
  return failure(error, SQLITE_ERROR, "row %zu%s has the label '%.60s', a JSON array, expected one label as the rows "
                 "before have; with option multilabel false it is taken as it is", run->row, where, shown);
}

/* Checks that the label is of the same kind as those before. */
static int check_form(TrainingRun *run, sqlite3_value *label, RowUse use, Error *error) {
  bool array, sets = training_is_multilabel(run->training);
  int rc = label_reader_is_array(label, &array, error);
  if (rc) return rc;
  if (!run->decided && run->options.multilabel == MULTILABEL_BY_ROWS) {
    run->decided = true;
    return array ? begin_sets(run, error) : SQLITE_OK;
  }
  if (run->options.multilabel == MULTILABEL_NONE || array == sets || run->labels.separator) return SQLITE_OK;
  const char *where = use == ROW_VALIDATES ? " of the validation query" : use == ROW_KNOWN ? " of option from" : "";
  const char *shown = sqlite3_value_type(label) == SQLITE_BLOB ? "a BLOB" : (const char *)sqlite3_value_text(label);
  return bad_form(run, where, shown, error);
}

/* The rows to learn from come first (corpus.h), so all their labels are known. */
static int count_mistyped(TrainingRun *run, const RowLabels *labels, RowUse use, Error *error) {
  if (use != ROW_VALIDATES) return SQLITE_OK;
  return mistyped_labels_count(&run->mistyped, &training_corpus(run->training)->labels, labels, error);
}

/* Adds the text with the labels that are in the value. */
static int add_labels(TrainingRun *run, const char *text, size_t length, sqlite3_value *value, RowUse use,
                      Error *error) {
  RowLabels labels;
  Error reason;
  int rc = label_reader_read(&run->labels, value, &labels, &reason);
  if (rc) return failure(error, rc, "row %zu: %s", run->row, reason.message);
  rc = count_mistyped(run, &labels, use, error);
  if (rc) return rc;
  return failure_code(
      corpus_add_labels(training_corpus(run->training), run->tokenizer, text, length, &labels, use, error));
}

static int add_label(TrainingRun *run, const char *text, size_t length, sqlite3_value *value, RowUse use,
                     Error *error) {
  Label label;
  int rc = value ? check_form(run, value, use, error) : SQLITE_OK;
  if (!rc && value && training_is_multilabel(run->training)) return add_labels(run, text, length, value, use, error);
  if (!rc && value) rc = value_label(value, &label, error);
  if (!rc && value) rc = count_mistyped(run, &(RowLabels){&label, 1}, use, error);
  return rc ? rc : failure_code(corpus_add(training_corpus(run->training), run->tokenizer, text, length,
                                           value ? &label : NULL, use, error));
}

/* ---- rows --------------------------------------------------------------------------------- */

int training_rows_add(TrainingRun *run, sqlite3_value *text_value, sqlite3_value *label_value, RowUse use,
                      Error *error) {
  const char *text;
  size_t length;
  run->row++;
  int rc = failure_code(training_check_stop(run->training, error));
  if (!rc) rc = query_text(text_value, text_of(use), &text, &length, error);
  bool no_label = label_value && sqlite3_value_type(label_value) == SQLITE_NULL;
  if (no_label && use == ROW_TRAINS && run->options.teacher && !run->options.unlabelled) {
    use = ROW_UNLABELLED;
    label_value = NULL;
    no_label = false;
  }
  bool of_training = use == ROW_TRAINS || use == ROW_VALIDATES;
  if (!rc && (!text || no_label)) {
    run->skipped += of_training;
    return SQLITE_OK;
  }
  const Corpus *corpus = training_corpus(run->training);
  if (!rc) rc = add_label(run, text, length, label_value, use, error);
  if (!rc) rc = add_to_teacher(run, text, length, error);
  if (!rc) rc = failure_code(training_check_memory(run->training, false, error));
  if (!rc) rc = failure_code(training_check_time(run->training, error));
  if (!rc && of_training)
    rc = failure_code(examples_offer(&run->examples, corpus->rows - 1, text, length, use == ROW_VALIDATES, error));
  return rc;
}

static int add_source(TrainingRun *run, const Source *source, Error *error) {
  sqlite3_stmt *stmt;
  Corpus *corpus = training_corpus(run->training);
  size_t before = corpus->rows;
  run->row = 0;
  int rc = prepare_source(run, source, &stmt, error);
  if (rc) return rc;
  int step;
  while (rc == SQLITE_OK && (step = query_step(run->connection, stmt)) == SQLITE_ROW)
    rc = training_rows_add(run, sqlite3_column_value(stmt, 0),
                           source->columns == 2 ? sqlite3_column_value(stmt, 1) : NULL, source->use, error);
  if (!rc && step != SQLITE_DONE) rc = query_failure(run->connection, source->name, step, error);
  bool needed = source->use == ROW_KNOWN || source->use == ROW_VALIDATES; /* training_begin() checks the others */
  if (!rc && corpus->rows == before && needed)
    rc = failure(error, SQLITE_ERROR, "the %s gives no rows, expected texts with labels", source->name);
  if (!rc && source->use == ROW_VALIDATES)
    rc = mistyped_labels_check(&run->mistyped, source->name, "the rows to learn from",
                               training_is_multilabel(run->training), error);
  sqlite3_finalize(stmt);
  return rc;
}

int training_rows_query(TrainingRun *run, const char *query, Error *error) {
  return add_source(run, &(Source){query, "query", 2, ROW_TRAINS}, error);
}

int training_rows_read_options(TrainingRun *run, Error *error) {
  Source sources[SOURCES];
  int rc = SQLITE_OK;
  list_sources(run, sources);
  for (size_t i = 0; i < SOURCES && !rc; i++)
    if (sources[i].sql) rc = add_source(run, &sources[i], error);
  return rc;
}
