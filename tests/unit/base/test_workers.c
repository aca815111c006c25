/* Threads that run numbered tasks, and the poll that can stop them. */
#include <stdatomic.h>
#include <time.h>

#include "base/workers.h"
#include "unit/support.h"

enum { MOST_TASKS = 1000, MOST_THREADS = 4 };

/* What the tasks of a run did. */
typedef struct Log {
  atomic_int ran[MOST_TASKS], busy[MOST_THREADS + 1];
  atomic_int total, overlaps, strangers;
  size_t workers;
  long nanoseconds; /* that a task takes */
} Log;

static Status log_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)task_error;
  Log *log = context;
  if (worker >= log->workers) {
    atomic_fetch_add(&log->strangers, 1);
    return STATUS_OK;
  }
  if (atomic_fetch_add(&log->busy[worker], 1)) atomic_fetch_add(&log->overlaps, 1);
  if (log->nanoseconds) nanosleep(&(struct timespec){.tv_nsec = log->nanoseconds}, NULL);
  atomic_fetch_add(&log->ran[index], 1);
  atomic_fetch_add(&log->total, 1);
  atomic_fetch_sub(&log->busy[worker], 1);
  return STATUS_OK;
}

static Workers *make_polled(size_t threads, Poll poll) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  return workers;
}

static Workers *make_workers(size_t threads) { return make_polled(threads, (Poll){0}); }

static void check_all_ran_once(const Log *log, size_t tasks) {
  for (size_t i = 0; i < MOST_TASKS; i++) assert_int_equal(log->ran[i], i < tasks);
  assert_int_equal(log->overlaps, 0);
  assert_int_equal(log->strangers, 0);
}

/* With 0 threads the caller runs the tasks, as if no thread could be started. */
TEST(every_task_runs_once_on_any_number_of_threads) {
  const size_t counts[] = {0, 1, 2, 3, 17, MOST_TASKS};
  for (size_t threads = 0; threads <= MOST_THREADS; threads++) {
    Workers *workers = make_workers(threads);
    assert_int_equal(workers_count(workers), threads ? threads : 1);
    for (size_t c = 0; c < COUNT(counts); c++) {
      Log log = {.workers = workers_count(workers)};
      assert_ok(workers_run(workers, counts[c], log_task, &log, &error));
      check_all_ran_once(&log, counts[c]);
    }
    workers_free(workers);
  }
}

TEST(many_short_runs_follow_each_other) {
  Workers *workers = make_workers(3);
  Log log = {.workers = 3};
  for (int run = 1; run <= 5000; run++) {
    assert_ok(workers_run(workers, 2, log_task, &log, &error));
    assert_int_equal(log.total, 2 * run);
  }
  workers_free(workers);
}

/* ---- phases ---------------------------------------------------------------------- */

enum { PHASES = 500 };

/* Phases of 1 to 5 tasks; when a phase begins, the tasks of the one before have ended. */
typedef struct Phases {
  atomic_int running, ended, overlaps;
  size_t begun, expected; /* phases; tasks in all so far */
} Phases;

static Status next_phase(void *context, size_t *tasks, Error *phase_error) {
  (void)phase_error;
  Phases *p = context;
  if (p->running || (size_t)p->ended != p->expected) p->overlaps++;
  *tasks = p->begun == PHASES ? 0 : p->begun++ % 5 + 1;
  p->expected += *tasks;
  return STATUS_OK;
}

static Status phase_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)worker;
  (void)task_error;
  Phases *p = context;
  atomic_fetch_add(&p->running, 1);
  if (index == 1 && p->begun % 100 == 0) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  atomic_fetch_add(&p->ended, 1);
  atomic_fetch_sub(&p->running, 1);
  return STATUS_OK;
}

TEST(a_phase_begins_when_the_one_before_has_ended) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads++) {
    Workers *workers = make_workers(threads);
    for (int run = 0; run < 3; run++) {
      Phases phases = {0};
      assert_ok(workers_run_phases(workers, next_phase, phase_task, &phases, &error));
      assert_int_equal(phases.begun, PHASES);
      assert_int_equal(phases.ended, PHASES / 5 * (1 + 2 + 3 + 4 + 5));
      assert_int_equal(phases.overlaps, 0);
    }
    workers_free(workers);
  }
}

TEST(workers_may_be_freed_unused) {
  workers_free(make_workers(MOST_THREADS));
  workers_free(NULL);
}

TEST(there_is_a_processor) { assert_in_range(workers_processors(), 1, 100000); }

/* ---- the poll -------------------------------------------------------------------- */

/* Tasks of 1 ms: 1,000 of them are far longer than the time between polls. */
static void check_stopped(size_t threads) {
  Stop stop = {.after = 2};
  Workers *workers = make_polled(threads, (Poll){stop_later, &stop});
  Log log = {.workers = workers_count(workers), .nanoseconds = 1000000};
  assert_status(workers_run(workers, MOST_TASKS, log_task, &log, &error), STATUS_INTERRUPTED);
  assert_string_equal(error.message, "interrupted");
  assert_int_equal(stop.asked, 3); /* not asked again after a no */
  assert_in_range(log.total, 1, MOST_TASKS - 1);
  int total = log.total;
  stop.after = 1000000;
  assert_ok(workers_run(workers, 1, log_task, &log, &error));
  assert_int_equal(log.total, total + 1); /* skipped tasks are not run later */
  workers_free(workers);
}

TEST(a_poll_that_says_stop_skips_the_tasks_not_begun) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) check_stopped(threads);
}

static Status endless(void *context, size_t *tasks, Error *phase_error) {
  (void)context;
  (void)phase_error;
  *tasks = 2;
  return STATUS_OK;
}

/* A run that would never end. */
TEST(a_poll_that_says_stop_ends_the_phases) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) {
    Stop stop = {.after = 1};
    Workers *workers = make_polled(threads, (Poll){stop_later, &stop});
    Phases phases = {0};
    assert_status(workers_run_phases(workers, endless, phase_task, &phases, &error), STATUS_INTERRUPTED);
    assert_int_equal(phases.running, 0);
    workers_free(workers);
  }
}

TEST(a_poll_that_says_go_on_changes_nothing) {
  Stop stop = {.after = 1000000};
  Workers *workers = make_polled(2, (Poll){stop_later, &stop});
  Log log = {.workers = 2, .nanoseconds = 1000000};
  assert_ok(workers_run(workers, 100, log_task, &log, &error));
  check_all_ran_once(&log, 100);
  assert_true(stop.asked > 0);
  workers_free(workers);
}

/* Runs shorter than the time between two polls: the poll is called every 20 ms in all. */
TEST(short_runs_are_polled_too) {
  Stop stop = {.after = 0};
  Workers *workers = make_polled(1, (Poll){stop_later, &stop});
  Log log = {.workers = 1, .nanoseconds = 1000000};
  Status status = STATUS_OK;
  for (int run = 0; run < 1000 && !status; run++)
    status = workers_run(workers, 1, log_task, &log, &error);
  assert_int_equal(status, STATUS_INTERRUPTED);
  workers_free(workers);
}

/* ---- tasks as they come -------------------------------------------------------------- */

/* Adds tasks 0 .. total - 1, some at a time. */
static void add_in_parts(Workers *workers, size_t total) {
  for (size_t added = 0, part = 0; added < total; added += part) {
    part = added % 7 < total - added ? added % 7 : total - added;
    if (part == 0) part = 1;
    workers_add(workers, part);
    if (added % 50 == 0) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL); /* time to run out of tasks */
  }
}

TEST(tasks_that_come_in_parts_run_once) {
  const size_t counts[] = {0, 1, 2, 17, MOST_TASKS};
  for (size_t threads = 0; threads <= MOST_THREADS; threads++) {
    Workers *workers = make_workers(threads);
    for (size_t c = 0; c < COUNT(counts); c++) {
      Log log = {.workers = workers_count(workers)};
      workers_begin(workers, log_task, &log);
      add_in_parts(workers, counts[c]);
      if (threads == 0) assert_int_equal(log.total, 0); /* the caller runs them in the end */
      assert_ok(workers_end(workers, &error));
      check_all_ran_once(&log, counts[c]);
    }
    workers_free(workers);
  }
}

/* Tasks run before workers_end() is called. */
TEST(threads_run_what_has_been_added) {
  Workers *workers = make_workers(2);
  Log log = {.workers = 2};
  workers_begin(workers, log_task, &log);
  for (int part = 1; part <= 20; part++) {
    workers_add(workers, 3);
    while (log.total < 3 * part) nanosleep(&(struct timespec){.tv_nsec = 10000}, NULL);
    assert_int_equal(log.total, 3 * part);
  }
  assert_ok(workers_end(workers, &error));
  check_all_ran_once(&log, 60);
  workers_free(workers);
}

/* Tasks for about a second. Running tasks are waited for, since the caller then frees what they use. */
TEST(freeing_without_an_end_leaves_tasks_out) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) {
    Workers *workers = make_workers(threads);
    Log log = {.workers = workers_count(workers), .nanoseconds = 2000000};
    workers_begin(workers, log_task, &log);
    add_in_parts(workers, MOST_TASKS);
    workers_free(workers);
    assert_in_range(log.total, 0, MOST_TASKS - 1);
    for (size_t w = 0; w < log.workers; w++) assert_int_equal(log.busy[w], 0);
    if (threads == 0) assert_int_equal(log.total, 0);
  }
}

TEST(freeing_after_a_beginning_alone) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) {
    Workers *workers = make_workers(threads);
    Log log = {.workers = workers_count(workers)};
    workers_begin(workers, log_task, &log);
    workers_free(workers);
    assert_int_equal(log.total, 0);
  }
}

TEST(the_end_of_tasks_in_parts_is_polled) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) {
    Stop stop = {.after = 2};
    Workers *workers = make_polled(threads, (Poll){stop_later, &stop});
    Log log = {.workers = workers_count(workers), .nanoseconds = 1000000};
    workers_begin(workers, log_task, &log);
    add_in_parts(workers, MOST_TASKS);
    assert_status(workers_end(workers, &error), STATUS_INTERRUPTED);
    assert_int_equal(stop.asked, 3);
    assert_in_range(log.total, 1, MOST_TASKS - 1);
    log = (Log){.workers = workers_count(workers)};
    stop.after = 1000000;
    workers_begin(workers, log_task, &log); /* nothing of it is left over */
    assert_false(workers_stopped(workers));
    add_in_parts(workers, 5);
    assert_ok(workers_end(workers, &error));
    check_all_ran_once(&log, 5);
    workers_free(workers);
  }
}

/* ---- long tasks --------------------------------------------------------------------- */

typedef struct LongTask {
  Workers *workers;
  bool stopped; /* before it gave up */
} LongTask;

/* Runs until it is stopped, at most ten seconds. */
static Status long_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)task_error;
  (void)index;
  (void)worker;
  LongTask *task = context;
  for (int ms = 0; ms < 10000 && !task->stopped; ms++) {
    task->stopped = workers_stopped(task->workers);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return STATUS_OK;
}

/* After the poll has stopped a run it is not called again, so that the run stays stopped even
** if it would then return true.
*/
static void check_long_task_stopped(size_t threads) {
  Stop stop = {.after = 2};
  LongTask task = {.workers = make_polled(threads, (Poll){stop_later, &stop})};
  assert_status(workers_run(task.workers, 1, long_task, &task, &error), STATUS_INTERRUPTED);
  assert_true(task.stopped);
  assert_int_equal(stop.asked, 3);
  stop.after = 1000000;
  Log log = {.workers = workers_count(task.workers)};
  assert_ok(workers_run(task.workers, 1, log_task, &log, &error));
  check_all_ran_once(&log, 1);
  assert_false(workers_stopped(task.workers)); /* a new run, a new answer */
  workers_free(task.workers);
}

TEST(a_long_task_can_ask_whether_to_stop) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads += 2) check_long_task_stopped(threads);
}

/* Without threads workers_stopped() polls, and the first `false` is final. */
static bool no_once(void *context) {
  int *times = context;
  return (*times)++ != 0;
}

TEST(a_no_within_a_task_is_final) {
  int times = 0;
  LongTask task = {.workers = make_polled(0, (Poll){no_once, &times})};
  assert_status(workers_run(task.workers, 1, long_task, &task, &error), STATUS_INTERRUPTED);
  workers_free(task.workers);
}

/* ---- failures ------------------------------------------------------------------------ */

/* Fails in all tasks from `from` on, each with its own message. */
typedef struct Failing {
  size_t from;
  atomic_int ran;
  Workers *workers;
  bool heard; /* a task saw workers_stopped() */
} Failing;

static Status failing_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)worker;
  Failing *f = context;
  atomic_fetch_add(&f->ran, 1);
  if (index >= f->from) return error_set(task_error, STATUS_INVALID, "task %zu failed", index);
  while (f->workers && !f->heard) f->heard = workers_stopped(f->workers);
  return STATUS_OK;
}

/* With one worker, tasks after the first failure are skipped. */
TEST(the_first_failure_ends_the_run) {
  for (size_t threads = 0; threads <= 1; threads++) {
    Workers *workers = make_workers(threads);
    Failing failing = {.from = 3};
    assert_status(workers_run(workers, MOST_TASKS, failing_task, &failing, &error), STATUS_INVALID);
    assert_string_equal(error.message, "task 3 failed");
    assert_int_equal(failing.ran, 4);
    Log log = {.workers = 1};
    assert_ok(workers_run(workers, 5, log_task, &log, &error)); /* nothing of it is left over */
    check_all_ran_once(&log, 5);
    workers_free(workers);
  }
}

TEST(a_failure_is_heard_by_tasks_that_ask) {
  Workers *workers = make_workers(2);
  Failing failing = {.from = 1, .workers = workers};
  assert_status(workers_run(workers, 2, failing_task, &failing, &error), STATUS_INVALID);
  assert_string_equal(error.message, "task 1 failed");
  assert_true(failing.heard);
  workers_free(workers);
}

TEST(a_failure_ends_tasks_that_come) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads++) {
    Workers *workers = make_workers(threads);
    Failing failing = {.from = 0};
    workers_begin(workers, failing_task, &failing);
    add_in_parts(workers, 20);
    assert_status(workers_end(workers, &error), STATUS_INVALID);
    assert_in_range(failing.ran, 1, threads ? threads : 1);
    workers_free(workers);
  }
}

static Status failing_phase(void *context, size_t *tasks, Error *phase_error) {
  Phases *p = context;
  *tasks = 3;
  return p->begun++ < 2 ? STATUS_OK : error_set(phase_error, STATUS_INVALID, "no phase %zu", p->begun);
}

TEST(a_phase_may_fail) {
  for (size_t threads = 0; threads <= MOST_THREADS; threads++) {
    Workers *workers = make_workers(threads);
    Phases phases = {0};
    assert_status(workers_run_phases(workers, failing_phase, phase_task, &phases, &error), STATUS_INVALID);
    assert_string_equal(error.message, "no phase 3");
    assert_int_equal(phases.ended, 6);
    workers_free(workers);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_task_runs_once_on_any_number_of_threads),
      cmocka_unit_test(many_short_runs_follow_each_other),
      cmocka_unit_test(a_phase_begins_when_the_one_before_has_ended),
      cmocka_unit_test(workers_may_be_freed_unused),
      cmocka_unit_test(there_is_a_processor),
      cmocka_unit_test(a_poll_that_says_stop_skips_the_tasks_not_begun),
      cmocka_unit_test(a_poll_that_says_stop_ends_the_phases),
      cmocka_unit_test(a_poll_that_says_go_on_changes_nothing),
      cmocka_unit_test(short_runs_are_polled_too),
      cmocka_unit_test(tasks_that_come_in_parts_run_once),
      cmocka_unit_test(threads_run_what_has_been_added),
      cmocka_unit_test(freeing_without_an_end_leaves_tasks_out),
      cmocka_unit_test(freeing_after_a_beginning_alone),
      cmocka_unit_test(the_end_of_tasks_in_parts_is_polled),
      cmocka_unit_test(a_long_task_can_ask_whether_to_stop),
      cmocka_unit_test(a_no_within_a_task_is_final),
      cmocka_unit_test(the_first_failure_ends_the_run),
      cmocka_unit_test(a_failure_is_heard_by_tasks_that_ask),
      cmocka_unit_test(a_failure_ends_tasks_that_come),
      cmocka_unit_test(a_phase_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
