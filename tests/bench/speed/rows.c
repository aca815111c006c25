/* rows.c -- how fast classify_rows() labels, and in how much memory.
**
** Parts, each in a process of its own, which prints the most memory that it had,
** in MB:
**   few      reads the labels of FEW rows
**   many     reads the labels of MANY rows
**   update   writes the labels of MANY rows beside their texts
*/
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"

enum { ROWS = 40000, RUNS = 3, FEW = 10000, MANY = 1000000 };

static const char DATABASE[] = "rows.db";

static void part_memory(const Bench *b) {
  struct rusage usage;
  sqlite3 *db = bench_open(b, DATABASE);
  if (strcmp(b->part, "update") == 0)
    bench_run(db, "UPDATE texts SET label = c.label FROM classify_rows('SELECT id, text FROM texts', 'bench') "
              "AS c WHERE c.id = texts.id");
  else
    bench_number(db, "SELECT count(label) FROM classify_rows('SELECT id, text FROM texts LIMIT %d', 'bench')",
                 strcmp(b->part, "few") == 0 ? FEW : MANY);
  getrusage(RUSAGE_SELF, &usage);
  printf("%.2f\n", (double)usage.ru_maxrss / 1024.0);
  sqlite3_close(db);
}

static double rows_a_second(sqlite3 *db, int threads) {
  double speeds[RUNS];
  for (int i = 0; i < RUNS; i++) {
    double begun = bench_now();
    double rows = bench_number(db, "SELECT count(label) FROM classify_rows('SELECT id, text FROM texts', "
                               "'bench', '{\"threads\":%d}')", threads);
    speeds[i] = rows / (bench_now() - begun);
  }
  return bench_quantile(speeds, RUNS, 0.5);
}

static void measure_memory(const Bench *b, const char *part, int rows, const char *target, const char *what) {
  double begun = bench_now();
  double megabytes = bench_processes(b, part, 1);
  bench_figure(megabytes, "MB", target, "%s: memory at most", what);
  bench_figure(rows / (bench_now() - begun), "rows/s", "", "  with the model read first");
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  if (b.part) {
    part_memory(&b);
    return 0;
  }
  bench_remove(&b, DATABASE);
  sqlite3 *db = bench_open(&b, DATABASE);
  bench_begin("Labelling many rows (classify_rows)");
  bench_model(db);
  bench_texts(db, "texts", ROWS, 40, 40);
  double one = rows_a_second(db, 1), two = rows_a_second(db, 2);
  bench_figure(one, "rows/s", "", "%d rows of 40 words, one thread", ROWS);
  bench_figure(two, "rows/s", ">= 15000", "%d rows of 40 words, two threads", ROWS);
  bench_figure(two / one, "times", "", "  two threads against one");
  bench_texts(db, "texts", MANY, 10, 40);
  sqlite3_close(db);
  measure_memory(&b, "few", FEW, "", "10,000 rows of 10 to 40 words");
  measure_memory(&b, "many", MANY, "<= 200", "1,000,000 of these");
  measure_memory(&b, "update", MANY, "<= 200", "1,000,000 of these, by UPDATE FROM");
  bench_remove(&b, DATABASE);
  bench_end();
  return 0;
}
