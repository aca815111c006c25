#include "bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void give_up(const char *doing, const char *reason) {
  fflush(stdout);
  fprintf(stderr, "bench: %s: %s\n", doing, reason);
  exit(1);
}

Bench bench_arguments(int argc, char **argv) {
  if (argc < 3) give_up(argv[0], "expected EXTENSION FOLDER [PART]");
  return (Bench){argv[0], argv[1], argv[2], argc > 3 ? argv[3] : NULL};
}

/* ---- databases ---------------------------------------------------------------------- */

sqlite3 *bench_open_bare(const Bench *b, const char *name) {
  char *path = sqlite3_mprintf("%s/%s", b->folder, name);
  sqlite3 *db;
  if (!path || sqlite3_open(path, &db)) give_up(name, "cannot be opened");
  sqlite3_free(path);
  return db;
}

void bench_load(const Bench *b, sqlite3 *db) {
  char *reason = NULL;
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  if (sqlite3_load_extension(db, b->extension, NULL, &reason)) give_up(b->extension, reason);
}

sqlite3 *bench_open(const Bench *b, const char *name) {
  sqlite3 *db = bench_open_bare(b, name);
  bench_load(b, db);
  return db;
}

void bench_remove(const Bench *b, const char *name) {
  char *path = sqlite3_mprintf("%s/%s", b->folder, name);
  if (path) remove(path);
  sqlite3_free(path);
}

sqlite3_stmt *bench_prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt;
  if (!sql || sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) give_up(sql, sqlite3_errmsg(db));
  return stmt;
}

int bench_step(sqlite3_stmt *stmt) {
  int rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    give_up(sqlite3_sql(stmt), sqlite3_errmsg(sqlite3_db_handle(stmt)));
  return rc == SQLITE_ROW;
}

void bench_run(sqlite3 *db, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *sql = sqlite3_vmprintf(format, arguments);
  va_end(arguments);
  if (!sql || sqlite3_exec(db, sql, NULL, NULL, NULL)) give_up(sql, sqlite3_errmsg(db));
  sqlite3_free(sql);
}

double bench_number(sqlite3 *db, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *sql = sqlite3_vmprintf(format, arguments);
  va_end(arguments);
  sqlite3_stmt *stmt = bench_prepare(db, sql);
  if (!bench_step(stmt)) give_up(sql, "gave no row");
  double number = sqlite3_column_double(stmt, 0);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return number;
}

/* ---- rows --------------------------------------------------------------------------- */

enum { LONGEST_WORD = 8, LONGEST_TEXT = 1000 };

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static double next_uniform(uint64_t *state) { return (double)(next_random(state) >> 11) * 0x1p-53; }

/* A number below BENCH_WORDS: the sum of 1/r up to r is nearly a logarithm. */
static size_t next_word(uint64_t *state) {
  size_t rank = (size_t)exp(next_uniform(state) * log(BENCH_WORDS + 1.0)) - 1;
  return rank < BENCH_WORDS ? rank : BENCH_WORDS - 1;
}

/* Its name: a syllable per hundred, so that frequent words are short. */
static size_t write_word(size_t number, char *out) {
  size_t length = 0;
  for (size_t left = number + 1; left; left /= 100) {
    out[length++] = "bcdfghjklmnprstvwxyz"[left % 100 / 5];
    out[length++] = "aeiou"[left % 5];
  }
  out[length++] = ' ';
  return length;
}

/* A fourth of the words is drawn to those of the label. */
static size_t write_text(uint64_t *state, size_t label, size_t words, char *out) {
  size_t length = 0;
  for (size_t i = 0; i < words; i++) {
    size_t word = next_word(state);
    if (next_random(state) % 4 == 0) word += label - word % BENCH_LABELS;
    length += write_word(word, out + length);
  }
  return length;
}

static sqlite3_stmt *make_table(sqlite3 *db, const char *table) {
  bench_run(db, "BEGIN; DROP TABLE IF EXISTS %s; CREATE TABLE %s(id INTEGER PRIMARY KEY, text, label)",
            table, table);
  char *sql = sqlite3_mprintf("INSERT INTO %s(text, label) VALUES (?1, 'label ' || ?2)", table);
  sqlite3_stmt *insert = bench_prepare(db, sql);
  sqlite3_free(sql);
  return insert;
}

static void insert_row(sqlite3_stmt *insert, const char *text, size_t length, size_t label) {
  sqlite3_bind_text(insert, 1, text, (int)length, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 2, (sqlite3_int64)label);
  bench_step(insert);
  sqlite3_reset(insert);
}

size_t bench_texts(sqlite3 *db, const char *table, size_t rows, size_t least, size_t most) {
  char text[LONGEST_TEXT * LONGEST_WORD];
  uint64_t state = rows * 1000003 + most;
  size_t written = 0;
  sqlite3_stmt *insert = make_table(db, table);
  if (most > LONGEST_TEXT) give_up(table, "such long texts are not made");
  for (size_t i = 0; i < rows; i++) {
    size_t words = least + next_random(&state) % (most - least + 1), label = i % BENCH_LABELS;
    insert_row(insert, text, write_text(&state, label, words, text), label);
    written += words;
  }
  sqlite3_finalize(insert);
  bench_run(db, "COMMIT");
  return written;
}

const char *const BENCH_MODEL[BENCH_MODELS] = {"plain", "default", "int8", "none"};
static const char *const OPTIONS[BENCH_MODELS] = {BENCH_PLAIN, "", "\"precision\":\"int8\",", "\"encoder\":\"none\","};

void bench_models(sqlite3 *db) {
  enum { WORDS = 40 };
  char text[WORDS * LONGEST_WORD];
  sqlite3_stmt *insert = make_table(db, "training");
  for (size_t word = 0; word < BENCH_WORDS;) {
    size_t length = 0, label = word / WORDS % BENCH_LABELS;
    for (size_t i = 0; i < WORDS; i++) length += write_word(word++, text + length);
    insert_row(insert, text, length, label);
  }
  sqlite3_finalize(insert);
  bench_run(db, "COMMIT");
  for (int m = 0; m < BENCH_MODELS; m++)
    bench_number(db, "SELECT classify_train(text, label, %Q, '{%s\"epochs\":1,\"validation\":0}') FROM training",
                 BENCH_MODEL[m], OPTIONS[m]);
}

/* ---- figures ------------------------------------------------------------------------- */

double bench_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t count, double share) {
  if (count == 0) give_up("a median", "no run was measured");
  qsort(values, count, sizeof *values, ascending);
  return values[(size_t)(share * (double)(count - 1) + 0.5)];
}

void bench_process(const Bench *b, const char *part, double *numbers, int count) {
  char *command = sqlite3_mprintf("'%s' '%s' '%s' '%s'", b->program, b->extension, b->folder, part);
  FILE *output = command ? popen(command, "r") : NULL;
  if (!output) give_up(part, "cannot be started");
  for (int i = 0; i < count; i++)
    if (fscanf(output, "%lf", &numbers[i]) != 1) give_up(part, "printed too few numbers");
  pclose(output);
  sqlite3_free(command);
}

double bench_processes(const Bench *b, const char *part, int runs) {
  double numbers[64];
  for (int i = 0; i < runs; i++) bench_process(b, part, &numbers[i], 1);
  return bench_quantile(numbers, (size_t)runs, 0.5);
}

/* Seconds of all cores: how long they worked, for anyone and for us. */
typedef struct Work {
  double wall, all, own;
} Work;

static Work begun;

static double seconds_of(struct timeval time) { return (double)time.tv_sec + 1e-6 * (double)time.tv_usec; }

static double own_work(int who) {
  struct rusage usage;
  return getrusage(who, &usage) ? 0 : seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static Work work_now(void) {
  double user = 0, nice = 0, system = 0, irq = 0, softirq = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (file && fscanf(file, "cpu %lf %lf %lf %*f %*f %lf %lf", &user, &nice, &system, &irq, &softirq) != 5) user = 0;
  if (file) fclose(file);
  return (Work){bench_now(), (user + nice + system + irq + softirq) / (double)sysconf(_SC_CLK_TCK),
                own_work(RUSAGE_SELF) + own_work(RUSAGE_CHILDREN)};
}

void bench_begin(const char *what) {
  printf("\n%-52s %18s    %s\n", what, "measured", "target");
  begun = work_now();
}

void bench_end(void) {
  Work now = work_now();
  double others = now.all - begun.all - (now.own - begun.own);
  double share = others / ((now.wall - begun.wall) * (double)sysconf(_SC_NPROCESSORS_ONLN));
  if (share > 0.02) printf("  (other programs took %.0f%% of the processor meanwhile)\n", 100 * share);
}

void bench_figure(double figure, const char *unit, const char *target, const char *format, ...) {
  char what[100];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  int decimals = figure < 10 ? 2 : figure < 100 ? 1 : 0;
  printf("  %-50s %10.*f %-10s %s\n", what, decimals, figure, unit, target);
  fflush(stdout);
}
