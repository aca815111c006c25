#include "training/label_phrases.h"

#include <string.h>
#include <utf8proc.h>

#include "host/json.h"

/* ?1 is the option, and ?2 its type: json_type(?1) would look at the whole text for each row.
** Each label with each of its phrases, and the type of a phrase in JSON.
*/
#define EACH                                                                                                    \
  "SELECT CASE ?2 WHEN 'array' THEN o.value ELSE o.key END AS name, p.value AS phrase, "             \
  "  CASE WHEN ?2 = 'object' AND o.type = 'array' AND o.value <> '[]' THEN p.type ELSE o.type END "  \
  "    AS type "                                                                                                \
  "FROM json_each(?1) AS o, json_each(CASE WHEN ?2 = 'object' AND o.type = 'array' "                 \
  "  AND o.value <> '[]' THEN o.value ELSE json_array(o.value) END) AS p"

/* The columns: the name, the phrase, whether the phrase is the name, whether they are texts, what a message shows. */
static const char PHRASES[] =
    "SELECT ifnull(name, ''), ifnull(phrase, name), ifnull(phrase = name, 1), "
    "  type = 'text' OR (type = 'null' AND ?2 = 'object'), "
    "  CASE WHEN type IN ('null', 'true', 'false') THEN type ELSE type || ' ''' || substr(phrase, 1, 60) || '''' END "
    "  || CASE ?2 WHEN 'object' THEN ' for ''' || substr(name, 1, 60) || '''' ELSE '' END "
    "FROM (" EACH ")";
enum { COL_NAME, COL_PHRASE, COL_IS_NAME, COL_IS_TEXT, COL_SHOWN };

static const char TWICE[] =
    "SELECT name FROM (SELECT CASE ?2 WHEN 'array' THEN value ELSE key END AS name FROM json_each(?1)) "
    "WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1";

/* Two labels whose phrases are the same, in any order. */
static const char ALIKE[] =
    "SELECT min(name), max(name) FROM ("
    "  SELECT name, group_concat(words, char(10)) AS words FROM ("
    "    SELECT DISTINCT name, trim(CASE WHEN ifnull(phrase, name) = name "
    "      THEN replace(replace(name, '_', ' '), '/', ' ') ELSE phrase END) AS words "
    "    FROM (" EACH ") ORDER BY name, words) GROUP BY name) "
    "GROUP BY words HAVING count(*) > 1 LIMIT 1";

/* ---- words ----------------------------------------------------------------------------------- */

/* \u0000 in JSON: SQLite ends a text there. */
static bool has_nul(const char *json) {
  for (const char *c = strchr(json, '\\'); c && c[1]; c = strchr(c + 2, '\\'))
    if (strncmp(c, "\\u0000", 6) == 0) return true;
  return false;
}

/* White space, also such as a no-break space, and what has no width. */
static bool is_space(utf8proc_int32_t code) {
  utf8proc_category_t category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
         category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF;
}

/* *blank: nothing can be seen in it. Returns false if the text is not UTF-8. */
static bool read_characters(const char *text, bool *blank) {
  utf8proc_int32_t code;
  for (*blank = true; *text; *blank = *blank && is_space(code)) {
    utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
    if (length <= 0) return false;
    text += length;
  }
  return true;
}

/* The words of a name such as card_arrival are apart for the encoder. */
static char *copy_words(const char *phrase, bool is_name) {
  char *words = sqlite3_mprintf("%s", phrase);
  for (char *c = words; is_name && c && *c; c++)
    if (*c == '_' || *c == '/') *c = ' ';
  return words;
}

static int check_words(const char *name, const char *words, bool is_name, Error *error) {
  bool no_name, no_words;
  if (!read_characters(name, &no_name) || !read_characters(words, &no_words))
    return failure(error, SQLITE_ERROR, "option labels has half of a surrogate pair in '%.60s', expected whole "
                   "characters", is_name ? name : words);
  if (no_name || (is_name && no_words))
    return failure(error, SQLITE_ERROR, "option labels has an empty name, '%.60s', expected words", name);
  if (no_words)
    return failure(error, SQLITE_ERROR, "option labels has an empty description for '%.60s', expected words", name);
  return SQLITE_OK;
}

/* One of the statements above, with its parameters. */
static int prepare_labels(TrainingRun *run, const char *sql, sqlite3_stmt **stmt, Error *error) {
  int rc = connection_statement(run->connection, sql, stmt, error);
  if (rc) return rc;
  const char *json = run->options.labels;
  sqlite3_bind_text(*stmt, 1, json, -1, SQLITE_STATIC);
  sqlite3_bind_text(*stmt, 2, json[strspn(json, " \t\n\r")] == '[' ? "array" : "object", -1, SQLITE_STATIC);
  return SQLITE_OK;
}

/* ---- phrases ----------------------------------------------------------------------------------- */

/* A label of the rows that reads like the name, such as the number 5, the first of them; else the name itself. */
static Label label_called(TrainingRun *run, const char *name) {
  const Labels *labels = &training_corpus(run->training)->labels;
  Label text = {.kind = LABEL_TEXT, .text = name, .length = strlen(name)};
  if (!strchr("-0123456789", *name)) return text; /* no number reads so: names may be many, and labels too */
  uint32_t found = labels_find(labels, text);
  for (uint32_t l = 0; l < labels->keys.count && l != found; l++)
    if (labels->kinds[l] != LABEL_TEXT && json_label_reads(labels_get(labels, l), name, text.length))
      return labels_get(labels, l);
  return text;
}

static int visit_row(TrainingRun *run, sqlite3_stmt *stmt, PhraseVisit *visit, Error *error) {
  const char *name = (const char *)sqlite3_column_text(stmt, COL_NAME);
  const char *phrase = (const char *)sqlite3_column_text(stmt, COL_PHRASE);
  const char *shown = (const char *)sqlite3_column_text(stmt, COL_SHOWN);
  bool is_name = sqlite3_column_int(stmt, COL_IS_NAME);
  if (!sqlite3_column_int(stmt, COL_IS_TEXT) && shown)
    return failure(error, SQLITE_ERROR, "option labels has %.60s, expected names of labels, or an object of name to "
                   "description or to a list of phrases", shown);
  if (!name || !phrase || !shown) return failure_no_memory(error);
  char *words = copy_words(phrase, is_name);
  int rc = words ? check_words(name, words, is_name, error) : failure_no_memory(error);
  LabelPhrase visited = {.label = label_called(run, name), .words = words, .is_name = is_name};
  if (!rc && visit) rc = visit(run, &visited, error);
  sqlite3_free(words);
  return rc;
}

int label_phrases_visit(TrainingRun *run, PhraseVisit *visit, Error *error) {
  sqlite3_stmt *stmt;
  if (!run->options.labels) return SQLITE_OK;
  int rc = prepare_labels(run, PHRASES, &stmt, error), step;
  if (rc) return rc;
  while (!rc && (step = json_step(stmt)) == SQLITE_ROW) rc = visit_row(run, stmt, visit, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, run->connection->db, step);
  sqlite3_reset(stmt);
  return rc;
}

/* ---- checks ------------------------------------------------------------------------------------- */

/* The statement finds names that are a fault, one or two of them. */
static int check_names(TrainingRun *run, const char *sql, const char *format, Error *error) {
  sqlite3_stmt *stmt;
  int rc = prepare_labels(run, sql, &stmt, error);
  if (rc) return rc;
  rc = json_step(stmt);
  if (rc == SQLITE_ROW) {
    char *sentence = sqlite3_mprintf(format, sqlite3_column_text(stmt, 0), sqlite3_column_text(stmt, 1));
    rc = sentence ? failure(error, SQLITE_ERROR, "%s", sentence) : failure_no_memory(error);
    sqlite3_free(sentence);
  } else {
    rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, run->connection->db, rc);
  }
  sqlite3_reset(stmt);
  return rc;
}

int label_phrases_check(TrainingRun *run, Error *error) {
  if (!run->options.labels) return SQLITE_OK;
  if (has_nul(run->options.labels))
    return failure(error, SQLITE_ERROR, "option labels has \\u0000, a NUL, expected names and phrases without one");
  int rc = check_names(run, TWICE, "option labels has '%.60s' twice, expected each name once", error);
  if (!rc) rc = label_phrases_visit(run, NULL, error);
  if (!rc)
    rc = check_names(run, ALIKE, "option labels says the same of '%.60s' and of '%.60s', expected words that tell them "
                     "apart", error);
  return rc;
}
