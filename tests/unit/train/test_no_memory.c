/* Memory that is out while a teacher guesses, folds are judged, or a model is compressed: the training says so, and
** nothing leaks.
*/
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

static Status compress(Training *t) {
  bool over;
  Status status = workers_new(0, (Poll){0}, &t->workers, &error);
  if (!status) status = STAGE_COMPRESSION.run(NULL, t, &over, &error);
  void *described = calloc(1, STAGE_DESCRIPTION.state_size);
  if (!status) status = described ? STAGE_DESCRIPTION.run(described, t, &over, &error) : STATUS_NO_MEMORY;
  free(described);
  workers_free(t->workers);
  t->workers = NULL;
  training_free(t);
  return status;
}

/* The same again: the choice of bits, then the model that is kept. One is trained from rows alone, one goes on. */
static void fail_each_time(const Model *from, TrainingOptions options) {
  enum { ROWS_EACH = 12, HELD_OUT = 3 };
  Status status = STATUS_NO_MEMORY;
  for (long failing = 0; status; failing++) {
    long before = live;
    char text[SAMPLE_SIZE];
    Training *t;
    assert_ok(training_new(&options, "", from, &t, &error));
    for (size_t i = 0; i < ROWS_EACH; i++) {
      sample_text(i, text);
      add_row(t, text, sample_label(i), i < HELD_OUT ? ROW_VALIDATES : ROW_TRAINS);
    }
    assert_ok(training_begin(t, NULL, &error));
    train_to_end(t);
    until_failure = failing;
    status = compress(t);
    until_failure = -1;
    assert_int_equal(live, before);
    assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
  }
}

/* Without a thread of its own: no other thread allocates. */
static Status cross_validate(Training *t, void *state) {
  bool over;
  Status status = workers_new(0, (Poll){0}, &t->workers, &error);
  if (!status) status = STAGE_CROSS_VALIDATION.begin(state, t, &error);
  if (!status) status = STAGE_CROSS_VALIDATION.run(state, t, &over, &error);
  STAGE_CROSS_VALIDATION.end(state, t);
  workers_free(t->workers);
  t->workers = NULL;
  training_free(t);
  return status;
}

TEST(cross_validating) {
  TrainingOptions options = sample_options();
  Status status = STATUS_NO_MEMORY;
  options.epochs = 2;
  options.hidden = 0; /* as below */
  options.linear = true;
  options.validation = TRAINING_DEFAULTS.validation;
  model_free(sample_model(&options, 12)); /* the C library keeps what it has allocated for the first thread */
  for (long failing = 0; status; failing++) {
    long before = live;
    void *state = allocate(1, STAGE_CROSS_VALIDATION.state_size);
    Training *t = sample_training(&options, 12);
    begin(t);
    train_to_end(t);
    until_failure = failing;
    status = cross_validate(t, state);
    until_failure = -1;
    free(state);
    assert_int_equal(live, before);
    assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
  }
}

TEST(compressing) {
  TrainingOptions options = sample_options();
  options.epochs = 1;
  options.hidden = 0; /* with so few numbers OpenBLAS needs no memory of its own; it does not ask whether it got it */
  options.compress = options.subwords = options.linear = true;
  options.stop_file = "no such file";
  Model *from = sample_model(&options, SAMPLE_LABELS * 4);
  fail_each_time(NULL, options);
  fail_each_time(from, options);
  model_free(from);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(guessing),
      cmocka_unit_test(cross_validating),
      cmocka_unit_test(compressing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
