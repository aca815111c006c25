/* Ending long work: sqlite3_interrupt() from another thread, and a progress handler. The
** statement ends with SQLITE_INTERRUPT, nothing is saved, and the connection works on.
**
** When is counted in calls of a progress handler, so that the work has come as far on
** any machine. How long it took to end is printed, not asserted.
*/
#include "sanitized.h"
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- work that takes minutes ----------------------------------------------------- */

#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "

/* Options for what is done before the first step of the network, which is small. */
#define BEFORE(threads) \
  "{\"epochs\":10000,\"embedding\":1,\"encoder\":\"none\",\"validation\":0,\"threads\":" threads "}"

/* The first works read many rows before. The last ones read one long text, and run no steps of SQLite but those of our
** polls: they are stopped by the first.
*/
enum { LATE = 9, SOON_CALLS = 50, OF_ONE_TEXT = 15 };

static const struct {
  const char *name, *sql;
} WORKS[] = {
    {"the linear branch", "SELECT classify_train(body, label, 'm', '" BEFORE("1") "') FROM crowd"},
    {"the linear branch, two threads", "SELECT classify_train(body, label, 'm', '" BEFORE("2") "') FROM crowd"},
    {"its labels, two of them", "SELECT classify_train(body, label > 'r', 'm', '" BEFORE("2") "') FROM crowd"},
    {"guessing",
     "SELECT classify_train(body, label, 'm', json_set('" BEFORE("1") "', '$.unlabelled', 'SELECT body FROM crowd')) "
     "FROM crowd WHERE id % 100 = 0"},
    {"guessing, two threads",
     "SELECT classify_train(body, label, 'm', json_set('" BEFORE("2") "', '$.unlabelled', 'SELECT body FROM crowd')) "
     "FROM crowd WHERE id % 100 = 0"},
    {"a teacher",
     "SELECT classify_train(body, iif(id % 100, NULL, label), 'm', json_set('" BEFORE("1") "', '$.teacher', 'bert')) "
     "FROM crowd"},
    {"a teacher, by names",
     "SELECT classify_train(body, NULL, 'm', json_set('" BEFORE("2") "', '$.teacher', 'static', '$.labels', "
     "json('[\"a\", \"b\"]'))) FROM crowd"},
    {"doubts, by other rows", "SELECT * FROM classify_doubts('SELECT id, body, label FROM crowd', 'crowd')"},
    {"doubts, of two labels", "SELECT * FROM classify_doubts('SELECT id, body, label > ''r'' FROM crowd', 'crowd')"},
    {"the aggregate, one thread",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.threads', 1)) FROM texts"},
    {"the aggregate, two threads",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.threads', 2)) FROM texts"},
    {"the aggregate, reading", NUMBERS "SELECT classify_train(body, label, 'm') FROM n, texts"},
    {"in FROM", "SELECT * FROM classify_train('SELECT body, label FROM texts', 'm', '" ENDLESS "')"},
    {"in FROM, reading",
     "SELECT * FROM classify_train('" NUMBERS "SELECT body, label FROM n, texts', 'm')"},
    {"long texts",
     "SELECT classify_train(long, label, 'm', json_set('" ENDLESS "', '$.hidden', 64, '$.max_tokens', 1000)) "
     "FROM texts, book"},
    {"a large network",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.hidden', 512)) FROM texts"},
    {"many validation rows",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.validation', '" NUMBERS
     "SELECT body, label FROM n, texts LIMIT 200000')) FROM texts"},
    {"reading what is unlabelled",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.unlabelled', '" NUMBERS
     "SELECT body FROM n, texts')) FROM texts"},
    {"reading what is known",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.from', json_object('model', 'known', 'rows', '"
     NUMBERS "SELECT body, label FROM n, texts'))) FROM texts"},
    {"reading a teacher's vectors",
     "SELECT classify_train(body, iif(id % 2, label, NULL), 'm', json_set('" ENDLESS "', '$.teacher', '" NUMBERS
     "SELECT body, x''0000803f'' FROM n, texts')) FROM texts"},
    {"reading vectors",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.vectors', 'endless')) FROM texts"},
    {"going on",
     "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.from', 'known')) FROM texts"},
    {"classify()", NUMBERS "SELECT sum(classify(body, 'known') = 'x') FROM n, texts"},
    {"classify_rows", "SELECT * FROM classify_rows('" NUMBERS "SELECT i, body FROM n, texts', 'known')"},
    {"classify_rows, long texts",
     "SELECT * FROM classify_rows('" NUMBERS "SELECT i, long FROM n, book', 'large')"},
    {"classify_rows, one thread",
     "SELECT * FROM classify_rows('" NUMBERS "SELECT i, long FROM n, book', 'large', '{\"threads\":1}')"},
    {"classify_rows, a tokenizer", "SELECT * FROM classify_rows('" NUMBERS "SELECT i, body FROM n, texts', 'porter')"},
    {"classify_rows, a tokenizer, long",
     "SELECT * FROM classify_rows('" NUMBERS "SELECT i, long FROM n, book', 'porter', '{\"threads\":1}')"},
    {"classify_rows for a writer",
     "CREATE TABLE copy AS SELECT * FROM classify_rows('" NUMBERS "SELECT i, body FROM n, texts', 'known')"},
    {"classify_evaluate", "SELECT * FROM classify_evaluate('" NUMBERS "SELECT body, label FROM n, texts', 'known')"},
    {"classify_evaluate, long texts",
     "SELECT * FROM classify_evaluate('" NUMBERS "SELECT long, i % 9 FROM n, book', 'large')"},
    {"classify_report, a tokenizer",
     "SELECT * FROM classify_report('" NUMBERS "SELECT body, label FROM n, texts', 'porter')"},
    {"classify_confusion, reading",
     "SELECT * FROM classify_confusion('" NUMBERS "SELECT NULL, i FROM n', 'known')"},
    {"doubts, reading", "SELECT * FROM classify_doubts('" NUMBERS "SELECT i, body, label FROM n, texts', 'known')"},
    {"doubts, unlabelled", "SELECT * FROM classify_doubts('" NUMBERS "SELECT i, long, NULL FROM n, book', 'large')"},
    {"classify_embedding()", NUMBERS "SELECT sum(length(classify_embedding(body, 'bert'))) FROM n, texts"},
    {"classify_embeddings", "SELECT * FROM classify_embeddings('" NUMBERS "SELECT i, body FROM n, texts', 'bert')"},
    {"classify_embeddings, one thread",
     "SELECT * FROM classify_embeddings('" NUMBERS "SELECT i, long FROM n, book', 'static', '{\"threads\":1}')"},
    {"classify_embeddings for a writer",
     "CREATE TABLE copy AS SELECT * FROM classify_embeddings('" NUMBERS "SELECT i, body FROM n, texts', 'bert')"},
    {"leave_one_out", "SELECT sum(leave_one_out) FROM book, classify_attention(long, 'large')"},
    {"leave_one_out, many times",
     NUMBERS "SELECT sum(leave_one_out) FROM n, texts, classify_attention(body, 'known')"},
    {"one text", "SELECT classify(words, 'large') FROM pages"},
    {"one text, blank", "SELECT classify(blank, 'large') FROM pages"},
    {"one text, a word", "SELECT classify(word, 'large') FROM pages"},
    {"one text, Chinese", "SELECT classify(chinese, 'large') FROM pages"},
    {"one text, FTS5", "SELECT classify(words, 'porter') FROM pages"},
    {"one text, HTML", "SELECT classify(html, 'html') FROM pages"},
    {"one text, references", "SELECT classify(reference, 'html') FROM pages"},
    {"one text, at spaces", "SELECT classify(words, 'spaces') FROM pages"},
    {"one text, classify_scores", "SELECT classify_scores(words, 'large') FROM pages"},
    {"one text, classify_highlight", "SELECT classify_highlight(words, 'large') FROM pages"},
    {"one text, classify_attention", "SELECT * FROM pages, classify_attention(words, 'large')"},
    {"one text, trained on", "SELECT classify_train(words, 1, 'm') FROM pages"},
    {"one text, a vector", "SELECT classify_embedding(blank, 'bert') FROM pages"},
    {"one text, a static vector", "SELECT classify_embedding(word, 'static') FROM pages"},
    {"one text, vectors", "SELECT * FROM pages, classify_embeddings('SELECT 1, blank FROM pages', 'static')"},
};

/* A text of so many times the same. */
#define PAGE(times, text) "replace(hex(zeroblob(" times ")), '00', '" text "')"

/* `book` is a text of some 7,000 words; `large` reads all of it. `crowd` has texts
** of words drawn at random, and twenty labels for them. `pages` has texts of megabytes.
*/
static sqlite3 *open_library(void) {
  sqlite3 *db = open_database(new_file("library"));
  make_texts(db);
  make_encoder(db, "bert");
  make_encoder(db, "static");
  run(db, "CREATE TABLE book AS SELECT group_concat(body, ' ') AS long FROM texts, "
          "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50) SELECT i FROM n)");
  run(db, "CREATE TABLE crowd AS " NUMBERS "SELECT i AS id, char(97 + i * 7919 %% 1009 %% 20) AS label, "
          "hex(randomblob(2)) || ' ' || hex(randomblob(2)) || ' ' || hex(randomblob(2)) || ' ' || a.body || ' ' || "
          "b.body AS body FROM n CROSS JOIN texts AS a ON a.id = 1 + i * 31 %% 24 "
          "CROSS JOIN texts AS b ON b.id = 1 + i * 17 %% 23 LIMIT 20000");
  run(db, "CREATE VIEW endless AS " NUMBERS "SELECT 'word' || i AS token, '[1,2,3]' AS vector FROM n");
  run(db, "SELECT classify_train(body, label, 'known', '" QUICK "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'large', '{\"epochs\":1,\"max_tokens\":100000}') FROM texts");
  run(db, "SELECT classify_train(body, label, 'crowd', '" QUICK "') FROM crowd WHERE id %% 3");
  run(db, "CREATE TABLE pages AS SELECT %s AS words, %s AS blank, %s AS word, %s AS chinese, %s AS html, "
          "%s AS reference",
      PAGE("1000000", "ab "), PAGE("4000000", " "), PAGE("2000000", "\u00e9"), PAGE("1000000", "\u4e2d"),
      PAGE("400000", "<b>a b</b> "), PAGE("1000000", "&amp;"));
  run(db, "SELECT classify_train(body, label, 'html', json_set('" PARTS "', '$.markup', 'html')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'spaces', json_set('" PARTS "', '$.tokenize', 'whitespace')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'porter', json_set('" PARTS "', '$.tokenize', 'porter unicode61')) "
          "FROM texts");
  return db;
}

/* Runs all of a statement, whose rows may go on for a long time. */
static int run_to_end(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = prepare(db, sql);
  int rc;
  do rc = sqlite3_step(stmt);
  while (rc == SQLITE_ROW);
  assert_int_equal(sqlite3_finalize(stmt), rc == SQLITE_DONE ? SQLITE_OK : rc);
  return rc;
}

static void assert_unharmed(sqlite3 *db) {
  assert_text("crowd@1,html@1,known@1,large@1,porter@1,spaces@1", db,
              "SELECT group_concat(name || '@' || version) FROM (SELECT * FROM classify_models ORDER BY 1)");
  assert_text("0", db, "SELECT count(*) FROM temp.sqlite_master");
  assert_int_equal(integer(db, "SELECT count(classify(body, 'known')) FROM texts"), 24);
  assert_true(sqlite3_get_autocommit(db));
}

/* ---- the moment ---------------------------------------------------------------------- */

enum { PERIOD = 1000 }; /* steps of SQLite from one call of the progress handler to the next */

static int calls_left;
static double stopped_at;

static int count_calls(void *count) {
  ++*(int *)count;
  return 0;
}

/* Calls until the rows of the first works have been read, and the work is well on its way. */
static int late_calls(sqlite3 *db) {
  int calls = 0;
  sqlite3_progress_handler(db, PERIOD, count_calls, &calls);
  run(db, "SELECT max(body), max(label > 'r') FROM crowd");
  return 3 * calls + SOON_CALLS;
}

static int calls_before(size_t work, int late) {
  if (work >= COUNT(WORKS) - OF_ONE_TEXT) return 0;
  return work < LATE ? late : SOON_CALLS;
}

/* Each work is stopped by the handler, and says so; prints how soon. A work runs in one of the two tests, the one of its
** `turn`, and under sanitizers, which are slow, every second work; with TEST_CASES=all each in both.
*/
enum { EVERY = SANITIZED ? 2 : 1 };

static void stop_works(int (*handler)(void *), size_t turn) {
  sqlite3 *db = open_library();
  bool stopped = true;
  int late = late_calls(db);
  waits_are_over = true;
  for (size_t i = 0; i < COUNT(WORKS); i++) {
    if (i % (2 * EVERY) != turn * EVERY && !all_cases()) continue;
    calls_left = calls_before(i, late);
    sqlite3_progress_handler(db, PERIOD, handler, db);
    int rc = run_to_end(db, WORKS[i].sql);
    print_message("%-32s ended %5.0f ms after%s\n", WORKS[i].name, 1e3 * (seconds() - stopped_at),
                  rc == SQLITE_INTERRUPT ? "" : ", without SQLITE_INTERRUPT");
    sqlite3_progress_handler(db, 0, NULL, NULL);
    stopped = stopped && rc == SQLITE_INTERRUPT;
    if (rc == SQLITE_INTERRUPT) assert_unharmed(db);
  }
  waits_are_over = false;
  assert_true(stopped);
  close_database(db);
}

/* As Python's sqlite3 hears Ctrl-C, and datasette a time limit. */
static int stop(void *unused) {
  (void)unused;
  if (calls_left-- > 0) return 0;
  if (calls_left == -1) stopped_at = seconds();
  return 1;
}

TEST(a_progress_handler_stops) { stop_works(stop, 0); }

/* ---- how often ------------------------------------------------------------------------ */

static int calls_of(sqlite3 *db, const char *sql) {
  int calls = 0;
  sqlite3_progress_handler(db, PERIOD, count_calls, &calls);
  assert_int_equal(run_to_end(db, sql), SQLITE_DONE);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  return calls;
}

/* Returns how many polls a statement has if the clock says, at each look, that one is due: each runs 1,000 rows. */
static int polls_of(sqlite3 *db, const char *sql) {
  int one = calls_of(db, NUMBERS "SELECT count(*) FROM (SELECT i FROM n LIMIT 1000)");
  clock_step_ms = 1000;
  int all = calls_of(db, sql);
  clock_step_ms = 0;
  return all / one;
}

/* Every look at the clock is a poll, which takes its time: `few` are some words, `far` are two with 200 KB between. */
static sqlite3 *open_pages(void) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  run(db, "CREATE TABLE pages AS SELECT group_concat(body, ' ') AS few, 'cat' || %s || 'cat' AS far FROM texts "
          "WHERE id < 4", PAGE("200000", " "));
  run(db, "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.max_tokens', 100000)) FROM texts");
  return db;
}

/* The reasons of a text are found as classify_attention() finds them. Then there is a poll for each 16 KB that are
** written; half of them would do.
*/
TEST(a_long_text_is_written_in_pieces) {
  sqlite3 *db = open_pages();
  int found = polls_of(db, "SELECT * FROM pages, classify_attention(far, 'm') LIMIT 1");
  int ansi = polls_of(db, "SELECT classify_highlight(far, 'm') FROM pages");
  int html = polls_of(db, "SELECT classify_highlight(far, 'm', 'html') FROM pages");
  assert_true(ansi - found >= 200000 >> 15);
  assert_true(html - found >= 200000 >> 15);
  close_database(db);
}

/* One at a time: each copy of the text asks; half of them would do. */
TEST(words_are_left_out_in_pieces) {
  sqlite3 *db = open_pages();
  int words = (int)integer(db, "SELECT count(*) FROM pages, classify_attention(few, 'm')");
  int reasons = polls_of(db, "SELECT sum(contribution) FROM pages, classify_attention(few, 'm')");
  int all = polls_of(db, "SELECT sum(leave_one_out) FROM pages, classify_attention(few, 'm')");
  assert_true(all - reasons >= words / 2);
  close_database(db);
}

/* ---- by another thread ------------------------------------------------------------- */

static void *interrupt(void *db) {
  sqlite3_interrupt(db);
  return NULL;
}

static int interrupt_elsewhere(void *db) {
  pthread_t thread;
  if (calls_left-- != 0) return 0;
  pthread_create(&thread, NULL, interrupt, db);
  pthread_join(thread, NULL);
  stopped_at = seconds();
  return 0;
}

TEST(another_thread_interrupts) { stop_works(interrupt_elsewhere, 1); }

/* ---- at any moment --------------------------------------------------------------------- */

/* From one place to the next that is tried. */
enum { STRIDE = SANITIZED ? 3 : 1 };

static int countdown;

static int count_down(void *unused) {
  (void)unused;
  return countdown-- == 0;
}

static int run_stopped(sqlite3 *db, const char *sql, int place) {
  countdown = place;
  sqlite3_progress_handler(db, 7, count_down, NULL);
  int rc = run_to_end(db, sql);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  return rc;
}

/* A short training, stopped at each place where SQLite looks. Nothing is saved,
** or all of it: the statement has a few steps more to do once the model is.
*/
static void stop_everywhere(const char *sql) {
  sqlite3 *db = open_database(":memory:");
  int rc = SQLITE_INTERRUPT, places = 0, saved = 0;
  make_texts(db);
  make_encoder(db, "static");
  teach(db, "m", "old");
  for (; rc == SQLITE_INTERRUPT; places += STRIDE) {
    rc = run_stopped(db, sql, places);
    saved += integer(db, "SELECT max(version) FROM classify_models") > 1;
    assert_taught(db, "m", saved ? "new" : "old");
    assert_int_equal(integer(db, "SELECT newest FROM classify_versions"), saved ? 2 : 1);
    assert_int_equal(integer(db, "SELECT count(*) FROM temp.sqlite_master"), 0);
    run(db, "DELETE FROM classify_models WHERE version > 1; UPDATE classify_versions SET newest = 1");
    if (saved) break;
  }
  print_message("stopped at %d places\n", places);
  assert_int_equal(saved, 1);
  assert_true(places > 20);
  close_database(db);
}

/* The same where there is no table of models yet: none is left behind without its model. */
static void stop_first_everywhere(const char *sql) {
  sqlite3 *db = open_database(":memory:");
  int places = 0;
  make_texts(db);
  make_encoder(db, "static");
  while (!has_table(db, "main", "classify_models")) {
    int rc = run_stopped(db, sql, places);
    places += STRIDE;
    assert_true(sqlite3_get_autocommit(db));
    assert_int_equal(integer(db, "SELECT count(*) FROM temp.sqlite_master"), 0);
    if (rc == SQLITE_DONE) break;
  }
  print_message("stopped at %d places\n", places);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models"), 1);
  assert_int_equal(integer(db, "SELECT newest FROM classify_versions"), 1);
  assert_taught(db, "m", "new");
  close_database(db);
}

static const char *const TRAININGS[] = {
    "SELECT classify_train(body, 'new ' || label, 'm', '" QUICK "') FROM texts",
    "SELECT * FROM classify_train('SELECT body, ''new '' || label FROM texts', 'm', '" QUICK "')",
    "SELECT classify_train(body, iif(id % 3, NULL, 'new ' || label), 'm', json_set('" QUICK "', '$.teacher', 'static', "
    "'$.labels', json('[\"new dog\"]'))) FROM texts",
};

TEST(stopped_anywhere_nothing_is_half_saved) {
  for (size_t i = 0; i < COUNT(TRAININGS); i++) {
    stop_everywhere(TRAININGS[i]);
    stop_first_everywhere(TRAININGS[i]);
  }
}

/* A limit ends it before its last epoch. */
TEST(cut_short_nothing_is_left) {
  const char *const begins[] = {"", "BEGIN"};
  for (size_t i = 0; i < COUNT(begins); i++) {
    sqlite3 *db = open_database(":memory:");
    make_texts(db);
    sqlite3_int64 before = integer(db, "SELECT count(*) FROM sqlite_master");
    run(db, "%s", begins[i]);
    run(db, "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', '{\"epochs\":3,\"hidden\":2}') "
            "LIMIT 2");
    if (*begins[i]) run(db, "COMMIT");
    assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_master"), before);
    close_database(db);
  }
}

TEST(stopped_anywhere_labelling_is_interrupted) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  make_encoder(db, "static");
  teach(db, "m", "old");
  const char *const labellings[] = {
      "SELECT classify(body, 'm') FROM texts LIMIT 3",
      "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm')",
      "SELECT * FROM texts, classify_labels(body) LIMIT 5",
      "SELECT * FROM classify_attention('a kitten', 'm')",
      "SELECT * FROM classify_evaluate('SELECT body, label FROM texts', 'm')",
      "SELECT * FROM classify_doubts('SELECT id, body, label FROM texts', 'm')",
      "SELECT classify_embedding(body) FROM texts LIMIT 3",
      "SELECT * FROM classify_embeddings('SELECT id, body FROM texts', 'static')",
  };
  for (size_t i = 0; i < COUNT(labellings); i++) {
    int rc = SQLITE_INTERRUPT;
    for (int place = 0; rc == SQLITE_INTERRUPT; place += STRIDE) {
      rc = run_stopped(db, labellings[i], place);
      if (rc == SQLITE_INTERRUPT && strcmp(sqlite3_errmsg(db), "interrupted") != 0)
        assert_non_null(strstr(sqlite3_errmsg(db), "interrupt"));
    }
    assert_int_equal(rc, SQLITE_DONE);
  }
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(another_thread_interrupts),
      cmocka_unit_test(a_progress_handler_stops),
      cmocka_unit_test(a_long_text_is_written_in_pieces),
      cmocka_unit_test(words_are_left_out_in_pieces),
      cmocka_unit_test(stopped_anywhere_nothing_is_half_saved),
      cmocka_unit_test(cut_short_nothing_is_left),
      cmocka_unit_test(stopped_anywhere_labelling_is_interrupted),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
