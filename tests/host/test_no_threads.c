/* A process that may start no threads (RLIMIT_NPROC, a sandbox): all works as with threads, and is not much slower. The
** program's own pthread_create() stands before the C library's.
*/
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

static atomic_int refused;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  (void)thread, (void)attributes, (void)start, (void)argument;
  refused++;
  return EAGAIN;
}

/* Counts the statements that ask the host whether to go on: connection_poll(). */
static int count_polls(unsigned event, void *polls, void *statement, void *sql) {
  (void)event, (void)statement;
  if (strstr(sql, "WITH RECURSIVE n(i)")) ++*(int *)polls;
  return 0;
}

/* Without threads there is a chance to poll after every task, of which there are thousands a second. */
static void check_polls(sqlite3 *db, const char *sql) {
  const double every = 0.01; /* seconds */
  int polls = 0, before = refused;
  double begun = seconds();
  sqlite3_trace_v2(db, SQLITE_TRACE_STMT, count_polls, &polls);
  run(db, "%s", sql);
  sqlite3_trace_v2(db, 0, NULL, NULL);
  assert_true(refused > before);
  assert_true(polls <= 2 + (int)((seconds() - begun) / every));
}

TEST(the_host_is_not_asked_after_every_task) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  check_polls(db, "SELECT classify_train(a.body || b.id, a.label, 'm', '{\"epochs\":3,\"threads\":4}') "
                  "FROM texts AS a, texts AS b");
  check_polls(db, "SELECT count(label) FROM classify_rows('SELECT a.id, a.body FROM texts AS a, texts AS b, texts', "
                  "'m', '{\"threads\":4}')");
  check_polls(db, "SELECT * FROM classify_evaluate('SELECT a.body, a.label FROM texts AS a, texts AS b', 'm')");
  close_database(db);
}

TEST(it_learns_and_labels) {
  sqlite3 *db = open_database(":memory:");
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'good', '" GOOD "') FROM texts");
  assert_text("cat", db, "SELECT classify(%Q)", CAT);
  assert_text("boat", db, "SELECT label FROM classify_rows('SELECT 1, ''%s''', 'good', '{\"threads\":8}')", BOAT);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_host_is_not_asked_after_every_task),
      cmocka_unit_test(it_learns_and_labels),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
