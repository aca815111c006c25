/* train.c -- how fast a bigru of embedding 128, hidden 64 learns. */
#include "bench.h"

enum { EPOCHS = 5 };

/* The median over the epochs after the first, which also warms up. */
static double rows_a_second(sqlite3 *db, int threads) {
  double speeds[EPOCHS];
  size_t count = 0;
  char *sql = sqlite3_mprintf(
      "SELECT rows_per_second FROM classify_train('SELECT text, label FROM texts', 'speed', "
      "'{\"encoder\":\"bigru\",\"embedding\":128,\"hidden\":64,\"epochs\":%d,\"patience\":%d,"
      "\"validation\":0,\"threads\":%d}')", EPOCHS, EPOCHS, threads);
  sqlite3_stmt *epochs = bench_prepare(db, sql);
  bench_step(epochs);
  while (bench_step(epochs)) speeds[count++] = sqlite3_column_double(epochs, 0);
  sqlite3_finalize(epochs);
  sqlite3_free(sql);
  return bench_quantile(speeds, count, 0.5);
}

static void measure(sqlite3 *db, size_t rows, size_t words) {
  size_t total = bench_texts(db, "texts", rows, words * 3 / 4, words * 5 / 4);
  double tokens = (double)total / (double)rows;
  double one = rows_a_second(db, 1) * tokens, two = rows_a_second(db, 2) * tokens;
  bench_figure(one, "tokens/s", ">= 120000", "%zu rows of about %zu words, one thread", rows, words);
  bench_figure(two, "tokens/s", "", "%zu rows of about %zu words, two threads", rows, words);
  bench_figure(two / one, "times", ">= 1.7", "  two threads against one");
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  bench_remove(&b, "train.db");
  sqlite3 *db = bench_open(&b, "train.db");
  bench_begin("Training (bigru, embedding 128, hidden 64)");
  measure(db, 8000, 20);
  measure(db, 8000, 40);
  measure(db, 4000, 200);
  sqlite3_close(db);
  bench_remove(&b, "train.db");
  bench_end();
  return 0;
}
