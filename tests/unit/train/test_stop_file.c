/* The stop file: what paths are refused, and where a training is when the file ends it. */
#include "train/stop_file.h"

#include <limits.h>
#include <unistd.h>

#include "unit/train/taught.h"

static char folder[] = "/tmp/classify-XXXXXX";
static char path[sizeof folder + 8];

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) && snprintf(path, sizeof path, "%s/stop", folder) > 0 ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static void make_file(void) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fclose(file);
}

static void remove_file(void) { assert_int_equal(remove(path), 0); }

static void check_refused(const char *wrong, const char *message) {
  StopFile *file = NULL;
  assert_status(stop_file_new(wrong, &file, &error), STATUS_INVALID);
  assert_non_null(strstr(error.message, message));
  assert_null(file);
}

TEST(a_path_that_can_stop_nothing_is_refused) {
  char below[sizeof path + 8], *longest = allocate(PATH_MAX + 2, 1);
  check_refused(folder, "which exists already, expected a file that does not exist yet");
  snprintf(below, sizeof below, "%s/below", path);
  check_refused(below, "which does not exist");
  make_file();
  check_refused(path, "which exists already");
  check_refused(below, "expected the path of a file (Not a directory)");
  remove_file();
  memset(longest, 'a', PATH_MAX + 1);
  check_refused(longest, "expected the path of a file (File name too long)");
  free(longest);
}

TEST(it_is_seen_once_and_for_good) {
  StopFile *file;
  assert_false(stop_file_appeared(NULL));
  assert_ok(stop_file_new(path, &file, &error));
  make_file();
  assert_true(stop_file_appeared(file));
  remove_file();
  assert_true(stop_file_appeared(file));
  stop_file_free(file);
}

static TrainingOptions stopped_options(void) {
  TrainingOptions options = full_options();
  options.stop_file = path;
  return options;
}

/* The linear branch has learned, and the network from one step. */
TEST(it_ends_the_network) {
  TrainingOptions options = stopped_options();
  Training *t = sample_training(&options, ROWS);
  make_file();
  begin(t);
  Epoch epoch = train_to_end(t);
  assert_int_equal(epoch.epoch, 1);
  assert_true(is_warned(t, "stop_file ended the training: the network had less than one epoch"));
  Model *model = end_training(t);
  assert_true(is_finite(model));
  model_free(model);
  remove_file();
}

/* A teacher has not guessed yet, so that there is nothing to save. */
TEST(it_is_an_error_while_a_teacher_guesses) {
  Training *t = taught_training(stopped_options());
  Epoch epoch;
  make_file();
  assert_status(training_epoch(t, (Poll){0}, &epoch, &error), STATUS_INVALID);
  assert_non_null(strstr(error.message, "before anything was learned, so no model is saved"));
  training_free(t);
  remove_file();
}

TEST(a_training_that_it_does_not_end_is_as_without) {
  File expected = {0};
  for (int stoppable = 0; stoppable <= 1; stoppable++) {
    TrainingOptions options = stoppable ? stopped_options() : full_options();
    check_same_file(sample_model(&options, ROWS), &expected);
  }
  free(expected.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_that_can_stop_nothing_is_refused),
      cmocka_unit_test(it_is_seen_once_and_for_good),
      cmocka_unit_test(it_ends_the_network),
      cmocka_unit_test(it_is_an_error_while_a_teacher_guesses),
      cmocka_unit_test(a_training_that_it_does_not_end_is_as_without),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
