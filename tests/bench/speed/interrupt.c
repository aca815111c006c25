/* interrupt.c -- how soon long statements end when they are stopped: by sqlite3_interrupt() from
** another thread, and by a progress handler. Each work is stopped at moments drawn at random from
** the time that it takes (at most MOST_SECONDS of it). The environment's MOMENTS says how many (20),
** and WORKS chooses the works whose names have this text.
**
** A progress handler is not called at a moment, but by what the statement runs: it counts from the
** moment after which it would have said stop.
*/
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

enum { MOST_MOMENTS = 1000, PERIOD = 1000 };
static const double MOST_SECONDS = 2;
static const char DATABASE[] = "interrupt.db";

#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
#define ONCE "{\"epochs\":1,\"embedding\":4,\"hidden\":4,\"validation\":0"
#define LINEAR "{\"epochs\":1,\"encoder\":\"none\",\"embedding\":1,\"validation\":0"

/* One at a time, by each of its kinds of work. */
static const struct Work {
  const char *name, *sql;
} WORKS[] = {
    {"14 MB: classify", "SELECT classify(body, 'default') FROM huge"},
    {"14 MB: classify, spaces", "SELECT classify(body, 'default') FROM blank"},
    {"14 MB: classify, one word", "SELECT classify(body, 'default') FROM glued"},
    {"14 MB: classify, one foreign word", "SELECT classify(body, 'default') FROM marks"},
    {"14 MB: classify, Chinese", "SELECT classify(body, 'default') FROM foreign_text"},
    {"14 MB: classify, HTML", "SELECT classify(body, 'html') FROM markup"},
    {"14 MB: classify, references", "SELECT classify(body, 'html') FROM refs"},
    {"14 MB: classify, all tokens", "SELECT classify(body, 'all') FROM huge"},
    {"14 MB: classify, tokenizer of words", "SELECT classify(body, 'whitespace') FROM huge"},
    {"14 MB: classify, tokenizer of FTS5", "SELECT classify(body, 'porter') FROM huge"},
    {"14 MB: classify, no network", "SELECT classify(body, 'none') FROM huge"},
    {"14 MB: classify_highlight", "SELECT length(classify_highlight(body, 'default')) FROM huge"},
    {"14 MB: classify_highlight, HTML", "SELECT length(classify_highlight(body, 'html', 'html')) FROM markup"},
    {"14 MB: classify_highlight, all", "SELECT length(classify_highlight(body, 'all')) FROM huge"},
    {"14 MB: classify_attention", "SELECT count(weight) FROM huge, classify_attention(body, 'default')"},
    {"14 MB: classify_attention, all", "SELECT count(weight) FROM huge, classify_attention(body, 'all')"},
    {"14 MB: leave_one_out", "SELECT sum(leave_one_out) FROM huge, classify_attention(body, 'default')"},
    {"14 MB: classify_rows", "SELECT * FROM classify_rows('SELECT 1, body FROM huge', 'default')"},
    {"14 MB: classify_rows, all tokens", "SELECT * FROM classify_rows('SELECT 1, body FROM huge', 'all')"},
    {"14 MB: classify_rows, one thread",
     "SELECT * FROM classify_rows('SELECT 1, body FROM huge', 'default', '{\"threads\":1}')"},
    {"14 MB: classify_rows, FTS5", "SELECT * FROM classify_rows('SELECT 1, body FROM huge', 'porter')"},
    {"14 MB: classify_evaluate", "SELECT * FROM classify_evaluate('SELECT body, ''label 1'' FROM huge', 'default')"},
    {"14 MB: classify_doubts",
     "SELECT * FROM classify_doubts('SELECT 1, body, ''label 1'' FROM huge UNION ALL "
     "SELECT id, text, label FROM texts WHERE id < 500', 'default')"},
    {"14 MB: classify_card", "SELECT length(classify_card('huge'))"},
    {"14 MB: training on it",
     "SELECT classify_train(text, label, 'm', '" ONCE "}') FROM (SELECT text, label FROM texts WHERE id < 500 "
     "UNION ALL SELECT body, 'label 1' FROM huge)"},
    {"14 MB: training, all tokens",
     "SELECT classify_train(text, label, 'm', '" ONCE ",\"max_tokens\":100000}') FROM (SELECT text, label FROM "
     "texts WHERE id < 500 UNION ALL SELECT body, 'label 1' FROM huge)"},
    {"14 MB: training, HTML",
     "SELECT classify_train(text, label, 'm', '" ONCE ",\"markup\":\"html\"}') FROM (SELECT text, label FROM "
     "texts WHERE id < 500 UNION ALL SELECT body, 'label 1' FROM markup)"},
    {"14 MB: guessing",
     "SELECT classify_train(text, label, 'm', '" LINEAR ",\"unlabelled\":\"SELECT body FROM huge\"}') FROM texts "
     "WHERE id < 500"},
    {"14 MB: a teacher",
     "SELECT classify_train(text, label, 'm', '" LINEAR ",\"teacher\":\"bert\"}') FROM (SELECT text, label FROM "
     "texts WHERE id < 500 UNION ALL SELECT body, NULL FROM huge)"},
    {"14 MB: classify_embedding, BERT", "SELECT length(classify_embedding(body, 'bert')) FROM huge"},
    {"14 MB: classify_embedding, RoBERTa", "SELECT length(classify_embedding(body, 'roberta')) FROM huge"},
    {"14 MB: classify_embedding, static", "SELECT length(classify_embedding(body, 'static')) FROM huge"},
    {"14 MB: classify_embedding, spaces", "SELECT length(classify_embedding(body, 'static')) FROM blank"},
    {"14 MB: classify_embedding, one word", "SELECT length(classify_embedding(body, 'static')) FROM glued"},
    {"14 MB: BERT, one word", "SELECT length(classify_embedding(body, 'bert')) FROM glued"},
    {"14 MB: RoBERTa, one word", "SELECT length(classify_embedding(body, 'roberta')) FROM glued"},
    {"14 MB: BERT, Chinese", "SELECT length(classify_embedding(body, 'bert')) FROM foreign_text"},
    {"14 MB: classify_embeddings", "SELECT * FROM classify_embeddings('SELECT 1, body FROM huge', 'bert')"},
    {"hidden 512, short texts",
     "SELECT classify_train(text, label, 'm', '{\"hidden\":512,\"epochs\":100}') FROM texts"},
    {"hidden 512, 10,000 tokens",
     "SELECT classify_train(body, label, 'm', '{\"hidden\":512,\"max_tokens\":10000,\"epochs\":100}') FROM book, texts "
     "WHERE id <= 64"},
    {"hidden 512, 10,000 tokens, one thread",
     "SELECT classify_train(body, label, 'm', '{\"hidden\":512,\"max_tokens\":10000,\"epochs\":100,\"threads\":1}') "
     "FROM book, texts WHERE id <= 64"},
    {"hidden 512, evaluate 10,000 tokens",
     "SELECT * FROM classify_evaluate('SELECT body, label FROM book, texts', 'wide')"},
    {"hidden 512, attention", "SELECT count(weight) FROM book, classify_attention(body, 'wide')"},
    {"the linear branch", "SELECT classify_train(text, label, 'm', '" LINEAR "}') FROM crowd"},
    {"two labels", "SELECT classify_train(text, label > 'label 5', 'm', '" LINEAR "}') FROM crowd"},
    {"1,000 labels", "SELECT classify_train(text, id % 1000, 'm', '" LINEAR "}') FROM crowd"},
    {"several labels a row",
     "SELECT classify_train(text, json_array(label, id % 7), 'm', '" LINEAR ",\"multilabel\":true}') FROM crowd"},
    {"by default", "SELECT classify_train(text, label, 'm') FROM crowd"},
    {"guessing",
     "SELECT classify_train(text, label, 'm', '" LINEAR ",\"unlabelled\":\"SELECT text FROM crowd\"}') FROM texts "
     "WHERE id < 200"},
    {"a teacher", "SELECT classify_train(text, iif(id % 100, NULL, label), 'm', '" LINEAR ",\"teacher\":\"bert\"}') "
     "FROM crowd"},
    {"a teacher, two threads",
     "SELECT classify_train(text, NULL, 'm', '" LINEAR ",\"teacher\":\"static\",\"labels\":[\"a\",\"b\"]}') "
     "FROM crowd"},
    {"doubts", "SELECT * FROM classify_doubts('SELECT id, text, label FROM crowd', 'default')"},
    {"doubts, two labels",
     "SELECT * FROM classify_doubts('SELECT id, text, label > ''label 5'' FROM crowd', 'default')"},
    {"going on", "SELECT classify_train(text, label, 'm', '" ONCE ",\"from\":\"default\"}') FROM crowd"},
    {"compressed", "SELECT classify_train(text, label, 'm', '" ONCE ",\"max_size\":1000000}') FROM crowd"},
    {"a large model, saved",
     "SELECT classify_train(text, label, 'm', '{\"epochs\":1,\"embedding\":1024,\"validation\":0,\"linear\":false}') "
     "FROM crowd"},
    {"classify_words", "SELECT count(*) FROM classify_words('default')"},
    {"classify_rows", "SELECT * FROM classify_rows('" NUMBERS "SELECT i, text FROM n, crowd', 'default')"},
    {"classify_report", "SELECT * FROM classify_report('" NUMBERS "SELECT text, label FROM n, crowd', 'default')"},
};
enum { WORK_COUNT = sizeof WORKS / sizeof *WORKS };

/* ---- what is worked on -------------------------------------------------------------------- */

enum { HUGE_BYTES = 14000000 };

static void fill(sqlite3 *db, const char *table, const char *pattern) {
  bench_run(db, "CREATE TABLE %s AS SELECT replace(hex(zeroblob(%d)), '00', %Q) AS body", table,
            HUGE_BYTES / (int)strlen(pattern), pattern);
}

static void make_texts(sqlite3 *db) {
  bench_texts(db, "texts", 2000, 20, 60);
  bench_texts(db, "crowd", 20000, 20, 60);
  bench_run(db, "CREATE TABLE huge AS SELECT substr(group_concat(text, ' '), 1, %d) AS body FROM "
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 8) SELECT text FROM n, crowd)",
            HUGE_BYTES);
  bench_run(db, "CREATE TABLE book AS SELECT substr(body, 1, 60000) AS body FROM huge");
  fill(db, "blank", "  ");
  fill(db, "glued", "xy");
  fill(db, "marks", "\xC3\xA9\xC3\xA8");
  fill(db, "foreign_text", "\xE4\xB8\xAD\xE6\x96\x87");
  fill(db, "markup", "<p>baba <b class=x>cede</b> caf&eacute;s fifi</p>");
  fill(db, "refs", "&amp;&eacute;");
}

static void bind_file(sqlite3_stmt *insert, int parameter, const char *encoder, const char *name) {
  static char bytes[1 << 16];
  char path[200];
  snprintf(path, sizeof path, "tests/reference/encoders/%s/%s", encoder, name);
  FILE *file = fopen(path, "rb");
  size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;
  if (file) fclose(file);
  sqlite3_bind_blob(insert, parameter, bytes, (int)length, SQLITE_TRANSIENT);
}

static void make_encoders(sqlite3 *db) {
  static const char *const names[] = {"bert", "roberta", "static"};
  bench_run(db, "CREATE TABLE classify_encoders(name, config, tokenizer, weights)");
  sqlite3_stmt *insert = bench_prepare(db, "INSERT INTO classify_encoders VALUES (?1, ?2, ?3, ?4)");
  for (int i = 0; i < 3; i++) {
    sqlite3_bind_text(insert, 1, names[i], -1, SQLITE_STATIC);
    bind_file(insert, 2, names[i], "config.json");
    bind_file(insert, 3, names[i], "tokenizer.json");
    bind_file(insert, 4, names[i], "model.safetensors");
    bench_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
}

static void make_models(sqlite3 *db) {
  static const char *const models[][2] = {
      {"default", "'$.seed', 1"},
      {"html", "'$.markup', 'html'"},
      {"all", "'$.max_tokens', 100000"},
      {"whitespace", "'$.tokenize', 'whitespace lower unicode remove punctuation'"},
      {"porter", "'$.tokenize', 'porter unicode61'"},
      {"none", "'$.encoder', 'none'"},
      {"wide", "'$.hidden', 512, '$.max_tokens', 10000, '$.max_seconds', 5"},
  };
  for (size_t i = 0; i < sizeof models / sizeof *models; i++)
    bench_number(db, "SELECT classify_train(text, label, %Q, json_set('{\"epochs\":1,\"validation\":0}', %s)) "
                     "FROM texts WHERE id <= 300", models[i][0], models[i][1]);
  bench_number(db, "SELECT classify_train(text, label, 'huge', '{\"epochs\":1}') FROM "
                   "(SELECT text, label FROM texts WHERE id <= 300 UNION ALL SELECT body, 'label 1' FROM huge)");
}

/* ---- stopping ------------------------------------------------------------------------------- */

typedef struct Stop {
  sqlite3 *db;
  double at; /* when it is to stop, in seconds of bench_now() */
} Stop;

static int stop_by_handler(void *context) { return bench_now() >= ((const Stop *)context)->at; }

static void *stop_by_thread(void *context) {
  Stop *stop = context;
  double left = stop->at - bench_now();
  struct timespec wait = {(time_t)left, (long)(1e9 * (left - (double)(time_t)left))};
  if (left > 0) nanosleep(&wait, NULL);
  stop->at = bench_now();
  sqlite3_interrupt(stop->db);
  return NULL;
}

/* Returns the seconds that the statement took, or less if it was stopped. */
static double run(sqlite3 *db, const char *sql, int *rc) {
  double begun = bench_now();
  sqlite3_stmt *stmt = bench_prepare(db, sql);
  do *rc = sqlite3_step(stmt);
  while (*rc == SQLITE_ROW);
  sqlite3_finalize(stmt);
  return bench_now() - begun;
}

/* Returns how many seconds after the moment the statement ended; below 0 if it was over before. */
static double latency(sqlite3 *db, const char *sql, double moment, int by_thread) {
  Stop stop = {db, bench_now() + moment};
  pthread_t thread;
  int rc;
  if (by_thread && pthread_create(&thread, NULL, stop_by_thread, &stop)) exit(1);
  if (!by_thread) sqlite3_progress_handler(db, PERIOD, stop_by_handler, &stop);
  run(db, sql, &rc);
  double ended = bench_now();
  if (by_thread) pthread_join(thread, NULL);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  bench_run(db, "DELETE FROM classify_models WHERE name = 'm'");
  if (rc != SQLITE_INTERRUPT && rc != SQLITE_DONE) fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
  return ended - stop.at;
}

/* How long the statement takes, up to MOST_SECONDS. */
static double whole_time(sqlite3 *db, const char *sql) {
  Stop stop = {db, bench_now() + MOST_SECONDS};
  int rc;
  sqlite3_progress_handler(db, PERIOD, stop_by_handler, &stop);
  double took = run(db, sql, &rc);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  bench_run(db, "DELETE FROM classify_models WHERE name = 'm'");
  return took < MOST_SECONDS ? took : MOST_SECONDS;
}

static void measure(sqlite3 *db, const struct Work *work, int moments) {
  double took = whole_time(db, work->sql), worst[2], median[2];
  for (int by_thread = 0; by_thread < 2; by_thread++) {
    static double late[MOST_MOMENTS];
    size_t count = 0;
    for (int i = 0; i < moments; i++) {
      double after = latency(db, work->sql, took * rand() / RAND_MAX, by_thread);
      if (after >= 0) late[count++] = 1e3 * after;
    }
    median[by_thread] = count ? bench_quantile(late, count, 0.5) : 0;
    worst[by_thread] = count ? bench_quantile(late, count, 1) : 0;
  }
  printf("  %-44s %6.2f %8.0f %8.0f %8.0f %8.0f\n", work->name, took, median[0], worst[0], median[1], worst[1]);
  fflush(stdout);
}

int main(int argc, char **argv) {
  Bench b = bench_arguments(argc, argv);
  const char *moments = getenv("MOMENTS"), *works = getenv("WORKS");
  int count = moments ? atoi(moments) : 20;
  bench_remove(&b, DATABASE);
  sqlite3 *db = bench_open(&b, DATABASE);
  make_texts(db);
  make_encoders(db);
  make_models(db);
  bench_begin("Milliseconds from a stop to the statement's end");
  printf("  %-44s %6s %17s %17s\n", "", "whole,", "progress handler", "interrupt");
  printf("  %-44s %6s %8s %8s %8s %8s\n", "", "s", "median", "worst", "median", "worst");
  for (size_t i = 0; i < WORK_COUNT; i++)
    if (!works || strstr(WORKS[i].name, works)) measure(db, &WORKS[i], count < MOST_MOMENTS ? count : MOST_MOMENTS);
  sqlite3_close(db);
  bench_remove(&b, DATABASE);
  bench_end();
  return 0;
}
