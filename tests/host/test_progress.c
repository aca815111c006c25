/* Option progress: a bar where stderr is a terminal, lines where it is a file, and
** nothing where it is not asked for. The terminal is a pseudo-terminal, whose
** screen is worked out from what was written to it.
*/
#define _GNU_SOURCE /* posix_openpt, cfmakeraw */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* ---- stderr, caught --------------------------------------------------------------- */

enum { MOST_BYTES = 1 << 20, MOST_LINES = 1000, MOST_COLUMNS = 200 };

typedef struct Caught {
  int rc;                 /* of the SQL                        */
  char text[MOST_BYTES];  /* all that was written, in order    */
  size_t length;
  char screen[MOST_LINES][MOST_COLUMNS + 1]; /* in the end, without spaces behind */
  size_t lines, widest;   /* widest: of any line, at any time  */
} Caught;

static Caught caught;

static void *read_master(void *master) {
  ssize_t count = 1;
  while (count > 0 && caught.length < MOST_BYTES - 1) {
    count = read(*(int *)master, caught.text + caught.length, MOST_BYTES - 1 - caught.length);
    if (count > 0) caught.length += (size_t)count;
  }
  return NULL;
}

static void trim(char *line) {
  size_t length = strlen(line);
  while (length && line[length - 1] == ' ') line[--length] = '\0';
}

/* What a terminal makes of \r and \n. */
static void render(void) {
  size_t column = 0, line = 0;
  memset(caught.screen, 0, sizeof caught.screen);
  caught.widest = 0;
  for (size_t i = 0; i < caught.length; i++) {
    char byte = caught.text[i];
    if (byte == '\n') line++;
    if (byte == '\n' || byte == '\r') {
      column = 0;
      continue;
    }
    assert_true(byte >= ' ' && byte <= '~' && column < MOST_COLUMNS && line < MOST_LINES);
    caught.screen[line][column++] = byte;
    caught.widest = column > caught.widest ? column : caught.widest;
  }
  caught.lines = line + 1;
  for (size_t i = 0; i < caught.lines; i++) trim(caught.screen[i]);
}

/* A caller who prints each row where the bar is: its first column. */
static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused, (void)count, (void)names;
  dprintf(STDERR_FILENO, "%s\n", values[0] ? values[0] : "NULL");
  return 0;
}

typedef int Callback(void *, int, char **, char **);

/* A pseudo-terminal, raw, of so many columns: below 0 where the system has none. */
static int open_terminal(unsigned short columns, int *slave) {
  struct winsize size = {.ws_row = 24, .ws_col = columns};
  struct termios raw;
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return -1;
  *slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  tcgetattr(*slave, &raw);
  cfmakeraw(&raw); /* "\n" comes out as it is */
  tcsetattr(*slave, TCSANOW, &raw);
  ioctl(*slave, TIOCSWINSZ, &size);
  return master;
}

/* Each look at the clock is later than the time between two drawings. So the bar is
** drawn whenever the extension looks whether it is time to: at the least where an epoch
** begins, and where rows have been read.
*/
enum { STEP_MS = 120 };

static void run_with_stderr(int fd, sqlite3 *db, const char *sql, Callback *callback) {
  int old = dup(STDERR_FILENO);
  dup2(fd, STDERR_FILENO);
  clock_step_ms = STEP_MS;
  caught.rc = sqlite3_exec(db, sql, callback, NULL, NULL);
  clock_step_ms = 0;
  dup2(old, STDERR_FILENO);
  close(old);
  close(fd);
}

static void on_terminal(unsigned short columns, sqlite3 *db, const char *sql, Callback *callback) {
  int slave = -1, master = open_terminal(columns, &slave);
  pthread_t reader;
  if (master < 0) {
    print_message("skipped: this system has no pseudo-terminals (/dev/pts)\n");
    skip();
  }
  caught.length = 0;
  pthread_create(&reader, NULL, read_master, &master);
  run_with_stderr(slave, db, sql, callback);
  pthread_join(reader, NULL); /* reading fails once the other end is closed */
  close(master);
  caught.text[caught.length] = '\0';
  render();
}

static void into_file(sqlite3 *db, const char *sql) {
  const char *path = new_file("stderr");
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  assert_true(fd >= 0);
  run_with_stderr(dup(fd), db, sql, NULL);
  ssize_t count = pread(fd, caught.text, MOST_BYTES - 1, 0);
  close(fd);
  assert_true(count >= 0);
  caught.length = (size_t)count;
  caught.text[count] = '\0';
  render();
}

#define assert_written(part) assert_non_null(strstr(caught.text, part))
#define assert_not_written(part) assert_null(strstr(caught.text, part))

/* The bar was there, and nothing of it is left. */
static void assert_cleared(size_t columns) {
  assert_written("\r");
  assert_true(caught.widest < columns);
  assert_int_equal(caught.lines, 1);
  assert_string_equal(caught.screen[0], "");
}

/* ---- work ---------------------------------------------------------------------------- */

#define SMALL "\"hidden\":2,\"embedding\":2,\"epochs\":30,\"patience\":30"
#define TRAIN(options) "SELECT classify_train(body, label, 'm', '{" options "}') FROM texts"
#define FOR_EVER "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT interrupt_at(i), i FROM n"

/* 576 rows: more than are labelled before the first of them is given. */
#define MANY "SELECT a.id, a.body FROM texts AS a, texts AS b"

/* Gives its argument, and interrupts when that is the number below. */
static int interrupting_row;

static void interrupt_at(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  if (sqlite3_value_int(argv[0]) == interrupting_row) sqlite3_interrupt(sqlite3_context_db_handle(context));
  sqlite3_result_value(context, argv[0]);
}

static sqlite3 *open_texts(void) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  teach(db, "known", "old");
  sqlite3_create_function(db, "interrupt_at", 1, SQLITE_UTF8, NULL, interrupt_at, NULL, NULL);
  return db;
}

static const char *rows_sql(const char *query, const char *options) {
  static char sql[600];
  sqlite3_snprintf(sizeof sql, sql, "SELECT count(*) FROM classify_rows('%s', 'known', '%s')", query, options);
  return sql;
}

/* ---- on a terminal --------------------------------------------------------------------- */

TEST(training_draws_a_bar) {
  sqlite3 *db = open_texts();
  on_terminal(80, db, TRAIN("\"progress\":true," SMALL), NULL);
  assert_int_equal(caught.rc, SQLITE_OK);
  const char *const parts[] = {"epoch ", " of 30 [###", "%", " rows/s", " left", "accuracy "};
  for (size_t i = 0; i < COUNT(parts); i++) assert_written(parts[i]);
  assert_not_written("loss");
  assert_cleared(80);
  close_database(db);
}

TEST(a_narrow_terminal_is_not_left) {
  sqlite3 *db = open_texts();
  for (unsigned short columns = 8; columns <= 48; columns = (unsigned short)(columns + 20)) {
    on_terminal(columns, db, TRAIN("\"progress\":true," SMALL), NULL);
    assert_int_equal(caught.rc, SQLITE_OK);
    assert_cleared(columns);
  }
  close_database(db);
}

TEST(labelling_draws_a_bar) {
  sqlite3 *db = open_texts();
  const char *const ends[] = {"", ";", " -- ;", "; -- all"};
  for (size_t i = 0; i < COUNT(ends); i++) {
    char query[300];
    snprintf(query, sizeof query, "%s%s", MANY, ends[i]);
    on_terminal(80, db, rows_sql(query, "{\"progress\":true}"), NULL);
    assert_int_equal(caught.rc, SQLITE_OK);
    const char *const parts[] = {"classify_rows [##", "%", " rows/s", " left"};
    for (size_t part = 0; part < COUNT(parts); part++) assert_written(parts[part]);
    assert_cleared(80);
  }
  close_database(db);
}

/* How many rows there will be is not known: no bar then, and no time left. */
TEST(a_query_without_end_is_not_counted) {
  sqlite3 *db = open_texts();
  char sql[600];
  snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT 1 FROM classify_rows('%s', 'known', '{\"progress\":true}') "
                            "LIMIT %d)",
           FOR_EVER, 3000);
  on_terminal(80, db, sql, NULL);
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_written(" rows  ");
  assert_written(" rows/s");
  assert_not_written("%");
  assert_not_written(" left");
  assert_cleared(80);
  close_database(db);
}

/* Nothing but the rows, each on a line of its own. */
TEST(rows_come_out_between) {
  sqlite3 *db = open_texts();
  on_terminal(80, db, "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', '{\"progress\":true,"
                      "\"epochs\":6}')", print_row);
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_int_equal(caught.lines, 7);
  for (int i = 0; i < 6; i++) assert_int_equal(caught.screen[i][0], '1' + i);
  for (int i = 0; i < 7; i++) assert_true(strlen(caught.screen[i]) == (i < 6));
  on_terminal(80, db, "SELECT 'row' FROM classify_rows('" MANY "', 'known', '{\"progress\":true}')", print_row);
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_written("classify_rows [");
  assert_int_equal(caught.lines, 577);
  for (size_t i = 0; i < 576; i++) assert_string_equal(caught.screen[i], "row");
  close_database(db);
}

/* ---- elsewhere ----------------------------------------------------------------------------- */

/* How many lines tell of an epoch, the first one first. Every five seconds there is a line of another kind. */
static int epoch_lines(void) {
  int epochs = 0;
  for (int i = 0; i < (int)caught.lines; i++) {
    char begin[32];
    snprintf(begin, sizeof begin, "epoch %d: loss ", epochs + 1);
    epochs += strncmp(caught.screen[i], begin, strlen(begin)) == 0;
  }
  return epochs;
}

TEST(a_file_gets_lines) {
  sqlite3 *db = open_texts();
  into_file(db, "SELECT classify_train(body, label, 'm', '{\"progress\":true,\"epochs\":3,\"patience\":3,"
                "\"validation\":0.1}') FROM texts");
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_not_written("\r");
  assert_int_equal(epoch_lines(), 3);
  into_file(db, rows_sql("SELECT id, body FROM texts", "{\"progress\":true}"));
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_not_written("\r");
  assert_int_equal(caught.lines, 2);
  assert_int_equal(strncmp(caught.text, "classify_rows: 24 rows, ", 24), 0);
  close_database(db);
}

TEST(not_asked_for_nothing_is_written) {
  sqlite3 *db = open_texts();
  const char *const works[] = {TRAIN(SMALL), TRAIN("\"progress\":false," SMALL)};
  for (size_t i = 0; i < COUNT(works); i++) {
    on_terminal(80, db, works[i], NULL);
    assert_int_equal(caught.rc, SQLITE_OK);
    assert_int_equal(caught.length, 0);
    into_file(db, works[i]);
    assert_int_equal(caught.length, 0);
  }
  on_terminal(80, db, rows_sql(MANY, "{\"progress\":false}"), NULL);
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_int_equal(caught.length, 0);
  close_database(db);
}

/* ---- a teacher ------------------------------------------------------------------------------- */

/* So many texts that their reading takes a while. */
#define TEACH                                                                                            \
  "SELECT classify_train(a.body || ' ' || b.body, iif(a.id <= 2, a.label, NULL), 'm', '{\"progress\":true," \
  "\"teacher\":\"bert\",\"epochs\":2,\"hidden\":2}') FROM texts AS a, texts AS b"

TEST(a_teacher_says_how_far_it_is) {
  sqlite3 *db = open_texts();
  make_encoder(db, "bert");
  waits_are_over = true;
  into_file(db, TEACH);
  assert_int_equal(caught.rc, SQLITE_OK);
  assert_not_written("\r");
  const char *const lines[] = {"the teacher reads words: ", "%\nthe teacher reads texts: ", "%\nepoch 1: loss "};
  for (size_t i = 0; i < COUNT(lines); i++) assert_written(lines[i]);
  on_terminal(80, db, TEACH, NULL);
  assert_int_equal(caught.rc, SQLITE_OK);
  const char *const parts[] = {"the teacher reads words [", "the teacher reads texts ["};
  for (size_t i = 0; i < COUNT(parts); i++) assert_written(parts[i]);
  assert_cleared(80);
  waits_are_over = false;
  close_database(db);
}

/* ---- ending it ------------------------------------------------------------------------------- */

static int countdown;

/* A progress handler: SQLite looks whether to stop, and so does each poll of a training. */
static int count_down(void *unused) {
  (void)unused;
  return countdown-- <= 0;
}

/* Counting, too, can be interrupted. */
TEST(an_interrupt_clears_the_bar) {
  sqlite3 *db = open_texts();
  const char *const works[] = {
      "SELECT classify_train(body, label, 'm', json_set('" ENDLESS "', '$.progress', json('true'))) FROM texts",
      "SELECT * FROM classify_train('SELECT body, label FROM texts', 'm', json_set('" ENDLESS
      "', '$.progress', json('true')))",
      rows_sql(FOR_EVER, "{\"progress\":true}"),
      rows_sql(FOR_EVER, "{\"progress\":true}"),
  };
  waits_are_over = true;
  for (size_t i = 0; i < COUNT(works); i++) {
    bool training = i < 2, counting = i == 2;
    interrupting_row = counting ? 500 : 5000; /* counting gives up before the second */
    countdown = 20000; /* where no wait is between them, polls come often before the bar */
    if (training) sqlite3_progress_handler(db, 1000, count_down, NULL);
    on_terminal(80, db, works[i], NULL);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    assert_int_equal(caught.rc, SQLITE_INTERRUPT);
    if (!counting) assert_cleared(80);
    assert_int_equal(integer(db, "SELECT count(*) FROM classify_models WHERE name = 'm'"), 0);
  }
  waits_are_over = false;
  interrupting_row = 0;
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(training_draws_a_bar),
      cmocka_unit_test(a_narrow_terminal_is_not_left),
      cmocka_unit_test(labelling_draws_a_bar),
      cmocka_unit_test(a_query_without_end_is_not_counted),
      cmocka_unit_test(rows_come_out_between),
      cmocka_unit_test(a_file_gets_lines),
      cmocka_unit_test(not_asked_for_nothing_is_written),
      cmocka_unit_test(a_teacher_says_how_far_it_is),
      cmocka_unit_test(an_interrupt_clears_the_bar),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
