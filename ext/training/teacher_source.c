#include "training/teacher_source.h"

#include <string.h>

#include "base/little_endian.h"
#include "host/query.h"
#include "models/encoder_loading.h"
#include "models/encoder_place.h"
#include "training/label_phrases.h"

enum { MOST_NUMBERS = 65536 }; /* of a vector: as many as an encoder's may have */

static const char MEANING[] = "a text and a vector", NAME[] = "query of option teacher";

/* ---- the teacher ---------------------------------------------------------------------------- */

/* An encoder's name comes first, even if it reads like a query. */
static int find_encoder(TrainingRun *run, bool *found, Error *error) {
  EncoderPlace place;
  int rc = encoder_place_find(run->connection, run->options.teacher, &place, error);
  *found = rc == SQLITE_OK;
  encoder_place_free(&place);
  return rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT ? rc : SQLITE_OK;
}

static int check_query(TrainingRun *run, Error *error) {
  const char *sql = run->options.teacher;
  sqlite3_stmt *stmt;
  if (!query_begins(sql))
    return failure(error, SQLITE_ERROR, "option teacher is '%.60s', expected the name of an encoder, or a SELECT that "
                   "gives %s", sql, MEANING);
  int rc = query_prepare(run->connection, sql, NAME, 2, MEANING, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

static int begin_teacher(TrainingRun *run, Error *error) {
  const char *name = run->options.teacher;
  Teacher *teacher = NULL;
  bool may_be_query = query_begins(name) || strpbrk(name, " \t\r\n"), found = true;
  int rc = may_be_query ? find_encoder(run, &found, error) : SQLITE_OK;
  if (!rc) rc = found ? encoder_loading_load(run->connection, name, &run->encoder, error) : check_query(run, error);
  if (!rc) rc = failure_code(teacher_new(run->encoder, &teacher, error));
  if (!rc) teacher->texts.poll = connection_poll(run->connection);
  if (!rc) training_set_teacher(run->training, teacher);
  return rc;
}

/* ---- labels ------------------------------------------------------------------------------------ */

/* A name says more in a sentence: the vectors of these are averaged. */
static const char *const SENTENCES[] = {"%s", "this is about %s.", "%s, %s", "i feel %s", "an example of %s",
                                        "the topic is %s"};

static int add_phrase(TrainingRun *run, const LabelPhrase *phrase, Error *error) {
  size_t sentences = phrase->is_name ? sizeof SENTENCES / sizeof *SENTENCES : 1;
  int rc = SQLITE_OK;
  for (size_t i = 0; i < sentences && !rc; i++) {
    char *sentence = sqlite3_mprintf(SENTENCES[i], phrase->words, phrase->words);
    rc = sentence ? failure_code(training_add_phrase(run->training, &phrase->label, sentence, strlen(sentence), error))
                  : failure_no_memory(error);
    sqlite3_free(sentence);
  }
  return rc;
}

static int add_label(TrainingRun *run, const LabelPhrase *phrase, Error *error) {
  uint32_t number;
  return failure_code(labels_add(&training_corpus(run->training)->labels, phrase->label, &number, error));
}

/* ---- vectors made elsewhere ---------------------------------------------------------------------- */

static int bad_vector(sqlite3_stmt *stmt, const char *text, Error *error) {
  static const char EXPECTED[] = "expected a BLOB of float32, 4 bytes a number";
  int bytes = sqlite3_column_bytes(stmt, 1);
  if (sqlite3_column_type(stmt, 1) == SQLITE_BLOB)
    return failure(error, SQLITE_ERROR, "the vector of the text '%.60s' is a BLOB of %d byte%s, %s", text, bytes,
                   bytes == 1 ? "" : "s", EXPECTED);
  const char *kind = sqlite3_column_type(stmt, 1) == SQLITE_TEXT ? "text" : "number";
  const char *value = (const char *)sqlite3_column_text(stmt, 1);
  return value ? failure(error, SQLITE_ERROR, "the vector of the text '%.60s' is the %s '%.60s', %s", text, kind,
                         value, EXPECTED)
               : failure_no_memory(error);
}

static int add_vector(TrainingRun *run, sqlite3_stmt *stmt, Error *error) {
  const char *text;
  size_t length;
  int bytes = sqlite3_column_bytes(stmt, 1), type = sqlite3_column_type(stmt, 1);
  if (sqlite3_column_type(stmt, 0) == SQLITE_BLOB && type == SQLITE_TEXT)
    return failure(error, SQLITE_ERROR, "the %s gives a BLOB and a text, expected %s, in this order", NAME, MEANING);
  int rc = query_text(sqlite3_column_value(stmt, 0), "text in the query of option teacher", &text, &length, error);
  if (rc || !text || type == SQLITE_NULL) return rc;
  if (type != SQLITE_BLOB || bytes == 0 || (size_t)bytes % sizeof(float)) return bad_vector(stmt, text, error);
  size_t size = (size_t)bytes / sizeof(float);
  if (size > MOST_NUMBERS)
    return failure(error, SQLITE_ERROR, "the vector of the text '%.60s' has %d numbers, expected at most %d", text,
                   (int)size, MOST_NUMBERS);
  float *vector = sqlite3_malloc(bytes); /* aligned, as the column's bytes may not be */
  if (!vector) return failure_no_memory(error);
  little_endian_copy(vector, sqlite3_column_blob(stmt, 1), size, sizeof *vector);
  rc = failure_code(teacher_add_vector(training_teacher(run->training), text, length, vector, size, error));
  sqlite3_free(vector);
  return rc;
}

/* Of a name the vector of the name itself is enough. */
static int check_phrase(TrainingRun *run, const LabelPhrase *phrase, Error *error) {
  if (teacher_knows_text(training_teacher(run->training), phrase->words, strlen(phrase->words))) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "the %s gives no vector of '%.60s', which stands in option labels", NAME,
                 phrase->words);
}

static int read_vectors(TrainingRun *run, Error *error) {
  const Teacher *teacher = training_teacher(run->training);
  sqlite3_stmt *stmt;
  size_t known = 0;
  int rc = query_prepare(run->connection, run->options.teacher, NAME, 2, MEANING, &stmt, error), step;
  if (rc) return rc;
  while (!rc && (step = query_step(run->connection, stmt)) == SQLITE_ROW) {
    rc = failure_code(training_check_stop(run->training, error));
    if (!rc) rc = add_vector(run, stmt, error);
  }
  if (!rc && step != SQLITE_DONE) rc = query_failure(run->connection, NAME, step, error);
  sqlite3_finalize(stmt);
  for (size_t i = 0; i < teacher->count && !rc; i++) known += teacher_knows(teacher, i);
  if (!rc && known == 0)
    rc = failure(error, SQLITE_ERROR, "the %s gives a vector of none of the texts, expected the same texts", NAME);
  return rc ? rc : label_phrases_visit(run, check_phrase, error);
}

/* ---- what the header declares ----------------------------------------------------------------------- */

int teacher_source_begin(TrainingRun *run, Error *error) {
  if (run->options.labels && !run->options.teacher)
    return failure(error, SQLITE_ERROR, "option labels is given without a teacher, expected option teacher, an "
                   "encoder");
  if (!run->options.teacher) return SQLITE_OK;
  int rc = begin_teacher(run, error);
  return rc ? rc : label_phrases_check(run, error);
}

int teacher_source_add_labels(TrainingRun *run, Error *error) {
  return label_phrases_visit(run, add_label, error);
}

int teacher_source_read(TrainingRun *run, Error *error) {
  if (!run->options.teacher) return SQLITE_OK;
  int rc = label_phrases_visit(run, add_phrase, error);
  return rc || run->encoder ? rc : read_vectors(run, error);
}
