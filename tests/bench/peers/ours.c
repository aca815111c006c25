/* ours.c -- what the peers stand beside: the extension on the rows of rows.db.
**
**   ours EXTENSION FOLDER train MODEL OPTIONS   learns the table train
**   ours EXTENSION FOLDER label MODEL           labels the table test
**
** Each is a process of its own, and prints lines `measure<TAB>value`.
*/
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "../speed/bench.h"

enum { RUNS = 3, CALLS = 1000, WARM_UP = 50, MAX_EPOCHS = 100 };

static const char DATABASE[] = "rows.db";

static void say(const char *measure, double value) { printf("%s\t%.9g\n", measure, value); }

static void say_memory(const char *measure) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  say(measure, (double)usage.ru_maxrss / 1024.0);
}

/* The rate is that of the fastest epoch after the first, as it is of the peers. */
static void train(const Bench *b, const char *model, const char *options) {
  double speeds[MAX_EPOCHS], begun = bench_now();
  size_t count = 0;
  sqlite3 *db = bench_open(b, DATABASE);
  sqlite3_stmt *epochs = bench_prepare(db, "SELECT rows_per_second FROM "
                                           "classify_train('SELECT text, label FROM train', ?1, ?2)");
  sqlite3_bind_text(epochs, 1, model, -1, SQLITE_STATIC);
  sqlite3_bind_text(epochs, 2, options, -1, SQLITE_STATIC);
  bench_step(epochs);
  while (bench_step(epochs) && count < MAX_EPOCHS) speeds[count++] = sqlite3_column_double(epochs, 0);
  sqlite3_finalize(epochs);
  sqlite3_close(db);
  say("train_s", bench_now() - begun);
  say("train_rows_s", bench_quantile(speeds, count, 1));
  say_memory("train_mb");
}

/* From the file to the first label, the library's loading included. */
static sqlite3 *load(const Bench *b, const char *model) {
  double begun = bench_now();
  sqlite3 *db = bench_open(b, DATABASE);
  bench_number(db, "SELECT classify(text, %Q) FROM test", model);
  say("load_ms", 1e3 * (bench_now() - begun));
  return db;
}

/* The rows eight times over: some tenths of a second, as the peers take. */
static void label_rows(sqlite3 *db, const char *model) {
  double best = 0;
  for (int i = 0; i < RUNS; i++) {
    double begun = bench_now();
    double rows = bench_number(db, "SELECT count(label) FROM classify_rows('SELECT test.rowid, text FROM "
                                   "(VALUES (1), (2), "
                               "(3), (4), (5), (6), (7), (8)) CROSS JOIN test', %Q, '{\"threads\":2}')", model);
    double speed = rows / (bench_now() - begun);
    if (speed > best) best = speed;
  }
  say("label_rows_s", best);
}

static void label_one(sqlite3 *db, const char *model) {
  double took[CALLS];
  size_t count = 0;
  sqlite3_stmt *texts = bench_prepare(db, "SELECT text FROM test");
  sqlite3_stmt *classify = bench_prepare(db, "SELECT classify(?1, ?2)");
  sqlite3_bind_text(classify, 2, model, -1, SQLITE_STATIC);
  for (int i = -WARM_UP; count < CALLS && bench_step(texts); i++) {
    const char *text = (const char *)sqlite3_column_text(texts, 0);
    double begun = bench_now();
    sqlite3_bind_text(classify, 1, text, -1, SQLITE_STATIC);
    bench_step(classify);
    sqlite3_reset(classify);
    if (i >= 0) took[count++] = 1e6 * (bench_now() - begun);
  }
  sqlite3_finalize(classify);
  sqlite3_finalize(texts);
  say("p50_us", bench_quantile(took, count, 0.5));
  say("p99_us", bench_quantile(took, count, 0.99));
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  if (argc == 6 && strcmp(b.part, "train") == 0) {
    train(&b, argv[4], argv[5]);
  } else if (argc == 5 && strcmp(b.part, "label") == 0) {
    sqlite3 *db = load(&b, argv[4]);
    label_rows(db, argv[4]);
    label_one(db, argv[4]);
    sqlite3_close(db);
    say_memory("label_mb");
  } else {
    fprintf(stderr, "%s: see the head of ours.c\n", argv[0]);
    return 1;
  }
  return 0;
}
