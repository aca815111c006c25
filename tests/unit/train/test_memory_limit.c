/* A training that would take more memory than there is: the error that it ends with, and what that advises. */
#include "train/memory_limit.h"

#include <string.h>

#include "train/memory_need.h"
#include "train/stage.h"
#include "unit/train/taught.h"

static TrainingOptions limited(size_t bytes) {
  TrainingOptions options = full_options();
  options.max_memory = bytes;
  return options;
}

/* The limit of a machine is not known in a test: here it is set. */
static Training *training_with(AvailableMemory most, size_t rows) {
  TrainingOptions options = full_options();
  Training *t = sample_training(&options, rows);
  t->memory = (MemoryLimit){.known = true, .most = most};
  return t;
}

static void check_refused(Training *t, const char *part) {
  assert_invalid(training_begin(t, NULL, &error), part);
  assert_null(t->model);
  training_free(t);
}

TEST(the_sentence_says_whose_limit_it_is) {
  const struct {
    MemoryOwner owner;
    const char *part;
  } cases[] = {
      {MEMORY_OF_MACHINE, "more than the 2 MB that the machine has left, expected"},
      {MEMORY_OF_CONTAINER, "more than the 2 MB that the container (control group) has left, expected"},
      {MEMORY_OF_PROCESS, "more than the 2 MB that the process may still take (ulimit), expected"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    check_refused(training_with((AvailableMemory){2000000, cases[i].owner}, ROWS), cases[i].part);
  TrainingOptions options = limited(2000000);
  check_refused(sample_training(&options, ROWS), "more than the 2 MB that option max_memory allows, expected");
}

TEST(where_there_is_no_limit_all_is_learned) {
  Training *t = training_with((AvailableMemory){UINT64_MAX, MEMORY_UNLIMITED}, ROWS);
  begin(t);
  training_free(t);
}

/* Whoever gives a limit may know better what the machine has. */
TEST(the_option_is_above_the_machine) {
  TrainingOptions options = limited(1000000000);
  Training *t = sample_training(&options, ROWS);
  t->memory = (MemoryLimit){.known = true, .most = {1000, MEMORY_OF_MACHINE}};
  begin(t);
  training_free(t);
}

static double need_of(const TrainingOptions *options, size_t rows) {
  TableSize size;
  Training *t = sample_training(options, rows);
  table_size_measure(training_corpus(t), options->subwords, &size);
  size.is_whole = true;
  training_free(t);
  return memory_need(options, &size);
}

TEST(the_need_itself_is_enough) {
  TrainingOptions options = full_options();
  double need = need_of(&options, ROWS);
  options.max_memory = (size_t)need + 1;
  Training *t = sample_training(&options, ROWS);
  begin(t);
  training_free(t);
  options.max_memory = (size_t)(need * 0.999);
  check_refused(sample_training(&options, ROWS), "to learn from 60 rows takes about");
}

/* With what the sentence names the training begins. */
TEST(the_options_that_it_names_are_enough) {
  TrainingOptions options = full_options();
  options.embedding = 128;
  double all = need_of(&options, ROWS);
  options.subwords = false;
  double less = need_of(&options, ROWS);
  assert_true(less < 0.9 * all);
  options.subwords = true;
  options.max_memory = (size_t)((all + less) / 2.0);
  check_refused(sample_training(&options, ROWS), "expected options such as {\"subwords\": false} (");
  options.subwords = false;
  Training *t = sample_training(&options, ROWS);
  begin(t);
  training_free(t);
}

/* 97 different words, so that little else of the need is of this text. */
static Training *with_long_text(const TrainingOptions *options) {
  enum { WORDS = 4000, WORD = 4 };
  char text[WORDS * WORD + 1];
  Training *t = sample_training(options, ROWS);
  for (size_t i = 0; i < WORDS; i++) snprintf(text + WORD * i, WORD + 1, "w%02zu ", i % 97);
  add_row(t, text, sample_label(0), ROW_TRAINS);
  return t;
}

/* A minibatch takes memory by its longest text. */
TEST(of_a_long_text_fewer_tokens_are_enough) {
  TrainingOptions options = full_options(), fewer = options;
  TableSize size;
  options.max_tokens = 4000;
  fewer.max_tokens = 256;
  Training *t = with_long_text(&options);
  table_size_measure(training_corpus(t), options.subwords, &size);
  size.is_whole = true;
  double all = memory_need(&options, &size), less = memory_need(&fewer, &size);
  assert_true(less < 0.9 * all);
  t->options.max_memory = fewer.max_memory = (size_t)((all + less) / 2.0);
  check_refused(t, "expected options such as {\"max_tokens\": 256} (");
  t = with_long_text(&fewer);
  begin(t);
  training_free(t);
}

TEST(nothing_is_named_that_would_not_do) {
  TrainingOptions options = limited(1000);
  Training *t = sample_training(&options, ROWS);
  assert_invalid(training_begin(t, NULL, &error), "allows, expected a higher max_memory");
  assert_null(strstr(error.message, "options such as"));
  training_free(t);
}

/* ---- while rows come -------------------------------------------------------------------------- */

/* Adds rows until they are refused. Returns how many there are then. */
static size_t rows_until_refused(Training *t, size_t most) {
  Status status = STATUS_OK;
  char text[2 * SAMPLE_SIZE];
  while (!status && training_corpus(t)->rows < most) {
    size_t row = training_corpus(t)->rows, used = 0;
    for (size_t i = 0; i < 30; i++)
      used += (size_t)snprintf(text + used, sizeof text - used, "w%zu ", (row + i * i) % 997);
    add_row(t, text, sample_label(row), ROW_TRAINS);
    status = training_check_memory(t, false, &error);
  }
  assert_int_equal(status, status ? STATUS_INVALID : STATUS_OK);
  return training_corpus(t)->rows;
}

enum { MANY = 120000 };

TEST(rows_are_refused_while_they_come) {
  TrainingOptions options = limited(100000000);
  Training *t = sample_training(&options, 0);
  size_t rows = rows_until_refused(t, MANY);
  char expected[64];
  assert_true(rows > 1000 && rows < MANY);
  snprintf(expected, sizeof expected, "to learn from the first %zu rows takes about", rows);
  assert_non_null(strstr(error.message, expected));
  assert_non_null(strstr(error.message, " rows at most, or a higher max_memory"));
  training_free(t);
}

/* As many rows as it advises are learned from. */
TEST(the_sample_that_it_names_is_small_enough) {
  TrainingOptions options = limited(100000000);
  Training *t = sample_training(&options, 0);
  rows_until_refused(t, MANY);
  const char *about = strstr(error.message, " rows at most");
  assert_non_null(about);
  while (about[-1] != ' ') about--;
  size_t advised = strtoul(about, NULL, 10);
  training_free(t);
  assert_true(advised >= 1000 && advised < MANY);
  t = sample_training(&options, 0);
  assert_int_equal(rows_until_refused(t, advised), advised);
  assert_ok(training_check_memory(t, true, &error));
  training_free(t);
}

TEST(small_tables_are_not_looked_at_while_they_come) {
  TrainingOptions options = limited(1);
  Training *t = sample_training(&options, ROWS);
  assert_ok(training_check_memory(t, false, &error));
  assert_status(training_check_memory(t, true, &error), STATUS_INVALID);
  training_free(t);
}

/* ---- beside rows with labels ------------------------------------------------------------------- */

TEST(what_a_teacher_holds_counts) {
  TrainingOptions options = sample_options();
  Training *t = taught_rows(options, TAUGHT_LABELLED);
  add_taught_vectors(t);
  t->options.max_memory = 1000;
  assert_invalid(training_begin(t, NULL, &error), "of memory, more than the 1000 bytes that option max_memory allows");
  training_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_sentence_says_whose_limit_it_is),
      cmocka_unit_test(where_there_is_no_limit_all_is_learned),
      cmocka_unit_test(the_option_is_above_the_machine),
      cmocka_unit_test(the_need_itself_is_enough),
      cmocka_unit_test(the_options_that_it_names_are_enough),
      cmocka_unit_test(of_a_long_text_fewer_tokens_are_enough),
      cmocka_unit_test(nothing_is_named_that_would_not_do),
      cmocka_unit_test(rows_are_refused_while_they_come),
      cmocka_unit_test(the_sample_that_it_names_is_small_enough),
      cmocka_unit_test(small_tables_are_not_looked_at_while_they_come),
      cmocka_unit_test(what_a_teacher_holds_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
