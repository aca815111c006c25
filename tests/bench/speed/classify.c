/* classify.c -- how long one text takes, the first one, and loading.
**
** Parts, each in a process of its own:
**   load    milliseconds of sqlite3_load_extension()
**   first   milliseconds of the first classify(), which reads the model
*/
#include <stdio.h>
#include <string.h>

#include "bench.h"

enum { TEXTS = 10000, CALLS = 20000, WARM_UP = 200 };

static const char DATABASE[] = "classify.db";

static double milliseconds_since(double begun) { return 1e3 * (bench_now() - begun); }

static void part_load(const Bench *b) {
  sqlite3 *db = bench_open_bare(b, DATABASE);
  double begun = bench_now();
  bench_load(b, db);
  printf("%.4f\n", milliseconds_since(begun));
  sqlite3_close(db);
}

static void part_first(const Bench *b) {
  sqlite3 *db = bench_open(b, DATABASE);
  double begun = bench_now();
  bench_number(db, "SELECT classify('baba cede fifi', 'default')");
  printf("%.4f\n", milliseconds_since(begun));
  sqlite3_close(db);
}

/* Steps through the texts, and again from the first. */
static const char *next_text(sqlite3_stmt *texts) {
  if (!bench_step(texts)) {
    sqlite3_reset(texts);
    bench_step(texts);
  }
  return (const char *)sqlite3_column_text(texts, 0);
}

/* A statement a text, prepared once. */
static void measure_statements(sqlite3 *db, const char *model) {
  static double took[CALLS];
  sqlite3_stmt *texts = bench_prepare(db, "SELECT text FROM texts");
  sqlite3_stmt *classify = bench_prepare(db, "SELECT classify(?1, ?2)");
  sqlite3_bind_text(classify, 2, model, -1, SQLITE_STATIC);
  for (int i = -WARM_UP; i < CALLS; i++) {
    const char *text = next_text(texts);
    double begun = bench_now();
    sqlite3_bind_text(classify, 1, text, -1, SQLITE_STATIC);
    bench_step(classify);
    sqlite3_reset(classify);
    if (i >= 0) took[i] = 1e6 * (bench_now() - begun);
  }
  sqlite3_finalize(classify);
  sqlite3_finalize(texts);
  bench_figure(bench_quantile(took, CALLS, 0.5), "us", "<= 40", "%s: a statement a text, p50", model);
  bench_figure(bench_quantile(took, CALLS, 0.99), "us", "<= 80", "%s: a statement a text, p99", model);
}

/* A row a text. */
static void measure_rows(sqlite3 *db, const char *model) {
  static double took[TEXTS];
  size_t count = 0;
  sqlite3_stmt *classify = bench_prepare(db, "SELECT classify(text, ?1) FROM texts");
  sqlite3_bind_text(classify, 1, model, -1, SQLITE_STATIC);
  for (double begun = bench_now(); bench_step(classify); begun = bench_now())
    took[count++] = 1e6 * (bench_now() - begun);
  sqlite3_finalize(classify);
  bench_figure(bench_quantile(took, count, 0.5), "us", "<= 40", "%s: a row a text, p50", model);
  bench_figure(bench_quantile(took, count, 0.99), "us", "<= 80", "%s: a row a text, p99", model);
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  if (b.part) {
    if (strcmp(b.part, "load") == 0) part_load(&b);
    if (strcmp(b.part, "first") == 0) part_first(&b);
    return 0;
  }
  bench_remove(&b, DATABASE);
  sqlite3 *db = bench_open(&b, DATABASE);
  bench_begin("Labelling one text (40 words, model cached)");
  bench_models(db);
  bench_texts(db, "texts", TEXTS, 40, 40);
  for (int m = 0; m < BENCH_MODELS; m++) {
    measure_statements(db, BENCH_MODEL[m]);
    measure_rows(db, BENCH_MODEL[m]);
  }
  double megabytes = bench_number(db, "SELECT length(weights) / 1e6 FROM classify_models WHERE name = 'default'");
  sqlite3_close(db);
  double first = bench_processes(&b, "first", 20);
  bench_figure(first, "ms", "", "first call in a process, model of %.1f MB", megabytes);
  bench_figure(10 * first / megabytes, "ms", "<= 10", "  for 10 MB");
  bench_figure(bench_processes(&b, "load", 20), "ms", "<= 5", ".load");
  bench_remove(&b, DATABASE);
  bench_end();
  return 0;
}
