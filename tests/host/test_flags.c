/* Where each SQL function may be used: in one's own statements, in what TEMP things do, in what a file brings along,
** and in that with trusted_schema off. docs/limits.md has the table; each function that is registered is tried in
** each place, so that one that is not in the table fails.
*/
#include "support.h"

#include <stdio.h>
#include <string.h>

/* ---- the functions --------------------------------------------------------------- */

/* A use of each, as an expression. One in FROM stands in a subquery. */
static const struct Use {
  const char *name, *expression;
  bool scalar; /* may stand where a subquery may not */
} USES[] = {
    {"classify", "classify('x', 'm')", true},
    {"classify_confidence", "classify_confidence('x', 'm')", true},
    {"classify_scores", "classify_scores('x', 'm')", true},
    {"classify_highlight", "classify_highlight('x', 'm')", true},
    {"classify_embedding", "classify_embedding('x', 'bert')", true},
    {"classify_card", "classify_card('m')", true},
    {"classify_version", "classify_version()", true},
    {"classify_debug", "classify_debug()", true},
    {"classify_labels", "(SELECT label FROM classify_labels('x', 'm'))", false},
    {"classify_attention", "(SELECT token FROM classify_attention('x', 'm'))", false},
    {"classify_words", "(SELECT count(*) FROM classify_words('m'))", false},
    {"classify_rows", "(SELECT count(*) FROM classify_rows('SELECT 1, 2', 'm'))", false},
    {"classify_doubts", "(SELECT count(*) FROM classify_doubts('SELECT 1, 2, 3', 'm'))", false},
    {"classify_evaluate", "(SELECT rows FROM classify_evaluate('SELECT 1, 2', 'm'))", false},
    {"classify_report", "(SELECT count(*) FROM classify_report('SELECT 1, 2', 'm'))", false},
    {"classify_confusion", "(SELECT count(*) FROM classify_confusion('SELECT 1, 2', 'm'))", false},
    {"classify_embeddings", "(SELECT count(*) FROM classify_embeddings('SELECT 1, 2', 'bert'))", false},
    {"classify_train", "(SELECT classify_train(body, label, 'z', '" QUICK "') FROM main.texts)", false},
    {"classify_train", "(SELECT count(*) FROM classify_train('SELECT body, label FROM main.texts', 'z', '" QUICK "'))",
     false},
};

/* ---- the table --------------------------------------------------------------------- */

typedef enum Place { OWN, TEMPORARY, STORED, STORED_UNTRUSTED, PLACES } Place;

/* Reads the row of the table whose first cell has the function's name in code. */
static bool read_row(const char *line, const char *name, bool allowed[PLACES]) {
  char code[64];
  snprintf(code, sizeof code, "`%s`", name);
  const char *cell = strchr(line + 1, '|');
  const char *found = strstr(line, code);
  if (line[0] != '|' || !cell || !found || found > cell) return false;
  for (int place = 0; place < PLACES; place++) {
    allowed[place] = strncmp(cell, "| yes |", 7) == 0;
    if (!allowed[place] && strncmp(cell, "| no |", 6) != 0) return false;
    cell = strchr(cell + 1, '|');
  }
  return true;
}

static void read_table(const char *name, bool allowed[PLACES]) {
  char line[1000];
  int rows = 0;
  FILE *file = fopen("docs/limits.md", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file)) rows += read_row(line, name, allowed);
  fclose(file);
  if (rows != 1) fail_msg("%s is in %d rows of the table in docs/limits.md, expected one", name, rows);
}

TEST(each_function_is_tried) {
  sqlite3 *db = open_database(":memory:");
  /* classify_guard is a table without rows that tells the extension when the connection closes */
  sqlite3_stmt *names = prepare(db, "SELECT name FROM pragma_function_list WHERE name LIKE 'classify%' UNION "
                                    "SELECT name FROM pragma_module_list WHERE name LIKE 'classify%' EXCEPT "
                                    "SELECT 'classify_guard'");
  int count = 0;
  for (; sqlite3_step(names) == SQLITE_ROW; count++) {
    const char *name = (const char *)sqlite3_column_text(names, 0);
    bool found = false, allowed[PLACES];
    for (size_t i = 0; i < COUNT(USES); i++) found = found || strcmp(USES[i].name, name) == 0;
    if (!found) fail_msg("%s is not tried here", name);
    read_table(name, allowed);
  }
  assert_int_equal(count, COUNT(USES) - 1); /* classify_train is tried twice */
  sqlite3_finalize(names);
  close_database(db);
}

/* ---- places ---------------------------------------------------------------------------- */

static sqlite3 *open_prepared(const char *name) {
  sqlite3 *db = open_database(new_file(name));
  make_texts(db);
  make_encoder(db, "bert");
  teach(db, "m", "old");
  run(db, "CREATE TABLE fired(x); CREATE TABLE hidden(x); CREATE VIEW seen AS SELECT 1 AS x");
  return db;
}

/* What can be stored with an expression in it (%s), the first in the file and then in temp, and what uses it. */
static const struct {
  const char *stored, *temporary, *used, *dropped;
} HOLDERS[] = {
    {"CREATE VIEW main.v AS SELECT %s AS x", "CREATE TEMP VIEW v AS SELECT %s AS x", "SELECT x FROM v", "DROP VIEW v"},
    {"CREATE VIEW main.v AS SELECT 1 AS x UNION ALL SELECT %s",
     "CREATE TEMP VIEW v AS SELECT 1 AS x UNION ALL SELECT %s", "SELECT count(x) FROM v", "DROP VIEW v"},
    {"CREATE TRIGGER main.t AFTER INSERT ON fired BEGIN INSERT INTO hidden SELECT %s; END",
     "CREATE TEMP TRIGGER t AFTER INSERT ON main.fired BEGIN INSERT INTO hidden SELECT %s; END",
     "INSERT INTO fired VALUES (1)", "DROP TRIGGER t"},
    {"CREATE TRIGGER main.t BEFORE DELETE ON fired WHEN %s IS NULL BEGIN SELECT 1; END",
     "CREATE TEMP TRIGGER t BEFORE DELETE ON main.fired WHEN %s IS NULL BEGIN SELECT 1; END", "DELETE FROM fired",
     "DROP TRIGGER t"},
    {"CREATE TRIGGER main.t INSTEAD OF UPDATE ON seen BEGIN SELECT %s; END",
     "CREATE TEMP TRIGGER t INSTEAD OF UPDATE ON main.seen BEGIN SELECT %s; END", "UPDATE seen SET x = 2",
     "DROP TRIGGER t"},
};

static void expect(sqlite3 *db, const struct Use *use, bool allowed, const char *used) {
  if (allowed) {
    run(db, "%s", used);
    return;
  }
  char *models = sqlite3_mprintf("%lld", integer(db, "SELECT count(*) FROM classify_models"));
  assert_fails(SQLITE_ERROR, "unsafe use of ", db, "%s", used);
  if (!strstr(sqlite3_errmsg(db), use->name)) fail_msg("%s does not name %s", sqlite3_errmsg(db), use->name);
  assert_text(models, db, "SELECT count(*) FROM classify_models");
  sqlite3_free(models);
}

static void try_holders(sqlite3 *db, const struct Use *use, bool temporary, bool allowed) {
  run(db, "INSERT INTO fired VALUES (0)");
  for (size_t i = 0; i < COUNT(HOLDERS); i++) {
    run(db, temporary ? HOLDERS[i].temporary : HOLDERS[i].stored, use->expression);
    expect(db, use, allowed, HOLDERS[i].used);
    run(db, "%s", HOLDERS[i].dropped);
  }
}

static void try_everywhere(sqlite3 *db, bool trusted) {
  for (size_t i = 0; i < COUNT(USES); i++) {
    const struct Use *use = &USES[i];
    bool allowed[PLACES];
    read_table(use->name, allowed);
    char *own = sqlite3_mprintf("SELECT %s", use->expression);
    expect(db, use, allowed[OWN], own);
    sqlite3_free(own);
    try_holders(db, use, true, allowed[TEMPORARY]);
    try_holders(db, use, false, allowed[trusted ? STORED : STORED_UNTRUSTED]);
  }
}

TEST(views_and_triggers) {
  sqlite3 *db = open_prepared("views");
  for (int trusted = 0; trusted < 2; trusted++) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL);
    try_everywhere(db, trusted);
  }
  close_database(db);
}

/* It protects the schema and what writes it. */
TEST(defensive_mode_changes_nothing) {
  sqlite3 *db = open_prepared("defensive");
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  for (int trusted = 0; trusted < 2; trusted++) {
    run(db, "PRAGMA trusted_schema = %d", trusted);
    try_everywhere(db, trusted);
  }
  close_database(db);
}

/* What another connection has stored is found when the file is opened. */
TEST(a_file_that_brings_them_along) {
  for (size_t i = 0; i < COUNT(USES); i++) {
    const struct Use *use = &USES[i];
    bool allowed[PLACES];
    read_table(use->name, allowed);
    sqlite3 *db = open_prepared("brought");
    run(db, "CREATE VIEW classify_v AS SELECT %s AS x", use->expression);
    run(db, "CREATE TRIGGER classify_t AFTER INSERT ON fired BEGIN INSERT INTO hidden SELECT %s; END", use->expression);
    char *path = sqlite3_mprintf("%s", sqlite3_db_filename(db, "main"));
    close_database(db);
    db = open_database(path);
    sqlite3_free(path);
    for (int trusted = 0; trusted < 2; trusted++) {
      sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL);
      expect(db, use, allowed[trusted ? STORED : STORED_UNTRUSTED], "SELECT x FROM classify_v");
      expect(db, use, allowed[trusted ? STORED : STORED_UNTRUSTED], "INSERT INTO fired VALUES (1)");
    }
    close_database(db);
  }
}

/* ---- in tables -------------------------------------------------------------------------- */

/* None is deterministic, as models change and versions do. */
TEST(none_in_indexes_and_generated_columns) {
  static const char *const HOLDING[] = {
      "CREATE TABLE held(a, b AS (%s))", "CREATE TABLE held(a, b AS (%s) STORED)",
      "CREATE INDEX held ON fired(x, %s)", "CREATE INDEX held ON fired(x) WHERE %s IS NULL"};
  sqlite3 *db = open_prepared("tables");
  for (int trusted = 0; trusted < 2; trusted++) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL);
    for (size_t i = 0; i < COUNT(USES); i++)
      for (size_t h = 0; h < COUNT(HOLDING); h++)
        assert_fails(SQLITE_ERROR, trusted ? "prohibited in " : "", db, HOLDING[h], USES[i].expression);
  }
  close_database(db);
}

TEST(defaults) {
  sqlite3 *db = open_prepared("defaults");
  for (size_t i = 0; i < COUNT(USES); i++) {
    const struct Use *use = &USES[i];
    bool allowed[PLACES];
    read_table(use->name, allowed);
    if (!use->scalar) {
      assert_fails(SQLITE_ERROR, "not constant", db, "CREATE TABLE held(x DEFAULT (%s))", use->expression);
      continue;
    }
    run(db, "CREATE TABLE held(x DEFAULT (%s))", use->expression);
    for (int trusted = 0; trusted < 2; trusted++) {
      sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL);
      expect(db, use, allowed[trusted ? STORED : STORED_UNTRUSTED], "INSERT INTO held DEFAULT VALUES");
    }
    run(db, "DROP TABLE held");
  }
  close_database(db);
}

/* Older versions of SQLite ask for no trust in a CHECK, unless a function is deterministic. So one that runs SQL or
** writes must be none that may stand there: those in FROM and aggregates may not.
*/
TEST(checks) {
  sqlite3 *db = open_prepared("checks");
  for (size_t i = 0; i < COUNT(USES); i++) {
    const struct Use *use = &USES[i];
    bool allowed[PLACES];
    read_table(use->name, allowed);
    if (!use->scalar) {
      assert_fails(SQLITE_ERROR, "subqueries prohibited in CHECK", db, "CREATE TABLE held(x CHECK (%s))",
                   use->expression);
      continue;
    }
    assert_true(allowed[STORED]);
    run(db, "CREATE TABLE held(x CHECK (%s IS NOT NULL))", use->expression);
    for (int trusted = 0; trusted < 2; trusted++) {
      sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL);
      if (trusted || allowed[STORED_UNTRUSTED])
        run(db, "INSERT INTO held VALUES (1)");
      else if (sqlite3_exec(db, "INSERT INTO held VALUES (1)", NULL, NULL, NULL))
        assert_non_null(strstr(sqlite3_errmsg(db), "unsafe use of"));
    }
    run(db, "DROP TABLE held");
  }
  assert_fails(SQLITE_ERROR, "misuse of aggregate", db, "CREATE TABLE held(x CHECK (classify_train('a', 'b') > 0))");
  close_database(db);
}

/* ---- names of ours in a file ------------------------------------------------------------- */

/* A table or view of a function's name stands before the function; it is no function, so it cannot be called. */
TEST(tables_and_views_of_our_names) {
  static const char *const HOLDERS_OF_NAMES[] = {"CREATE TABLE %s(a, b)", "CREATE VIEW %s AS SELECT 1 AS a, 2 AS b"};
  sqlite3 *db = open_prepared("names");
  for (size_t i = 0; i < COUNT(USES); i++) {
    if (USES[i].scalar || !strstr(USES[i].expression, "FROM classify_")) continue;
    for (size_t h = 0; h < COUNT(HOLDERS_OF_NAMES); h++) {
      run(db, HOLDERS_OF_NAMES[h], USES[i].name);
      assert_fails(SQLITE_ERROR, "is not a function", db, "SELECT %s", USES[i].expression);
      run(db, h ? "DROP VIEW %s" : "DROP TABLE %s", USES[i].name);
      run(db, "SELECT %s", USES[i].expression);
    }
  }
  close_database(db);
}

/* The extension has a table of its own that tells it when the connection closes. */
TEST(a_table_of_the_name_of_the_guard) {
  static const char *const HOLDERS_OF_NAMES[] = {"CREATE TABLE classify_guard(a, b)",
                                                 "CREATE VIEW classify_guard AS SELECT * FROM absent"};
  for (size_t h = 0; h < COUNT(HOLDERS_OF_NAMES); h++) {
    sqlite3 *db = open_prepared("guard");
    run(db, "%s", HOLDERS_OF_NAMES[h]);
    char *path = sqlite3_mprintf("%s", sqlite3_db_filename(db, "main"));
    close_database(db);
    db = open_database(path);
    sqlite3_free(path);
    assert_taught(db, "m", "old");
    run(db, "SELECT classify_embedding('x', 'bert'), classify_card('m')");
    teach(db, "m", "new");
    assert_taught(db, "m", "new");
    run(db, "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm')");
    close_database(db);
  }
}

/* They are functions only: no table of a file can be made by them, with arguments of the file's choice. */
TEST(no_virtual_table_is_made_of_them) {
  sqlite3 *db = open_prepared("virtual");
  for (size_t i = 0; i < COUNT(USES); i++) {
    if (USES[i].scalar || !strstr(USES[i].expression, "FROM classify_")) continue;
    assert_fails(SQLITE_ERROR, "no such module", db, "CREATE VIRTUAL TABLE held USING %s('SELECT 1, 2', 'm')",
                 USES[i].name);
  }
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_function_is_tried),
      cmocka_unit_test(views_and_triggers),
      cmocka_unit_test(defensive_mode_changes_nothing),
      cmocka_unit_test(a_file_that_brings_them_along),
      cmocka_unit_test(none_in_indexes_and_generated_columns),
      cmocka_unit_test(defaults),
      cmocka_unit_test(checks),
      cmocka_unit_test(tables_and_views_of_our_names),
      cmocka_unit_test(a_table_of_the_name_of_the_guard),
      cmocka_unit_test(no_virtual_table_is_made_of_them),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
