/* A process that may map little memory (RLIMIT_AS, ulimit -v). With limits from what it has on, until there is enough,
** each statement ends: with what it gives otherwise, with SQLITE_NOMEM, or with a sentence that says what it takes. So
** does the loading of the extension.
*/
#define _DEFAULT_SOURCE
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20, STEP = 16, SECONDS = 60 };

/* What a training takes, as options: of one thread, of four. */
#define LEARNING "\"epochs\":2,\"hidden\":16,\"embedding\":16,\"validation\":0.2,\"max_vocabulary\":1000"
#define ONE "{\"threads\":1}"
#define FOUR "{\"threads\":4}"
#define ROWS "SELECT a.id, a.body FROM texts AS a, texts AS b, (SELECT 1 UNION SELECT 2)"
#define LABELLED "SELECT a.body, a.label FROM texts AS a, texts AS b"
#define TRAIN(threads, more) \
  "SELECT classify_train(body, label, 'new', '{" LEARNING ",\"threads\":" #threads more "}') FROM texts"

static const char *const STATEMENTS[] = {
    "SELECT classify('kitten')",
    "SELECT classify_scores('kitten'), classify_confidence('kitten'), classify_highlight('kitten')",
    "SELECT * FROM classify_labels('kitten')",
    "SELECT token, leave_one_out FROM classify_attention('the kitten and the sail')",
    "SELECT count(label) FROM classify_rows('" ROWS "', 'parts', '" ONE "')",
    "SELECT count(label) FROM classify_rows('" ROWS "', 'parts', '" FOUR "')",
    "SELECT accuracy FROM classify_evaluate('" LABELLED "', 'parts')",
    "SELECT * FROM classify_report('" LABELLED "', 'parts')",
    "SELECT * FROM classify_confusion('" LABELLED "', 'parts')",
    "SELECT count(*) FROM classify_doubts('SELECT id, body, label FROM texts', 'parts')",
    "SELECT count(*) FROM classify_words('parts')",
    "SELECT length(classify_card('parts'))",
    "SELECT classify_embedding(body, 'bert') FROM texts",
    "SELECT count(*) FROM classify_embeddings('" ROWS "', 'bert', '" ONE "')",
    "SELECT count(*) FROM classify_embeddings('" ROWS "', 'bert', '" FOUR "')",
    TRAIN(1, ""),
    TRAIN(4, ""),
    TRAIN(1, ",\"max_memory\":1e12"), /* it is not refused */
    TRAIN(4, ",\"max_memory\":1e12"),
    "SELECT classify_train(body, iif(id % 3, label, NULL), 'new', '{" LEARNING
    ",\"threads\":4,\"max_memory\":1e12,\"teacher\":\"static\"}') FROM texts",
};

static size_t mapped(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%lu", &pages) != 1) _exit(3);
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* The stack grows within the limit, too: SQLite and the extension need about a hundred kilobytes of it. */
__attribute__((noinline)) static void touch_stack(void) {
  volatile char stack[MEGABYTE];
  for (size_t i = 0; i < sizeof stack; i += 1024) stack[i] = 1;
}

enum { WELL, WITHOUT_MEMORY, REFUSED, OTHERWISE };

static int outcome(sqlite3 *db, int rc) {
  if (rc == SQLITE_OK) return WELL;
  if (rc == SQLITE_NOMEM || sqlite3_extended_errcode(db) == SQLITE_IOERR_NOMEM) return WITHOUT_MEMORY;
  if (strstr(sqlite3_errmsg(db), "more than the") || strstr(sqlite3_errmsg(db), "map")) return REFUSED;
  fprintf(stderr, "%d: %s\n", rc, sqlite3_errmsg(db));
  return OTHERWISE;
}

static void limit(size_t megabytes) {
  rlim_t bytes = mapped() + megabytes * MEGABYTE;
  if (setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes})) _exit(4);
}

/* A message of the loader comes as text. */
static int load_result(sqlite3 *db) {
  char *message = NULL;
  int rc = load(db, &message);
  bool told = message && *message;
  sqlite3_free(message);
  return rc == SQLITE_OK ? WELL : rc == SQLITE_NOMEM ? WITHOUT_MEMORY : told ? REFUSED : OTHERWISE;
}

/* In a child. Whatever becomes of the statement, the connection closes. Without SQL the extension is loaded. */
static void run_within(const char *path, const char *sql, size_t megabytes) {
  signal(SIGSEGV, SIG_DFL); /* and not cmocka's handler */
  alarm(SECONDS);
  touch_stack();
  sqlite3 *db = open_bare(path, READ_WRITE);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  if (!sql) limit(megabytes);
  int result = load_result(db);
  if (sql) limit(megabytes);
  if (result == WELL) result = outcome(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
  if (result == WELL && sql) result = outcome(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
  if (sqlite3_close(db)) _exit(5);
  _exit(result);
}

static int run_child(const char *path, const char *sql, size_t megabytes) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) run_within(path, sql, megabytes);
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

/* Most statements need little. */
static size_t step_from(size_t megabytes) { return megabytes < STEP ? 1 : megabytes < 8 * STEP ? STEP : 8 * STEP; }

/* Returns how much more than it has the statement takes, in megabytes. */
static size_t find_enough(const char *path, const char *sql) {
  enum { MOST = 2048 };
  for (size_t megabytes = 0; megabytes <= MOST; megabytes += step_from(megabytes)) {
    int status = run_child(path, sql, megabytes);
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= OTHERWISE)
      fail_msg("%s\n  with %zu MB more: %s %d", sql ? sql : "loading", megabytes,
               !WIFSIGNALED(status) ? "ended with" : WTERMSIG(status) == SIGALRM ? "hangs," : "died of signal",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (WEXITSTATUS(status) == WELL) return megabytes;
  }
  fail_msg("%s\n  does not work with %d MB", sql ? sql : "loading", MOST);
  return MOST;
}

static const char *make_file(void) {
  const char *path = new_file("address_space");
  sqlite3 *db = open_database(path);
  make_texts(db);
  make_encoder(db, "bert");
  make_encoder(db, "static");
  run(db, "SELECT classify_train(body, label, 'parts', '" PARTS "') FROM texts");
  close_database(db);
  return path;
}

TEST(each_statement_ends) {
  if (SANITIZED) skip(); /* sanitizers need terabytes of addresses */
  const char *path = make_file();
  for (size_t i = 0; i < COUNT(STATEMENTS); i++)
    print_message("%5zu MB more: %.90s\n", find_enough(path, STATEMENTS[i]), STATEMENTS[i]);
}

/* Before this process has loaded it. */
TEST(loading_ends) {
  if (SANITIZED) skip();
  size_t megabytes = find_enough(":memory:", NULL);
  print_message("%5zu MB more: loading\n", megabytes);
  assert_true(megabytes > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(loading_ends), cmocka_unit_test(each_statement_ends)};
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
