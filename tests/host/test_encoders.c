/* Encoders in a program: which one a name means as the table is now, whoever changed it; one copy in memory for all
** connections; many threads; closing.
*/
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sqlite3 *open_encoders(const char *name, const char *journal) {
  sqlite3 *db = open_database(new_file(name));
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  make_encoder(db, "bert");
  make_encoder(db, "static");
  run(db, "CREATE TABLE first AS SELECT classify_embedding('the parcel', 'bert') AS embedding");
  return db;
}

/* Whether `bert` is what it was at first. */
static bool is_first(sqlite3 *db) {
  return integer(db, "SELECT classify_embedding('the parcel', 'bert') = embedding FROM first");
}

/* The two change their names; lengths change with them. */
#define SWAP "UPDATE classify_encoders SET name = iif(name = 'bert', 'static', 'bert')"

/* Two numbers of the weights change their places; all lengths stay. */
#define TURN                                                                                              \
  "UPDATE classify_encoders SET weights = CAST(substr(weights, 1, length(weights) - 2000) || "            \
  "substr(weights, -1000) || substr(weights, -2000, 1000) AS BLOB) WHERE name = 'bert'"

/* ---- changes are seen ------------------------------------------------------------------- */

TEST(what_another_connection_changes) {
  const char *const journals[] = {"DELETE", "WAL"};
  for (size_t i = 0; i < COUNT(journals); i++) {
    sqlite3 *db = open_encoders("connections", journals[i]), *other = another(db);
    assert_true(is_first(db));
    run(other, SWAP);
    assert_false(is_first(db));
    run(other, SWAP);
    assert_true(is_first(db));
    run(other, TURN);
    assert_false(is_first(db));
    run(other, TURN);
    assert_true(is_first(db));
    run(other, "BEGIN; " TURN);
    assert_true(is_first(db));
    assert_false(is_first(other));
    run(other, "ROLLBACK");
    assert_true(is_first(other));
    run(other, "DROP TABLE classify_encoders");
    assert_fails(SQLITE_ERROR, "there is no encoder", db, "SELECT classify_embedding('x')");
    close_database(other);
    close_database(db);
  }
}

TEST(what_a_rollback_takes_back) {
  sqlite3 *db = open_encoders("rollback", "DELETE");
  assert_true(is_first(db));
  run(db, "BEGIN; SAVEPOINT a; " TURN);
  assert_false(is_first(db));
  run(db, "ROLLBACK TO a");
  assert_true(is_first(db));
  run(db, TURN);
  assert_false(is_first(db));
  run(db, "ROLLBACK");
  assert_true(is_first(db));
  close_database(db);
}

TEST(a_file_attached_in_place_of_another) {
  sqlite3 *files[] = {open_encoders("one", "DELETE"), open_encoders("two", "DELETE")};
  sqlite3 *user = open_database(":memory:");
  run(files[1], TURN);
  for (int i = 0; i < 4; i++) {
    run(user, "ATTACH %Q AS a", sqlite3_db_filename(files[i & 1], "main"));
    if (i == 0) run(user, "CREATE TABLE first AS SELECT classify_embedding('the parcel', 'a.bert') AS embedding");
    assert_int_equal(integer(user, "SELECT classify_embedding('the parcel', 'a.bert') = embedding FROM main.first"),
                     i % 2 == 0);
    run(user, "DETACH a");
  }
  close_database(user);
  close_database(files[0]);
  close_database(files[1]);
}

TEST(what_another_process_changes) {
  sqlite3 *db = open_encoders("process", "DELETE");
  assert_true(is_first(db));
  elsewhere(db, TURN);
  assert_false(is_first(db));
  elsewhere(db, TURN);
  assert_true(is_first(db));
  elsewhere(db, "DELETE FROM classify_encoders WHERE name = 'bert'");
  assert_fails(SQLITE_ERROR, "no encoder named 'bert' (encoders: static)", db,
               "SELECT classify_embedding('x', 'bert')");
  close_database(db);
}

/* Deletes the encoders just before the extension reads one that it has found. */
static int delete_before(unsigned event, void *other, void *stmt, void *sql) {
  (void)event, (void)sql;
  if (strstr(sqlite3_sql(stmt), "SELECT config, tokenizer, weights FROM"))
    elsewhere(other, "DELETE FROM classify_encoders");
  return 0;
}

TEST(an_encoder_deleted_between_finding_and_reading_it) {
  sqlite3 *db = open_encoders("deleted", "DELETE"), *user = another(db);
  sqlite3_trace_v2(user, SQLITE_TRACE_STMT, delete_before, db);
  assert_fails(SQLITE_ERROR, "encoder 'bert' has just been deleted", user, "SELECT classify_embedding('x', 'bert')");
  assert_fails(SQLITE_ERROR, "no encoder named 'bert'", user, "SELECT classify_embedding('x', 'bert')");
  close_database(user);
  close_database(db);
}

/* The rows of one statement have one encoder. */
TEST(a_statement_keeps_its_encoder) {
  sqlite3 *db = open_encoders("statement", "WAL"), *other = another(db);
  sqlite3_stmt *stmt = prepare(db, "SELECT classify_embedding('the parcel', 'bert') = embedding FROM texts, first");
  for (int i = 0; i < 5; i++) {
    assert_step(stmt, SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 1);
    run(other, TURN);
  }
  sqlite3_reset(stmt);
  assert_step(stmt, SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(stmt, 0), 0);
  sqlite3_finalize(stmt);
  close_database(other);
  close_database(db);
}

/* Files that came as text, where the database stores UTF-16. */
TEST(text_in_utf16) {
  sqlite3 *db = open_database(":memory:");
  run(db, "PRAGMA encoding = 'UTF-16'");
  make_encoder(db, "static");
  run(db, "CREATE TABLE first AS SELECT classify_embedding('the parcel') AS embedding");
  run(db, "UPDATE classify_encoders SET config = json_object('model_type', 'model2vec')");
  assert_int_equal(integer(db, "SELECT typeof(config) = 'text' FROM classify_encoders"), 1);
  assert_int_equal(integer(db, "SELECT classify_embedding('the parcel') = embedding FROM first"), 1);
  close_database(db);
}

/* ---- one copy --------------------------------------------------------------------------------- */

enum { VECTORS = 8192, SIZE = 256 };

/* A static encoder of 8 MB: a safetensors file of one tensor, all zeros. */
static void make_large(sqlite3 *db) {
  char header[128];
  int length = snprintf(header, sizeof header, "%8s{\"embeddings\":{\"dtype\":\"F32\",\"shape\":[%d,%d],"
                        "\"data_offsets\":[0,%d]}}", "", VECTORS, SIZE, 4 * VECTORS * SIZE);
  memset(header, 0, 8);
  header[0] = (char)(length - 8);
  make_encoder(db, "static");
  sqlite3_stmt *stmt = prepare(db, "UPDATE classify_encoders SET weights = CAST(? || zeroblob(?) AS BLOB)");
  sqlite3_bind_blob(stmt, 1, header, length, SQLITE_STATIC);
  sqlite3_bind_int(stmt, 2, 4 * VECTORS * SIZE);
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
}

TEST(connections_share_an_encoder) {
  if (SANITIZED) skip();
  enum { CONNECTIONS = 10, BYTES = 4 * VECTORS * SIZE };
  sqlite3 *db = open_database(new_file("shared")), *users[CONNECTIONS];
  make_large(db);
  size_t before = allocated();
  for (size_t i = 0; i < CONNECTIONS; i++) {
    users[i] = another(db);
    run(users[i], "PRAGMA cache_size = 10");
    assert_int_equal(integer(users[i], "SELECT length(classify_embedding('late'))"), 4 * SIZE);
  }
  assert_in_range(allocated() - before, BYTES, 3 * BYTES);
  for (size_t i = 0; i < CONNECTIONS; i++) close_database(users[i]);
  assert_true(allocated() < before + BYTES / 2);
  close_database(db);
}

/* ---- threads ----------------------------------------------------------------------------------- */

enum { THREADS = 4 };

typedef struct User {
  sqlite3 *db;
  const char *path;
  int right; /* answers */
  pthread_t thread;
} User;

static int answer(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) return -1;
  int value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
  return sqlite3_finalize(stmt) ? -1 : value;
}

#define ALIKE "CREATE TABLE alike AS SELECT * FROM classify_embeddings('SELECT id, body FROM texts', 'static')"

static const char *const QUESTIONS[] = {
    "SELECT classify_embedding('the parcel', 'bert') = embedding FROM first",
    "SELECT length(classify_embedding('the parcel', 'static')) = 96",
    "SELECT count(embedding) = 24 FROM classify_embeddings('SELECT id, body FROM texts', 'bert', '{\"threads\":2}')",
    "SELECT count(*) = 24 FROM texts JOIN alike USING (id) WHERE embedding = classify_embedding(body, 'static')",
};

static void *ask(void *context) {
  User *u = context;
  sqlite3 *db = u->db;
  if (!db && (sqlite3_open(u->path, &db) || load(db, NULL))) return NULL;
  sqlite3_busy_timeout(db, 20000);
  for (int i = 0; i < 20; i++)
    for (size_t q = 0; q < COUNT(QUESTIONS); q++) u->right += answer(db, QUESTIONS[q]) == 1;
  if (!u->db) sqlite3_close(db);
  return NULL;
}

static void ask_in_threads(sqlite3 *db, bool shared) {
  User users[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    users[i] = (User){.db = shared ? db : NULL, .path = sqlite3_db_filename(db, "main")};
    assert_int_equal(pthread_create(&users[i].thread, NULL, ask, &users[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) pthread_join(users[i].thread, NULL);
  for (size_t i = 0; i < THREADS; i++) assert_int_equal(users[i].right, 20 * COUNT(QUESTIONS));
}

TEST(connections_embed_alike) {
  sqlite3 *db = open_encoders("threads", "WAL");
  run(db, ALIKE);
  ask_in_threads(db, false);
  close_database(db);
}

TEST(one_connection_embeds_for_all) {
  sqlite3 *db = open_encoders("one", "WAL");
  run(db, ALIKE);
  ask_in_threads(db, true);
  close_database(db);
}

/* ---- closing -------------------------------------------------------------------------------------- */

static const char *const USES[] = {
    "SELECT classify_embedding('x', 'bert')",
    "SELECT classify_embedding(body, 'main.static') FROM texts",
    "SELECT * FROM classify_embeddings('SELECT id, body FROM texts', 'bert', '{\"threads\":2}')",
    "SELECT * FROM classify_embeddings('SELECT id, body FROM texts', 'bert') LIMIT 2",
    "SELECT classify_train(body, iif(id % 3, NULL, label), 'm', json_set('" QUICK "', '$.teacher', 'static')) "
    "FROM texts",
    "BEGIN; SELECT classify_embedding('x', 'bert'); " TURN "; SELECT classify_embedding('x', 'bert'); ROLLBACK",
};

static const char *const MISUSES[] = {
    "SELECT classify_embedding('x', 'gpt')",
    "SELECT classify_embedding('x')",
    "SELECT * FROM classify_embeddings('SELECT id, x''00'' FROM texts', 'bert')",
    "SELECT * FROM classify_embeddings('SELECT id, body FROM nowhere', 'bert')",
    "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.teacher', 'gpt')) FROM texts",
    "SELECT classify_train(body, NULL, 'm', json_set('" QUICK "', '$.teacher', 'bert', '$.labels', json('[1]'))) "
    "FROM texts",
};

TEST(closing_after_each_use) {
  sqlite3 *db = open_encoders("uses", "DELETE");
  for (size_t i = 0; i < COUNT(USES); i++) {
    sqlite3 *user = another(db);
    assert_int_equal(sqlite3_exec(user, USES[i], NULL, NULL, NULL), SQLITE_OK);
    close_database(user);
  }
  for (size_t i = 0; i < COUNT(MISUSES); i++) {
    sqlite3 *user = another(db);
    assert_int_equal(sqlite3_exec(user, MISUSES[i], NULL, NULL, NULL), SQLITE_ERROR);
    close_database(user);
  }
  assert_true(is_first(db));
  close_database(db);
}

TEST(detaching_after_use) {
  sqlite3 *db = open_encoders("attached", "DELETE"), *user = open_database(":memory:");
  run(user, "ATTACH %Q AS a", sqlite3_db_filename(db, "main"));
  assert_int_equal(integer(user, "SELECT classify_embedding('the parcel', 'a.bert') = embedding FROM first"), 1);
  assert_int_equal(integer(user, "SELECT count(*) FROM classify_embeddings('SELECT id, body FROM texts', 'bert')"), 24);
  run(user, "DETACH a");
  assert_fails(SQLITE_ERROR, "there is no encoder named 'a.bert'", user, "SELECT classify_embedding('x', 'a.bert')");
  close_database(user);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_another_connection_changes),
      cmocka_unit_test(what_a_rollback_takes_back),
      cmocka_unit_test(a_file_attached_in_place_of_another),
      cmocka_unit_test(what_another_process_changes),
      cmocka_unit_test(an_encoder_deleted_between_finding_and_reading_it),
      cmocka_unit_test(a_statement_keeps_its_encoder),
      cmocka_unit_test(text_in_utf16),
      cmocka_unit_test(connections_share_an_encoder),
      cmocka_unit_test(connections_embed_alike),
      cmocka_unit_test(one_connection_embeds_for_all),
      cmocka_unit_test(closing_after_each_use),
      cmocka_unit_test(detaching_after_use),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
