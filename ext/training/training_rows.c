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
  int rc = failure_code(markup_plain_text(text, length, &plain, &length, error));
  if (!rc) rc = failure_code(teacher_add_text(teacher, plain, length, error));
  free(plain);
  return rc;
}

int training_rows_add(TrainingRun *run, sqlite3_value *text_value, sqlite3_value *label_value, RowUse use,
                      Error *error) {
  const char *text;
  size_t length;
  Label label;
  int rc = query_text(text_value, text_of(use), &text, &length, error);
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
  if (!rc && label_value) rc = value_label(label_value, &label, error);
  Corpus *corpus = training_corpus(run->training);
  const Label *given = label_value ? &label : NULL;
  if (!rc) rc = failure_code(corpus_add(corpus, run->tokenizer, text, length, given, use, error));
  if (!rc) rc = add_to_teacher(run, text, length, error);
  if (!rc && of_training)
    rc = failure_code(examples_offer(&run->examples, corpus->rows - 1, text, length, use == ROW_VALIDATES, error));
  return rc;
}

static int add_source(TrainingRun *run, const Source *source, Error *error) {
  sqlite3_stmt *stmt;
  Corpus *corpus = training_corpus(run->training);
  size_t before = corpus->rows;
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
