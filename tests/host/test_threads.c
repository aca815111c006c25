/* Several threads of one process: connections of their own, and one between
** them. To find races run it as make SAN=thread builds it; TEST_SECONDS=300 makes
** the last test go on for so long.
*/
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4 };

/* Each thread has its number and where the first thing that failed is told. */
typedef struct Worker {
  int number;
  const char *path;
  sqlite3 *db; /* shared, or opened by the thread */
  char failure[300];
  char *result; /* for sqlite3_free() */
  pthread_t thread;
} Worker;

static void start_some(Worker *workers, int count, const char *path, sqlite3 *db, void *(*work)(void *)) {
  for (int i = 0; i < count; i++) {
    workers[i] = (Worker){.number = i, .path = path, .db = db};
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
}

static void join_some(Worker *workers, int count) {
  for (int i = 0; i < count; i++) pthread_join(workers[i].thread, NULL);
  for (int i = 0; i < count; i++)
    if (workers[i].failure[0]) fail_msg("thread %d: %s", i, workers[i].failure);
}

static void start(Worker workers[THREADS], const char *path, sqlite3 *db, void *(*work)(void *)) {
  start_some(workers, THREADS, path, db, work);
}

static void join(Worker workers[THREADS]) { join_some(workers, THREADS); }

static bool failed(Worker *w, int rc, const char *sql) {
  if (rc && !w->failure[0])
    snprintf(w->failure, sizeof w->failure, "%.120s gives %s", sql, sqlite3_errmsg(w->db));
  return w->failure[0] != '\0';
}

static bool begin(Worker *w) {
  if (sqlite3_open(w->path, &w->db) || load(w->db, NULL)) return failed(w, 1, "opening"), false;
  sqlite3_busy_timeout(w->db, 20000);
  sqlite3_exec(w->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
  return true;
}

static void end(Worker *w) { failed(w, sqlite3_close(w->db), "closing"); }

/* The rows of a query as one string for sqlite3_free(), NULL if it fails. */
static char *table_of(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) return NULL;
  sqlite3_str *text = sqlite3_str_new(NULL);
  int rc;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(stmt); i++)
      sqlite3_str_appendf(text, "%s|", sqlite3_column_text(stmt, i));
    sqlite3_str_appendchar(text, 1, '\n');
  }
  char *result = sqlite3_str_finish(text);
  if (sqlite3_finalize(stmt) == SQLITE_OK) return result;
  sqlite3_free(result);
  return NULL;
}

static sqlite3 *open_taught(const char *name, const char *journal) {
  sqlite3 *db = open_database(new_file(name));
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'good', '" PARTS "') FROM texts");
  return db;
}

/* ---- labelling ------------------------------------------------------------------ */

static const char LABELLING[] =
    "SELECT texts.id, classify(body, 'good'), classify_scores(body, 'good'), l.label, a.weight, r.label, r.confidence "
    "FROM texts, classify_labels(body, 'good') AS l, classify_attention(body, 'good') AS a, "
    "classify_rows('SELECT id, body FROM texts', 'good') AS r WHERE r.id = texts.id AND l.rank = 1 AND a.position < 3";

static void *label_often(void *worker) {
  Worker *w = worker;
  bool own = !w->db;
  if (own && !begin(w)) return NULL;
  for (int i = 0; i < 3 && !w->failure[0]; i++) {
    sqlite3_free(w->result);
    w->result = table_of(w->db, LABELLING);
    if (!w->result) failed(w, 1, LABELLING);
  }
  if (own) end(w);
  return NULL;
}

static void expect_results(Worker workers[THREADS], const char *expected) {
  for (int i = 0; i < THREADS; i++) {
    assert_string_equal(workers[i].result, expected);
    sqlite3_free(workers[i].result);
  }
}

TEST(connections_label_alike) {
  sqlite3 *db = open_taught("label", "DELETE");
  Worker workers[THREADS];
  char *expected = table_of(db, LABELLING);
  assert_non_null(expected);
  start(workers, sqlite3_db_filename(db, "main"), NULL, label_often);
  join(workers);
  expect_results(workers, expected);
  sqlite3_free(expected);
  close_database(db);
}

/* SQLite takes turns; what is kept for the connection is never used by two. */
TEST(one_connection_labels_for_all) {
  sqlite3 *db = open_taught("one", "DELETE");
  Worker workers[THREADS];
  char *expected = table_of(db, LABELLING);
  start(workers, NULL, db, label_often);
  join(workers);
  expect_results(workers, expected);
  sqlite3_free(expected);
  close_database(db);
}

/* ---- training ----------------------------------------------------------------------- */

static const char OWN_MODEL[] =
    "SELECT classify_train(body, label, 'm%d', json_set('" PARTS "', '$.epochs', 3, '$.threads', 2, "
    "'$.unlabelled', 'SELECT body || 1 FROM texts')) FROM texts";

/* Overlapping trainings on a rollback journal wait for each other's reads; each
** thread here has a database of its own.
*/
static void *train_apart(void *worker) {
  Worker *w = worker;
  if (sqlite3_open(":memory:", &w->db) || load(w->db, NULL)) {
    failed(w, 1, "opening");
    return NULL;
  }
  char *sql = sqlite3_mprintf("ATTACH %Q AS far; CREATE TABLE texts AS SELECT * FROM far.texts; DETACH far", w->path);
  failed(w, sqlite3_exec(w->db, sql, NULL, NULL, NULL), sql);
  sqlite3_free(sql);
  for (int i = 0; i < 3; i++) {
    sql = sqlite3_mprintf(OWN_MODEL, i);
    failed(w, sqlite3_exec(w->db, sql, NULL, NULL, NULL), sql);
    sqlite3_free(sql);
  }
  w->result = table_of(w->db, "SELECT name, hex(weights) FROM classify_models ORDER BY name");
  end(w);
  return NULL;
}

TEST(trainings_give_the_same_bytes) {
  sqlite3 *db = open_taught("apart", "DELETE");
  Worker workers[THREADS];
  run(db, "DELETE FROM classify_models");
  for (int i = 0; i < 3; i++) run(db, OWN_MODEL, i);
  char *expected = table_of(db, "SELECT name, hex(weights) FROM classify_models ORDER BY name");
  start(workers, sqlite3_db_filename(db, "main"), NULL, train_apart);
  join(workers);
  expect_results(workers, expected);
  sqlite3_free(expected);
  close_database(db);
}

static const char SAME_NAME[] = "SELECT classify_train(body, label, 'same', '" PARTS "') FROM texts";

static void *train_same(void *worker) {
  Worker *w = worker;
  bool own = !w->db;
  if (own && !begin(w)) return NULL;
  for (int i = 0; i < 4; i++) {
    failed(w, sqlite3_exec(w->db, SAME_NAME, NULL, NULL, NULL), SAME_NAME);
    failed(w, sqlite3_exec(w->db, "SELECT classify(body, 'same') FROM texts", NULL, NULL, NULL), "classify");
  }
  if (own) end(w);
  return NULL;
}

static void expect_versions(sqlite3 *db) {
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models WHERE name = 'same'"), 4 * THREADS);
  assert_int_equal(integer(db, "SELECT max(version) FROM classify_models WHERE name = 'same'"), 4 * THREADS);
}

TEST(no_version_is_lost) {
  sqlite3 *db = open_taught("same", "WAL");
  Worker workers[THREADS];
  start(workers, sqlite3_db_filename(db, "main"), NULL, train_same);
  join(workers);
  expect_versions(db);
  close_database(db);
}

TEST(one_connection_trains_for_all) {
  sqlite3 *db = open_taught("one", "DELETE");
  Worker workers[THREADS];
  start(workers, NULL, db, train_same);
  join(workers);
  expect_versions(db);
  close_database(db);
}

/* With a rollback journal two that train at once read both, and neither can
** save before the other has ended: one gives in, and its model is kept in temp.
** The two have read all rows when they go on to train.
*/
static pthread_barrier_t both_read;

static void wait_for_both(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)context, (void)argc;
  if (sqlite3_value_int(argv[0]) == 24) pthread_barrier_wait(&both_read);
}

static void *train_together(void *worker) {
  static const char TRAINING[] =
      "SELECT classify_train(body, label, 'same', '" QUICK "') FROM texts WHERE wait_for_both(id) IS NULL";
  Worker *w = worker;
  if (w->number > 1 || !begin(w)) return NULL;
  sqlite3_busy_timeout(w->db, 0);
  sqlite3_create_function(w->db, "wait_for_both", 1, SQLITE_UTF8, NULL, wait_for_both, NULL, NULL);
  int rc = sqlite3_exec(w->db, TRAINING, NULL, NULL, NULL);
  if (rc && rc != SQLITE_BUSY) failed(w, rc, TRAINING);
  w->result = table_of(w->db, rc ? "SELECT name FROM temp.classify_models" : "SELECT 'same'");
  end(w);
  return NULL;
}

TEST(with_a_rollback_journal_none_is_lost) {
  sqlite3 *db = open_taught("together", "DELETE");
  Worker workers[THREADS];
  pthread_barrier_init(&both_read, NULL, 2);
  clock_step_ms = 1000;
  start(workers, sqlite3_db_filename(db, "main"), NULL, train_together);
  join(workers);
  clock_step_ms = 0;
  pthread_barrier_destroy(&both_read);
  for (int i = 0; i < 2; i++) {
    assert_non_null(workers[i].result);
    assert_string_equal(workers[i].result, "same|\n");
    sqlite3_free(workers[i].result);
  }
  close_database(db);
}

/* ---- both at once ------------------------------------------------------------------------ */

static void *label_or_train(void *worker) {
  Worker *w = worker;
  return w->number % 2 ? train_same(w) : label_often(w);
}

TEST(some_label_while_others_train) {
  sqlite3 *db = open_taught("both", "WAL");
  Worker workers[THREADS];
  char *expected = table_of(db, LABELLING);
  start(workers, sqlite3_db_filename(db, "main"), NULL, label_or_train);
  join(workers);
  for (int i = 0; i < THREADS; i += 2) {
    assert_string_equal(workers[i].result, expected);
    sqlite3_free(workers[i].result);
  }
  sqlite3_free(expected);
  close_database(db);
}

/* A thread with little stack, as some hosts give theirs. */
static void *all_with_little_stack(void *worker) {
  label_often(worker);
  ((Worker *)worker)->db = NULL;
  return train_same(worker);
}

TEST(little_stack_is_enough) {
  sqlite3 *db = open_taught("stack", "WAL");
  Worker worker = {.path = sqlite3_db_filename(db, "main")};
  pthread_attr_t little;
  pthread_attr_init(&little);
  pthread_attr_setstacksize(&little, SANITIZED ? 1 << 20 : 160 << 10);
  assert_int_equal(pthread_create(&worker.thread, &little, all_with_little_stack, &worker), 0);
  pthread_join(worker.thread, NULL);
  pthread_attr_destroy(&little);
  assert_string_equal(worker.failure, "");
  sqlite3_free(worker.result);
  close_database(db);
}

/* ---- between two steps ------------------------------------------------------------------- */

/* Another connection puts a new model in place of the old one when so many statements on the models have ended. */
typedef struct Replacing {
  sqlite3 *other;
  int left;
} Replacing;

static int replace_model(unsigned event, void *context, void *stmt, void *time) {
  Replacing *r = context;
  (void)event, (void)time;
  if (!strstr(sqlite3_sql(stmt), "classify_models") || --r->left != 0) return 0;
  teach(r->other, "m", "new");
  run(r->other, "DELETE FROM classify_models WHERE version < (SELECT max(version) FROM classify_models)");
  return 0;
}

TEST(a_model_is_replaced_between_two_steps) {
  static const char *const statements[] = {
      "SELECT classify('x', 'm')",
      "SELECT classify_card('m')",
      "SELECT count(*) FROM classify_words('m')",
      "SELECT count(*) FROM classify_rows('SELECT 1, 2', 'm')",
      "SELECT count(*) FROM classify_attention('x', 'm')",
  };
  sqlite3 *db = open_database(new_file("steps"));
  run(db, "PRAGMA journal_mode = WAL");
  make_texts(db);
  Replacing replacing = {.other = another(db)};
  for (size_t i = 0; i < COUNT(statements); i++)
    for (int after = 1; after <= 6; after++) {
      teach(db, "m", "old");
      replacing.left = after;
      sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, replace_model, &replacing);
      run(db, "%s", statements[i]);
      sqlite3_trace_v2(db, 0, NULL, NULL);
    }
  close_database(replacing.other);
  close_database(db);
}

/* ---- eight label, a ninth trains and deletes ---------------------------------------------- */

enum { LABELLERS = 8, TRAININGS = 6 };

static atomic_bool trained_enough;

/* Each says how many models it has seen; a statement sees one, whose labels all have the same mark. */
static const char *const CHECKS[] = {
    "SELECT count(DISTINCT substr(classify(body, 'm'), 1, 8)) FROM texts",
    "SELECT count(DISTINCT substr(label, 1, 8)) FROM classify_rows('SELECT id, body FROM texts', 'm')",
    "SELECT count(DISTINCT substr(key, 1, 8)) FROM texts, json_each(classify_scores(body, 'm'))",
    "SELECT count(DISTINCT substr(l.label, 1, 8)) FROM texts, classify_labels(body, 'm') AS l",
    "SELECT sum(weight) BETWEEN 0.99 AND 1.01 FROM classify_attention('the kitten purrs', 'm')",
    "SELECT classify_highlight('the kitten', 'm') LIKE '%mark %' AND classify_card('m') LIKE '%mark %'",
    "SELECT rows = 24 FROM classify_evaluate('SELECT body, label FROM texts', 'm')",
    "SELECT count(*) = 24 FROM classify_doubts('SELECT id, body, label FROM texts', 'm')",
    "SELECT count(*) > 0 FROM classify_words('m')",
};

static void *label_until_the_end(void *worker) {
  Worker *w = worker;
  if (!begin(w)) return NULL;
  for (size_t i = (size_t)w->number; (!trained_enough || i < COUNT(CHECKS)) && !w->failure[0]; i++) {
    const char *sql = CHECKS[i % COUNT(CHECKS)];
    char *seen = table_of(w->db, sql);
    if (!seen)
      failed(w, 1, sql);
    else if (strcmp(seen, "1|\n") != 0)
      snprintf(w->failure, sizeof w->failure, "%.120s gives %.20s", sql, seen);
    sqlite3_free(seen);
  }
  end(w);
  return NULL;
}

static void train_and_delete(sqlite3 *db, int number) {
  char mark[32];
  snprintf(mark, sizeof mark, "%03d mark", number % 1000);
  if (number % 3 == 1) {
    run(db, "BEGIN IMMEDIATE");
    teach(db, "m", "999 mark");
    run(db, "ROLLBACK");
  }
  teach(db, "m", mark);
  run(db, "DELETE FROM classify_models WHERE version < (SELECT max(version) FROM classify_models)");
  if (number % 3 == 2) run(db, "UPDATE classify_models SET weights = CAST(weights AS BLOB)");
}

TEST(eight_label_while_a_ninth_trains) {
  const char *given = getenv("TEST_SECONDS");
  double until = seconds() + (given ? strtod(given, NULL) : 0.0);
  sqlite3 *db = open_database(new_file("ninth"));
  sqlite3_busy_timeout(db, 20000);
  run(db, "PRAGMA journal_mode = WAL");
  make_texts(db);
  teach(db, "m", "000 mark");
  Worker workers[LABELLERS];
  char *path = sqlite3_mprintf("%s", sqlite3_db_filename(db, "main"));
  trained_enough = false;
  start_some(workers, LABELLERS, path, NULL, label_until_the_end);
  for (int i = 0; i < TRAININGS || seconds() < until; i++) train_and_delete(db, i);
  trained_enough = true;
  join_some(workers, LABELLERS);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models"), 1);
  assert_text("ok", db, "PRAGMA integrity_check");
  sqlite3_free(path);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(connections_label_alike),
      cmocka_unit_test(one_connection_labels_for_all),
      cmocka_unit_test(trainings_give_the_same_bytes),
      cmocka_unit_test(no_version_is_lost),
      cmocka_unit_test(one_connection_trains_for_all),
      cmocka_unit_test(with_a_rollback_journal_none_is_lost),
      cmocka_unit_test(some_label_while_others_train),
      cmocka_unit_test(little_stack_is_enough),
      cmocka_unit_test(a_model_is_replaced_between_two_steps),
      cmocka_unit_test(eight_label_while_a_ninth_trains),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
