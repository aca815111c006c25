/* classify_train.c -- how fast networks of embedding 128, hidden 64 learn. */
#include <stdbool.h>

#include "bench.h"

enum { EPOCHS = 5 };

/* The median over the epochs after the first, which also warms up. */
static double rows_a_second(sqlite3 *db, const char *options, int threads) {
  double speeds[EPOCHS];
  size_t count = 0;
  char *sql = sqlite3_mprintf("SELECT rows_per_second FROM classify_train('SELECT text, label FROM texts', 'speed', "
                              "'{%s\"epochs\":%d,\"validation\":0,\"threads\":%d}')", options, EPOCHS, threads);
  sqlite3_stmt *epochs = bench_prepare(db, sql);
  bench_step(epochs);
  while (bench_step(epochs)) speeds[count++] = sqlite3_column_double(epochs, 0);
  sqlite3_finalize(epochs);
  sqlite3_free(sql);
  return bench_quantile(speeds, count, 0.5);
}

static void measure(sqlite3 *db, const char *options, bool plain, size_t rows, size_t words) {
  size_t total = bench_texts(db, "texts", rows, words * 3 / 4, words * 5 / 4);
  double tokens = (double)total / (double)rows;
  double one = rows_a_second(db, options, 1) * tokens, two = rows_a_second(db, options, 2) * tokens;
  bench_figure(one, "tokens/s", plain ? ">= 200000" : "", "%zu rows of about %zu words, one thread", rows, words);
  bench_figure(two, "tokens/s", "", "%zu rows of about %zu words, two threads", rows, words);
  bench_figure(two / one, "times", plain ? ">= 1.8" : "", "  two threads against one");
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  bench_remove(&b, "train.db");
  sqlite3 *db = bench_open(&b, "train.db");
  for (int plain = 1; plain >= 0; plain--) {
    const char *options = plain ? BENCH_PLAIN : "\"linear\":false,";
    bench_begin(plain ? "Training the plain network" : "Training the default network, without linear branch");
    measure(db, options, plain, 8000, 20);
    measure(db, options, plain, 8000, 40);
    measure(db, options, plain, 4000, 200);
    bench_end();
  }
  sqlite3_close(db);
  bench_remove(&b, "train.db");
  return 0;
}
