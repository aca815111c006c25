/* Memory that is out: whatever a teacher does fails with that status, and nothing leaks. */
#include "unit/no_memory.h"

#include "teacher/co_training.h"
#include "teacher/encoder_words.h"
#include "teacher/logistic_regression.h"
#include "teacher/principal_components.h"
#include "teacher/teacher.h"
#include "teacher/zero_shot.h"
#include "unit/encoder/encoders.h"

enum { TEXTS = 12, SIZE = 4, LABELS = 2 };

static const char *const WORDS[TEXTS] = {"the", "parcel", "is", "late", "my", "invoice", "wrong", "again", "app",
                                         "open", "the", ""};

typedef Status Work(Workers *workers);

static Status work_alone(void *context) {
  Workers *workers = NULL;
  Work **work = context;
  Status status = workers_new(0, (Poll){0}, &workers, &error);
  if (!status) status = (*work)(workers);
  workers_free(workers);
  return status;
}

static void check(Work *work) {
  Workers *workers = new_workers(0);
  assert_ok(work(workers)); /* so that what BLAS keeps is there */
  workers_free(workers);
  fail_each(work_alone, &work);
}

/* ---- encoders ------------------------------------------------------------------------------- */

static EncoderFiles files;
static Encoder *encoder;

static Status make_and_embed(Workers *workers) {
  Encoder *made;
  EncoderTexts texts = {0};
  float vectors[TEXTS * 24];
  Status status = encoder_new(&files, &made, &error);
  if (status) return status;
  for (size_t i = 0; i < TEXTS && !status; i++)
    status = encoder_tokenize(made, WORDS[i], strlen(WORDS[i]), &texts, &error);
  if (!status) status = encoder_embed(made, &texts, workers, NULL, vectors, &error);
  encoder_texts_free(&texts);
  encoder_free(made);
  return status;
}

TEST(making_an_encoder_and_using_it) {
  static const char *const NAMES[] = {"bert", "roberta", "static"};
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    files = open_files(NAMES[n]);
    check(make_and_embed);
    close_files(&files);
  }
}

/* ---- teachers --------------------------------------------------------------------------------- */

static Status teach(Workers *workers, bool by_encoder) {
  Teacher *t;
  Status status = teacher_new(by_encoder ? encoder : NULL, &t, &error);
  if (status) return status;
  for (size_t i = 0; i < TEXTS && !status; i++) status = teacher_add_text(t, WORDS[i], strlen(WORDS[i]), &error);
  for (size_t i = 0; i < TEXTS && !status && !by_encoder; i++) {
    const float vector[SIZE] = {1.0f, (float)i, 2.0f, (float)(i * i)};
    status = teacher_add_vector(t, WORDS[i], strlen(WORDS[i]), vector, SIZE, &error);
  }
  t->keeps_vectors = true;
  if (!status) status = teacher_read(t, NULL, 0, 1, workers, &error);
  teacher_free(t);
  return status;
}

static Status teach_by_encoder(Workers *workers) { return teach(workers, true); }
static Status teach_by_vectors(Workers *workers) { return teach(workers, false); }

static Status read_words(Workers *workers) {
  WordVectors vectors = {0};
  Strings words = {0};
  EncoderWords asked = {.encoder = encoder, .tokenizer = &tokenizer_unicode, .words = &words, .size = SIZE, .seed = 1};
  Status status = STATUS_OK;
  for (size_t i = 0; i < TEXTS && !status; i++)
    if (strings_add(&words, WORDS[i], strlen(WORDS[i])) == STRINGS_NONE) status = error_no_memory(&error);
  if (!status) status = encoder_words_read(&asked, workers, &vectors, &error);
  word_vectors_free(&vectors);
  strings_free(&words);
  return status;
}

/* One with so few numbers that OpenBLAS multiplies without memory of its own: it does not ask whether it got that. */
TEST(teachers_reading) {
  encoder = open_encoder("static");
  check(teach_by_encoder);
  check(teach_by_vectors);
  check(read_words);
  encoder_free(encoder);
}

/* ---- learning ------------------------------------------------------------------------------------ */

static float x[TEXTS * SIZE], targets[TEXTS * LABELS], weights[TEXTS], out[TEXTS * SIZE];
static float by_names[TEXTS * LABELS], by_centres[TEXTS * LABELS];
static uint32_t rows[TEXTS], labels[TEXTS];

static Status find_components(Workers *workers) {
  return principal_components((Matrix){x, TEXTS, SIZE}, 2, 1, workers, out, &error);
}

static Status regress(Workers *workers) {
  LogisticProblem problem = {.x = x, .rows = rows, .targets = targets, .weights = weights, .count = TEXTS,
                             .size = SIZE, .labels = LABELS, .cost = 1.0f};
  float parameters[LABELS * (SIZE + 1)] = {0};
  return logistic_regression_fit(&problem, 10, workers, parameters, &error);
}

static Status guess_by_names(Workers *workers) {
  static const uint32_t PHRASE_LABELS[] = {0, 1};
  ZeroShot z = {.vectors = x, .texts = TEXTS - 2, .phrases = 2, .size = SIZE, .labels = LABELS, .targets = labels,
                .phrase_labels = PHRASE_LABELS};
  return zero_shot_scores(&z, workers, by_names, by_centres, &error);
}

static Status co_train(Workers *workers) {
  static const size_t BEGIN[TEXTS] = {0};
  SparseRows words = {TEXTS, 3, BEGIN, BEGIN, NULL, NULL};
  CoTraining training = {.features = x, .size = SIZE, .words = &words, .targets = labels, .labels = LABELS,
                         .by_names = by_names, .by_centres = by_centres};
  return co_training_predict(&training, workers, out, &error);
}

TEST(learning) {
  fill_normal(x, TEXTS * SIZE, 1.0f, 1);
  for (uint32_t i = 0; i < TEXTS; i++) {
    rows[i] = i;
    weights[i] = 1.0f;
    targets[i * LABELS + i % LABELS] = 1.0f;
    labels[i] = i % 3 ? i % LABELS : LABELS_NONE;
  }
  check(find_components);
  check(regress);
  check(guess_by_names);
  check(co_train);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(making_an_encoder_and_using_it),
      cmocka_unit_test(teachers_reading),
      cmocka_unit_test(learning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
