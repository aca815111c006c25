/* soak.c -- whether one process that labels and trains for long stays as it began.
**
** ROUNDS times it labels rows by classify_rows(), trains some models of one name of which three are
** kept, and prints a line. What grows from line to line leaks. The environment's ROWS and TRAININGS
** say how many there are in all; the first round is longer than the others, since it fills caches.
*/
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

enum { ROUNDS = 20, ROWS = 10000000, TRAININGS = 200, TABLE = 100000, TEXTS = 2000 };

static const char DATABASE[] = "soak.db";

static const char LABEL[] =
    "SELECT count(label) FROM classify_rows('WITH RECURSIVE times(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times "
    "WHERE n < %d) SELECT id, text FROM times CROSS JOIN texts LIMIT %d', 'soak')";

static const char TRAIN[] =
    "SELECT classify_train(text, label, 'soak', '{\"epochs\":2,\"keep\":3}') FROM training";

static int number_of(const char *variable, int otherwise) {
  const char *given = getenv(variable);
  int number = given ? atoi(given) : otherwise;
  return number > ROUNDS ? number : ROUNDS;
}

/* What malloc() has given out and has not got back, in MB. */
static double heap(void) {
#ifdef __GLIBC__
  struct mallinfo2 info = mallinfo2();
  return (double)(info.uordblks + info.hblkhd) / 1048576.0;
#else
  return 0;
#endif
}

static double resident(void) { /* MB */
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file && fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  if (file) fclose(file);
  return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

static int handles(void) {
  int count = -3; /* ".", "..", and the folder itself */
  DIR *entries = opendir("/proc/self/fd");
  while (entries && readdir(entries)) count++;
  if (entries) closedir(entries);
  return count;
}

static double seconds_to_label(sqlite3 *db, int rows) {
  double begun = bench_now();
  bench_number(db, LABEL, (rows + TABLE - 1) / TABLE, rows);
  return bench_now() - begun;
}

static double seconds_to_train(sqlite3 *db, int trainings) {
  double begun = bench_now();
  for (int i = 0; i < trainings; i++) bench_number(db, TRAIN);
  return bench_now() - begun;
}

static void print_line(sqlite3 *db, int rows, double label, int trainings, double train) {
  double file = bench_number(db, "SELECT page_count * page_size / 1048576.0 FROM pragma_page_count, pragma_page_size");
  printf("  %10d %12.2f %10d %11.2f %9.1f %9.1f %8d %8.1f\n", rows, label, trainings, train, heap(), resident(),
         handles(), file);
  fflush(stdout);
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  int rows = number_of("ROWS", ROWS) / ROUNDS, trainings = number_of("TRAININGS", TRAININGS) / ROUNDS;
  bench_remove(&b, DATABASE);
  sqlite3 *db = bench_open(&b, DATABASE);
  bench_texts(db, "texts", TABLE, 10, 40);
  bench_texts(db, "training", TEXTS, 10, 40);
  bench_number(db, TRAIN);
  printf("\n%12s %12s %10s %11s %9s %9s %8s %8s\n", "rows", "s a 100,000", "trainings", "s a training", "heap MB",
         "RSS MB", "handles", "file MB");
  for (int i = 1; i <= ROUNDS; i++) {
    double label = seconds_to_label(db, rows) * 100000 / rows, train = seconds_to_train(db, trainings) / trainings;
    print_line(db, i * rows, label, i * trainings, train);
  }
  sqlite3_close(db);
  printf("  closed: %.1f MB of heap, %.1f MB resident, %d handles\n", heap(), resident(), handles());
  bench_remove(&b, DATABASE);
  return 0;
}
