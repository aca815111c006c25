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
  assert_fails(SQLITE_CONSTRAINT, "left out the new row", db, "%s", training);
  sqlite3_free(training);
  assert_taught(db, "main.m", "old");
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
  assert_taught(db, "m", "kept");
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

TEST(what_temp_hides_is_refused) {
  sqlite3 *db = texts_in("hidden", "DELETE");
  teach(db, "temp.m", "temporary");
  assert_fails(SQLITE_ERROR, "would hide", db, "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
  teach(db, "main.m", "permanent");
  assert_taught(db, "m", "temporary");
  assert_taught(db, "main.m", "permanent");
  run(db, "DROP TABLE temp.classify_models");
  assert_taught(db, "m", "permanent");
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

TEST(a_read_only_database) {
  sqlite3 *db = texts_in("readonly", "DELETE");
  teach(db, "m", "old");
  sqlite3 *reader = open_with(sqlite3_db_filename(db, "main"), SQLITE_OPEN_READONLY);
  assert_taught(reader, "m", "old");
  refuse(reader, SQLITE_READONLY, "read-only");
  teach(reader, "temp.m", "temporary");
  assert_taught(reader, "m", "temporary");
  assert_taught(reader, "main.m", "old");
  close_database(reader);
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
  sqlite3_set_authorizer(db, deny_insert, NULL);
  assert_taught(db, "m", "old");
  refuse(db, SQLITE_AUTH, "not authorized");
  sqlite3_set_authorizer(db, NULL, NULL);
  assert_int_equal(models(db), 1);
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
  refuse(db, SQLITE_ERROR, "columns name,version");
  assert_fails(SQLITE_ERROR, "no such column: weights", db,
               "INSERT INTO classify_models VALUES ('m', 1); SELECT classify('x', 'm')");
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
      cmocka_unit_test(a_writing_statement_trains),
      cmocka_unit_test(an_attached_database_is_saved_in),
      cmocka_unit_test(in_memory),
      cmocka_unit_test(a_deleted_version_is_not_used_again),
      cmocka_unit_test(a_list_of_versions_that_was_dropped_is_made_anew),
      cmocka_unit_test(a_row_that_a_trigger_leaves_out_is_not_saved),
      cmocka_unit_test(keep_deletes_the_oldest),
      cmocka_unit_test(a_lock_that_goes_is_waited_for),
      cmocka_unit_test(a_reader_that_goes_is_waited_for),
      cmocka_unit_test(a_writer_that_waits_for_us_goes_first),
      cmocka_unit_test(a_shared_cache_is_waited_for),
      cmocka_unit_test(in_wal_others_write_while_an_aggregate_scans),
      cmocka_unit_test(in_wal_others_write_between_epochs),
      cmocka_unit_test(in_wal_an_attached_database_is_written_meanwhile),
      cmocka_unit_test(in_wal_an_old_snapshot_is_refused_first),
      cmocka_unit_test(a_lock_that_stays_leaves_the_model_in_temp),
      cmocka_unit_test(it_moves_where_there_was_a_version),
      cmocka_unit_test(what_temp_hides_is_refused),
      cmocka_unit_test(a_read_only_database),
      cmocka_unit_test(query_only),
      cmocka_unit_test(an_authorizer_that_denies),
      cmocka_unit_test(an_authorizer_that_denies_recursion),
      cmocka_unit_test(a_view_or_a_foreign_table),
      cmocka_unit_test(in_from_a_failing_query_saves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
