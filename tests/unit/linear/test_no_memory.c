/* Memory that is out while a linear branch is trained: it says so, and nothing leaks; and how much it takes. */
#include "unit/no_memory.h"

#include "base/random.h"

enum { VOCABULARY = 6, LENGTH = 5, FEW = 30, MANY = 20100 };

typedef struct Rows {
  uint32_t words[MANY * LENGTH], targets[MANY];
  Text texts[MANY];
  Subwords subwords;
  LinearTraining training;
} Rows;

/* Texts of which the first word is the label's. */
static Rows *rows_new(size_t count, size_t labels) {
  static const char *const WORDS[VOCABULARY] = {"", "rain", "goal", "soup", "4", "x22"};
  Rows *r = allocate(1, sizeof *r);
  Random random = random_stream(count, 0, 0);
  r->subwords.shaped = true;
  for (size_t w = 0; w < VOCABULARY; w++)
    assert_ok(subwords_add(&r->subwords, NULL, WORDS[w], strlen(WORDS[w]), &error));
  for (size_t i = 0; i < count; i++) {
    r->targets[i] = (uint32_t)(i % labels);
    for (size_t t = 0; t < LENGTH; t++) r->words[i * LENGTH + t] = (uint32_t)random_below(&random, VOCABULARY);
    r->words[i * LENGTH] = 1 + r->targets[i];
    r->texts[i] = (Text){r->words + i * LENGTH, LENGTH};
  }
  r->training = (LinearTraining){.texts = r->texts, .targets = r->targets, .count = count, .vocabulary = VOCABULARY,
                                 .labels = labels, .subwords = &r->subwords, .seed = 1};
  return r;
}

static void rows_free(Rows *r) {
  subwords_free(&r->subwords);
  free(r);
}

/* Without threads: no other one allocates. */
static Status train(void *context) {
  Workers *workers;
  Linear l;
  Status status = workers_new(0, (Poll){0}, &workers, &error);
  if (status) return status;
  status = linear_train(&l, context, workers, NULL, &error);
  assert_int_equal(linear_exists(&l), status == STATUS_OK);
  linear_free(&l);
  workers_free(workers);
  return status;
}

TEST(a_column_for_each_label) {
  Rows *r = rows_new(FEW, 3);
  fail_each(train, &r->training);
  rows_free(r);
}

TEST(many_rows) {
  Rows *r = rows_new(MANY, 2);
  fail_each(train, &r->training);
  rows_free(r);
}

TEST(sets_of_labels) {
  static const uint32_t both[] = {0, 1};
  Rows *r = rows_new(MANY, 2);
  LabelSets sets = {0};
  assert_int_equal(label_sets_add(&sets, (LabelSet){both, 1}), 0);
  assert_int_equal(label_sets_add(&sets, (LabelSet){both, 2}), 1);
  r->training.sets = &sets;
  fail_each(train, &r->training);
  r->training.count = FEW;
  fail_each(train, &r->training);
  label_sets_free(&sets);
  rows_free(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_column_for_each_label),
      cmocka_unit_test(many_rows),
      cmocka_unit_test(sets_of_labels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
