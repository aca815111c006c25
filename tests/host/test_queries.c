/* Queries that are handed over as text: each function and option that takes one is given what it must refuse. A
** function or option that is added fails here until it is tried.
*/
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- who takes a query ---------------------------------------------------------------- */

/* A use of each that takes a query: %Q is the query, which has so many columns. */
static const struct Taker {
  const char *name;
  int columns;
  const char *sql;
  const char *without; /* what it says of NULL in place of a query; NULL: nothing */
} TAKERS[] = {
    {"classify_rows", 2, "SELECT count(*) FROM classify_rows(%Q, 'm')", "expected"},
    {"classify_doubts", 3, "SELECT count(*) FROM classify_doubts(%Q, 'm')", "expected"},
    {"classify_evaluate", 2, "SELECT count(*) FROM classify_evaluate(%Q, 'm')", "expected a query"},
    {"classify_report", 2, "SELECT count(*) FROM classify_report(%Q, 'm')", "expected a query"},
    {"classify_confusion", 2, "SELECT count(*) FROM classify_confusion(%Q, 'm')", "expected a query"},
    {"classify_embeddings", 2, "SELECT count(*) FROM classify_embeddings(%Q, 'bert')", "expected"},
    {"classify_train", 2, "SELECT count(*) FROM classify_train(%Q, 'z', '" QUICK "')", "expected"},
};

#define TRAIN_WITH(option)                                                                       \
  "SELECT classify_train(body, label, 'z', json_set('" QUICK "', " option ")) FROM texts"

/* Options of classify_train that take a query. */
static const struct Taker OPTIONS[] = {
    {"validation", 2, TRAIN_WITH("'$.validation', %Q"), NULL},
    {"unlabelled", 1, TRAIN_WITH("'$.unlabelled', %Q"), NULL},
    {"from", 2, TRAIN_WITH("'$.from', json_object('model', 'm', 'rows', %Q)"), NULL},
    {"teacher", 2, TRAIN_WITH("'$.teacher', %Q, '$.unlabelled', 'SELECT body FROM texts'"), NULL},
};

/* What takes none. */
static const char *const OTHERS[] = {"classify", "classify_confidence", "classify_scores", "classify_highlight",
                                     "classify_embedding", "classify_card", "classify_version", "classify_debug",
                                     "classify_labels", "classify_attention", "classify_words", "classify_guard"};
static const char OTHER_OPTIONS[] =
    " batch_size class_weight compress dropout embedding encoder epochs hidden keep labels learning_rate linear markup "
    "max_memory max_pool max_seconds max_size max_tokens max_vocabulary min_count multilabel patience position_bias "
    "precision progress seed stop_file subwords threads tokenize vectors ";

static bool takes_query(const char *name) {
  for (size_t i = 0; i < COUNT(TAKERS); i++)
    if (strcmp(TAKERS[i].name, name) == 0) return true;
  return false;
}

static bool takes_none(const char *name) {
  for (size_t i = 0; i < COUNT(OTHERS); i++)
    if (strcmp(OTHERS[i], name) == 0) return true;
  return false;
}

TEST(each_function_is_known) {
  sqlite3 *db = open_database(":memory:");
  sqlite3_stmt *names = prepare(db, "SELECT name FROM pragma_function_list WHERE name LIKE 'classify%' UNION "
                                    "SELECT name FROM pragma_module_list WHERE name LIKE 'classify%'");
  size_t count = 0;
  for (; sqlite3_step(names) == SQLITE_ROW; count++) {
    const char *name = (const char *)sqlite3_column_text(names, 0);
    if (takes_query(name) == takes_none(name)) fail_msg("%s is not tried here", name);
    bool asks = integer(db, "SELECT count(*) FROM pragma_table_xinfo(%Q) WHERE name = 'for_query'", name) > 0;
    if (asks != takes_query(name)) fail_msg("%s has %sa hidden column for_query", name, asks ? "" : "not ");
  }
  assert_int_equal(count, COUNT(TAKERS) + COUNT(OTHERS));
  sqlite3_finalize(names);
  close_database(db);
}

/* The error of an unknown option lists those that there are. */
TEST(each_option_is_known) {
  sqlite3 *db = open_database(":memory:");
  assert_fails(SQLITE_ERROR, "(options: ", db, "SELECT classify_train('a', 'b', 'm', '{\"x\":1}')");
  char *list = sqlite3_mprintf("%s", strstr(sqlite3_errmsg(db), "(options: ") + strlen("(options: ")), *rest = list;
  size_t count = 0;
  for (char *name = strtok_r(list, ", )", &rest); name; name = strtok_r(NULL, ", )", &rest), count++) {
    char word[64];
    bool known = false;
    snprintf(word, sizeof word, " %s ", name);
    for (size_t i = 0; i < COUNT(OPTIONS); i++) known = known || strcmp(OPTIONS[i].name, name) == 0;
    if (!known && !strstr(OTHER_OPTIONS, word)) fail_msg("the option %s is not tried here", name);
  }
  assert_true(count > 20);
  sqlite3_free(list);
  close_database(db);
}

/* ---- what is refused -------------------------------------------------------------------- */

static sqlite3 *open_prepared(const char *name) {
  sqlite3 *db = open_database(new_file(name));
  make_texts(db);
  make_encoder(db, "bert");
  run(db, "CREATE TABLE vectors AS SELECT body, classify_embedding(body, 'bert') AS vector FROM texts");
  teach(db, "m", "old");
  run(db, "CREATE TABLE saved(query)");
  return db;
}

/* Columns that each of them can use. */
static const char *columns_of(const struct Taker *taker) {
  if (strcmp(taker->name, "teacher") == 0) return "body, (SELECT vector FROM vectors LIMIT 1)";
  if (taker->columns == 1) return "body";
  if (taker->columns == 3) return "id, body, 'old ' || label";
  return strcmp(taker->name, "from") == 0 ? "body, 'old ' || label" : "body, label";
}

/* Queries, %s being the columns, and what is said of them; NULL: they are good. */
static const struct {
  const char *query, *said;
} QUERIES[] = {
    {"SELECT %s FROM texts", NULL},
    {"SELECT %s FROM texts;;  ; -- no more", NULL},
    {"/* a comment */ WITH t AS (SELECT * FROM texts) SELECT %s FROM t /* without end", NULL},
    /* no query */
    {"", "expected a SELECT"},
    {" \t\n ", "expected a SELECT"},
    {";", "expected a SELECT"},
    {"-- a comment only: %s", "expected a SELECT"},
    {"/* a comment only: %s */", "expected a SELECT"},
    {"/* a comment only: %s", "expected a SELECT"},
    {"SELECTED %s FROM texts", "expected a SELECT"},
    {"SELECT %s FORM texts", "syntax error"},
    {"SELECT %s FROM nowhere", "no such table"},
    {"SELECT %s FROM texts WHERE 'x", "unrecognized token"},
    {"(SELECT %s FROM texts)", "expected a SELECT"},
    /* more than one */
    {"SELECT %s FROM texts; SELECT 1", "expected one statement"},
    {"SELECT %s FROM texts; DELETE FROM texts", "expected one statement"},
    {"SELECT %s FROM texts; /**/ ATTACH ':memory:' AS more", "expected one statement"},
    {"SELECT %s FROM texts; nonsense", "expected one statement"},
    /* another kind of statement */
    {"EXPLAIN SELECT %s FROM texts", "expected a SELECT"},
    {"EXPLAIN QUERY PLAN SELECT %s FROM texts", "expected a SELECT"},
    {"/**/ EXPLAIN SELECT %s FROM texts", "expected a SELECT"},
    {"PRAGMA user_version = 7", "expected a SELECT"},
    {"PRAGMA table_info(texts)", "expected a SELECT"},
    {"PRAGMA writable_schema = 1", "expected a SELECT"},
    {"ATTACH ':memory:' AS more", "expected a SELECT"},
    {"DETACH temp", "expected a SELECT"},
    {"BEGIN", "expected a SELECT"},
    {"COMMIT", "expected a SELECT"},
    {"ROLLBACK", "expected a SELECT"},
    {"SAVEPOINT s", "expected a SELECT"},
    {"VACUUM", "expected a SELECT"},
    {"REINDEX", "expected a SELECT"},
    {"ANALYZE", "expected a SELECT"},
    {"CREATE TABLE more AS SELECT %s FROM texts", "expected a SELECT"},
    {"DROP TABLE texts", "expected a SELECT"},
    {"ALTER TABLE texts RENAME TO more", "expected a SELECT"},
    {"DELETE FROM texts RETURNING %s", "expected a SELECT"},
    {"REPLACE INTO texts VALUES (1, 2, 3) RETURNING %s", "expected a SELECT"},
    {"WITH t AS (SELECT 1) DELETE FROM texts RETURNING %s", "writes, expected a SELECT"},
    {"WITH t AS (SELECT 1) UPDATE texts SET body = 'x' RETURNING %s", "writes, expected a SELECT"},
    {"WITH t AS (SELECT 1) INSERT INTO texts VALUES (99, 2, 3) RETURNING %s", "writes, expected a SELECT"},
    /* parameters */
    {"SELECT %s FROM texts WHERE id = ?", "has a parameter"},
    {"SELECT %s FROM texts WHERE id = ?7", "has a parameter"},
    {"SELECT %s FROM texts WHERE id = :id", "has a parameter"},
    {"SELECT %s FROM texts WHERE id = @id", "has a parameter"},
    {"SELECT %s FROM texts WHERE id = $id", "has a parameter"},
    /* columns */
    {"SELECT %s, 1 FROM texts", "expected"},
    {"SELECT %s, * FROM texts", "expected"},
    {"SELECT * FROM (SELECT %s, 1, 2, 3 FROM texts)", "expected"},
    /* trainings */
    {"SELECT %s FROM texts WHERE (SELECT classify_train(body, label, 'y', '" QUICK "') FROM texts) > 0",
     "expected a query that only reads"},
    {"SELECT %s FROM texts, classify_train('SELECT body, label FROM texts', 'y', '" QUICK "')",
     "expected a query that only reads"},
    {"WITH y(s) AS (SELECT classify_train(body, label, 'temp.y', '" QUICK "') FROM texts) SELECT %s FROM texts, y",
     "expected a query that only reads"},
    /* failures in the middle */
    {"SELECT %s FROM texts WHERE iif(id < 12, 1, abs(-9223372036854775808))", "integer overflow"},
    {"SELECT %s FROM texts WHERE iif(id < 24, 1, json_extract('{', '$'))", "malformed JSON"},
    {"SELECT %s FROM texts WHERE iif(id < 12, 1, classify('x', 'nobody'))", "no model named 'nobody'"},
};

/* Nothing has changed, whatever the query was; and queries can be nested as deep as before. */
static void assert_untouched(sqlite3 *db) {
  static const char DEEP[] =
      "SELECT count(*) FROM classify_rows('SELECT 1, id FROM classify_rows(''SELECT 1, 2'', ''m'')', 'm')";
  assert_int_equal(integer(db, "SELECT count(*) FROM texts"), 24);
  assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_master WHERE type = 'table'"), 7);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models WHERE name <> 'z'"), 1);
  assert_int_equal(integer(db, "SELECT count(*) FROM pragma_database_list WHERE name = 'more'"), 0);
  assert_int_equal(integer(db, "PRAGMA user_version"), 0);
  assert_int_equal(integer(db, DEEP), 1);
  assert_true(sqlite3_get_autocommit(db));
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    assert_false(sqlite3_stmt_busy(s));
}

/* What is no query names an encoder in the option teacher. */
static void give(sqlite3 *db, const struct Taker *taker, const char *query, const char *said) {
  if (said && strcmp(taker->name, "teacher") == 0 && strcmp(said, "expected a SELECT") == 0) said = "encoder";
  if (said)
    assert_fails(SQLITE_ERROR, said, db, taker->sql, query);
  else
    run(db, taker->sql, query);
}

static void give_all(sqlite3 *db, const struct Taker *taker) {
  for (size_t q = 0; q < COUNT(QUERIES); q++) {
    char *query = sqlite3_mprintf(QUERIES[q].query, columns_of(taker));
    give(db, taker, query, QUERIES[q].said);
    assert_untouched(db);
    sqlite3_free(query);
  }
  give(db, taker, taker->columns == 1 ? "SELECT 1, 2" : "SELECT 1", "expected");
  if (taker->without) {
    assert_fails(SQLITE_ERROR, taker->without, db, taker->sql, NULL);
  }
}

TEST(queries_that_functions_refuse) {
  sqlite3 *db = open_prepared("functions");
  for (size_t i = 0; i < COUNT(TAKERS); i++) give_all(db, &TAKERS[i]);
  close_database(db);
}

TEST(queries_that_options_refuse) {
  sqlite3 *db = open_prepared("options");
  for (size_t i = 0; i < COUNT(OPTIONS); i++) give_all(db, &OPTIONS[i]);
  close_database(db);
}

/* As the text of a query are given: what is no text, and a text that ends in the middle. */
TEST(what_is_no_text) {
  static const char *const VALUES[][2] = {{"5", "expected"}, {"2.5", "expected"}, {"x'53454c454354'", "BLOB"},
                                          {"'SELECT 1, 2' || char(0) || '; DELETE FROM texts'", "NUL"}};
  sqlite3 *db = open_prepared("values");
  for (size_t i = 0; i < COUNT(TAKERS); i++)
    for (size_t v = 0; v < COUNT(VALUES); v++) {
      char *sql = sqlite3_mprintf("%s", TAKERS[i].sql), *place = strstr(sql, "%Q");
      char *whole = sqlite3_mprintf("%.*s%s%s", (int)(place - sql), sql, VALUES[v][0], place + 2);
      assert_fails(SQLITE_ERROR, VALUES[v][1], db, "%s", whole);
      sqlite3_free(whole);
      sqlite3_free(sql);
      assert_untouched(db);
    }
  close_database(db);
}

/* ---- a megabyte ------------------------------------------------------------------------------ */

enum { MEGABYTE = 1 << 20 };

/* `part` over and over, a megabyte of it, between two texts; for sqlite3_free(). */
static char *megabyte(const char *before, const char *part, const char *after) {
  sqlite3_str *text = sqlite3_str_new(NULL);
  sqlite3_str_appendall(text, before);
  for (size_t i = 0; i < MEGABYTE / strlen(part); i++) sqlite3_str_appendall(text, part);
  sqlite3_str_appendall(text, after);
  return sqlite3_str_finish(text);
}

static void give_megabyte(sqlite3 *db, const struct Taker *taker, const char *before, const char *part,
                          const char *after, const char *said) {
  char *query = megabyte(before, part, after);
  assert_non_null(query);
  give(db, taker, query, said);
  sqlite3_free(query);
  assert_untouched(db);
}

TEST(a_megabyte_of_anything) {
  sqlite3 *db = open_prepared("megabyte");
  for (size_t i = 0; i < COUNT(TAKERS); i++) {
    const struct Taker *t = &TAKERS[i];
    char *good = sqlite3_mprintf("SELECT %s FROM texts", columns_of(t));
    give_megabyte(db, t, "SELECT ", "(", "1", "cannot be run");
    give_megabyte(db, t, "", "(", "", "expected a SELECT");
    give_megabyte(db, t, "SELECT ", "NOT ", "1", "cannot be run");
    give_megabyte(db, t, "SELECT * FROM ", "(SELECT * FROM ", "texts", "cannot be run");
    give_megabyte(db, t, "SELECT 1", ",1", "", "cannot be run");
    give_megabyte(db, t, "SELECT 1, '", "''", "", "cannot be run");
    give_megabyte(db, t, "/", "*", "", "expected a SELECT");
    give_megabyte(db, t, "", "/**/", good, NULL);
    give_megabyte(db, t, good, " ;", "", NULL);
    give_megabyte(db, t, good, "\n-- no more", "", NULL);
    sqlite3_free(good);
  }
  close_database(db);
}

/* ---- queries within queries ---------------------------------------------------------------------- */

/* A query that gives its columns if a statement, which gives one number, can be run. */
static char *query_with(const struct Taker *taker, const char *statement) {
  return sqlite3_mprintf("SELECT %s FROM texts WHERE (%s) >= 0", columns_of(taker), statement);
}

static const char *self_said(const struct Taker *taker) {
  return strcmp(taker->name, "classify_train") == 0 ? "expected a query that only reads" : "does it call itself?";
}

TEST(queries_that_call_themselves_by_a_view) {
  sqlite3 *db = open_prepared("view");
  for (size_t i = 0; i < COUNT(TAKERS); i++) {
    const struct Taker *t = &TAKERS[i];
    char *inner = sqlite3_mprintf(t->sql, "SELECT * FROM again"), *view = query_with(t, inner);
    run(db, "CREATE TEMP VIEW again AS %s", view);
    assert_fails(SQLITE_ERROR, self_said(t), db, "%s", inner);
    assert_fails(SQLITE_ERROR, self_said(t), db, "SELECT * FROM again");
    run(db, "DROP VIEW again");
    assert_untouched(db);
    sqlite3_free(view);
    sqlite3_free(inner);
  }
  close_database(db);
}

TEST(queries_that_call_themselves_by_a_stored_text) {
  sqlite3 *db = open_prepared("stored");
  for (size_t i = 0; i < COUNT(TAKERS); i++) {
    const struct Taker *t = &TAKERS[i];
    char *sql = sqlite3_mprintf("%s", t->sql), *place = strstr(sql, "%Q");
    char *inner = sqlite3_mprintf("%.*s(SELECT query FROM saved)%s", (int)(place - sql), sql, place + 2);
    char *query = query_with(t, inner);
    run(db, "DELETE FROM saved; INSERT INTO saved VALUES (%Q)", query);
    assert_fails(SQLITE_ERROR, self_said(t), db, "%s", inner);
    assert_untouched(db);
    sqlite3_free(query);
    sqlite3_free(inner);
    sqlite3_free(sql);
  }
  close_database(db);
}

/* Each in turn with classify_rows(), by two views. */
TEST(queries_that_call_each_other) {
  sqlite3 *db = open_prepared("each");
  for (size_t i = 0; i < COUNT(TAKERS); i++) {
    const struct Taker *t = &TAKERS[i];
    char *rows = query_with(t, "SELECT count(*) FROM classify_rows('SELECT * FROM second', 'm')");
    char *inner = sqlite3_mprintf(t->sql, "SELECT * FROM first"), *other = query_with(&TAKERS[0], inner);
    run(db, "CREATE TEMP VIEW first AS %s", rows);
    run(db, "CREATE TEMP VIEW second AS %s", other);
    assert_fails(SQLITE_ERROR, self_said(t), db, "%s", inner);
    run(db, "DROP VIEW first; DROP VIEW second");
    assert_untouched(db);
    sqlite3_free(rows);
    sqlite3_free(inner);
    sqlite3_free(other);
  }
  close_database(db);
}

/* The function at the bottom of so many queries; 16 is the most. */
static char *nested(const struct Taker *taker, int depth) {
  char *good = sqlite3_mprintf("SELECT %s FROM texts", columns_of(taker)), *sql = sqlite3_mprintf(taker->sql, good);
  sqlite3_free(good);
  for (int i = 1; i < depth; i++) {
    char *outer = sqlite3_mprintf("SELECT 1, 2 WHERE (%s) >= 0", sql), *next = sqlite3_mprintf(TAKERS[0].sql, outer);
    sqlite3_free(outer);
    sqlite3_free(sql);
    sql = next;
  }
  return sql;
}

TEST(sixteen_are_the_most) {
  sqlite3 *db = open_prepared("deep");
  for (size_t i = 0; i < COUNT(TAKERS); i++) {
    bool trains = strcmp(TAKERS[i].name, "classify_train") == 0;
    for (int depth = trains ? 2 : 17; depth >= (trains ? 1 : 16); depth--) {
      char *sql = nested(&TAKERS[i], depth);
      if (depth == (trains ? 1 : 16))
        run(db, "%s", sql);
      else
        assert_fails(SQLITE_ERROR, self_said(&TAKERS[i]), db, "%s", sql);
      sqlite3_free(sql);
      assert_untouched(db);
    }
  }
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_function_is_known),
      cmocka_unit_test(each_option_is_known),
      cmocka_unit_test(queries_that_functions_refuse),
      cmocka_unit_test(queries_that_options_refuse),
      cmocka_unit_test(what_is_no_text),
      cmocka_unit_test(a_megabyte_of_anything),
      cmocka_unit_test(queries_that_call_themselves_by_a_view),
      cmocka_unit_test(queries_that_call_themselves_by_a_stored_text),
      cmocka_unit_test(queries_that_call_each_other),
      cmocka_unit_test(sixteen_are_the_most),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
