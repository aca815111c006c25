/* Many texts as tasks of workers, those of about one length together. */
#include <stdatomic.h>

#include "base/random.h"
#include "classifier/by_length.h"
#include "unit/support.h"

enum { COUNT_OF_TEXTS = 300 };

typedef struct Log {
  const Text *texts;
  atomic_int times[COUNT_OF_TEXTS]; /* that a task had the text */
  atomic_int tasks, disordered;
} Log;

static Status log_task(void *context, const uint32_t *numbers, size_t count, size_t worker, Error *task_error) {
  (void)worker;
  (void)task_error;
  Log *log = context;
  log->tasks++;
  for (size_t i = 0; i < count; i++) {
    log->times[numbers[i]]++;
    if (i && log->texts[numbers[i]].length > log->texts[numbers[i - 1]].length) log->disordered++;
  }
  return STATUS_OK;
}

TEST(each_text_is_in_one_task_the_longest_first) {
  static Text texts[COUNT_OF_TEXTS];
  Random random = random_stream(1, RANDOM_ROWS, 0);
  for (size_t i = 0; i < COUNT_OF_TEXTS; i++) texts[i].length = random_below(&random, 40);
  for (size_t threads = 0; threads <= 3; threads++) {
    for (size_t count = 0; count <= COUNT_OF_TEXTS; count += 50) {
      Workers *workers;
      Log log = {.texts = texts};
      assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
      assert_ok(by_length_run(texts, count, workers, log_task, &log, &error));
      for (size_t i = 0; i < COUNT_OF_TEXTS; i++) assert_int_equal(log.times[i], i < count);
      assert_int_equal(log.tasks, (count + BY_LENGTH_TEXTS - 1) / BY_LENGTH_TEXTS);
      assert_int_equal(log.disordered, 0);
      workers_free(workers);
    }
  }
}

static Status failing_task(void *context, const uint32_t *numbers, size_t count, size_t worker, Error *task_error) {
  (void)context;
  (void)count;
  (void)worker;
  return error_set(task_error, STATUS_INVALID, "text %u failed", numbers[0]);
}

TEST(the_error_of_a_task_comes_back) {
  const Text texts[2] = {{.length = 3}, {.length = 5}};
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_invalid(by_length_run(texts, 2, workers, failing_task, NULL, &error), "text 1 failed");
  workers_free(workers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_text_is_in_one_task_the_longest_first),
      cmocka_unit_test(the_error_of_a_task_comes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
