#include "training/teacher_source.h"

#include <string.h>

#include "host/query.h"
#include "models/encoder_loading.h"

static const char MEANING[] = "a text and a vector", NAME[] = "query of option teacher";

/* ---- the teacher ---------------------------------------------------------------------------- */

/* An encoder's name has no blank, a query begins with a word and one. */
static bool is_query(const char *teacher) {
  static const char *const WORDS[] = {"SELECT", "WITH", "VALUES"};
  teacher += strspn(teacher, " \t\r\n(");
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    size_t length = strlen(WORDS[i]);
    if (sqlite3_strnicmp(teacher, WORDS[i], (int)length) == 0 && strchr(" \t\r\n(*", teacher[length])) return true;
  }
  return false;
}

static int begin_teacher(TrainingRun *run, Error *error) {
  const char *name = run->options.teacher;
  Teacher *teacher;
  sqlite3_stmt *stmt = NULL;
  int rc = SQLITE_OK;
  if (is_query(name)) {
    rc = query_prepare(run->connection, name, NAME, 2, MEANING, &stmt, error);
    sqlite3_finalize(stmt);
  } else {
    rc = encoder_loading_load(run->connection, name, &run->encoder, error);
  }
  if (!rc) rc = failure_code(teacher_new(run->encoder, &teacher, error));
  if (!rc) training_set_teacher(run->training, teacher);
  return rc;
}

/* ---- labels ------------------------------------------------------------------------------------ */

/* Each label and phrase; a name alone is its own phrase. The last two columns: whether they are texts, and what
** a message shows.
*/
static const char PHRASES[] =
    "SELECT ifnull(name, ''), ifnull(phrase, name), type = 'text' OR (type = 'null' AND json_type(?1) = 'object'), "
    "  CASE WHEN type IN ('null', 'true', 'false') THEN type ELSE type || ' ''' || substr(phrase, 1, 60) || '''' END "
    "FROM (SELECT CASE json_type(?1) WHEN 'array' THEN o.value ELSE o.key END AS name, p.value AS phrase, "
    "    CASE WHEN json_type(?1) = 'object' AND o.type = 'array' AND o.value <> '[]' THEN p.type ELSE o.type END "
    "    AS type "
    "  FROM json_each(?1) AS o, json_each("
    "    CASE WHEN o.type = 'array' AND o.value <> '[]' THEN o.value ELSE json_array(o.value) END) AS p)";

typedef int PhraseVisit(TrainingRun *run, const Label *label, const char *phrase, size_t length, Error *error);

static bool is_blank(const char *text) { return text[strspn(text, " \t\r\n")] == '\0'; }

static int visit_phrase(TrainingRun *run, sqlite3_stmt *stmt, PhraseVisit *visit, Error *error) {
  const char *name = (const char *)sqlite3_column_text(stmt, 0), *phrase = (const char *)sqlite3_column_text(stmt, 1);
  const char *shown = (const char *)sqlite3_column_text(stmt, 3);
  size_t length = (size_t)sqlite3_column_bytes(stmt, 1);
  if (!sqlite3_column_int(stmt, 2) && shown)
    return failure(error, SQLITE_ERROR, "option labels has %s, expected names of labels, or an object of name to "
                   "description or to a list of phrases", shown);
  if (!name || !phrase || !shown) return failure_no_memory(error);
  if (is_blank(name) || is_blank(phrase))
    return failure(error, SQLITE_ERROR, "option labels has an empty %s, expected words",
                   is_blank(name) ? "name" : "description");
  Label label = {.kind = LABEL_TEXT, .text = name, .length = (size_t)sqlite3_column_bytes(stmt, 0)};
  return visit ? visit(run, &label, phrase, length, error) : SQLITE_OK;
}

/* Calls visit (or NULL) for each phrase. */
static int visit_phrases(TrainingRun *run, PhraseVisit *visit, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(run->connection, PHRASES, &stmt, error), step;
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, run->options.labels, -1, SQLITE_STATIC);
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) rc = visit_phrase(run, stmt, visit, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, run->connection->db, step);
  sqlite3_reset(stmt);
  return rc;
}

static int check_names(TrainingRun *run, Error *error) {
  static const char TWICE[] = "SELECT name FROM (SELECT CASE json_type(?1) WHEN 'array' THEN value ELSE key END "
                              "  AS name FROM json_each(?1)) WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1";
  sqlite3_stmt *stmt;
  int rc = connection_statement(run->connection, TWICE, &stmt, error);
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, run->options.labels, -1, SQLITE_STATIC);
  rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW)
    rc = failure(error, SQLITE_ERROR, "option labels has '%.60s' twice, expected each name once",
                 (const char *)sqlite3_column_text(stmt, 0));
  else
    rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, run->connection->db, rc);
  sqlite3_reset(stmt);
  return rc;
}

/* A name says more in a sentence: the vectors of these are averaged. */
static const char *const SENTENCES[] = {"%s", "this is about %s.", "%s, %s", "i feel %s", "an example of %s",
                                        "the topic is %s"};

/* The words of a name such as card_arrival are apart for the encoder. */
static char *spaced(const char *name, size_t length) {
  char *words = sqlite3_mprintf("%.*s", (int)length, name);
  for (char *c = words; c && *c; c++)
    if (*c == '_' || *c == '/') *c = ' ';
  return words;
}

static int add_name(TrainingRun *run, const Label *label, Error *error) {
  char *name = spaced(label->text, label->length);
  int rc = name ? SQLITE_OK : failure_no_memory(error);
  for (size_t i = 0; i < sizeof SENTENCES / sizeof *SENTENCES && !rc; i++) {
    char *sentence = sqlite3_mprintf(SENTENCES[i], name, name);
    rc = sentence ? failure_code(training_add_phrase(run->training, label, sentence, strlen(sentence), error))
                  : failure_no_memory(error);
    sqlite3_free(sentence);
  }
  sqlite3_free(name);
  return rc;
}

static bool is_name(const Label *label, const char *phrase, size_t length) {
  return length == label->length && memcmp(phrase, label->text, length) == 0;
}

static int add_phrase(TrainingRun *run, const Label *label, const char *phrase, size_t length, Error *error) {
  return is_name(label, phrase, length)
             ? add_name(run, label, error)
             : failure_code(training_add_phrase(run->training, label, phrase, length, error));
}

static int add_label(TrainingRun *run, const Label *label, const char *phrase, size_t length, Error *error) {
  (void)phrase;
  (void)length;
  uint32_t number;
  return failure_code(labels_add(&training_corpus(run->training)->labels, *label, &number, error));
}

/* ---- vectors made elsewhere ---------------------------------------------------------------------- */

static int add_vector(TrainingRun *run, sqlite3_stmt *stmt, Error *error) {
  const char *text;
  size_t length;
  int rc = query_text(sqlite3_column_value(stmt, 0), "text", &text, &length, error);
  if (rc || !text) return rc;
  int bytes = sqlite3_column_bytes(stmt, 1), type = sqlite3_column_type(stmt, 1);
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type != SQLITE_BLOB || bytes == 0 || (size_t)bytes % sizeof(float))
    return failure(error, SQLITE_ERROR, "the vector of the text '%.60s' is no BLOB of float32 (bytes: %d)", text,
                   bytes);
  size_t size = (size_t)bytes / sizeof(float);
  float *vector = sqlite3_malloc(bytes); /* aligned, as the column's bytes may not be */
  if (!vector) return failure_no_memory(error);
  memcpy(vector, sqlite3_column_blob(stmt, 1), (size_t)bytes);
  rc = failure_code(teacher_add_vector(training_teacher(run->training), text, length, vector, size, error));
  sqlite3_free(vector);
  return rc;
}

/* Of a name the vector of the name itself is enough. */
static int check_phrase(TrainingRun *run, const Label *label, const char *phrase, size_t length, Error *error) {
  char *words = is_name(label, phrase, length) ? spaced(phrase, length) : sqlite3_mprintf("%.*s", (int)length, phrase);
  if (!words) return failure_no_memory(error);
  bool known = teacher_knows_text(training_teacher(run->training), words, strlen(words));
  int rc = known ? SQLITE_OK
                 : failure(error, SQLITE_ERROR, "the %s gives no vector of '%.60s', which stands in option labels",
                           NAME, words);
  sqlite3_free(words);
  return rc;
}

static int read_vectors(TrainingRun *run, Error *error) {
  const Teacher *teacher = training_teacher(run->training);
  sqlite3_stmt *stmt;
  size_t known = 0;
  int rc = query_prepare(run->connection, run->options.teacher, NAME, 2, MEANING, &stmt, error), step;
  if (rc) return rc;
  while (!rc && (step = query_step(run->connection, stmt)) == SQLITE_ROW) rc = add_vector(run, stmt, error);
  if (!rc && step != SQLITE_DONE) rc = query_failure(run->connection, NAME, step, error);
  sqlite3_finalize(stmt);
  for (size_t i = 0; i < teacher->count && !rc; i++) known += teacher_knows(teacher, i);
  if (!rc && known == 0)
    rc = failure(error, SQLITE_ERROR, "the %s gives a vector of none of the texts, expected the same texts", NAME);
  return rc || !run->options.labels ? rc : visit_phrases(run, check_phrase, error);
}

/* ---- what the header declares ----------------------------------------------------------------------- */

int teacher_source_begin(TrainingRun *run, Error *error) {
  if (run->options.labels && !run->options.teacher)
    return failure(error, SQLITE_ERROR, "option labels is given without a teacher, expected option teacher, an "
                   "encoder");
  if (!run->options.teacher) return SQLITE_OK;
  int rc = begin_teacher(run, error);
  if (!rc && run->options.labels) rc = check_names(run, error);
  return rc || !run->options.labels ? rc : visit_phrases(run, NULL, error);
}

int teacher_source_add_labels(TrainingRun *run, Error *error) {
  return run->options.labels ? visit_phrases(run, add_label, error) : SQLITE_OK;
}

int teacher_source_read(TrainingRun *run, Error *error) {
  if (!run->options.teacher) return SQLITE_OK;
  int rc = run->options.labels ? visit_phrases(run, add_phrase, error) : SQLITE_OK;
  return rc || run->encoder ? rc : read_vectors(run, error);
}
