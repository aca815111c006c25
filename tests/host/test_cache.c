/* Which model a name means: as this connection sees the table now, whoever
** changed it; one model for all rows of a statement. And what is kept for a
** connection never keeps it from closing.
*/
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *taught(const char *name, const char *journal) {
  sqlite3 *db = open_database(new_file(name));
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  teach(db, "m", "old");
  return db;
}

/* ---- changes are seen ----------------------------------------------------------- */

TEST(what_this_connection_changes) {
  sqlite3 *db = taught("own", "DELETE");
  assert_taught(db, "m", "old");
  teach(db, "m", "new");
  assert_taught(db, "m", "new");
  run(db, "DELETE FROM classify_models WHERE version = 2");
  assert_taught(db, "m", "old");
  run(db, "UPDATE classify_models SET name = 'n'");
  assert_taught(db, "n", "old");
  assert_fails(SQLITE_ERROR, "no model named 'm' (models: n)", db, "SELECT classify('x', 'm')");
  run(db, "DELETE FROM classify_models");
  assert_fails(SQLITE_ERROR, "there are none yet", db, "SELECT classify('x', 'n')");
  close_database(db);
}

TEST(what_a_rollback_takes_back) {
  sqlite3 *db = taught("rollback", "DELETE");
  run(db, "BEGIN");
  teach(db, "m", "second");
  assert_taught(db, "m", "second");
  run(db, "ROLLBACK");
  assert_taught(db, "m", "old");
  teach(db, "m", "another"); /* is m@2 again, and is another model */
  assert_taught(db, "m", "another");
  assert_taught(db, "m@2", "another");
  run(db, "SAVEPOINT a");
  run(db, "UPDATE classify_models SET weights = (SELECT weights FROM classify_models WHERE version = 1)");
  assert_taught(db, "m@2", "old");
  run(db, "ROLLBACK TO a");
  assert_taught(db, "m@2", "another");
  run(db, "RELEASE a");
  close_database(db);
}

TEST(what_another_connection_changes) {
  const char *const journals[] = {"DELETE", "WAL"};
  for (size_t i = 0; i < COUNT(journals); i++) {
    sqlite3 *db = taught("other", journals[i]), *other = another(db);
    assert_taught(db, "m", "old");
    teach(other, "m", "new");
    assert_taught(db, "m", "new");
    run(other, "DELETE FROM classify_models WHERE version = 2");
    assert_taught(db, "m", "old");
    run(other, "BEGIN");
    teach(other, "m", "third");
    assert_taught(db, "m", "old");
    run(other, "COMMIT");
    assert_taught(db, "m", "third");
    close_database(other);
    close_database(db);
  }
}

TEST(what_another_process_changes) {
  sqlite3 *db = taught("process", "WAL");
  teach(db, "m", "new");
  assert_taught(db, "m", "new");
  elsewhere(db, "DELETE FROM classify_models WHERE version = 2");
  assert_taught(db, "m", "old");
  elsewhere(db, "INSERT INTO classify_models SELECT 'copy', 7, created, labels, options, metrics, weights "
                "FROM classify_models");
  assert_taught(db, "copy@7", "old");
  elsewhere(db, "DROP TABLE classify_models");
  assert_fails(SQLITE_ERROR, "there are none yet", db, "SELECT classify('x', 'm')");
  close_database(db);
}

/* The library and a model are loaded; the child trains, labels and leaves. */
TEST(what_a_forked_child_trains) {
  sqlite3 *db = taught("fork", "DELETE");
  assert_taught(db, "m", "old");
  pid_t child = fork();
  if (child == 0) {
    sqlite3 *own = NULL;
    char *sql = teaching("m", "child");
    int rc = sqlite3_open(sqlite3_db_filename(db, "main"), &own);
    if (!rc) rc = load(own, NULL);
    if (!rc) rc = sqlite3_exec(own, sql, NULL, NULL, NULL);
    if (!rc) rc = sqlite3_exec(own, "SELECT * FROM classify_rows('SELECT id, body FROM texts')", NULL, NULL, NULL);
    if (!rc) rc = sqlite3_close(own);
    _exit(rc ? 1 : 0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
  assert_taught(db, "m", "child");
  close_database(db);
}

/* It states the identifier of the whole file, which the process holds already. */
TEST(a_file_that_was_cut_off_is_refused) {
  sqlite3 *db = taught("cut", "DELETE");
  assert_taught(db, "m", "old");
  run(db, "INSERT INTO classify_models SELECT 'cut', 1, created, labels, options, metrics, "
          "substr(weights, 1, length(weights) - 10) FROM classify_models");
  assert_fails(SQLITE_ERROR, "main.cut@1 cannot be used", db, "SELECT classify('x', 'cut')");
  run(db, "UPDATE classify_models SET weights = CAST(weights || zeroblob(8) AS BLOB)");
  assert_fails(SQLITE_ERROR, "main.m@1 cannot be used", db, "SELECT classify('x', 'm')");
  close_database(db);
}

/* A prepared statement asks again each time it runs. */
TEST(a_prepared_statement_sees_changes) {
  sqlite3 *db = taught("prepared", "WAL"), *other = another(db);
  sqlite3_stmt *stmt = prepare(db, "SELECT classify(?1, 'm')");
  sqlite3_bind_text(stmt, 1, CAT, -1, SQLITE_STATIC);
  const char *const marks[] = {"old", "new", "newer"};
  for (size_t i = 0; i < COUNT(marks); i++) {
    if (i) teach(i == 1 ? other : db, "m", marks[i]);
    assert_step(stmt, SQLITE_ROW);
    assert_memory_equal(sqlite3_column_text(stmt, 0), marks[i], strlen(marks[i]));
    sqlite3_reset(stmt);
  }
  sqlite3_finalize(stmt);
  close_database(other);
  close_database(db);
}

TEST(a_table_that_comes_later) {
  const char *path = new_file("later");
  sqlite3 *db = open_database(path), *other = open_database(path);
  assert_fails(SQLITE_ERROR, "no models yet", db, "SELECT classify('x')");
  assert_fails(SQLITE_ERROR, "no model named 'm'", db, "SELECT classify('x', 'm')");
  assert_fails(SQLITE_ERROR, "no model named 'm'", db, "SELECT * FROM classify_labels('x', 'm')");
  make_texts(other);
  teach(other, "m", "old");
  assert_taught(db, "m", "old");
  run(other, "DROP TABLE classify_models");
  assert_fails(SQLITE_ERROR, "no model named 'm'", db, "SELECT classify('x', 'm')");
  teach(other, "m", "new");
  assert_taught(db, "m", "new");
  close_database(other);
  close_database(db);
}

/* ---- files that pass for others, and damage --------------------------------------------- */

typedef struct Bytes {
  uint8_t *bytes;
  int size;
} Bytes;

static Bytes weights_of(sqlite3 *db, const char *name) {
  char *sql = sqlite3_mprintf("SELECT weights FROM classify_models WHERE name = %Q ORDER BY version DESC", name);
  sqlite3_stmt *stmt = prepare(db, sql);
  assert_step(stmt, SQLITE_ROW);
  Bytes w = {.size = sqlite3_column_bytes(stmt, 0)};
  w.bytes = malloc((size_t)w.size);
  assert_non_null(w.bytes);
  memcpy(w.bytes, sqlite3_column_blob(stmt, 0), (size_t)w.size);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return w;
}

/* Runs a statement of which ?1 is the bytes. */
static void run_with(sqlite3 *db, const char *sql, Bytes w) {
  sqlite3_stmt *stmt = prepare(db, sql);
  sqlite3_bind_blob(stmt, 1, w.bytes, w.size, SQLITE_STATIC);
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
}

static size_t data_begin(Bytes w) {
  uint64_t length;
  memcpy(&length, w.bytes, sizeof length);
  return sizeof length + (size_t)length;
}

static uint8_t *identifier_in(Bytes w) {
  static const char KEY[] = "\"identifier\":\"";
  for (size_t i = 0; i + sizeof KEY < data_begin(w); i++)
    if (memcmp(w.bytes + i, KEY, sizeof KEY - 1) == 0) return w.bytes + i + sizeof KEY - 1;
  return NULL;
}

/* The file of another model states the identifier of one that the process holds. */
TEST(a_stated_identifier_decides_nothing) {
  sqlite3 *db = taught("stated", "DELETE"), *other = open_database(new_file("forged"));
  make_texts(other);
  teach(other, "m", "new");
  Bytes real = weights_of(db, "m"), forged = weights_of(other, "m");
  assert_int_equal(real.size, forged.size);
  assert_taught(db, "m", "old");
  memcpy(identifier_in(forged), identifier_in(real), 32);
  run_with(other, "UPDATE classify_models SET weights = ?1", forged);
  assert_fails(SQLITE_ERROR, "the bytes have changed", other, "SELECT classify('x', 'm')");
  memset(real.bytes + data_begin(real), 0, (size_t)real.size - data_begin(real)); /* a true header, and no numbers */
  run_with(other, "UPDATE classify_models SET weights = ?1", real);
  assert_fails(SQLITE_ERROR, "the bytes have changed", other, "SELECT classify('x', 'm')");
  assert_taught(db, "m", "old");
  free(real.bytes);
  free(forged.bytes);
  close_database(other);
  close_database(db);
}

static const char *const DAMAGES[] = {
    "UPDATE classify_models SET weights = substr(weights, 1, length(weights) - 10)",
    "UPDATE classify_models SET weights = zeroblob(length(weights))",
    "UPDATE OR IGNORE classify_models SET weights = zeroblob(length(weights))",
    ("REPLACE INTO classify_models SELECT name, version, created, labels, options, metrics, zeroblob(length(weights)) "
     "FROM classify_models"),
    "DELETE FROM classify_models; INSERT INTO classify_models SELECT * FROM damaged",
    "UPDATE classify_models SET weights = (SELECT weights FROM damaged)", /* one byte of the same length */
};

static const char BROKEN[] = "main.m@1 cannot be used";

/* Two tables, intact and damaged, of a model and the same with one other byte; and one that each change adds to. */
static void make_damage(sqlite3 *db) {
  Bytes w = weights_of(db, "m");
  run(db, "CREATE TABLE intact AS SELECT * FROM classify_models; CREATE TABLE damaged AS SELECT * FROM intact; "
          "CREATE TABLE noise(x)");
  w.bytes[w.size - 1] ^= 1;
  run_with(db, "UPDATE damaged SET weights = ?1", w);
  free(w.bytes);
}

static const char REPAIR[] = "UPDATE classify_models SET weights = (SELECT weights FROM intact)";
static const char WITHOUT_MARKS[] = "DROP TRIGGER IF EXISTS classify_models_mark_update";

TEST(damage_is_seen_by_the_next_statement) {
  for (size_t i = 0; i < 4 * COUNT(DAMAGES); i++) {
    sqlite3 *db = taught("damage", i & 1 ? "WAL" : "DELETE");
    const char *damage = DAMAGES[i / 4];
    make_damage(db);
    if (i & 2) run(db, "%s", WITHOUT_MARKS);
    assert_taught(db, "m", "old");
    run(db, "INSERT INTO noise VALUES (1)");
    assert_taught(db, "m", "old");
    run(db, "%s", damage);
    assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
    run(db, "%s", REPAIR);
    assert_taught(db, "m", "old");
    run(db, "BEGIN; INSERT INTO noise VALUES (1)");
    assert_taught(db, "m", "old");
    run(db, "SAVEPOINT a; INSERT INTO noise VALUES (1); %s", damage);
    assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
    run(db, "ROLLBACK TO a");
    assert_taught(db, "m", "old");
    run(db, "%s", damage);
    assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
    run(db, "ROLLBACK");
    assert_taught(db, "m", "old");
    close_database(db);
  }
}

TEST(damage_by_others_is_seen) {
  sqlite3 *db = taught("by others", "WAL"), *other = another(db);
  make_damage(db);
  assert_taught(db, "m", "old");
  run(other, "UPDATE classify_models SET weights = (SELECT weights FROM damaged)");
  assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
  elsewhere(db, REPAIR);
  assert_taught(db, "m", "old");
  elsewhere(db, "UPDATE classify_models SET weights = zeroblob(length(weights))");
  assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
  run(other, "%s; DROP TABLE classify_changes", REPAIR);
  assert_taught(db, "m", "old");
  close_database(other);
  close_database(db);
}

/* Writes into the weights without SQL. */
static void flip_last_byte(sqlite3 *db) {
  sqlite3_blob *blob;
  uint8_t byte;
  assert_int_equal(sqlite3_blob_open(db, "main", "classify_models", "weights", 1, 1, &blob), SQLITE_OK);
  int last = sqlite3_blob_bytes(blob) - 1;
  assert_int_equal(sqlite3_blob_read(blob, &byte, 1, last), SQLITE_OK);
  byte ^= 1;
  assert_int_equal(sqlite3_blob_write(blob, &byte, 1, last), SQLITE_OK);
  assert_int_equal(sqlite3_blob_close(blob), SQLITE_OK);
}

TEST(what_a_host_writes_into_a_blob) {
  sqlite3 *db = taught("blob", "WAL"), *other = another(db);
  run(db, "CREATE TABLE noise(x)");
  for (int i = 0; i < 2; i++) {
    assert_taught(db, "m", "old");
    flip_last_byte(i ? other : db);
    assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
    flip_last_byte(i ? other : db);
  }
  assert_taught(db, "m", "old");
  flip_last_byte(other); /* with changes by SQL before and after */
  run(db, "INSERT INTO noise VALUES (1)");
  assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
  flip_last_byte(other);
  assert_taught(db, "m", "old");
  flip_last_byte(db); /* docs/limits.md: among the connection's own changes it is seen after an UPDATE */
  run(db, "INSERT INTO noise VALUES (1)");
  assert_taught(db, "m", "old");
  run(db, "UPDATE classify_models SET weights = weights");
  assert_fails(SQLITE_ERROR, BROKEN, db, "SELECT classify('x', 'm')");
  close_database(other);
  close_database(db);
}

/* ---- another file, another row in the same place -------------------------------------------- */

TEST(a_file_attached_in_place_of_another) {
  sqlite3 *old = taught("one", "DELETE"), *new = open_database(new_file("two")), *db = open_database(":memory:");
  make_texts(new);
  teach(new, "m", "new");
  for (int i = 0; i < 6; i++) {
    if (i == 3) run(old, "%s", WITHOUT_MARKS);
    if (i == 3) run(new, "%s", WITHOUT_MARKS);
    run(db, "ATTACH %Q AS far", sqlite3_db_filename(i & 1 ? new : old, "main"));
    assert_taught(db, "far.m", i & 1 ? "new" : "old");
    run(db, "DETACH far");
  }
  close_database(db);
  close_database(new);
  close_database(old);
}

/* VACUUM gives the row of the second model the rowid of the first. */
TEST(rows_that_vacuum_moves) {
  sqlite3 *db = taught("vacuum", "DELETE");
  teach(db, "n", "new");
  run(db, "DELETE FROM classify_models WHERE name = 'm'; UPDATE classify_models SET rowid = 9");
  assert_taught(db, "n", "new");
  teach(db, "o", "old");
  assert_taught(db, "o", "old");
  run(db, "VACUUM");
  assert_taught(db, "n", "new");
  assert_taught(db, "o", "old");
  close_database(db);
}

TEST(a_backup_that_is_restored) {
  sqlite3 *db = taught("restored", "DELETE"), *other = open_database(new_file("backup"));
  make_texts(other);
  teach(other, "m", "new");
  assert_taught(db, "m", "old");
  sqlite3_backup *backup = sqlite3_backup_init(db, "main", other, "main");
  assert_non_null(backup);
  assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  sqlite3_backup_finish(backup);
  assert_taught(db, "m", "new");
  close_database(other);
  close_database(db);
}

TEST(a_database_that_is_deserialized) {
  sqlite3 *files[] = {taught("first", "DELETE"), open_database(new_file("second"))}, *db = open_database(":memory:");
  make_texts(files[1]);
  teach(files[1], "m", "new");
  for (int i = 0; i < 6; i++) {
    if (i == 3) run(files[0], "%s", WITHOUT_MARKS);
    if (i == 3) run(files[1], "%s", WITHOUT_MARKS);
    sqlite3_int64 size;
    unsigned char *bytes = sqlite3_serialize(files[i & 1], "main", &size, 0);
    assert_int_equal(sqlite3_deserialize(db, "main", bytes, size, size, SQLITE_DESERIALIZE_FREEONCLOSE), SQLITE_OK);
    assert_taught(db, "m", i & 1 ? "new" : "old");
  }
  close_database(db);
  close_database(files[0]);
  close_database(files[1]);
}

/* ---- where a name is looked up ----------------------------------------------------- */

TEST(main_comes_before_temp_before_attached) {
  sqlite3 *db = taught("main", "DELETE"), *other = open_database(new_file("attached"));
  make_texts(other);
  teach(other, "m", "attached");
  teach(other, "only", "there");
  run(db, "ATTACH %Q AS far", sqlite3_db_filename(other, "main"));
  assert_taught(db, "m", "old");
  assert_taught(db, "far.m", "attached");
  assert_taught(db, "only", "there");
  run(db, "CREATE TEMP TABLE classify_models AS SELECT * FROM far.classify_models WHERE name = 'm'");
  run(db, "INSERT INTO temp.classify_models SELECT 'only', version, created, labels, options, metrics, weights "
          "FROM main.classify_models");
  assert_taught(db, "m", "old");
  assert_taught(db, "only", "old");
  assert_taught(db, "temp.m", "attached");
  assert_taught(db, "main.m", "old");
  run(db, "DROP TABLE temp.classify_models");
  assert_taught(db, "m", "old");
  assert_taught(db, "only", "there");
  run(db, "DROP TABLE main.classify_models");
  assert_taught(db, "m", "attached");
  run(db, "DETACH far; ATTACH ':memory:' AS far");
  assert_fails(SQLITE_ERROR, "no model named 'far.m'", db, "SELECT classify('x', 'far.m')");
  assert_fails(SQLITE_ERROR, "no model named 'only'", db, "SELECT classify('x', 'only')");
  close_database(other);
  close_database(db);
}

/* ---- one model for a statement --------------------------------------------------------- */

/* Steps over half of the rows, changes the models, and steps over the rest. */
static void change_in_the_middle(sqlite3 *db, sqlite3 *changer, const char *change, const char *sql) {
  sqlite3_stmt *stmt = prepare(db, sql);
  for (int row = 0; row < 24; row++) {
    assert_step(stmt, SQLITE_ROW);
    assert_memory_equal(sqlite3_column_text(stmt, 0), "old ", 4);
    if (row == 11) run(changer, "%s", change);
  }
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
}

static const char *const STATEMENTS[] = {
    "SELECT classify(body, 'm') FROM texts",
    "SELECT label FROM classify_rows('SELECT id, body FROM texts', 'm')",
    "SELECT (SELECT classify(t.body, 'm') || classify_confidence(t.body, 'm')) FROM texts AS t",
};

TEST(a_statement_keeps_its_model) {
  const char *const changes[] = {"new", "DELETE FROM classify_models", "UPDATE classify_models SET weights = x'00'"};
  for (size_t s = 0; s < COUNT(STATEMENTS); s++) {
    for (size_t i = 0; i < 2 * COUNT(changes); i++) {
      sqlite3 *db = taught("pinned", "WAL"), *other = another(db);
      char *training = teaching("m", "new");
      change_in_the_middle(db, i < COUNT(changes) ? db : other,
                           i % COUNT(changes) ? changes[i % COUNT(changes)] : training, STATEMENTS[s]);
      if (i % COUNT(changes) == 0) assert_taught(db, "m", "new");
      sqlite3_free(training);
      close_database(other);
      close_database(db);
    }
  }
}

/* ---- shared, and freed with the last ----------------------------------------------------- */

TEST(connections_share_weights) {
  if (SANITIZED) skip();
  enum { CONNECTIONS = 10, SIZE = 4 << 20 };
  sqlite3 *db = open_database(new_file("shared")), *users[CONNECTIONS];
  make_texts(db);
  run(db, "SELECT classify_train(body || ' ' || hex(randomblob(9)), label, 'm', "
          "'{\"epochs\":1,\"encoder\":\"none\",\"embedding\":1024,\"validation\":0,\"compress\":false," PLAIN "}') "
          "FROM (SELECT body, label "
          "FROM texts, (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 80) SELECT i FROM n))");
  assert_true(integer(db, "SELECT length(weights) FROM classify_models") > SIZE);
  size_t before = allocated();
  for (size_t i = 0; i < CONNECTIONS; i++) {
    users[i] = another(db);
    run(users[i], "PRAGMA cache_size = 10; SELECT classify('kitten', 'm')");
  }
  /* A connection has memory of its own, more or less of it by SQLite's version; unshared weights take 10 * SIZE. */
  assert_in_range(allocated() - before, SIZE, 4 * SIZE);
  for (size_t i = 0; i < CONNECTIONS; i++) close_database(users[i]);
  assert_true(allocated() < before + SIZE / 2);
  close_database(db);
}

/* Adds copies of the model as NAME-1, NAME-2 and so on, each with another first number. */
static void add_copies(sqlite3 *db, int count) {
  Bytes w = weights_of(db, "m");
  sqlite3_stmt *stmt = prepare(db, "INSERT INTO classify_models SELECT 'm-' || ?2, 1, '', '', '', '', ?1");
  memset(identifier_in(w) - strlen("\"identifier\":\""), ' ', strlen("\"identifier\":\"\",") + 32);
  run(db, "BEGIN");
  for (int i = 0; i < count; i++) {
    uint16_t low = (uint16_t)i;
    memcpy(w.bytes + data_begin(w), &low, sizeof low);
    sqlite3_bind_blob(stmt, 1, w.bytes, w.size, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 2, i);
    assert_step(stmt, SQLITE_DONE);
    sqlite3_reset(stmt);
  }
  run(db, "COMMIT");
  sqlite3_finalize(stmt);
  free(w.bytes);
}

TEST(a_statement_with_many_models) {
  if (SANITIZED) skip();
  enum { MODELS = 1000, MOST_KEPT = 16 };
  sqlite3 *db = open_database(new_file("many"));
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'm', '{\"epochs\":1,\"encoder\":\"none\",\"embedding\":512,"
          "\"validation\":0,\"compress\":false," PLAIN "}') FROM texts");
  size_t size = (size_t)integer(db, "SELECT length(weights) FROM classify_models");
  add_copies(db, MODELS);
  run(db, "PRAGMA cache_size = 10; SELECT classify('x', 'm')");
  size_t before = allocated(), most = 0;
  sqlite3_stmt *stmt = prepare(db, "SELECT classify('a kitten', name) IS NOT NULL FROM classify_models ORDER BY rowid");
  for (int i = 0; i <= MODELS; i++) {
    assert_step(stmt, SQLITE_ROW);
    if (allocated() > before + most) most = allocated() - before;
  }
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
  assert_in_range(most, size, MOST_KEPT * size);
  close_database(db);
}

/* ---- closing --------------------------------------------------------------------------------- */

static const char *const USES[] = {
    "SELECT 1",
    "SELECT classify_version(), classify_debug()",
    "SELECT classify('x')",
    "SELECT classify('x', 'm', 0.1), classify_confidence('x', 'm'), classify_scores('x', 'm@1')",
    "SELECT classify('x', 'porter')",
    "SELECT classify(body, 'main.m') FROM texts",
    "SELECT * FROM classify_labels('x', 'porter')",
    "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'porter', '{\"threads\":2}')",
    "SELECT * FROM classify_attention('a kitten', 'porter')",
    "SELECT sum(leave_one_out) FROM classify_attention('a kitten', 'm')",
    "SELECT classify_train(body, label, 'n', '" QUICK "') FROM texts",
    "SELECT classify_train(body, label, 'n', json_set('" QUICK "', '$.tokenize', 'trigram')) FROM texts",
    "SELECT classify_train(body, label, 'n', json_set('" QUICK "', '$.class_weight', json_object('cat', 2))) "
    "FROM texts",
    "SELECT * FROM classify_train('SELECT body, label FROM texts', 'n', '" QUICK "')",
    "SELECT * FROM texts, classify_labels(body, 'm') WHERE rank = 1",
    "CREATE TEMP VIEW v AS SELECT classify(body, 'm') FROM texts; SELECT * FROM v",
    "BEGIN; SELECT classify_train(body, label, 'n', '" QUICK "') FROM texts; ROLLBACK",
};

static const char *const MISUSES[] = {
    "SELECT classify('x', 'none')",
    "SELECT classify('x', 'm@9')",
    "SELECT classify(x'00', 'm')",
    "SELECT * FROM classify_rows('SELECT 1', 'm')",
    "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm', '{\"thread\":2}')",
    "SELECT * FROM classify_rows('SELECT id, json(body) FROM texts', 'm')",
    "SELECT * FROM classify_attention('x', 'm', 'none')",
    "SELECT classify_train(body, label, 'n', '{') FROM texts",
    "SELECT classify_train(body, 1, 'n', '" QUICK "') FROM texts",
    "SELECT classify_train(body, label, 'n', json_set('" QUICK "', '$.tokenize', 'none')) FROM texts",
    "SELECT classify_train(body, label, 'n', json_set('" QUICK "', '$.class_weight', json_object('x', 2))) FROM texts",
    "SELECT classify_train(body, json(label), 'n', '" QUICK "') FROM texts",
    "SELECT * FROM classify_train('SELECT body, json(label) FROM texts', 'n', '" QUICK "')",
    "SELECT * FROM classify_train('SELECT body, label FROM texts', 'n', json_set('" QUICK "', '$.validation', 'x'))",
};

static sqlite3 *with_tokenizer(void) {
  sqlite3 *db = taught("closing", "DELETE");
  run(db, "SELECT classify_train(body, label, 'porter', json_set('" QUICK "', '$.tokenize', 'porter unicode61')) "
          "FROM texts");
  run(db, "SELECT classify_train(body, label, 'whitespace', json_set('" QUICK "', '$.tokenize', 'whitespace')) "
          "FROM texts");
  run(db, "SELECT classify_train(body, label, 'default', '" QUICK "') FROM texts");
  return db;
}

/* No statement of ours is left running either: VACUUM and DETACH would refuse. */
TEST(closing_after_each_use) {
  sqlite3 *file = with_tokenizer();
  for (size_t i = 0; i < COUNT(USES); i++) {
    sqlite3 *db = another(file);
    for (int twice = 0; twice < 2; twice++) run(db, "DROP VIEW IF EXISTS v; %s", USES[i]);
    run(db, "VACUUM");
    close_database(db);
  }
  close_database(file);
}

TEST(closing_after_each_misuse) {
  sqlite3 *file = with_tokenizer();
  for (size_t i = 0; i < COUNT(MISUSES); i++) {
    sqlite3 *db = another(file);
    for (int twice = 0; twice < 2; twice++) assert_fails(SQLITE_ERROR, "", db, "%s", MISUSES[i]);
    run(db, "VACUUM; SELECT classify('x')");
    close_database(db);
  }
  close_database(file);
}

TEST(detaching_after_use) {
  sqlite3 *file = with_tokenizer(), *db = open_database(":memory:");
  for (int twice = 0; twice < 2; twice++) {
    run(db, "ATTACH %Q AS far", sqlite3_db_filename(file, "main"));
    run(db, "SELECT classify(body, 'far.porter') FROM far.texts");
    run(db, "SELECT * FROM classify_rows('SELECT id, body FROM far.texts', 'm')");
    run(db, "SELECT classify_train(body, label, 'far.n', '" QUICK "') FROM far.texts");
    run(db, "DETACH far");
  }
  close_database(db);
  close_database(file);
}

/* Statements that give several rows, to be left in the middle. */
static const char *const LONG_USES[] = {
    "SELECT classify(body, 'porter') FROM texts",
    "SELECT rank FROM classify_labels('x', 'porter')",
    "SELECT id FROM classify_rows('SELECT id, body FROM texts', 'porter')",
    "SELECT token, leave_one_out FROM classify_attention('a kitten', 'porter')",
    "SELECT id FROM classify_rows('SELECT id, body FROM texts', 'whitespace')",
    "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'n', json_set('" QUICK "', '$.epochs', 3, "
    "'$.tokenize', 'porter'))",
    "SELECT rank, classify(body) FROM texts, classify_labels(body, 'm')",
};

/* Refused while a statement is active; the connection then goes on as before. */
TEST(closing_while_active) {
  sqlite3 *file = with_tokenizer();
  for (size_t i = 0; i < COUNT(LONG_USES); i++) {
    for (size_t other = 0; other < COUNT(LONG_USES); other++) {
      sqlite3 *db = another(file);
      sqlite3_stmt *stmt = prepare(db, LONG_USES[i]);
      assert_step(stmt, SQLITE_ROW);
      assert_int_equal(sqlite3_close(db), SQLITE_BUSY);
      assert_step(stmt, SQLITE_ROW);
      run(db, "%s", LONG_USES[other]);
      assert_int_equal(sqlite3_close(db), SQLITE_BUSY);
      while (sqlite3_step(stmt) == SQLITE_ROW) continue;
      sqlite3_finalize(stmt);
      run(db, "%s", LONG_USES[other]);
      close_database(db);
    }
  }
  close_database(file);
}

/* A prepared statement that is not running keeps it from closing, too. */
TEST(closing_with_idle_statements) {
  sqlite3 *file = with_tokenizer();
  for (size_t i = 0; i < COUNT(LONG_USES); i++) {
    sqlite3 *db = another(file);
    sqlite3_stmt *idle = prepare(db, LONG_USES[i]);
    run(db, "%s", LONG_USES[i]);
    assert_int_equal(sqlite3_close(db), SQLITE_BUSY);
    assert_step(idle, SQLITE_ROW);
    sqlite3_reset(idle);
    assert_int_equal(sqlite3_close(db), SQLITE_BUSY);
    sqlite3_finalize(idle);
    close_database(db);
  }
  close_database(file);
}

/* sqlite3_close_v2() lets go at once; the last statement to be finalized closes
** the connection. Then nothing that SQLite allocated is left.
*/
TEST(closing_in_the_end) {
  sqlite3 *file = with_tokenizer();
  const char *path = sqlite3_mprintf("%s", sqlite3_db_filename(file, "main"));
  close_database(file);
  sqlite3_int64 before = sqlite3_memory_used();
  for (size_t i = 0; i < COUNT(LONG_USES); i++) {
    for (int steps = 0; steps < 4; steps++) {
      sqlite3 *db = open_database(path);
      sqlite3_stmt *stmt = prepare(db, LONG_USES[i]);
      if (steps & 1) assert_step(stmt, SQLITE_ROW);
      assert_int_equal(sqlite3_close_v2(db), SQLITE_OK);
      if (steps & 2) sqlite3_step(stmt); /* may fail, as the connection cannot prepare any more */
      sqlite3_finalize(stmt);
      if (sqlite3_memory_used() != before) fail_msg("left open after %d: %s", steps, LONG_USES[i]);
    }
  }
  sqlite3_free((void *)path);
}

/* ---- many connections --------------------------------------------------------------------------- */

static char shared_path[256];

static void *come_and_go(void *unused) {
  (void)unused;
  intptr_t failed = 0;
  for (int i = 0; i < 50; i++) {
    sqlite3 *db = NULL;
    int rc = sqlite3_open(shared_path, &db);
    if (!rc) rc = load(db, NULL);
    if (!rc) rc = sqlite3_exec(db, USES[i % 10], NULL, NULL, NULL);
    if (!rc) rc = sqlite3_close(db);
    failed += rc != SQLITE_OK;
  }
  return (void *)failed;
}

TEST(connections_come_and_go) {
  enum { THREADS = 4 };
  pthread_t threads[THREADS];
  sqlite3 *file = with_tokenizer();
  snprintf(shared_path, sizeof shared_path, "%s", sqlite3_db_filename(file, "main"));
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, come_and_go, NULL);
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    assert_null(failed);
  }
  close_database(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_this_connection_changes),
      cmocka_unit_test(what_a_rollback_takes_back),
      cmocka_unit_test(what_another_connection_changes),
      cmocka_unit_test(what_another_process_changes),
      cmocka_unit_test(what_a_forked_child_trains),
      cmocka_unit_test(a_file_that_was_cut_off_is_refused),
      cmocka_unit_test(a_prepared_statement_sees_changes),
      cmocka_unit_test(a_stated_identifier_decides_nothing),
      cmocka_unit_test(damage_is_seen_by_the_next_statement),
      cmocka_unit_test(damage_by_others_is_seen),
      cmocka_unit_test(what_a_host_writes_into_a_blob),
      cmocka_unit_test(a_file_attached_in_place_of_another),
      cmocka_unit_test(rows_that_vacuum_moves),
      cmocka_unit_test(a_backup_that_is_restored),
      cmocka_unit_test(a_database_that_is_deserialized),
      cmocka_unit_test(a_table_that_comes_later),
      cmocka_unit_test(main_comes_before_temp_before_attached),
      cmocka_unit_test(a_statement_keeps_its_model),
      cmocka_unit_test(connections_share_weights),
      cmocka_unit_test(a_statement_with_many_models),
      cmocka_unit_test(closing_after_each_use),
      cmocka_unit_test(closing_after_each_misuse),
      cmocka_unit_test(detaching_after_use),
      cmocka_unit_test(closing_while_active),
      cmocka_unit_test(closing_with_idle_statements),
      cmocka_unit_test(closing_in_the_end),
      cmocka_unit_test(connections_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
