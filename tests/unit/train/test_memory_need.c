/* What a training is estimated to take: it grows with the table, and is near to what a training really takes. */
#include "train/memory_need.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sanitized.h"
#include "unit/train/trainings.h"

/* Of a million rows with ten tokens. */
static const TableSize LARGE = {.rows = 1e6, .tokens = 1e7, .longest = 15, .words = 1e5, .letters = 8e5, .ngrams = 2e6,
                                .labels = 2, .is_whole = true};

static double need_of(TableSize size) { return memory_need(&TRAINING_DEFAULTS, &size); }

/* ---- larger tables -------------------------------------------------------------------------- */

TEST(each_sum_adds_to_the_need) {
  TableSize size = LARGE;
  double *const sums[] = {&size.rows, &size.tokens, &size.longest, &size.words, &size.letters, &size.ngrams};
  for (size_t i = 0; i < COUNT(sums); i++) {
    double before = need_of(LARGE), value = *sums[i];
    for (double times = 2; times < 1000; times *= 2) {
      *sums[i] = value * times;
      double need = need_of(size);
      assert_true(need >= before);
      before = need;
    }
    *sums[i] = value;
  }
  size.rows *= 2;
  assert_true(need_of(size) > need_of(LARGE));
}

/* So that a table is refused by its first rows only if it would be refused as a whole. */
TEST(the_first_rows_need_no_more_than_all) {
  for (int linear = 0; linear <= 1; linear++) {
    TrainingOptions options = TRAINING_DEFAULTS;
    options.linear = linear;
    double before = 0.0;
    for (double rows = 1; rows < 4e6; rows *= 1.03) {
      double share = rows / 1e6;
      TableSize size = LARGE;
      double *const sums[] = {&size.rows, &size.tokens, &size.words, &size.letters, &size.ngrams};
      for (size_t i = 0; i < COUNT(sums); i++) *sums[i] *= share;
      const double whole = memory_need(&options, &size);
      size.is_whole = false;
      const double first = memory_need(&options, &size);
      assert_true(whole >= first && first >= before);
      before = first;
    }
  }
}

TEST(parts_that_are_left_out_need_nothing) {
  TrainingOptions options = TRAINING_DEFAULTS;
  const double all = memory_need(&options, &LARGE);
  options.subwords = false;
  assert_true(memory_need(&options, &LARGE) < all);
  options.linear = false;
  double lean = memory_need(&options, &LARGE);
  assert_true(lean < all / 2);
  options.max_vocabulary = 1000;
  assert_true(memory_need(&options, &LARGE) < lean);
  options.hidden = 0;
  options.embedding = 16;
  assert_true(memory_need(&options, &LARGE) < lean);
}

TEST(what_is_given_counts) {
  TableSize size = LARGE;
  size.vectors = 5e9;
  assert_true(need_of(size) >= need_of(LARGE) + 5e9);
  size = LARGE;
  size.unlabelled = 9e5; /* a point of 100 numbers each */
  assert_true(need_of(size) > need_of(LARGE));
  double by_words = need_of(size);
  size.taught = 1000;
  assert_true(need_of(size) >= 1e6 * 1000 * sizeof(float));
  assert_true(need_of(size) > by_words);
  TrainingOptions options = TRAINING_DEFAULTS;
  options.threads = 1;
  double alone = memory_need(&options, &LARGE);
  size = LARGE;
  size.labels = 10;
  double of_ten = memory_need(&options, &size);
  options.threads = 8; /* a machine of each label, at once */
  assert_true(memory_need(&options, &size) > of_ten);
  assert_true(memory_need(&options, &LARGE) == alone); /* of two labels there is one */
}

/* ---- a table's sums ----------------------------------------------------------------------------- */

TEST(a_corpus_is_measured) {
  Corpus corpus = {0};
  TableSize size;
  table_size_measure(&corpus, true, &size);
  assert_true(size.rows == 0 && size.tokens == 0 && size.words == 0);
  const char *const texts[] = {"tea and tea", "coffee", "", "and more tea please"};
  const RowUse uses[] = {ROW_TRAINS, ROW_TRAINS, ROW_UNLABELLED, ROW_VALIDATES};
  for (size_t i = 0; i < COUNT(texts); i++) {
    Label label = text_label(i ? "b" : "a");
    assert_ok(corpus_add(&corpus, &tokenizer_unicode, texts[i], strlen(texts[i]),
                         uses[i] == ROW_UNLABELLED ? NULL : &label, uses[i], &error));
  }
  table_size_measure(&corpus, true, &size);
  assert_true(size.rows == 4 && size.tokens == 8 && size.longest == 4 && size.words == 5 && size.letters == 22);
  assert_true(size.labels == 2 && size.unlabelled == 1 && size.held_out == 1 && size.set_labels == 0);
  double ngrams = 0;
  for (uint32_t w = 0; w < corpus.vocabulary.words.count; w++) {
    size_t length;
    const char *word = strings_get(&corpus.vocabulary.words, w, &length);
    ngrams += (double)subwords_estimate(word, length);
  }
  assert_true(size.ngrams == ngrams);
  table_size_measure(&corpus, false, &size);
  assert_true(size.ngrams == 0);
  corpus_free(&corpus);
}

/* ---- beside the truth --------------------------------------------------------------------------- */

#if defined(__linux__) && !SANITIZED

/* Returns a number of /proc/self/status, in bytes. */
static double status_bytes(const char *key) {
  char line[256];
  double kilobytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, key, strlen(key)) == 0) kilobytes = strtod(line + strlen(key), NULL);
  if (file) fclose(file);
  return kilobytes * 1024.0;
}

/* Words of a vocabulary that grows with the rows, of which the first occur most. */
static void long_text(size_t row, char *text, size_t size) {
  Random random = random_stream(row, 1, 1);
  size_t used = 0;
  for (size_t i = 0; i < 12; i++) {
    double x = random_uniform(&random);
    used += (size_t)snprintf(text + used, size - used, "word%u ", (unsigned)(30000.0 * x * x * x));
  }
  snprintf(text + used, size - used, "kind%zu", row % 5);
}

static Training *large_training(const TrainingOptions *options, size_t rows) {
  static const char *const LABELS[] = {"a", "b", "c", "d", "e"};
  Training *training;
  char text[512];
  assert_ok(training_new(options, "", NULL, &training, &error));
  for (size_t i = 0; i < rows; i++) {
    long_text(i, text, sizeof text);
    add_row(training, text, text_label(LABELS[i % 5]), ROW_TRAINS);
  }
  return training;
}

/* In a process of its own, so that its peak is that of the training: returns the peak beside the estimate. */
static void measure_training(const TrainingOptions *options, size_t rows, double *need, double *taken) {
  int ends[2];
  double numbers[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    double before = status_bytes("VmRSS:");
    TableSize size;
    Training *t = large_training(options, rows);
    table_size_measure(training_corpus(t), options->subwords, &size);
    size.is_whole = true;
    numbers[0] = memory_need(options, &size);
    begin(t);
    train_to_end(t);
    model_free(end_training(t));
    numbers[1] = status_bytes("VmHWM:") - before;
    _exit(write(ends[1], numbers, sizeof numbers) == sizeof numbers ? 0 : 1);
  }
  assert_true(child > 0);
  assert_int_equal(read(ends[0], numbers, sizeof numbers), sizeof numbers);
  assert_int_equal(waitpid(child, NULL, 0), child);
  close(ends[0]);
  close(ends[1]);
  *need = numbers[0];
  *taken = numbers[1];
}

/* The bounds are wide, since an allocator and large pages of memory may add something. */
static void check_estimate(const TrainingOptions *options, size_t rows) {
  double need, taken;
  measure_training(options, rows, &need, &taken);
  print_message("%zu rows: estimate %.1f MB, truth %.1f MB\n", rows, need / 1e6, taken / 1e6);
  assert_true(need > 0.75 * taken);
  assert_true(need < 2.0 * taken);
}

TEST(the_estimate_is_near_the_truth) {
  TrainingOptions options = TRAINING_DEFAULTS;
  options.epochs = 2;
  options.threads = 2;
  options.hidden = 0; /* takes less time */
  options.embedding = 64;
  check_estimate(&options, 20000);
  options.linear = false;
  check_estimate(&options, 20000);
  options.subwords = false;
  check_estimate(&options, 40000);
}

#else

TEST(the_estimate_is_near_the_truth) {
  print_message("skipped: the peak of a process is not known here, or is that of a sanitizer\n");
  skip();
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_sum_adds_to_the_need),
      cmocka_unit_test(the_first_rows_need_no_more_than_all),
      cmocka_unit_test(parts_that_are_left_out_need_nothing),
      cmocka_unit_test(what_is_given_counts),
      cmocka_unit_test(a_corpus_is_measured),
      cmocka_unit_test(the_estimate_is_near_the_truth),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
