/* classify_rows.c -- how fast classify_rows() labels, and in how much memory.
**
** Parts, each in a process of its own, which prints the most memory that it had, in
** MB, and rows a second, with the model read first:
**   a number   reads the labels of so many rows
**   update     writes the labels of the table beside its texts
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"

enum { ROWS = 40000, WORDS = 40, RUNS = 3, TABLE = 1000000, LARGEST = 10 * TABLE };

static const char DATABASE[] = "rows.db";

/* The table is read again and again, where more rows are asked for than it has. */
static int label_rows(sqlite3 *db, int rows) {
  bench_number(db, "SELECT count(label) FROM classify_rows('WITH RECURSIVE times(n) AS (SELECT 1 UNION ALL "
               "SELECT n + 1 FROM times WHERE n < %d) SELECT id, text FROM times CROSS JOIN texts LIMIT %d', "
               "'default')",
               (rows + TABLE - 1) / TABLE, rows);
  return rows;
}

static int update_rows(sqlite3 *db) {
  bench_run(db, "UPDATE texts SET label = c.label FROM classify_rows('SELECT id, text FROM texts', 'default') AS c "
            "WHERE c.id = texts.id");
  return TABLE;
}

static void part_rows(const Bench *b) {
  struct rusage usage;
  sqlite3 *db = bench_open(b, DATABASE);
  double begun = bench_now();
  int rows = strcmp(b->part, "update") == 0 ? update_rows(db) : label_rows(db, atoi(b->part));
  double seconds = bench_now() - begun;
  getrusage(RUSAGE_SELF, &usage);
  printf("%.2f %.1f\n", (double)usage.ru_maxrss / 1024.0, rows / seconds);
  sqlite3_close(db);
}

static double tokens_a_second(sqlite3 *db, const char *model, int threads) {
  double speeds[RUNS];
  for (int i = 0; i < RUNS; i++) {
    double begun = bench_now();
    double rows = bench_number(db, "SELECT count(label) FROM classify_rows('SELECT id, text FROM texts', %Q, "
                               "'{\"threads\":%d}')", model, threads);
    speeds[i] = rows * WORDS / (bench_now() - begun);
  }
  return bench_quantile(speeds, RUNS, 0.5);
}

static void measure(sqlite3 *db, const char *model, const char *target) {
  double one = tokens_a_second(db, model, 1), two = tokens_a_second(db, model, 2);
  bench_figure(one, "tokens/s", target, "%s, one thread", model);
  bench_figure(two, "tokens/s", "", "%s, two threads", model);
  bench_figure(two / WORDS, "rows/s", "", "  of %d words", WORDS);
  bench_figure(two / one, "times", "", "  two threads against one");
}

static void measure_part(const Bench *b, const char *part, const char *what) {
  double numbers[2];
  bench_process(b, part, numbers, 2);
  bench_figure(numbers[1], "rows/s", "", "%s", what);
  bench_figure(numbers[0], "MB", "<= 200", "  memory at most");
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  if (b.part) {
    part_rows(&b);
    return 0;
  }
  bench_remove(&b, DATABASE);
  sqlite3 *db = bench_open(&b, DATABASE);
  bench_begin("Labelling many rows (classify_rows)");
  bench_models(db);
  bench_texts(db, "texts", ROWS, WORDS, WORDS);
  for (int m = 0; m < BENCH_MODELS; m++) measure(db, BENCH_MODEL[m], m == 0 ? ">= 1500000" : "");
  bench_texts(db, "texts", TABLE, 10, 40);
  sqlite3_close(db);
  for (int rows = 10000; rows <= LARGEST; rows *= 10) {
    char part[16], what[64];
    snprintf(part, sizeof part, "%d", rows);
    snprintf(what, sizeof what, "%d rows of 10 to 40 words", rows);
    measure_part(&b, part, what);
  }
  measure_part(&b, "update", "1000000 of these, by UPDATE FROM");
  bench_remove(&b, DATABASE);
  bench_end();
  return 0;
}
