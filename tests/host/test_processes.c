/* Several processes on one file, a process that forks after it has used the extension, thousands of connections, and
** SQLite in each threading mode. TEST_SECONDS=300 lets the processes work for so long.
*/
#include "support.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- children --------------------------------------------------------------------- */

/* Runs work(path) in a child, which says on stderr what went wrong, and gives 0 or another number. */
static pid_t start_child(int (*work)(const char *path), const char *path) {
  fflush(stdout);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(work(path)); /* without the parent's exit handlers */
  return child;
}

static void expect_success(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("a child ended with status %d", status);
}

/* The tests' own helpers belong to the parent. */
static int tell(sqlite3 *db, const char *sql) {
  fprintf(stderr, "child: %s gives %s\n", sql, sqlite3_errmsg(db));
  return 1;
}

static sqlite3 *open_in_child(const char *path) {
  sqlite3 *db;
  if (sqlite3_open(path, &db) || load(db, NULL)) return NULL;
  sqlite3_busy_timeout(db, 30000);
  sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
  return db;
}

/* 0, or 1 if it fails. */
static int execute(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL) ? tell(db, sql) : 0;
}

/* The query's first column is 1 in its only row. */
static int expect_one(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) return tell(db, sql);
  int rc = sqlite3_step(stmt), value = rc == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
  if (sqlite3_finalize(stmt)) return tell(db, sql);
  if (value == 1) return 0;
  fprintf(stderr, "child: %s gives %d\n", sql, value);
  return 1;
}

/* ---- four processes on one WAL file --------------------------------------------------- */

enum { ROUNDS = 8 };

static double work_until;

static bool goes_on(int round) { return round < ROUNDS || seconds() < work_until; }

static int label(const char *path) {
  static const char *const CHECKS[] = {
      "SELECT count(DISTINCT substr(classify(body, 'm'), 1, 4)) FROM texts",
      "SELECT count(DISTINCT substr(label, 1, 4)) FROM classify_rows('SELECT id, body FROM texts', 'm')",
      "SELECT rows > 0 FROM classify_evaluate('SELECT body, label FROM texts', 'm')",
      "SELECT classify_card('m') LIKE '%mark %'",
  };
  sqlite3 *db = open_in_child(path);
  int bad = db == NULL;
  for (int i = 0; goes_on(i) && !bad; i++) bad = expect_one(db, CHECKS[(size_t)i % COUNT(CHECKS)]);
  return bad | (sqlite3_close(db) != SQLITE_OK);
}

static int train(const char *path) {
  sqlite3 *db = open_in_child(path);
  char *sql = teaching("m", "mark");
  int bad = db == NULL;
  for (int i = 0; goes_on(i) && !bad; i++) bad = execute(db, sql);
  sqlite3_free(sql);
  return bad | (sqlite3_close(db) != SQLITE_OK);
}

static int delete_models(const char *path) {
  sqlite3 *db = open_in_child(path);
  int bad = db == NULL;
  for (int i = 0; goes_on(i) && !bad; i++)
    bad = execute(db, "DELETE FROM classify_models WHERE name <> 'm' OR version < (SELECT max(version) FROM "
                      "classify_models WHERE name = 'm')") |
          expect_one(db, "SELECT classify('x', 'm') LIKE 'mark %'");
  return bad | (sqlite3_close(db) != SQLITE_OK);
}

/* Rows, and copies of a model. */
static int insert(const char *path) {
  sqlite3 *db = open_in_child(path);
  int bad = db == NULL;
  for (int i = 0; goes_on(i) && !bad; i++) {
    bad = execute(db, "INSERT INTO texts(body, label) SELECT body, label FROM texts ORDER BY id LIMIT 1") |
          execute(db, "INSERT INTO classify_models(name, version, created, labels, options, metrics, weights) "
                      "SELECT 'copy' || abs(random()), 1, created, labels, options, metrics, weights "
                      "FROM classify_models WHERE name = 'm' ORDER BY version DESC LIMIT 1");
  }
  return bad | (sqlite3_close(db) != SQLITE_OK);
}

static sqlite3 *open_taught(const char *name) {
  sqlite3 *db = open_database(new_file(name));
  run(db, "PRAGMA journal_mode = WAL");
  make_texts(db);
  teach(db, "m", "mark");
  return db;
}

TEST(four_processes_on_one_file) {
  int (*const works[])(const char *) = {label, train, delete_models, insert};
  const char *given = getenv("TEST_SECONDS");
  pid_t children[COUNT(works)];
  sqlite3 *db = open_taught("processes");
  char *path = sqlite3_mprintf("%s", sqlite3_db_filename(db, "main"));
  close_database(db);
  work_until = seconds() + (given ? strtod(given, NULL) : 0.0);
  for (size_t i = 0; i < COUNT(works); i++) children[i] = start_child(works[i], path);
  for (size_t i = 0; i < COUNT(works); i++) expect_success(children[i]);
  db = open_database(path);
  assert_text("ok", db, "PRAGMA integrity_check");
  assert_taught(db, "m", "mark");
  assert_true(integer(db, "SELECT max(version) > %d FROM classify_models WHERE name = 'm'", ROUNDS));
  /* there is no half model: each can be used */
  assert_int_equal(integer(db, "SELECT count(*) - count(classify('x', name || '@' || version)) FROM classify_models"),
                   0);
  sqlite3_free(path);
  close_database(db);
}

/* ---- a process forks after it has used the extension ------------------------------------ */

/* The parent's connections are of no use in a child, says SQLite. Its loaded models are: they are memory. */
static int use_everything(const char *path) {
  sqlite3 *db = open_in_child(path);
  if (!db) return 1;
  char *sql = teaching("of the child", "new");
  int bad = expect_one(db, "SELECT count(*) = 24 AND count(classify(body, 'm')) = 24 FROM texts") |
            expect_one(db, "SELECT count(label) = 24 FROM classify_rows('SELECT id, body FROM texts', 'm', "
                           "'{\"threads\":4}')") |
            execute(db, sql) |
            execute(db, "SELECT classify_train(body, label, 'of the child', '" PARTS "') FROM texts") |
            expect_one(db, "SELECT count(*) FROM classify_models WHERE name = 'of the child' AND version = 2");
  sqlite3_free(sql);
  return bad | (sqlite3_close(db) != SQLITE_OK);
}

TEST(fork_after_use) {
  sqlite3 *db = open_taught("fork");
  run(db, "SELECT classify_train(body, label, 'parts', json_set('" PARTS "', '$.threads', 4)) FROM texts");
  run(db, "SELECT count(label) FROM classify_rows('SELECT id, body FROM texts', 'parts', '{\"threads\":4}')");
  pid_t child = start_child(use_everything, sqlite3_db_filename(db, "main"));
  assert_taught(db, "m", "mark");
  assert_int_equal(integer(db, "SELECT count(label) FROM classify_rows('SELECT id, body FROM texts', 'm')"), 24);
  expect_success(child);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models WHERE name = 'of the child'"), 2);
  run(db, "SELECT classify_train(body, label, 'parts', json_set('" PARTS "', '$.threads', 4)) FROM texts");
  assert_taught(db, "m", "mark");
  close_database(db);
}

/* In the middle of a statement that labels. */
static void fork_now(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  pid_t child = start_child(use_everything, (const char *)sqlite3_value_text(argv[0]));
  expect_success(child);
  sqlite3_result_int(context, 1);
}

TEST(fork_within_a_statement) {
  sqlite3 *db = open_taught("within");
  sqlite3_create_function(db, "fork_now", 1, SQLITE_UTF8, NULL, fork_now, NULL, NULL);
  run(db, "SELECT classify(body, 'm'), iif(id = 12, fork_now(%Q), 0) FROM texts", sqlite3_db_filename(db, "main"));
  assert_taught(db, "m", "mark");
  close_database(db);
}

/* ---- a thousand connections ------------------------------------------------------------------ */

/* malloc()'s smallest block is larger than SMALL bytes: less than that for each connection is none for each, but the
** kept blocks of its own lists differ by some kilobytes.
*/
enum { FEW = 100, MANY = 1000, SMALL = 31 };

static void open_use_and_close(const char *path) {
  sqlite3 *db = open_database(path);
  assert_taught(db, "m", "mark");
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_rows('SELECT 1, ''x''', 'm')"), 1);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_attention('the kitten', 'm')"), 2);
  close_database(db);
}

static int open_files(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++) count += dup2(fd, fd) == fd;
  return count;
}

TEST(a_thousand_connections_leave_no_memory) {
  sqlite3 *db = open_taught("thousand");
  char *path = sqlite3_mprintf("%s", sqlite3_db_filename(db, "main"));
  close_database(db);
  for (int i = 0; i < FEW; i++) open_use_and_close(path);
  size_t before = mallinfo2().uordblks;
  sqlite3_int64 sqlite_before = sqlite3_memory_used();
  int files = open_files();
  for (int i = 0; i < MANY; i++) open_use_and_close(path);
  size_t after = mallinfo2().uordblks;
  assert_int_equal(sqlite3_memory_used(), sqlite_before);
  assert_int_equal(open_files(), files);
  if (!SANITIZED && after > before + SMALL * MANY) fail_msg("%zu bytes in use became %zu", before, after);
  sqlite3_free(path);
}

/* Only loaded, and closed. */
TEST(a_thousand_that_are_not_used) {
  for (int i = 0; i < FEW; i++) close_database(open_database(":memory:"));
  size_t before = mallinfo2().uordblks;
  for (int i = 0; i < MANY; i++) close_database(open_database(":memory:"));
  size_t after = mallinfo2().uordblks;
  if (!SANITIZED && after > before + SMALL * MANY) fail_msg("%zu bytes in use became %zu", before, after);
}

/* ---- threading modes of SQLite -------------------------------------------------------------- */

/* SQLite's memory functions, which no other thread may call in mode SQLITE_CONFIG_SINGLETHREAD. */
static sqlite3_mem_methods real;
static pthread_t owner;
static atomic_int strangers;

static void look(void) { strangers += !pthread_equal(pthread_self(), owner); }
static void *watched_malloc(int size) { return look(), real.xMalloc(size); }
static void watched_free(void *bytes) { look(), real.xFree(bytes); }
static void *watched_realloc(void *bytes, int size) { return look(), real.xRealloc(bytes, size); }

static int watch_memory(void) {
  owner = pthread_self();
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real)) return 1;
  sqlite3_mem_methods watched = real;
  watched.xMalloc = watched_malloc;
  watched.xFree = watched_free;
  watched.xRealloc = watched_realloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) != SQLITE_OK;
}

static int use_with_threads(sqlite3 *db) {
  return execute(db, "SELECT classify_train(body, label, 'p', json_set('" PARTS "', '$.threads', 4)) FROM texts") |
         execute(db, "SELECT * FROM classify_train('SELECT body, label FROM texts', 'q', json_set('" PARTS
                     "', '$.threads', 4, '$.unlabelled', 'SELECT body || 1 FROM texts'))") |
         expect_one(db, "SELECT count(label) = 24 FROM classify_rows('SELECT id, body FROM texts', 'p', "
                        "'{\"threads\":4}')") |
         expect_one(db, "SELECT count(*) = 24 FROM classify_doubts('SELECT id, body, label FROM texts', 'p')") |
         expect_one(db, "SELECT rows = 24 FROM classify_evaluate('SELECT body, label FROM texts', 'p')") |
         expect_one(db, "SELECT count(classify(body, 'p')) = 24 FROM texts") |
         execute(db, "SELECT classify_card('p'), classify_highlight('x', 'p')");
}

static int in_mode(int mode, const char *path) {
  if (watch_memory() || sqlite3_config(mode)) return fprintf(stderr, "child: SQLite is not configured\n"), 1;
  sqlite3 *db = open_in_child(path);
  int bad = !db || use_with_threads(db) || sqlite3_close(db) != SQLITE_OK;
  if (mode == SQLITE_CONFIG_SINGLETHREAD && strangers) {
    fprintf(stderr, "child: other threads have called SQLite %d times\n", strangers);
    bad = 1;
  }
  return bad;
}

static int single_thread(const char *path) { return in_mode(SQLITE_CONFIG_SINGLETHREAD, path); }
static int multi_thread(const char *path) { return in_mode(SQLITE_CONFIG_MULTITHREAD, path); }
static int serialized(const char *path) { return in_mode(SQLITE_CONFIG_SERIALIZED, path); }

static int make_file(const char *path) {
  sqlite3 *db = open_in_child(path);
  if (db) make_texts(db);
  return !db || sqlite3_close(db) != SQLITE_OK;
}

/* The mode has to be chosen before a process opens anything. So one child makes the file, another one chooses. */
TEST(each_threading_mode) {
  int (*const modes[])(const char *) = {single_thread, multi_thread, serialized};
  for (size_t i = 0; i < COUNT(modes); i++) {
    const char *path = new_file("mode");
    expect_success(start_child(make_file, path));
    expect_success(start_child(modes[i], path));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_threading_mode), /* first: this process has not used SQLite yet */
      cmocka_unit_test(four_processes_on_one_file),
      cmocka_unit_test(fork_after_use),
      cmocka_unit_test(fork_within_a_statement),
      cmocka_unit_test(a_thousand_connections_leave_no_memory),
      cmocka_unit_test(a_thousand_that_are_not_used),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
