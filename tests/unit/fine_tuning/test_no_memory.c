/* Memory that is out: fine-tuning fails with that status, and nothing leaks. */
#include "unit/no_memory.h"

#include "base/matrix.h"
#include "fine_tuning/fine_tuning.h"
#include "unit/encoder/encoders.h"

static const char *const TEXTS[] = {"parcel", "late parcel", "invoice", "wrong invoice"};

static Encoder *encoder;
static EncoderTexts texts;

static Status tune(void *context) {
  static const uint32_t ROWS[] = {0, 1, 2, 3}, TARGETS[] = {0, 0, 1, 1};
  (void)context;
  FineTuning tuning = {.encoder = encoder, .labelled = {&texts, ROWS, TARGETS, COUNT(ROWS), 2}};
  Workers *workers = NULL;
  Encoder *tuned = NULL;
  Status status = workers_new(0, (Poll){0}, &workers, &error);
  if (!status) status = fine_tuning_run(&tuning, workers, &tuned, &error);
  encoder_free(tuned);
  workers_free(workers);
  return status;
}

/* OpenBLAS's small products for AVX-512 allocate, and do not ask whether they got what they wanted. */
TEST(fine_tuning) {
  if (strcmp(matrix_kernel(), "SkylakeX") == 0) skip();
  encoder = open_encoder("bert");
  for (size_t i = 0; i < COUNT(TEXTS); i++)
    assert_ok(encoder_tokenize(encoder, TEXTS[i], strlen(TEXTS[i]), &texts, &error));
  assert_ok(tune(NULL)); /* so that what BLAS keeps is there */
  fail_each(tune, NULL);
  encoder_texts_free(&texts);
  encoder_free(encoder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(fine_tuning)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
