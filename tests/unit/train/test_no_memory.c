/* Memory that is out while a teacher guesses: the training says so, and nothing leaks. */
#include "unit/no_memory.h"

#include "unit/train/taught.h"

static Status guess(void *context) {
  Training *t = context;
  Status status = workers_new(0, (Poll){0}, &t->workers, &error);
  if (!status) status = taught_labels_guess(t, &error);
  workers_free(t->workers);
  t->workers = NULL;
  training_free(t);
  return status;
}

/* A training for each failure, with a name for each label. */
TEST(guessing) {
  Status status = STATUS_NO_MEMORY;
  for (long failing = 0; status; failing++) {
    long before = live;
    Training *t = taught_rows(sample_options(), TAUGHT_LABELLED);
    for (uint32_t l = 0; l < SAMPLE_LABELS; l++) {
      Label label = sample_label(l);
      assert_ok(training_add_phrase(t, &label, "name", 4, &error));
    }
    add_taught_vectors(t);
    begin(t);
    until_failure = failing;
    status = guess(t);
    until_failure = -1;
    assert_int_equal(live, before);
    assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(guessing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
