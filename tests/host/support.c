#define _GNU_SOURCE /* syscall */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAIL(...) (print_error(__VA_ARGS__), _fail(file, line))

bool all_cases(void) {
  const char *cases = getenv("TEST_CASES");
  return cases && strcmp(cases, "all") == 0;
}

size_t allocated(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* ---- databases ------------------------------------------------------------- */

static char directory[] = "/tmp/classify-XXXXXX";
static bool has_directory;

const char *new_file(const char *name) {
  static char paths[8][128];
  static size_t calls;
  if (!has_directory) has_directory = mkdtemp(directory) != NULL;
  assert_true(has_directory);
  char *path = paths[calls++ % COUNT(paths)], side[sizeof paths[0] + 16];
  const char *const ends[] = {"", "-journal", "-wal", "-shm"};
  snprintf(path, sizeof paths[0], "%s/%s", directory, name);
  for (size_t i = 0; i < COUNT(ends); i++) {
    snprintf(side, sizeof side, "%s%s", path, ends[i]);
    unlink(side);
  }
  return path;
}

int remove_files(void **fixture) {
  (void)fixture;
  if (!has_directory) return 0;
  DIR *entries = opendir(directory);
  for (struct dirent *e = entries ? readdir(entries) : NULL; e; e = readdir(entries)) {
    char path[sizeof directory + sizeof e->d_name + 1];
    snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
    if (e->d_name[0] != '.') unlink(path);
  }
  if (entries) closedir(entries);
  return rmdir(directory);
}

/* BUILD/classify, where this program is BUILD/tests/host/test_x. */
static const char *beside_this_program(void) {
  static char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "/classify");
  for (int up = 0; up < 3 && length > 0; up++)
    while (length > 0 && path[--length] != '/') continue;
  if (length > 0) memcpy(path + length, "/classify", sizeof "/classify");
  return length > 0 ? path : "";
}

const char *extension(void) {
  static char *path;
  if (path) return path;
  const char *given = getenv("CLASSIFY");
  path = sqlite3_mprintf("%s", given ? given : beside_this_program());
  char *file = sqlite3_mprintf("%s.so", path);
  if (access(file, R_OK) && access(path, R_OK)) {
    fprintf(stderr, "There is no extension '%s', expected it there (run make) or its path in CLASSIFY.\n", file);
    exit(1);
  }
  sqlite3_free(file);
  return path;
}

sqlite3 *open_bare(const char *path, int flags) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open_v2(path, &db, flags, NULL), SQLITE_OK);
  return db;
}

int load(sqlite3 *db, char **message) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  return sqlite3_load_extension(db, extension(), NULL, message);
}

sqlite3 *open_with(const char *path, int flags) {
  sqlite3 *db = open_bare(path, flags);
  char *message = NULL;
  if (load(db, &message)) fail_msg("the extension cannot be loaded: %s", message);
  sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* these files need not last */
  return db;
}

sqlite3 *open_database(const char *path) { return open_with(path, READ_WRITE); }

void check_close(sqlite3 *db, const char *file, int line) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (sqlite3_stmt_busy(s)) FAIL("still running: %s\n", sqlite3_sql(s));
  int rc = sqlite3_close(db);
  if (rc) FAIL("closing gives %s\n", sqlite3_errstr(rc));
}

sqlite3 *another(sqlite3 *db) { return open_database(sqlite3_db_filename(db, "main")); }

void elsewhere(sqlite3 *db, const char *sql) {
  pid_t child = fork();
  if (child == 0) {
    execlp("sqlite3", "sqlite3", "-batch", sqlite3_db_filename(db, "main"), sql, (char *)NULL);
    _exit(127);
  }
  int status = -1;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
}

/* ---- SQL ---------------------------------------------------------------------- */

static char *format_sql(const char *format, va_list arguments) {
  char *sql = sqlite3_vmprintf(format, arguments);
  assert_non_null(sql);
  return sql;
}

void check_run(const char *file, int line, sqlite3 *db, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *sql = format_sql(format, arguments);
  va_end(arguments);
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  if (rc) FAIL("%s\n  gives %s: %s\n", sql, sqlite3_errstr(rc), sqlite3_errmsg(db));
  sqlite3_free(sql);
}

void check_fails(const char *file, int line, int code, const char *part, sqlite3 *db,
                 const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *sql = format_sql(format, arguments);
  va_end(arguments);
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  if ((rc & 0xFF) != code || !strstr(sqlite3_errmsg(db), part))
    FAIL("%s\n  gives %s: %s\n  expected %s: ... %s ...\n", sql, sqlite3_errstr(rc), sqlite3_errmsg(db),
         sqlite3_errstr(code), part);
  sqlite3_free(sql);
}

/* The first column of the first row, as text for sqlite3_free(). */
static char *fetch(const char *file, int line, sqlite3 *db, const char *format, va_list arguments) {
  char *sql = format_sql(format, arguments);
  sqlite3_stmt *stmt = check_prepare(file, line, db, sql);
  int rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW)
    FAIL("%s\n  gives %s: %s\n", sql, rc == SQLITE_DONE ? "no row" : sqlite3_errstr(rc), sqlite3_errmsg(db));
  const char *text = (const char *)sqlite3_column_text(stmt, 0);
  char *copy = sqlite3_mprintf("%s", text ? text : "NULL");
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return copy;
}

sqlite3_int64 check_integer(const char *file, int line, sqlite3 *db, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = fetch(file, line, db, format, arguments);
  va_end(arguments);
  sqlite3_int64 value = strtoll(text, NULL, 10);
  sqlite3_free(text);
  return value;
}

void check_text(const char *file, int line, const char *expected, sqlite3 *db, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = fetch(file, line, db, format, arguments);
  va_end(arguments);
  if (strcmp(text, expected) != 0) FAIL("%s\n  gives '%s', expected '%s'\n", format, text, expected);
  sqlite3_free(text);
}

sqlite3_stmt *check_prepare(const char *file, int line, sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  if (rc) FAIL("%s\n  gives %s: %s\n", sql, sqlite3_errstr(rc), sqlite3_errmsg(db));
  return stmt;
}

void check_step(const char *file, int line, sqlite3_stmt *stmt, int code) {
  int rc = sqlite3_step(stmt);
  if ((rc & 0xFF) != code)
    FAIL("%s\n  gives %s: %s\n  expected %s\n", sqlite3_sql(stmt), sqlite3_errstr(rc),
         sqlite3_errmsg(sqlite3_db_handle(stmt)), sqlite3_errstr(code));
}

bool has_table(sqlite3 *db, const char *schema, const char *name) {
  return integer(db, "SELECT count(*) FROM \"%w\".sqlite_master WHERE name = %Q", schema, name) > 0;
}

/* ---- something to learn ----------------------------------------------------------- */

const char CAT[] = "the kitten purrs and licks its whiskers";
const char BOAT[] = "the sloop left the harbour under sail";

static const char TEXTS[] =
    "CREATE TABLE texts(id INTEGER PRIMARY KEY, body TEXT, label TEXT);"
    "INSERT INTO texts(body, label) VALUES"
    " ('the kitten sleeps in the basket', 'cat'), ('the sail is torn again', 'boat'),"
    " ('she purrs when I scratch her ears', 'cat'), ('we left the harbour at dawn', 'boat'),"
    " ('its whiskers twitch at the bird', 'cat'), ('the anchor would not hold', 'boat'),"
    " ('the kitten chased a mouse', 'cat'), ('a sloop with one mast', 'boat'),"
    " ('he licks the cream from his paws', 'cat'), ('wind filled the sail', 'boat'),"
    " ('a tail, two ears and whiskers', 'cat'), ('the tide took us out of the harbour', 'boat'),"
    " ('claws in the sofa again', 'cat'), ('the rudder broke in the storm', 'boat'),"
    " ('the kitten licks its fur', 'cat'), ('we sailed the sloop to the island', 'boat'),"
    " ('she hides a mouse in the basket', 'cat'), ('an anchor, a mast and a rudder', 'boat'),"
    " ('he purrs on the sofa', 'cat'), ('high tide at the harbour', 'boat'),"
    " ('soft paws and sharp claws', 'cat'), ('the mast bends in the wind', 'boat'),"
    " ('the tail of the kitten is white', 'cat'), ('the crew set sail in the sloop', 'boat');";

void make_texts(sqlite3 *db) { run(db, "%s", TEXTS); }

static void bind_file(sqlite3_stmt *stmt, int parameter, const char *encoder, const char *name) {
  static char bytes[1 << 16];
  char path[256];
  snprintf(path, sizeof path, "tests/reference/encoders/%s/%s", encoder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  assert_in_range(length, 1, sizeof bytes - 1);
  sqlite3_bind_blob(stmt, parameter, bytes, (int)length, SQLITE_TRANSIENT);
}

void make_encoder(sqlite3 *db, const char *name) {
  run(db, "CREATE TABLE IF NOT EXISTS classify_encoders(name, config, tokenizer, weights)");
  sqlite3_stmt *stmt = prepare(db, "INSERT INTO classify_encoders VALUES (?, ?, ?, ?)");
  sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  bind_file(stmt, 2, name, "config.json");
  bind_file(stmt, 3, name, "tokenizer.json");
  bind_file(stmt, 4, name, "model.safetensors");
  assert_step(stmt, SQLITE_DONE);
  sqlite3_finalize(stmt);
}

char *teaching(const char *model, const char *mark) {
  char *sql = sqlite3_mprintf("SELECT classify_train(body, %Q || ' ' || label, %Q, '" QUICK "') FROM texts",
                              mark, model);
  assert_non_null(sql);
  return sql;
}

void check_teach(const char *file, int line, sqlite3 *db, const char *model, const char *mark) {
  char *sql = teaching(model, mark);
  check_run(file, line, db, "%s", sql);
  sqlite3_free(sql);
}

void check_taught(const char *file, int line, sqlite3 *db, const char *model, const char *mark) {
  check_text(file, line, mark, db, "SELECT substr(c, 1, instr(c, ' ') - 1) FROM (SELECT classify(%Q, %Q) AS c)",
             CAT, model);
}

/* ---- time ---------------------------------------------------------------------------- */

atomic_int clock_step_ms, clock_looks;
atomic_bool waits_are_over;
static atomic_llong added_ms; /* by all looks */

static struct timespec real_time(clockid_t clock) {
  struct timespec time = {0};
  syscall(SYS_clock_gettime, clock, &time);
  return time;
}

/* These stand before the C library's for all of the process. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  *time = real_time(clock);
  if (clock != CLOCK_MONOTONIC) return 0;
  int step = clock_step_ms;
  if (step) clock_looks++;
  long long added = atomic_fetch_add(&added_ms, step) + step, ns = time->tv_nsec + added % 1000 * 1000000;
  time->tv_sec += (time_t)(added / 1000 + ns / 1000000000);
  time->tv_nsec = (long)(ns % 1000000000);
  return 0;
}

/* Wakes up now and then without cause, as it may. */
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  (void)condition;
  struct timespec now = real_time(CLOCK_MONOTONIC);
  long long left = (until->tv_sec - now.tv_sec) * 1000000000LL + until->tv_nsec - now.tv_nsec - added_ms * 1000000;
  pthread_mutex_unlock(mutex);
  if (waits_are_over)
    sched_yield();
  else
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  pthread_mutex_lock(mutex);
  return waits_are_over || left <= 0 ? ETIMEDOUT : 0;
}

double seconds(void) {
  struct timespec time = real_time(CLOCK_MONOTONIC);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
