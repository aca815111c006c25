/* Saving: transactions of the caller, and locks of others. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char *const JOURNALS[] = {"DELETE", "WAL"};

static sqlite3 *texts_in(const char *name, const char *journal) {
  sqlite3 *db = open_database(new_file(name));
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  return db;
}

static sqlite3_int64 models(sqlite3 *db) {
  if (!has_table(db, "main", "classify_models")) return 0;
  return integer(db, "SELECT count(*) FROM main.classify_models");
}

/* ---- the caller's transaction ------------------------------------------------ */

TEST(autocommit_saves_at_once) {
  for (size_t i = 0; i < COUNT(JOURNALS); i++) {
    sqlite3 *db = texts_in("autocommit", JOURNALS[i]), *other = another(db);
    assert_fails(SQLITE_ERROR, "no models yet", other, "SELECT classify('x')");
    teach(db, "m", "old");
    assert_true(sqlite3_get_autocommit(db));
    assert_taught(other, "m", "old");
    teach(db, "m", "new");
    assert_taught(other, "m", "new");
    assert_taught(other, "m@1", "old");
    close_database(other);
    close_database(db);
  }
}

TEST(groups_commit_one_by_one) {
  for (size_t i = 0; i < COUNT(JOURNALS); i++) {
    sqlite3 *db = texts_in("groups", JOURNALS[i]), *other = another(db);
    sqlite3_stmt *stmt = prepare(db, "SELECT classify_train(body, label, 'half' || id % 2, '" QUICK "') FROM "
                                     "(SELECT id / 2 AS id, body, label FROM texts) GROUP BY id % 2");
    assert_step(stmt, SQLITE_ROW);
    assert_int_equal(models(other), 1);
    assert_step(stmt, SQLITE_ROW);
    assert_int_equal(models(other), 2);
    assert_step(stmt, SQLITE_DONE);
    sqlite3_finalize(stmt);
    close_database(other);
    close_database(db);
  }
}

TEST(rollback_undoes) {
  for (size_t i = 0; i < COUNT(JOURNALS); i++) {
    sqlite3 *db = texts_in("rollback", JOURNALS[i]);
    run(db, "BEGIN");
    teach(db, "m", "old");
    assert_taught(db, "m", "old");
    run(db, "ROLLBACK");
    assert_false(has_table(db, "main", "classify_models"));
    assert_fails(SQLITE_ERROR, "no model named 'm'", db, "SELECT classify('x', 'm')");
    teach(db, "m", "second");
    run(db, "BEGIN");
    teach(db, "m", "third");
    assert_taught(db, "m", "third");
    run(db, "ROLLBACK");
    assert_taught(db, "m", "second");
    assert_int_equal(models(db), 1);
    close_database(db);
  }
}

TEST(commit_keeps) {
  for (size_t i = 0; i < COUNT(JOURNALS); i++) {
    sqlite3 *db = texts_in("commit", JOURNALS[i]), *other = another(db);
    run(db, "BEGIN");
    teach(db, "m", "old");
    assert_false(sqlite3_get_autocommit(db));
    assert_int_equal(models(other), 0);
    run(db, "COMMIT");
    assert_taught(other, "m", "old");
    close_database(other);
    close_database(db);
  }
}

TEST(savepoints_undo_and_keep) {
  sqlite3 *db = texts_in("savepoint", "DELETE");
  run(db, "SAVEPOINT a");
  teach(db, "m", "old");
  run(db, "SAVEPOINT b");
  teach(db, "m", "new");
  assert_taught(db, "m", "new");
  run(db, "ROLLBACK TO b");
  assert_taught(db, "m", "old");
  teach(db, "m", "newer");
  assert_taught(db, "m", "newer");
  assert_taught(db, "m@2", "newer");
  run(db, "RELEASE a");
  assert_taught(db, "m", "newer");
  run(db, "SAVEPOINT a");
  teach(db, "m", "newest");
  run(db, "ROLLBACK TO a; RELEASE a");
  assert_taught(db, "m", "newer");
  close_database(db);
}

TEST(in_from_the_last_row_is_saved_already) {
  sqlite3 *db = texts_in("watched", "DELETE"), *other = another(db);
  sqlite3_stmt *stmt =
      prepare(db, "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', "
                  "'{\"epochs\":2,\"hidden\":2,\"embedding\":2,\"validation\":0}')");
  assert_step(stmt, SQLITE_ROW);
  assert_int_equal(models(other), 0);
  assert_step(stmt, SQLITE_ROW);
  assert_int_equal(models(other), 1);
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
  close_database(other);
  close_database(db);
}

TEST(in_from_a_limit_saves_nothing) {
  sqlite3 *db = texts_in("limit", "DELETE");
  run(db, "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', "
          "'{\"epochs\":3,\"hidden\":2,\"embedding\":2,\"validation\":0}') LIMIT 2");
  assert_int_equal(models(db), 0);
  close_database(db);
}

/* Whether SQLite rolls it back by itself, as it does without memory, or the host: what was learned in it is not
** committed apart from it.
*/
TEST(in_from_a_transaction_that_ends) {
  static const char *const ENDS[] = {"ROLLBACK", "COMMIT"};
  for (size_t i = 0; i < COUNT(JOURNALS) * COUNT(ENDS); i++) {
    sqlite3 *db = texts_in("ends", JOURNALS[i % 2]);
    teach(db, "m", "old");
    run(db, "BEGIN; INSERT INTO texts(body, label) VALUES ('a duck quacks', 'duck')");
    sqlite3_stmt *stmt =
        prepare(db, "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', "
                    "'{\"epochs\":2,\"hidden\":2,\"embedding\":2,\"validation\":0}')");
    assert_step(stmt, SQLITE_ROW);
    run(db, "%s", ENDS[i / 2]);
    assert_step(stmt, SQLITE_ABORT);
    assert_non_null(strstr(sqlite3_errmsg(db), "could not be saved in main: the transaction in which the training "
                                               "began has ended. It is kept as temp.m@2"));
    sqlite3_finalize(stmt);
    assert_int_equal(models(db), 1);
    assert_int_equal(integer(db, "SELECT json_array_length(labels) FROM temp.classify_models"), 3);
    close_database(db);
  }
}

/* A statement that writes takes the model with it, whichever way it ends. */
TEST(a_writing_statement_trains) {
  sqlite3 *db = texts_in("writing", "DELETE"), *other = another(db);
  char *sql = teaching("m", "old");
  run(db, "CREATE TABLE log(line CHECK (line NOT LIKE '%%\"version\":2%%'))");
  run(db, "INSERT INTO log %s", sql);
  assert_int_equal(models(other), 1);
  assert_fails(SQLITE_CONSTRAINT, "CHECK", db, "INSERT INTO log %s", sql);
  assert_int_equal(models(db), models(other));
  assert_int_equal(integer(db, "SELECT count(*) FROM log"), 1);
  run(db, "CREATE TABLE history AS SELECT * FROM classify_train('SELECT body, label FROM texts', 'n', '" QUICK "')");
  assert_taught(other, "m@1", "old");
  assert_int_equal(integer(other, "SELECT count(*) FROM classify_models WHERE name = 'n'"), 1);
  sqlite3_free(sql);
  close_database(other);
  close_database(db);
}

TEST(an_attached_database_is_saved_in) {
  sqlite3 *db = texts_in("near", "DELETE");
  run(db, "ATTACH %Q AS far", new_file("far"));
  teach(db, "far.m", "far");
  assert_false(has_table(db, "main", "classify_models"));
  assert_taught(db, "m", "far");
  run(db, "BEGIN");
  teach(db, "m", "near");
  teach(db, "far.m", "farther");
  assert_taught(db, "m", "near");
  run(db, "ROLLBACK");
  assert_taught(db, "m", "far");
  run(db, "DETACH far");
  assert_fails(SQLITE_ERROR, "no model named 'm'", db, "SELECT classify('x', 'm')");
  close_database(db);
}

TEST(in_memory) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  teach(db, "m", "old");
  run(db, "BEGIN");
  teach(db, "m", "new");
  run(db, "ROLLBACK");
  assert_taught(db, "m", "old");
  teach(db, "temp.t", "temporary");
  assert_taught(db, "t", "temporary");
  close_database(db);
}

/* ---- a version is used once --------------------------------------------------- */

TEST(a_deleted_version_is_not_used_again) {
  sqlite3 *db = texts_in("versions", "DELETE");
  teach(db, "m", "first");
  teach(db, "m", "second");
  run(db, "DELETE FROM classify_models WHERE version = 2");
  teach(db, "m", "third");
  assert_taught(db, "m@3", "third");
  assert_fails(SQLITE_ERROR, "no version 2", db, "SELECT classify('x', 'm@2')");
  run(db, "DELETE FROM classify_models");
  teach(db, "m", "fourth");
  assert_taught(db, "m@4", "fourth");
  close_database(db);
}

TEST(a_list_of_versions_that_was_dropped_is_made_anew) {
  sqlite3 *db = texts_in("dropped", "DELETE");
  teach(db, "m", "first");
  run(db, "DROP TABLE classify_versions");
  teach(db, "m", "second");
  assert_taught(db, "m@2", "second");
  assert_int_equal(integer(db, "SELECT newest FROM classify_versions"), 2);
  close_database(db);
}

TEST(a_row_that_a_trigger_leaves_out_is_not_saved) {
  sqlite3 *db = texts_in("ignored", "DELETE");
  teach(db, "m", "old");
  run(db, "CREATE TRIGGER ignore BEFORE INSERT ON classify_models BEGIN SELECT raise(ignore); END");
  char *training = teaching("m", "new");
  assert_fails(SQLITE_CONSTRAINT, "left out or changed the new row", db, "%s", training);
  sqlite3_free(training);
  assert_taught(db, "main.m", "old");
  assert_taught(db, "m", "old");
  assert_taught(db, "temp.m", "new");
  close_database(db);
}

/* What triggers do to the row after it was inserted. */
TEST(a_row_that_a_trigger_takes_away_is_not_saved) {
  static const char *const ACTIONS[] = {"DELETE FROM classify_models WHERE version = new.version",
                                        "UPDATE classify_models SET version = 70 WHERE version = new.version"};
  for (size_t i = 0; i < COUNT(ACTIONS); i++) {
    sqlite3 *db = texts_in("taken", "DELETE");
    teach(db, "m", "old");
    run(db, "CREATE TRIGGER take AFTER INSERT ON classify_models BEGIN %s; END", ACTIONS[i]);
    char *training = teaching("m", "new");
    assert_fails(SQLITE_CONSTRAINT, "left out or changed the new row", db, "%s", training);
    sqlite3_free(training);
    assert_taught(db, "m@1", "old");
    assert_taught(db, "temp.m", "new");
    close_database(db);
  }
}

/* A trigger may forbid the deletion. Then the model is saved, and the error says so. */
/* It would train, save, and so train, until the stack is full. */
TEST(a_trigger_that_trains) {
  sqlite3 *db = texts_in("trains", "DELETE");
  teach(db, "m", "old");
  run(db, "CREATE TEMP TRIGGER again AFTER INSERT ON main.classify_models BEGIN "
          "SELECT classify_train(body, label, 'n', '" QUICK "') FROM main.texts; END");
  char *training = teaching("m", "new");
  assert_fails(SQLITE_ERROR, "a trigger on classify_models trains", db, "%s", training);
  assert_fails(SQLITE_ERROR, "a trigger on classify_models trains", db, "BEGIN; %s", training);
  run(db, "ROLLBACK; DROP TRIGGER temp.again");
  sqlite3_free(training);
  assert_taught(db, "m", "old");
  teach(db, "m", "new");
  assert_taught(db, "m", "new");
  close_database(db);
}

TEST(old_versions_that_cannot_be_deleted) {
  sqlite3 *db = texts_in("undeletable", "DELETE");
  teach(db, "m", "old");
  run(db, "CREATE TRIGGER stay BEFORE DELETE ON classify_models BEGIN SELECT raise(abort, 'it stays'); END");
  assert_fails(SQLITE_CONSTRAINT,
               "the model is saved as main.m@2, but its older versions could not be deleted: it stays", db,
               "SELECT classify_train(body, 'new ' || label, 'm', json_set('" QUICK "', '$.keep', 1)) FROM texts");
  assert_taught(db, "m", "new");
  assert_int_equal(models(db), 2);
  assert_false(has_table(db, "temp", "classify_models"));
  run(db, "DROP TRIGGER stay");
  run(db, "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.keep', 1)) FROM texts");
  assert_text("3", db, "SELECT group_concat(version) FROM classify_models");
  close_database(db);
}

TEST(keep_deletes_the_oldest) {
  sqlite3 *db = texts_in("keep", "DELETE");
  for (int i = 0; i < 4; i++)
    run(db, "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.keep', 2)) FROM texts");
  assert_text("3,4", db, "SELECT group_concat(version) FROM (SELECT * FROM classify_models ORDER BY version)");
  run(db, "BEGIN");
  run(db, "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.keep', 1)) FROM texts");
  run(db, "ROLLBACK");
  assert_text("3,4", db, "SELECT group_concat(version) FROM (SELECT * FROM classify_models ORDER BY version)");
  close_database(db);
}

/* What a process that died has left is deleted by the next saving. */
TEST(keep_deletes_all_that_is_too_much) {
  sqlite3 *db = texts_in("left", "DELETE");
  for (int i = 0; i < 3; i++) teach(db, "m", "old");
  run(db, "INSERT INTO classify_models SELECT 'm', version + 10, created, labels, options, metrics, weights "
          "FROM classify_models");
  run(db, "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.keep', 2)) FROM texts");
  assert_text("13,14", db, "SELECT group_concat(version) FROM (SELECT * FROM classify_models ORDER BY version)");
  close_database(db);
}

TEST(keep_in_a_writing_statement) {
  sqlite3 *db = texts_in("keeping", "DELETE");
  teach(db, "m", "old");
  run(db, "CREATE TABLE log(line CHECK (line <> 'no'))");
  char *sql = sqlite3_mprintf("INSERT INTO log SELECT %%Q FROM (SELECT classify_train(body, label, 'm', "
                              "json_set('" QUICK "', '$.keep', 1)) AS t FROM texts) WHERE t IS NOT NULL");
  assert_fails(SQLITE_CONSTRAINT, "CHECK", db, sql, "no");
  assert_text("1", db, "SELECT group_concat(version) FROM classify_models");
  run(db, sql, "yes");
  assert_text("2", db, "SELECT group_concat(version) FROM classify_models");
  sqlite3_free(sql);
  close_database(db);
}

/* ---- numbers of versions ----------------------------------------------------------- */

TEST(a_list_of_versions_with_anything_in_it) {
  static const char *const NEWEST[] = {"9223372036854775806", "9223372036854775807", "1e300", "'abc'", "x'00'", "-5"};
  for (size_t i = 0; i < COUNT(NEWEST); i++) {
    sqlite3 *db = texts_in("newest", "DELETE");
    teach(db, "m", "old");
    run(db, "UPDATE classify_versions SET newest = %s", NEWEST[i]);
    teach(db, "m", "new");
    assert_taught(db, "m@2", "new");
    assert_int_equal(models(db), 2);
    close_database(db);
  }
}

/* One that would go on being the newest is found before anything is learned. */
TEST(a_version_that_nothing_can_follow) {
  static const char *const VERSIONS[] = {"9223372036854775807", "999999999999999999", "1e300", "'abc'", "x'00'"};
  sqlite3 *db = texts_in("last", "DELETE");
  teach(db, "m", "old");
  for (size_t i = 0; i < COUNT(VERSIONS); i++) {
    run(db, "UPDATE classify_models SET version = %s", VERSIONS[i]);
    sqlite3_int64 before = integer(db, "SELECT count(*) FROM classify_models");
    assert_fails(SQLITE_ERROR, "the model main.m has the version", db,
                 "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
    assert_int_equal(models(db), before);
    assert_false(has_table(db, "temp", "classify_models"));
  }
  run(db, "UPDATE classify_models SET version = 999999999999999998");
  close_database(db);
}

/* ---- other things of our names --------------------------------------------------------- */

/* They are left alone, and versions are counted without them. */
TEST(a_foreign_list_of_versions) {
  static const char *const FOREIGN[] = {
      "CREATE TABLE classify_versions(x)",
      "CREATE TABLE classify_versions(name, newest)",
      "CREATE TABLE classify_versions(name PRIMARY KEY, newest, author NOT NULL)",
      "CREATE VIEW classify_versions AS SELECT 'm' AS name, 40 AS newest",
      "CREATE VIRTUAL TABLE classify_versions USING fts5(name, newest)",
      "CREATE INDEX classify_versions ON texts(label)",
  };
  for (size_t i = 0; i < COUNT(FOREIGN); i++) {
    sqlite3 *db = texts_in("versions", "DELETE");
    run(db, "%s", FOREIGN[i]);
    teach(db, "m", "old");
    teach(db, "m", "new");
    assert_taught(db, "m@2", "new");
    assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND sql LIKE "
                                 "'%%classify_versions%%'"), 0);
    assert_text(FOREIGN[i], db, "SELECT sql FROM sqlite_master WHERE name = 'classify_versions'");
    close_database(db);
  }
}

/* They are left alone, and a change of the weights is seen without them. */
TEST(a_foreign_table_of_changes) {
  static const char *const FOREIGN[] = {
      "CREATE TABLE classify_changes(x)",
      "CREATE TABLE classify_changes(mark, author)",
      "CREATE TABLE Classify_Changes(at, what NOT NULL)",
      "CREATE VIEW classify_changes AS SELECT 40 AS mark",
      "CREATE VIRTUAL TABLE classify_changes USING fts5(mark)",
      "CREATE INDEX classify_changes ON texts(label)",
      "CREATE TRIGGER classify_changes AFTER INSERT ON texts BEGIN SELECT 1; END",
  };
  for (size_t i = 0; i < COUNT(FOREIGN); i++) {
    sqlite3 *db = texts_in("changes", "DELETE");
    run(db, "%s", FOREIGN[i]);
    if (i < 3) run(db, "INSERT INTO classify_changes VALUES (1%s)", i ? ", 2" : "");
    bool foreign = i + 1 < COUNT(FOREIGN);
    teach(db, "m", "old");
    teach(db, "m", "new");
    assert_taught(db, "m@2", "new");
    assert_taught(db, "m", "new");
    run(db, "UPDATE classify_models SET weights = (SELECT weights FROM classify_models WHERE version = 1)");
    assert_taught(db, "m", "old");
    run(db, "DELETE FROM classify_models WHERE version = 2");
    teach(db, "m", "newest");
    assert_taught(db, "m@3", "newest");
    assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND sql LIKE "
                                 "'%%DELETE FROM classify_changes%%'"), foreign ? 0 : 3);
    assert_text(FOREIGN[i], db, "SELECT sql FROM sqlite_master WHERE lower(name) = 'classify_changes'");
    if (i < 3) assert_int_equal(integer(db, "SELECT count(*) FROM classify_changes"), 1);
    close_database(db);
  }
}

/* What a user may do to the tables beside that of models and to their triggers; %s is the schema. */
static const char *const CHANGED[] = {
    "DROP TABLE %s.classify_changes",
    "DROP TABLE %s.classify_changes; CREATE TABLE %s.classify_changes(x)",
    "DROP TABLE %s.classify_changes; CREATE TABLE %s.classify_changes(mark, author); "
    "INSERT INTO %s.classify_changes VALUES (1, 2)",
    "DROP TABLE %s.classify_changes; CREATE TABLE %s.classify_changes(mark CHECK (mark = 5)); "
    "INSERT INTO %s.classify_changes VALUES (5)",
    "DROP TABLE %s.classify_changes; CREATE VIEW %s.classify_changes AS SELECT 40 AS mark",
    "DROP TABLE %s.classify_changes; CREATE VIRTUAL TABLE %s.classify_changes USING fts5(mark)",
    "DROP TABLE %s.classify_changes; DROP TRIGGER %s.classify_models_mark_update",
    "DELETE FROM %s.classify_changes",
    "CREATE TRIGGER %s.constant AFTER INSERT ON classify_changes BEGIN UPDATE classify_changes SET mark = 5; END; "
    "UPDATE %s.classify_models SET created = created",
    "DROP TRIGGER %s.classify_models_mark_insert",
    "DROP TRIGGER %s.classify_models_mark_update",
    "DROP TRIGGER %s.classify_models_mark_delete",
    "DROP TRIGGER %s.classify_models_mark_insert; DROP TRIGGER %s.classify_models_mark_update; "
    "DROP TRIGGER %s.classify_models_mark_delete",
    "DROP TRIGGER %s.classify_models_inserted",
    "DROP TRIGGER %s.classify_models_renamed",
    "DROP TABLE %s.classify_versions",
    "DROP TABLE %s.classify_versions; CREATE TABLE %s.classify_versions(x)",
    "DROP TABLE %s.classify_versions; CREATE VIEW %s.classify_versions AS SELECT 'm' AS name, 40 AS newest",
    "DROP TABLE %s.classify_versions; DROP TABLE %s.classify_changes",
    "DROP TABLE %s.classify_versions; DROP TABLE %s.classify_changes; CREATE TABLE %s.classify_versions(x); "
    "CREATE TABLE %s.classify_changes(x)",
};

/* Gives m the weights of the other model, which are as many; SQLite may refuse. */
static bool exchange(sqlite3 *db, const char *schema) {
  char *sql = sqlite3_mprintf("UPDATE %s.classify_models SET weights = (SELECT weights FROM %s.classify_models "
                              "WHERE name = 'other') WHERE name = 'm'", schema, schema);
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc == SQLITE_OK;
}

static void check_changed(const char *schema, const char *changed) {
  sqlite3 *db = texts_in("changed", "DELETE");
  char m[16], other[16];
  sqlite3_snprintf(sizeof m, m, "%s.m", schema);
  sqlite3_snprintf(sizeof other, other, "%s.other", schema);
  run(db, "ATTACH %Q AS side", new_file("changed beside"));
  teach(db, m, "old");
  teach(db, other, "new");
  assert_int_equal(integer(db, "SELECT count(DISTINCT length(weights)) FROM %s.classify_models", schema), 1);
  assert_taught(db, m, "old");
  run(db, changed, schema, schema, schema, schema);
  assert_taught(db, m, "old");
  run(db, "BEGIN");
  assert_taught(db, m, exchange(db, schema) ? "new" : "old");
  run(db, "ROLLBACK");
  assert_taught(db, m, "old");
  assert_taught(db, m, exchange(db, schema) ? "new" : "old");
  teach(db, m, "too");
  assert_taught(db, m, "too");
  run(db, "BEGIN");
  assert_true(exchange(db, schema));
  assert_taught(db, m, "new");
  run(db, "ROLLBACK");
  assert_taught(db, m, "too");
  assert_true(exchange(db, schema));
  assert_taught(db, m, "new");
  close_database(db);
}

/* No answer is that of an earlier model, and no training fails. */
TEST(tables_and_triggers_that_a_user_has_changed) {
  static const char *const SCHEMAS[] = {"main", "temp", "side"};
  for (size_t i = 0; i < COUNT(SCHEMAS); i++)
    for (size_t j = 0; j < COUNT(CHANGED); j++) check_changed(SCHEMAS[i], CHANGED[j]);
}

/* What a user's table holds stays from the next training on. */
TEST(triggers_on_a_foreign_table_are_dropped) {
  sqlite3 *db = texts_in("dropped", "DELETE");
  teach(db, "m", "old");
  run(db, "DROP TABLE classify_changes; CREATE TABLE classify_changes(mark TEXT); "
          "INSERT INTO classify_changes VALUES ('mine')");
  teach(db, "m", "new");
  run(db, "DELETE FROM classify_models WHERE version = 1");
  assert_text("mine", db, "SELECT group_concat(mark) FROM classify_changes");
  run(db, "DROP TABLE classify_changes");
  teach(db, "m", "too");
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_changes, sqlite_master WHERE name LIKE '%%mark%%'"), 3);
  close_database(db);
}

TEST(a_database_that_can_only_be_read_and_has_no_changes) {
  for (size_t i = 0; i < COUNT(CHANGED); i++) {
    sqlite3 *db = texts_in("read only", "DELETE");
    teach(db, "m", "old");
    teach(db, "other", "new");
    run(db, CHANGED[i], "main", "main", "main", "main");
    sqlite3 *reader = open_with(sqlite3_db_filename(db, "main"), SQLITE_OPEN_READONLY);
    assert_taught(reader, "m", "old");
    run(reader, "BEGIN");
    assert_taught(reader, "m", "old");
    run(reader, "COMMIT");
    if (exchange(db, "main")) assert_taught(reader, "m", "new");
    close_database(reader);
    close_database(db);
  }
}

/* Then a change leaves no mark. */
TEST(triggers_that_are_switched_off) {
  sqlite3 *db = texts_in("off", "DELETE");
  teach(db, "m", "old");
  teach(db, "other", "new");
  assert_taught(db, "m", "old");
  assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL), SQLITE_OK);
  run(db, "BEGIN");
  assert_taught(db, "m", "old");
  assert_true(exchange(db, "main"));
  assert_taught(db, "m", "new");
  run(db, "COMMIT");
  close_database(db);
}

TEST(a_list_of_versions_with_further_columns) {
  sqlite3 *db = texts_in("further", "DELETE");
  teach(db, "m", "old");
  run(db, "ALTER TABLE classify_versions ADD COLUMN note; DELETE FROM classify_models");
  teach(db, "m", "new");
  assert_taught(db, "m@2", "new");
  close_database(db);
}

TEST(further_columns_of_the_table) {
  sqlite3 *db = texts_in("columns", "DELETE");
  teach(db, "m", "old");
  run(db, "ALTER TABLE classify_models ADD COLUMN note; "
          "ALTER TABLE classify_models ADD COLUMN author NOT NULL DEFAULT 'me'");
  teach(db, "m", "new");
  assert_taught(db, "m", "new");
  assert_text("me", db, "SELECT author FROM classify_models WHERE version = 2 AND note IS NULL");
  run(db, "CREATE TABLE copy(name, version, created, labels, options, metrics, weights, who NOT NULL); "
          "DROP TABLE classify_models; ALTER TABLE copy RENAME TO classify_models");
  assert_fails(SQLITE_ERROR, "the column who of main.classify_models is NOT NULL", db,
               "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
  close_database(db);
}

TEST(triggers_of_our_names) {
  sqlite3 *db = texts_in("names", "DELETE");
  run(db, "CREATE TRIGGER classify_models AFTER INSERT ON texts BEGIN SELECT 1; END; "
          "CREATE TRIGGER classify_versions AFTER INSERT ON texts BEGIN SELECT 1; END; "
          "CREATE TRIGGER classify_models_inserted AFTER INSERT ON texts BEGIN SELECT 1; END");
  teach(db, "m", "old");
  teach(db, "m", "new");
  assert_taught(db, "m@2", "new");
  close_database(db);
}

/* ---- locks of others ------------------------------------------------------------ */

/* Ends the transaction of a connection after a fifth of a second. */
static void *release_soon(void *connection) {
  sqlite3_sleep(200);
  sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL);
  return NULL;
}

/* The aggregate and the watched form; the texts are in temp, so that a lock on
** main does not keep them from being read.
*/
static const char *const FORMS[] = {
    "SELECT classify_train(body, label, 'm', '" QUICK "') FROM temp.copy",
    "SELECT * FROM classify_train('SELECT body, label FROM temp.copy', 'm', '" QUICK "')",
};

static void train_while_locked(const char *journal, const char *begin, const char *before, const char *form) {
  sqlite3 *db = texts_in("locked", journal), *other = another(db);
  pthread_t thread;
  run(db, "CREATE TEMP TABLE copy AS SELECT body, label FROM texts; %s", before);
  run(other, "%s", begin);
  pthread_create(&thread, NULL, release_soon, other);
  run(db, "%s", form);
  pthread_join(thread, NULL);
  if (!sqlite3_get_autocommit(db)) run(db, "COMMIT");
  assert_int_equal(models(db), 1);
  assert_false(has_table(db, "temp", "classify_models"));
  assert_int_equal(integer(other, "SELECT version FROM classify_models WHERE name = 'm'"), 1);
  close_database(other);
  close_database(db);
}

TEST(a_lock_that_goes_is_waited_for) {
  for (size_t i = 0; i < COUNT(FORMS); i++) {
    train_while_locked("DELETE", "BEGIN IMMEDIATE", "", FORMS[i]);
    train_while_locked("DELETE", "BEGIN IMMEDIATE", "BEGIN", FORMS[i]);
  }
  train_while_locked("WAL", "BEGIN IMMEDIATE", "", FORMS[0]);
  train_while_locked("WAL", "BEGIN IMMEDIATE", "BEGIN", FORMS[0]);
}

static void train_in_vain(sqlite3 *db, const char *form) {
  clock_step_ms = 1000;
  assert_fails(SQLITE_BUSY, "temp.m@", db, "%s", form);
  clock_step_ms = 0;
}

/* In a rollback journal readers keep our save from committing. */
TEST(a_reader_that_goes_is_waited_for) {
  train_while_locked("DELETE", "BEGIN; SELECT count(*) FROM texts", "", FORMS[0]);
  train_while_locked("DELETE", "BEGIN; SELECT count(*) FROM texts", "BEGIN", FORMS[1]);
}

/* With a rollback journal a writer cannot commit before our statement ends, as
** that reads, nor can we save before the writer is done: one has to give in.
** Its model is in temp then; the writer is not harmed.
*/
static void *commit_patiently(void *connection) {
  sqlite3_busy_timeout(connection, 5000);
  return sqlite3_exec(connection, "COMMIT", NULL, NULL, NULL) ? connection : NULL;
}

TEST(a_writer_that_waits_for_us_goes_first) {
  for (size_t i = 0; i < COUNT(FORMS); i++) {
    sqlite3 *db = texts_in("deadlock", "DELETE"), *other = another(db);
    pthread_t thread;
    void *failed;
    teach(db, "n", "old");
    run(db, "CREATE TEMP TABLE copy AS SELECT body, 'kept ' || label AS label FROM texts");
    run(other, "BEGIN IMMEDIATE; INSERT INTO texts(body) VALUES ('x')");
    sqlite3_stmt *reader = prepare(db, "SELECT id FROM texts"); /* as a training on texts would */
    assert_step(reader, SQLITE_ROW);
    pthread_create(&thread, NULL, commit_patiently, other);
    train_in_vain(db, FORMS[i]);
    sqlite3_finalize(reader);
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(integer(db, "SELECT count(*) FROM texts"), 25);
    assert_taught(db, "m", "kept");
    close_database(other);
    close_database(db);
  }
}

TEST(a_shared_cache_is_waited_for) {
  const int flags = READ_WRITE | SQLITE_OPEN_URI | SQLITE_OPEN_SHAREDCACHE;
  sqlite3 *db = open_with("file:shared?mode=memory&cache=shared", flags);
  sqlite3 *other = open_with("file:shared?mode=memory&cache=shared", flags);
  pthread_t thread;
  make_texts(db);
  run(db, "CREATE TEMP TABLE copy AS SELECT body, label FROM texts");
  teach(db, "m", "old");
  run(other, "BEGIN IMMEDIATE; INSERT INTO texts(body) VALUES ('x')");
  pthread_create(&thread, NULL, release_soon, other);
  run(db, "%s", FORMS[0]);
  pthread_join(thread, NULL);
  assert_int_equal(models(db), 2);
  close_database(other);
  close_database(db);
}

/* SQLite calls no busy handler here. */
TEST(a_shared_cache_is_waited_for_when_labelling) {
  const int flags = READ_WRITE | SQLITE_OPEN_URI | SQLITE_OPEN_SHAREDCACHE;
  sqlite3 *db = open_with("file:shared?mode=memory&cache=shared", flags);
  sqlite3 *other = open_with("file:shared?mode=memory&cache=shared", flags);
  pthread_t thread;
  make_texts(db);
  teach(db, "m", "old");
  assert_taught(other, "m", "old");
  run(db, "BEGIN IMMEDIATE; UPDATE classify_models SET created = ''");
  pthread_create(&thread, NULL, release_soon, db);
  assert_taught(other, "m", "old");
  pthread_join(thread, NULL);
  close_database(other);
  close_database(db);
}

/* ---- WAL: others write while we train ------------------------------------------- */

static sqlite3 *meanwhile_db;

static void meanwhile(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  if (sqlite3_value_int(argv[0]) == 20)
    sqlite3_result_int(context, sqlite3_exec(meanwhile_db, "INSERT INTO texts(body) VALUES ('meanwhile')",
                                             NULL, NULL, NULL));
}

TEST(in_wal_others_write_while_an_aggregate_scans) {
  sqlite3 *db = texts_in("snapshot", "WAL"), *other = another(db);
  teach(db, "m", "first");
  meanwhile_db = other;
  sqlite3_create_function(db, "meanwhile", 1, SQLITE_UTF8, NULL, meanwhile, NULL, NULL);
  assert_text("2", db,
              "SELECT json_extract(classify_train(body, 'new ' || label, 'm', '" QUICK "'), '$.version') "
              "FROM texts WHERE meanwhile(id) IS NOT 5");
  assert_int_equal(integer(db, "SELECT count(*) FROM texts WHERE body = 'meanwhile'"), 1);
  assert_taught(db, "m", "new");
  assert_taught(other, "m", "new");
  assert_false(has_table(db, "temp", "classify_models"));
  close_database(other);
  close_database(db);
}

static void watch_while_others_write(sqlite3 *db, sqlite3 *other, const char *model) {
  char *sql = sqlite3_mprintf("SELECT epoch FROM classify_train('SELECT body, label FROM texts', %Q, "
                              "'{\"epochs\":3,\"keep\":2,\"hidden\":2,\"embedding\":2,\"validation\":0}')", model);
  sqlite3_stmt *stmt = prepare(db, sql);
  assert_step(stmt, SQLITE_ROW);
  run(other, "INSERT INTO texts(body) VALUES ('meanwhile')");
  assert_step(stmt, SQLITE_ROW);
  assert_step(stmt, SQLITE_ROW);
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
}

TEST(in_wal_others_write_between_epochs) {
  sqlite3 *db = texts_in("between", "WAL"), *other = another(db);
  for (int i = 0; i < 3; i++) watch_while_others_write(db, other, "m");
  assert_text("2,3", db, "SELECT group_concat(version) FROM (SELECT * FROM classify_models ORDER BY version)");
  assert_int_equal(integer(db, "SELECT count(classify(body, 'm')) FROM texts"), 27);
  assert_false(has_table(db, "temp", "classify_models"));
  close_database(other);
  close_database(db);
}

TEST(in_wal_an_attached_database_is_written_meanwhile) {
  sqlite3 *db = texts_in("small", "DELETE"), *other = texts_in("large", "WAL");
  run(db, "ATTACH %Q AS large", sqlite3_db_filename(other, "main"));
  watch_while_others_write(db, other, "large.m");
  assert_int_equal(models(other), 1);
  assert_int_equal(models(db), 0);
  close_database(other);
  close_database(db);
}

/* Takes the write lock after the first commit, so that a second transaction would meet it. */
static int lock_after_commit(void *other, sqlite3 *db, const char *schema, int pages) {
  (void)db, (void)schema, (void)pages;
  sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  return SQLITE_OK;
}

/* SQLite sets a hook of its own when a connection has been opened, so ours comes with the first commit. */
static int hook_on_commit(void *db) {
  sqlite3_wal_hook(db, lock_after_commit, meanwhile_db);
  return 0;
}

static int hook_new_connection(sqlite3 *db, char **message, const void *api) {
  (void)message, (void)api;
  sqlite3_commit_hook(db, hook_on_commit, db);
  return SQLITE_OK;
}

static const char KEEP_ONE[] =
    "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', "
    "'{\"epochs\":2,\"keep\":1,\"hidden\":2,\"embedding\":2,\"threads\":1,\"validation\":0}')";

TEST(in_wal_saving_is_one_transaction) {
  for (int second = 0; second < 2; second++) {
    sqlite3 *db = texts_in("one", "WAL"), *other = another(db);
    teach(db, "m", "old");
    sqlite3_stmt *stmt = prepare(db, KEEP_ONE);
    assert_step(stmt, SQLITE_ROW);
    meanwhile_db = other;
    if (second) run(other, "INSERT INTO texts(body) VALUES ('meanwhile')");
    if (second) sqlite3_auto_extension((void (*)(void))hook_new_connection);
    if (!second) sqlite3_wal_hook(db, lock_after_commit, other);
    int rc = sqlite3_step(stmt);
    sqlite3_cancel_auto_extension((void (*)(void))hook_new_connection);
    assert_int_equal(rc, SQLITE_ROW);
    assert_step(stmt, SQLITE_DONE);
    sqlite3_finalize(stmt);
    assert_false(sqlite3_get_autocommit(other)); /* the hook was there */
    run(other, "ROLLBACK");
    assert_text("2", db, "SELECT group_concat(version) FROM classify_models");
    assert_false(has_table(db, "temp", "classify_models"));
    close_database(other);
    close_database(db);
  }
}

TEST(in_wal_a_trigger_leaves_out_the_row) {
  sqlite3 *db = texts_in("left", "WAL"), *other = another(db);
  teach(db, "m", "old");
  run(db, "CREATE TRIGGER ignore BEFORE INSERT ON classify_models BEGIN SELECT raise(ignore); END");
  sqlite3_stmt *stmt = prepare(db, KEEP_ONE);
  assert_step(stmt, SQLITE_ROW);
  run(other, "INSERT INTO texts(body) VALUES ('meanwhile')");
  assert_int_equal(sqlite3_step(stmt), SQLITE_CONSTRAINT);
  assert_non_null(strstr(sqlite3_errmsg(db), "left out or changed the new row"));
  sqlite3_finalize(stmt);
  assert_taught(db, "main.m", "old");
  assert_int_equal(models(db), 1);
  close_database(other);
  close_database(db);
}

/* ---- several trainers ---------------------------------------------------------------- */

enum { TRAINERS = 2, TRAININGS = 6 };

typedef struct Trainer {
  sqlite3 *db;
  int saved, failed, wrong; /* wrong: what was said is not what the log says */
} Trainer;

static int count_on(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  int count = -1;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    count = sqlite3_column_int(stmt, 0);
  sqlite3_finalize(stmt);
  return count;
}

/* Trains, and asks the log, which a trigger writes, whether the answer is true. */
static void *train_often(void *context) {
  Trainer *t = context;
  for (int i = 0; i < TRAININGS; i++) {
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(t->db, "SELECT json_extract(classify_train(body, label, 'm', json_set('" QUICK "', "
                       "'$.keep', 2)), '$.version') FROM texts", -1, &stmt, NULL);
    bool saved = sqlite3_step(stmt) == SQLITE_ROW;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM log WHERE version = %d", saved ? sqlite3_column_int(stmt, 0) : 0);
    if (!saved) fprintf(stderr, "%s\n", sqlite3_errmsg(t->db));
    sqlite3_finalize(stmt);
    if (saved) t->saved++; else t->failed++;
    if (saved && count_on(t->db, sql) != 1) t->wrong++;
    sqlite3_free(sql);
  }
  return NULL;
}

static void *label_often(void *context) {
  Trainer *t = context;
  for (int i = 0; i < 5 * TRAININGS; i++)
    if (count_on(t->db, "SELECT count(classify(body, 'm')) FROM texts") != 24) t->wrong++;
  return NULL;
}

TEST(in_wal_two_trainers_and_a_labeller) {
  sqlite3 *db = texts_in("trainers", "WAL");
  Trainer all[TRAINERS + 1] = {0};
  pthread_t threads[TRAINERS + 1];
  int saved = 0, wrong = 0;
  teach(db, "m", "first");
  run(db, "CREATE TABLE log(version UNIQUE); CREATE TRIGGER logged AFTER INSERT ON classify_models BEGIN "
          "INSERT INTO log VALUES (new.version); END");
  for (int i = 0; i <= TRAINERS; i++) {
    all[i].db = another(db);
    sqlite3_busy_timeout(all[i].db, 60000);
  }
  for (int i = 0; i <= TRAINERS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, i < TRAINERS ? train_often : label_often, &all[i]), 0);
  for (int i = 0; i <= TRAINERS; i++) {
    pthread_join(threads[i], NULL);
    saved += all[i].saved;
    wrong += all[i].wrong;
    close_database(all[i].db);
  }
  assert_int_equal(wrong, 0);
  assert_int_equal(integer(db, "SELECT count(*) FROM log"), saved);
  if (saved) assert_int_equal(models(db), 2);
  close_database(db);
}

/* A transaction that has read cannot write once others have: said at once, not
** after training.
*/
TEST(in_wal_an_old_snapshot_is_refused_first) {
  sqlite3 *db = texts_in("old", "WAL"), *other = another(db);
  teach(db, "m", "old");
  run(db, "BEGIN; SELECT count(*) FROM texts");
  run(other, "INSERT INTO texts(body) VALUES ('meanwhile')");
  int before = clock_looks;
  clock_step_ms = 1000;
  assert_fails(SQLITE_BUSY, "BEGIN IMMEDIATE", db,
               "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
  clock_step_ms = 0;
  print_message("looked %d times at the clock\n", clock_looks - before);
  assert_in_range(clock_looks - before, 0, 5); /* it never gets newer: there is nothing to wait for */
  run(db, "ROLLBACK");
  assert_taught(db, "m", "old");
  close_database(other);
  close_database(db);
}

/* ---- a lock that never goes ------------------------------------------------------ */

/* The model is in temp, works there, and moves where it belongs when the lock
** is gone, by the statements that the message gives, also where there is no table yet.
*/
static void keep_in_temp(bool model_exists, const char *form) {
  sqlite3 *db = texts_in("forever", "DELETE"), *other = another(db);
  run(db, "CREATE TEMP TABLE copy AS SELECT body, 'kept ' || label AS label FROM texts");
  if (model_exists) teach(db, "m", "old");
  sqlite3_int64 before = model_exists;
  run(other, "BEGIN IMMEDIATE");
  train_in_vain(db, form);
  char *to_move = sqlite3_mprintf("%s", strstr(sqlite3_errmsg(db), "To move it: ") + strlen("To move it: "));
  assert_taught(db, "m", model_exists ? "old" : "kept");
  assert_taught(db, "temp.m", "kept");
  run(other, "COMMIT");
  run(db, "%s", to_move);
  assert_int_equal(models(db), before + 1);
  assert_taught(db, "m", "kept");
  assert_taught(other, "main.m", "kept");
  teach(db, "m", "newer");
  assert_int_equal(integer(db, "SELECT max(version) FROM main.classify_models"), before + 2);
  sqlite3_free(to_move);
  close_database(other);
  close_database(db);
}

TEST(a_lock_that_stays_leaves_the_model_in_temp) {
  keep_in_temp(false, FORMS[0]);
  keep_in_temp(false, FORMS[1]);
}

TEST(it_moves_where_there_was_a_version) { keep_in_temp(true, FORMS[0]); }

/* Each failure keeps its model, and each can be moved, also if the number is used meanwhile. */
TEST(several_are_left_in_temp) {
  sqlite3 *db = texts_in("several", "DELETE"), *other = another(db);
  char *moves[2];
  run(db, "CREATE TEMP TABLE copy AS SELECT body, 'kept ' || label AS label FROM texts");
  teach(db, "m", "old");
  for (size_t i = 0; i < COUNT(moves); i++) {
    run(other, "BEGIN IMMEDIATE");
    train_in_vain(db, FORMS[0]);
    moves[i] = sqlite3_mprintf("%s", strstr(sqlite3_errmsg(db), "To move it: ") + strlen("To move it: "));
    run(other, "COMMIT");
  }
  assert_text("2,3", db, "SELECT group_concat(version) FROM (SELECT * FROM temp.classify_models ORDER BY version)");
  teach(other, "m", "theirs");
  assert_taught(db, "m@2", "theirs");
  for (size_t i = 0; i < COUNT(moves); i++) {
    run(db, "%s", moves[i]);
    sqlite3_free(moves[i]);
  }
  assert_text("1,2,3,4", db,
              "SELECT group_concat(version) FROM (SELECT * FROM main.classify_models ORDER BY version)");
  assert_taught(other, "m", "kept");
  close_database(other);
  close_database(db);
}

/* A bare name means main's model, unless it was trained in temp by name since. */
TEST(main_comes_before_temp) {
  sqlite3 *db = texts_in("hidden", "DELETE"), *other;
  teach(db, "m", "permanent");
  run(db, "CREATE TEMP TABLE classify_models AS SELECT * FROM classify_models");
  run(db, "UPDATE temp.classify_models SET weights = x'00'");
  assert_taught(db, "m", "permanent");
  run(db, "DROP TABLE temp.classify_models");
  teach(db, "temp.m", "temporary");
  assert_taught(db, "m", "temporary");
  assert_taught(db, "main.m", "permanent");
  teach(db, "main.m", "second");
  assert_taught(db, "m", "temporary");
  teach(db, "m", "third");
  assert_taught(db, "m", "third");
  assert_taught(db, "temp.m", "temporary");
  teach(db, "temp.m", "again");
  assert_taught(db, "m", "again");
  run(db, "DROP TABLE temp.classify_models");
  assert_taught(db, "m", "third");
  other = another(db);
  assert_taught(other, "m", "third");
  close_database(other);
  close_database(db);
}

/* ---- what may not be written ------------------------------------------------------ */

static int rows_read;

static void count_row(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  rows_read++;
  sqlite3_result_value(context, argv[0]);
}

/* Fails before the second row is read. */
static void refuse(sqlite3 *db, int code, const char *part) {
  sqlite3_create_function(db, "count_row", 1, SQLITE_UTF8, NULL, count_row, NULL, NULL);
  rows_read = 0;
  assert_fails(code, part, db, "SELECT classify_train(count_row(body), label, 'm', '" QUICK "') FROM texts");
  assert_fails(code, "classify_train(): ", db,
               "SELECT * FROM classify_train('SELECT count_row(body), label FROM texts', 'm', '" QUICK "')");
  print_message("%d rows read\n", rows_read);
}

/* As servers open it: what is attached can be written. */
static sqlite3 *open_reader(sqlite3 *db) {
  char *uri = sqlite3_mprintf("file:%s?mode=ro", sqlite3_db_filename(db, "main"));
  sqlite3 *reader = open_with(uri, READ_WRITE | SQLITE_OPEN_URI);
  sqlite3_free(uri);
  return reader;
}

TEST(a_read_only_database) {
  sqlite3 *db = texts_in("readonly", "DELETE");
  teach(db, "m", "old");
  sqlite3 *reader = open_reader(db);
  assert_taught(reader, "m", "old");
  refuse(reader, SQLITE_READONLY, "read-only");
  run(reader, "ATTACH ':memory:' AS memory");
  assert_fails(SQLITE_READONLY, "CREATE TABLE temp.classify_models(", reader,
               "SELECT classify_train(body, label, 'temp.m', '" QUICK "') FROM texts");
  assert_fails(SQLITE_READONLY, "CREATE TABLE memory.classify_models(", reader,
               "SELECT classify_train(body, label, 'memory.m', '" QUICK "') FROM texts");
  assert_false(has_table(reader, "temp", "classify_models"));
  run(reader, "CREATE TABLE temp.classify_models(name, version, created, labels, options, metrics, weights, "
              "PRIMARY KEY (name, version))"); /* as the error says */
  teach(reader, "temp.m", "temporary");
  assert_taught(reader, "m", "temporary");
  assert_taught(reader, "main.m", "old");
  close_database(reader);
  close_database(db);
}

/* A file that the host has attached for writing is for writing. What cannot be saved there is not put
** into temp, which would then take the models of others.
*/
TEST(a_read_only_database_with_another) {
  sqlite3 *db = texts_in("readonly", "DELETE"), *far = open_database(new_file("far"));
  teach(db, "m", "old");
  sqlite3 *reader = open_reader(db);
  run(reader, "ATTACH %Q AS far", sqlite3_db_filename(far, "main"));
  teach(reader, "far.m", "far");
  assert_taught(reader, "m", "old");
  assert_taught(reader, "far.m", "far");
  run(far, "BEGIN IMMEDIATE");
  clock_step_ms = 1000;
  assert_fails(SQLITE_BUSY, "the trained model could not be saved", reader,
               "SELECT classify_train(body, label, 'far.m', '" QUICK "') FROM texts");
  clock_step_ms = 0;
  run(far, "COMMIT");
  assert_false(has_table(reader, "temp", "classify_models"));
  run(reader, "PRAGMA query_only = 1");
  assert_fails(SQLITE_READONLY, "query_only", reader,
               "SELECT classify_train(body, label, 'far.m', '" QUICK "') FROM texts");
  close_database(reader);
  close_database(far);
  close_database(db);
}

/* SQLite lets no statement write in temp then, so a table there changes nothing. */
TEST(query_only_and_temp) {
  sqlite3 *db = texts_in("query_only", "DELETE");
  teach(db, "temp.m", "old");
  run(db, "PRAGMA query_only = 1");
  assert_fails(SQLITE_READONLY, "query_only", db,
               "SELECT classify_train(body, label, 'temp.m', '" QUICK "') FROM texts");
  run(db, "PRAGMA query_only = 0");
  close_database(db);
}

TEST(query_only) {
  sqlite3 *db = texts_in("query_only", "DELETE");
  teach(db, "m", "old");
  run(db, "PRAGMA query_only = 1");
  assert_taught(db, "m", "old");
  refuse(db, SQLITE_READONLY, "query_only");
  run(db, "PRAGMA query_only = 0");
  teach(db, "m", "new");
  close_database(db);
}

/* SQLite says that it can be written; its lock is refused. */
TEST(a_read_only_database_that_is_deserialized) {
  sqlite3 *file = texts_in("serialized", "DELETE"), *db = open_database(":memory:");
  teach(file, "m", "old");
  for (int i = 0; i < 2; i++) {
    sqlite3_int64 size;
    unsigned char *bytes = sqlite3_serialize(file, "main", &size, 0);
    unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | (i ? SQLITE_DESERIALIZE_RESIZEABLE : SQLITE_DESERIALIZE_READONLY);
    assert_int_equal(sqlite3_deserialize(db, "main", bytes, size, size, flags), SQLITE_OK);
    if (i == 0) refuse(db, SQLITE_READONLY, "database main is read-only");
    if (i == 0) assert_fails(SQLITE_READONLY, "temp takes a model only if", db, "SELECT classify_train(body, label, 'temp.m', '" QUICK "') FROM texts");
    assert_false(has_table(db, "temp", "classify_models"));
    assert_taught(db, "m", "old");
    if (i == 1) teach(db, "m", "new");
  }
  close_database(db);
  close_database(file);
}

static int deny_insert(void *context, int action, const char *a, const char *b, const char *c, const char *d) {
  (void)context, (void)b, (void)c, (void)d;
  return action == SQLITE_INSERT && strcmp(a, "classify_models") == 0 ? SQLITE_DENY : SQLITE_OK;
}

static int deny_tables(void *context, int action, const char *a, const char *b, const char *c, const char *d) {
  (void)context, (void)a, (void)b, (void)c, (void)d;
  return action == SQLITE_CREATE_TABLE ? SQLITE_DENY : SQLITE_OK;
}

TEST(an_authorizer_that_denies) {
  sqlite3 *db = texts_in("authorizer", "DELETE");
  sqlite3_set_authorizer(db, deny_tables, NULL);
  refuse(db, SQLITE_AUTH, "not authorized");
  sqlite3_set_authorizer(db, NULL, NULL);
  teach(db, "m", "old");
  sqlite3_set_authorizer(db, deny_tables, NULL);
  teach(db, "other", "old");
  run(db, "DROP TABLE classify_versions");
  refuse(db, SQLITE_AUTH, "not authorized");
  sqlite3_set_authorizer(db, NULL, NULL);
  teach(db, "m", "old");
  sqlite3_set_authorizer(db, deny_insert, NULL);
  assert_taught(db, "m", "old");
  refuse(db, SQLITE_AUTH, "not authorized");
  sqlite3_set_authorizer(db, NULL, NULL);
  assert_int_equal(models(db), 3);
  close_database(db);
}

/* PRAGMA database_list then has no row. */
static int ignore_pragmas(void *context, int action, const char *a, const char *b, const char *c, const char *d) {
  (void)context, (void)a, (void)b, (void)c, (void)d;
  return action == SQLITE_PRAGMA ? SQLITE_IGNORE : SQLITE_OK;
}

TEST(an_authorizer_that_ignores_pragmas) {
  sqlite3 *db = texts_in("ignores", "DELETE");
  teach(db, "m", "old");
  sqlite3_set_authorizer(db, ignore_pragmas, NULL);
  assert_taught(db, "m", "old");
  refuse(db, SQLITE_ERROR, "main.classify_models has the columns ,");
  sqlite3_set_authorizer(db, NULL, NULL);
  close_database(db);
}

/* A training that only asks whether it was interrupted needs no more rights. */
static int deny_recursion(void *context, int action, const char *a, const char *b, const char *c,
                          const char *d) {
  (void)context, (void)a, (void)b, (void)c, (void)d;
  return action == SQLITE_RECURSIVE ? SQLITE_DENY : SQLITE_OK;
}

TEST(an_authorizer_that_denies_recursion) {
  sqlite3 *db = texts_in("recursion", "DELETE");
  sqlite3_set_authorizer(db, deny_recursion, NULL);
  teach(db, "m", "old");
  assert_taught(db, "m", "old");
  sqlite3_set_authorizer(db, NULL, NULL);
  close_database(db);
}

TEST(a_view_or_a_foreign_table) {
  sqlite3 *db = texts_in("foreign", "DELETE");
  run(db, "CREATE VIEW classify_models AS SELECT 'm' AS name, 1 AS version, 0 AS weights");
  refuse(db, SQLITE_ERROR, "is a view");
  run(db, "DROP VIEW classify_models; CREATE TABLE classify_models(name, version)");
  refuse(db, SQLITE_ERROR, "columns name, version");
  assert_fails(SQLITE_ERROR, "no such column: weights", db,
               "INSERT INTO classify_models VALUES ('m', 1); SELECT classify('x', 'm')");
  run(db, "DROP TABLE classify_models; "
          "CREATE TABLE classify_models(name, version, created, labels, options, metrics, weights, rowid)");
  refuse(db, SQLITE_ERROR, "has a column named rowid");
  run(db, "DROP TABLE classify_models; PRAGMA case_sensitive_like = 1; CREATE VIRTUAL TABLE classify_models "
          "USING fts5(name, version, created, labels, options, metrics, weights)");
  refuse(db, SQLITE_ERROR, "is a virtual table");
  close_database(db);
}

/* What the error says to move it by is SQL. */
TEST(a_schema_whose_name_is_quoted) {
  sqlite3 *db = texts_in("quoted", "DELETE");
  char *training = teaching("my \"db.m", "new");
  run(db, "ATTACH ':memory:' AS \"my \"\"db\"; CREATE TABLE \"my \"\"db\".classify_models(name, version, created, "
          "labels, options, metrics, weights); "
          "CREATE TRIGGER \"my \"\"db\".refuse BEFORE INSERT ON classify_models BEGIN "
          "SELECT raise(ABORT, 'refused'); END");
  assert_fails(SQLITE_CONSTRAINT, "To move it: INSERT INTO \"my \"\"db\".classify_models", db, "%s", training);
  char *to_move = sqlite3_mprintf("%s", strstr(sqlite3_errmsg(db), "To move it: ") + strlen("To move it: "));
  run(db, "DROP TRIGGER \"my \"\"db\".refuse; %s; DROP TABLE temp.classify_models", to_move);
  assert_taught(db, "my \"db.m", "new");
  sqlite3_free(to_move);
  sqlite3_free(training);
  close_database(db);
}

/* ---- a scan that fails -------------------------------------------------------------- */

static void fail_late(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  if (sqlite3_value_int(argv[0]) == 20) sqlite3_result_error(context, "row 20 is bad", -1);
}

TEST(in_from_a_failing_query_saves_nothing) {
  sqlite3 *db = texts_in("failing", "DELETE");
  sqlite3_create_function(db, "fail_late", 1, SQLITE_UTF8, NULL, fail_late, NULL, NULL);
  assert_fails(SQLITE_ERROR, "row 20 is bad", db,
               "SELECT * FROM classify_train('SELECT body, label FROM texts WHERE fail_late(id) IS NULL', 'm', "
               "'" QUICK "')");
  assert_int_equal(models(db), 0);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(autocommit_saves_at_once),
      cmocka_unit_test(groups_commit_one_by_one),
      cmocka_unit_test(rollback_undoes),
      cmocka_unit_test(commit_keeps),
      cmocka_unit_test(savepoints_undo_and_keep),
      cmocka_unit_test(in_from_the_last_row_is_saved_already),
      cmocka_unit_test(in_from_a_limit_saves_nothing),
      cmocka_unit_test(in_from_a_transaction_that_ends),
      cmocka_unit_test(a_writing_statement_trains),
      cmocka_unit_test(an_attached_database_is_saved_in),
      cmocka_unit_test(in_memory),
      cmocka_unit_test(a_deleted_version_is_not_used_again),
      cmocka_unit_test(a_list_of_versions_that_was_dropped_is_made_anew),
      cmocka_unit_test(a_row_that_a_trigger_leaves_out_is_not_saved),
      cmocka_unit_test(a_row_that_a_trigger_takes_away_is_not_saved),
      cmocka_unit_test(a_trigger_that_trains),
      cmocka_unit_test(old_versions_that_cannot_be_deleted),
      cmocka_unit_test(keep_deletes_the_oldest),
      cmocka_unit_test(keep_deletes_all_that_is_too_much),
      cmocka_unit_test(keep_in_a_writing_statement),
      cmocka_unit_test(a_list_of_versions_with_anything_in_it),
      cmocka_unit_test(a_version_that_nothing_can_follow),
      cmocka_unit_test(a_foreign_list_of_versions),
      cmocka_unit_test(a_foreign_table_of_changes),
      cmocka_unit_test(tables_and_triggers_that_a_user_has_changed),
      cmocka_unit_test(triggers_on_a_foreign_table_are_dropped),
      cmocka_unit_test(a_database_that_can_only_be_read_and_has_no_changes),
      cmocka_unit_test(triggers_that_are_switched_off),
      cmocka_unit_test(a_list_of_versions_with_further_columns),
      cmocka_unit_test(further_columns_of_the_table),
      cmocka_unit_test(triggers_of_our_names),
      cmocka_unit_test(a_lock_that_goes_is_waited_for),
      cmocka_unit_test(a_reader_that_goes_is_waited_for),
      cmocka_unit_test(a_writer_that_waits_for_us_goes_first),
      cmocka_unit_test(a_shared_cache_is_waited_for),
      cmocka_unit_test(a_shared_cache_is_waited_for_when_labelling),
      cmocka_unit_test(in_wal_others_write_while_an_aggregate_scans),
      cmocka_unit_test(in_wal_others_write_between_epochs),
      cmocka_unit_test(in_wal_an_attached_database_is_written_meanwhile),
      cmocka_unit_test(in_wal_saving_is_one_transaction),
      cmocka_unit_test(in_wal_a_trigger_leaves_out_the_row),
      cmocka_unit_test(in_wal_two_trainers_and_a_labeller),
      cmocka_unit_test(in_wal_an_old_snapshot_is_refused_first),
      cmocka_unit_test(a_lock_that_stays_leaves_the_model_in_temp),
      cmocka_unit_test(it_moves_where_there_was_a_version),
      cmocka_unit_test(several_are_left_in_temp),
      cmocka_unit_test(main_comes_before_temp),
      cmocka_unit_test(a_read_only_database),
      cmocka_unit_test(a_read_only_database_with_another),
      cmocka_unit_test(query_only_and_temp),
      cmocka_unit_test(query_only),
      cmocka_unit_test(a_read_only_database_that_is_deserialized),
      cmocka_unit_test(an_authorizer_that_denies),
      cmocka_unit_test(an_authorizer_that_ignores_pragmas),
      cmocka_unit_test(an_authorizer_that_denies_recursion),
      cmocka_unit_test(a_view_or_a_foreign_table),
      cmocka_unit_test(a_schema_whose_name_is_quoted),
      cmocka_unit_test(in_from_a_failing_query_saves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
