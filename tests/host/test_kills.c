/* A process that is killed, or that loses power, while it trains, labels and deletes: what it had
** committed is there, of what it was about is all there or nothing, and every model labels.
**
** The process says before each step what it is about, and afterwards that it is done: into a pipe.
** Kills come at random moments, or at a change of a file. TEST_KILLS=200 is how many there are of
** each kind; without, ten.
*/
#include "faulty_vfs.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VERSIONS = 1 << 14, STEPS = 40, KEPT = 3, TEXT_ROWS = 24, MOST_CHANGES = 400, LONGEST_MS = 150 };

static const char *const JOURNALS[] = {"DELETE", "WAL"};

static uint64_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

/* ---- what is known of a file ------------------------------------------------------------ */

typedef enum Kind { NOTHING, TRAIN, TRAIN_AND_KEEP, DELETE, LABEL } Kind;

typedef struct Step {
  Kind kind;
  bool done;           /* false: it begins */
  sqlite3_int64 value; /* DELETE: the version; LABEL: the batch */
} Step;

typedef struct History {
  char path[128];
  sqlite3_int64 newest, newest_kept; /* of the models 'm' and 'k' */
  sqlite3_int64 batches;             /* of labelled rows */
  bool has[VERSIONS];                /* of 'm' */
  Step pending;                      /* begun and not done */
} History;

static void add_step(History *h, const Step *s) {
  h->pending = *s;
  if (!s->done) return;
  h->pending.kind = NOTHING;
  if (s->kind == TRAIN) h->has[h->newest = s->value] = true;
  if (s->kind == TRAIN_AND_KEEP) h->newest_kept = s->value;
  if (s->kind == DELETE) h->has[s->value] = false;
  if (s->kind == LABEL) h->batches = s->value;
}

/* ---- what the process does --------------------------------------------------------------- */

static int report_to = -1; /* the pipe; -1: the history below, in this process */
static History *report_history;

static void report(Kind kind, bool done, sqlite3_int64 value) {
  const Step s = {kind, done, value};
  if (report_to < 0 && !faulty_power_is_off()) add_step(report_history, &s);
  if (report_to >= 0 && write(report_to, &s, sizeof s) != (ssize_t)sizeof s) _exit(1);
}

/* The first column of the first row; 0 if there is none. */
static sqlite3_int64 number(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  sqlite3_int64 value = 0;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) return 0;
  if (sqlite3_step(stmt) == SQLITE_ROW) value = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  return value;
}

#define TEXTS "SELECT body, label FROM texts"
#define KEEP "json_set('" QUICK "', '$.keep', 3)"
#define NEWEST "SELECT max(version) FROM classify_models WHERE name = "

static const char *const TRAININGS[] = {
    "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts",
    "BEGIN; SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts; COMMIT",
    "SELECT * FROM classify_train('" TEXTS "', 'm', '" QUICK "')",
};

static const char *const KEEPING[] = {
    "SELECT classify_train(body, label, 'k', " KEEP ") FROM texts",
    "BEGIN; SELECT classify_train(body, label, 'k', " KEEP ") FROM texts; COMMIT",
    "SELECT * FROM classify_train('" TEXTS "', 'k', " KEEP ")",
};

#define OLDEST "SELECT min(version) FROM classify_models WHERE name = 'm'"
static const char DELETE_OLDEST[] = "DELETE FROM classify_models WHERE name = 'm' AND version = (" OLDEST ")";

static const char LABEL_ALL[] =
    "INSERT INTO guesses SELECT (SELECT 1 + ifnull(max(batch), 0) FROM guesses), id, label "
    "FROM classify_rows('SELECT id, body FROM texts', 'm')";

/* Returns false once something fails. */
static bool do_step(sqlite3 *db, uint64_t *chance) {
  Kind kind = TRAIN + next_random(chance) % 4;
  const char *sql = LABEL_ALL, *asked = "SELECT max(batch) FROM guesses";
  sqlite3_int64 value = 0;
  if (kind == DELETE && number(db, "SELECT count(*) FROM classify_models WHERE name = 'm'") < 2) kind = TRAIN;
  if (kind == TRAIN) sql = TRAININGS[next_random(chance) % COUNT(TRAININGS)], asked = NEWEST "'m'";
  if (kind == TRAIN_AND_KEEP) sql = KEEPING[next_random(chance) % COUNT(KEEPING)], asked = NEWEST "'k'";
  if (kind == DELETE) sql = DELETE_OLDEST, value = number(db, OLDEST);
  if (kind == LABEL) value = 1 + number(db, asked);
  report(kind, false, value);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL)) return false;
  report(kind, true, value ? value : number(db, asked));
  return true;
}

/* With a rollback journal a commit is on the disk for sure only if the folder is synced, too. */
static sqlite3 *open_durable(const char *path, const char *vfs) {
  sqlite3 *db;
  char *message = NULL;
  if (sqlite3_open_v2(path, &db, READ_WRITE, vfs) || load(db, &message)) return NULL;
  sqlite3_exec(db, "PRAGMA synchronous = EXTRA; PRAGMA wal_autocheckpoint = 50", NULL, NULL, NULL);
  return db;
}

/* This program, started by itself: path, descriptor, seed, change to be killed at or 0. */
static int be_killed(char **arguments) {
  uint64_t chance = strtoull(arguments[2], NULL, 10);
  long change = atol(arguments[3]);
  report_to = atoi(arguments[1]);
  sqlite3 *db = open_durable(arguments[0], change ? FAULTY_VFS : NULL);
  if (!db) return 1;
  faulty_kill_at(change);
  for (int i = 0; i < STEPS; i++)
    if (!do_step(db, &chance)) return 1;
  return 0;
}

/* ---- what is there afterwards ------------------------------------------------------------------ */

static void begin_history(History *h, const char *name, const char *journal) {
  *h = (History){.newest = 1};
  snprintf(h->path, sizeof h->path, "%s", new_file(name));
  sqlite3 *db = open_database(h->path);
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  run(db, "CREATE TABLE guesses(batch, id, label)");
  teach(db, "m", "old");
  h->has[1] = true;
  close_database(db);
}

static void check_versions(History *h, sqlite3 *db) {
  sqlite3_int64 newest = integer(db, "SELECT max(newest) FROM classify_versions WHERE name = 'm'");
  assert_in_range(newest, h->newest, h->newest + (h->pending.kind == TRAIN));
  for (sqlite3_int64 v = 1; v <= newest; v++) {
    bool has = integer(db, "SELECT count(*) FROM classify_models WHERE name = 'm' AND version = %lld", v) == 1;
    bool may_differ = (v > h->newest) || (h->pending.kind == DELETE && h->pending.value == v);
    if (has != h->has[v] && !may_differ) fail_msg("version %lld of 'm' is %s", v, has ? "there again" : "lost");
    h->has[v] = has;
  }
  h->newest = newest;
}

/* Of the model that older versions are deleted of. */
static void check_kept(History *h, sqlite3 *db) {
  sqlite3_int64 newest = integer(db, NEWEST "'k'"), next;
  assert_in_range(newest, h->newest_kept, h->newest_kept + (h->pending.kind == TRAIN_AND_KEEP));
  assert_true(integer(db, "SELECT count(*) FROM classify_models WHERE name = 'k'") <= KEPT);
  run(db, "%s", KEEPING[0]);
  next = integer(db, NEWEST "'k'");
  assert_int_equal(next, newest + 1);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models WHERE name = 'k'"), next < KEPT ? next : KEPT);
  h->newest_kept = next;
}

static void check_guesses(History *h, sqlite3 *db) {
  sqlite3_int64 batches = integer(db, "SELECT ifnull(max(batch), 0) FROM guesses");
  assert_in_range(batches, h->batches, h->batches + (h->pending.kind == LABEL));
  assert_int_equal(integer(db, "SELECT count(label) FROM guesses"), batches * TEXT_ROWS);
  h->batches = batches;
}

static void check_file(History *h) {
  sqlite3 *db = open_database(h->path);
  assert_text("ok", db, "PRAGMA integrity_check");
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models "
                               "WHERE classify('the kitten purrs', name || '@' || version) IS NULL"), 0);
  check_versions(h, db);
  check_guesses(h, db);
  check_kept(h, db);
  h->pending.kind = NOTHING;
  close_database(db);
}

/* ---- kills ------------------------------------------------------------------------------------------ */

static int kills(void) {
  const char *given = getenv("TEST_KILLS");
  return given ? atoi(given) : 10;
}

static pid_t start(const char *path, uint64_t seed, long change, int pipe_ends[2]) {
  char descriptor[16], chance[32], at[32];
  assert_int_equal(pipe(pipe_ends), 0);
  snprintf(descriptor, sizeof descriptor, "%d", pipe_ends[1]);
  snprintf(chance, sizeof chance, "%llu", (unsigned long long)seed);
  snprintf(at, sizeof at, "%ld", change);
  pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    execl("/proc/self/exe", "test_kills", path, descriptor, chance, at, (char *)NULL);
    _exit(127);
  }
  close(pipe_ends[1]);
  return child;
}

/* Kills a process within a time after its first step began; or it kills itself at a change. */
static void kill_one(History *h, uint64_t seed, bool at_change) {
  uint64_t chance = seed;
  int ends[2], status = 0;
  long ms = (long)(next_random(&chance) % LONGEST_MS), change = 1 + (long)(next_random(&chance) % MOST_CHANGES);
  pid_t child = start(h->path, next_random(&chance), at_change ? change : 0, ends);
  Step s;
  bool first = true;
  while (read(ends[0], &s, sizeof s) == (ssize_t)sizeof s) {
    add_step(h, &s);
    if (first && !at_change) {
      nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
      kill(child, SIGKILL);
    }
    first = false;
  }
  close(ends[0]);
  waitpid(child, &status, 0);
  assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
  check_file(h);
}

static void kill_all(bool at_change) {
  static History histories[COUNT(JOURNALS)];
  for (size_t j = 0; j < COUNT(JOURNALS); j++) begin_history(&histories[j], JOURNALS[j], JOURNALS[j]);
  for (int i = 0; i < kills(); i++) kill_one(&histories[i % 2], (uint64_t)i * 7919 + at_change, at_change);
}

TEST(killed_at_some_time) { kill_all(false); }
TEST(killed_at_a_change) { kill_all(true); }

/* ---- lost power ----------------------------------------------------------------------------------------- */

static void lose_power(History *h, uint64_t seed) {
  uint64_t chance = seed;
  long change = 1 + (long)(next_random(&chance) % MOST_CHANGES);
  report_history = h;
  faulty_power_off_at(change, next_random(&chance));
  sqlite3 *db = open_durable(h->path, FAULTY_VFS);
  assert_non_null(db);
  for (int i = 0; i < STEPS && do_step(db, &chance); i++) continue;
  close_database(db);
  assert_int_equal(faulty_open_files(), 0);
  assert_true(faulty_power_is_off());
  faulty_power_back();
  check_file(h);
}

TEST(lost_power) {
  static History histories[COUNT(JOURNALS)];
  for (size_t j = 0; j < COUNT(JOURNALS); j++) begin_history(&histories[j], JOURNALS[j], JOURNALS[j]);
  for (int i = 0; i < kills(); i++) lose_power(&histories[i % 2], (uint64_t)i * 104729 + 1);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(killed_at_some_time),
      cmocka_unit_test(killed_at_a_change),
      cmocka_unit_test(lost_power),
  };
  faulty_register();
  if (argc == 5) return be_killed(argv + 1);
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
