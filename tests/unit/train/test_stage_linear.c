/* The linear branch as a stage of a training. */
#include "unit/train/trainings.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

/* The workers are waited for in a loop that polls every 20 ms. Here it polls all the time,
** however fast they are: this stands before the C library's.
*/
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  (void)condition, (void)until;
  pthread_mutex_unlock(mutex);
  sched_yield();
  pthread_mutex_lock(mutex);
  return ETIMEDOUT;
}

/* A text's end, past what the network reads, is read by the linear branch. */
TEST(long_texts_are_read_whole_by_the_linear_branch) {
  TrainingOptions options = full_options();
  const char *const ends[] = {"rain", "goal"};
  Training *training;
  char text[64];
  options.max_tokens = 4;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (int i = 0; i < 40; i++) {
    snprintf(text, sizeof text, "the report says that %s", ends[i % 2]);
    add_row(training, text, text_label(ends[i % 2]), ROW_TRAINS);
  }
  assert_int_equal(training_corpus(training)->cut, 40);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(model->reading.max_tokens, 4);
  for (uint32_t l = 0; l < 2; l++) {
    snprintf(text, sizeof text, "the report says that %s", ends[l]);
    assert_int_equal(label_of(model, text, NULL), l);
  }
  model_free(model);
}

/* The first poll comes before anything else, the second while the linear branch learns,
** which is first: long, since the labels cannot be told apart.
*/
TEST(a_poll_that_says_stop_ends_the_linear_branch) {
  for (size_t threads = 1; threads <= 3; threads += 2) {
    TrainingOptions options = full_options();
    char text[SAMPLE_SIZE];
    Epoch epoch;
    Stop stop = {.after = 1};
    Training *training;
    Model *model;
    options.threads = threads;
    assert_ok(training_new(&options, "", NULL, &training, &error));
    for (size_t i = 0; i < 3000; i++) {
      sample_text(i, text);
      add_row(training, text, (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % 61)}, ROW_TRAINS);
    }
    begin(training);
    assert_status(training_epoch(training, (Poll){stop_later, &stop}, &epoch, &error), STATUS_INTERRUPTED);
    assert_true(stop.asked > stop.after);
    assert_invalid(training_end(training, (Poll){0}, &model, &error), "no epoch has ended yet");
    training_free(training);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_texts_are_read_whole_by_the_linear_branch),
      cmocka_unit_test(a_poll_that_says_stop_ends_the_linear_branch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
