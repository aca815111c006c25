/* The linear branch: margins, contributions, learning, files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "linear/feature_scales.h"
#include "linear/linear.h"
#include "linear/svm.h"
#include "text/capitals.h"
#include "unit/support.h"

enum { VOCABULARY = 12, MOST_LABELS = 4, TEXTS = 40, LENGTH = 9 };

/* Words that are not in the vocabulary. */
static const char *const OTHERS[] = {"raining", "ink", "\u96ea", "overwrought"};

static uint32_t words[TEXTS * LENGTH];
static Text texts[TEXTS];
static Subwords others;

static int make_texts(void **unused) {
  (void)unused;
  Random random = random_stream(6, 0, 0);
  for (size_t w = 0; w < COUNT(words); w++) words[w] = (uint32_t)random_below(&random, VOCABULARY + COUNT(OTHERS));
  for (size_t i = 0; i < TEXTS; i++) texts[i] = (Text){words + i * LENGTH, i % (LENGTH + 1)};
  others = make_spelling(OTHERS, COUNT(OTHERS));
  return 0;
}

static int free_texts(void **unused) {
  (void)unused;
  subwords_free(&others);
  return 0;
}

static Lexicon finished_lexicon(void) { return (Lexicon){.subwords = &others, .folded = true}; }

/* ---- margins ----------------------------------------------------------------------- */

/* A margin of some twenty products of about 1 is rounded to 2e-6 of it at most. */
static const double ROUNDED = 1e-5;

/* linear.h's formula in double: column c of the margins. */
static double column_margin(const Linear *l, const TfidfVector *v, size_t c) {
  double sum = (double)l->bias[c];
  size_t features = tfidf_features(&l->tfidf);
  for (size_t i = 0; i < v->count; i++) {
    double weight = 0.0;
    if (v->number[i] & TFIDF_HASHED) {
      size_t bucket = (v->number[i] - TFIDF_HASHED) % l->buckets;
      weight = (double)l->kernel[(features + bucket) * l->columns + c];
    } else if (v->number[i] < features) {
      weight = (double)l->kernel[v->number[i] * l->columns + c];
    } else {
      size_t count;
      const uint32_t *hash = subwords_get(&others, v->number[i] - features, &count);
      double factor = (double)TFIDF_SUBWORDS / sqrt((double)count);
      for (size_t g = 0; g < count; g++)
        weight += factor * (double)l->kernel[(features + hash[g] % l->buckets) * l->columns + c];
    }
    sum += (double)v->value[i] * weight;
  }
  return sum;
}

static void margins_of(const Linear *l, const Lexicon *lexicon, Text text, float margins[MOST_LABELS]) {
  TfidfVector v = {0};
  assert_ok(tfidf_vector(&l->tfidf, lexicon, text, &v, &error));
  assert_ok(linear_forward(l, lexicon, &v, margins, &error));
  tfidf_vector_free(&v);
}

static void check_margins(size_t labels, size_t buckets) {
  Linear l = random_linear(VOCABULARY, labels, buckets, labels);
  const Lexicon lexicon = finished_lexicon();
  for (size_t i = 0; i < TEXTS; i++) {
    TfidfVector v = {0};
    float margins[MOST_LABELS];
    assert_ok(tfidf_vector(&l.tfidf, &lexicon, texts[i], &v, &error));
    assert_ok(linear_forward(&l, &lexicon, &v, margins, &error));
    for (size_t c = 0; c < labels; c++) {
      double expected = labels != 2 ? column_margin(&l, &v, c) : column_margin(&l, &v, 0) * (c ? 1.0 : -1.0);
      assert_near((double)margins[c], expected, ROUNDED);
    }
    tfidf_vector_free(&v);
  }
  linear_free(&l);
  linear_free(&l);
}

TEST(margins_are_those_of_the_formula) {
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    check_margins(labels, 0);
    check_margins(labels, 7);
  }
}

/* ---- contributions -------------------------------------------------------------------- */

static void check_shares(const Linear *l, const Lexicon *lexicon, Text text) {
  float margins[MOST_LABELS], contributions[LENGTH];
  TfidfVector v = {0};
  margins_of(l, lexicon, text, margins);
  assert_ok(tfidf_vector(&l->tfidf, lexicon, text, &v, &error));
  for (uint32_t label = 0; label < l->labels; label++) {
    double bias = l->labels == 2 ? (double)l->bias[0] * (label ? 1.0 : -1.0) : (double)l->bias[label];
    double sum = 0.5 * bias; /* of the margin times a half */
    for (size_t t = 0; t < text.length; t++) contributions[t] = 100.0f;
    assert_ok(linear_contribute(l, lexicon, &v, text, label, 0.5f, contributions, &error));
    for (size_t t = 0; t < text.length; t++) sum += (double)contributions[t] - 100.0;
    assert_near(sum, 0.5 * (double)margins[label], 1e-4); /* 100 has 8e-6 after the point */
  }
  tfidf_vector_free(&v);
}

TEST(shares_and_the_bias_sum_to_the_margin) {
  const Lexicon lexicon = finished_lexicon();
  for (size_t labels = 2; labels <= MOST_LABELS; labels++)
    for (size_t buckets = 0; buckets <= 7; buckets += 7) {
      Linear l = random_linear(VOCABULARY, labels, buckets, labels);
      for (size_t i = 0; i < TEXTS; i++) check_shares(&l, &lexicon, texts[i]);
      linear_free(&l);
    }
}

/* Where labels are many, fewer words are features than the vocabulary has. */
TEST(shares_sum_to_the_margin_where_words_are_left_out) {
  const Lexicon lexicon = finished_lexicon();
  for (size_t kept = 1; kept < VOCABULARY; kept++) {
    Linear l = random_linear(kept, 3, 7, 1);
    l.tfidf.vocabulary = VOCABULARY;
    for (size_t i = 0; i < TEXTS; i++) check_shares(&l, &lexicon, texts[i]);
    linear_free(&l);
  }
}

/* Half the term of the pair 1 2 is word 1's contribution, half word 2's. */
TEST(a_pair_is_shared_by_its_words) {
  const uint32_t text[] = {3, 1, 2};
  Linear l = random_linear(VOCABULARY, 3, 0, 1);
  const Lexicon lexicon = finished_lexicon();
  TfidfVector v = {0};
  float contributions[3] = {0}, alone[3] = {0};
  uint32_t first = 0, second = 0; /* a pair that is there, of words whose neighbour is none */
  for (uint32_t a = 1; a < VOCABULARY && !first; a++)
    for (uint32_t b = 1; b < VOCABULARY && !first; b++)
      if (a != 3 && b != 3 && a != b && tfidf_pair(&l.tfidf, a, b) && !tfidf_pair(&l.tfidf, 3, a)) {
        first = a;
        second = b;
      }
  assert_int_not_equal(first, 0);
  const uint32_t with_pair[] = {text[0], first, second};
  uint32_t pair = tfidf_pair(&l.tfidf, first, second);
  assert_ok(tfidf_vector(&l.tfidf, NULL, (Text){with_pair, 3}, &v, &error));
  assert_ok(linear_contribute(&l, &lexicon, &v, (Text){with_pair, 3}, 1, 1.0f, contributions, &error));
  float weight = l.kernel[pair * 3 + 1], value = v.value[tfidf_vector_find(&v, pair)];
  l.kernel[pair * 3 + 1] = 0.0f;
  assert_ok(linear_contribute(&l, &lexicon, &v, (Text){with_pair, 3}, 1, 1.0f, alone, &error));
  assert_true(contributions[0] == alone[0]);
  for (size_t t = 1; t < 3; t++)
    assert_near((double)(contributions[t] - alone[t]), 0.5 * (double)(weight * value), 1e-6);
  tfidf_vector_free(&v);
  linear_free(&l);
}

/* ---- learning ------------------------------------------------------------------------- */

/* Words w0 .. w11 of a vocabulary, then four that are not in it; the subject of a
** text is word 1 + label or, in every fourth text of a label, 5 + label.
*/
static Subwords lesson_words(void) {
  static const char *const KNOWN[VOCABULARY] = {"", "rain", "goal", "soup", "farm", "snow", "team", "salt",
                                                "cow", "and", "the", "of"};
  Subwords subwords = make_spelling(KNOWN, VOCABULARY);
  for (size_t i = 0; i < COUNT(OTHERS); i++)
    assert_ok(subwords_add(&subwords, NULL, OTHERS[i], strlen(OTHERS[i]), &error));
  return subwords;
}

/* The same with shapes; the words that all subjects have are numbers and a character. */
static Subwords shaped_lesson_words(void) {
  static const char *const KNOWN[VOCABULARY] = {"", "rain", "goal", "soup", "farm", "snow", "team", "salt",
                                                "cow", "4", "x22", "\u96e8"};
  Subwords subwords = {.shaped = true};
  for (size_t i = 0; i < VOCABULARY; i++) assert_ok(subwords_add(&subwords, NULL, KNOWN[i], strlen(KNOWN[i]), &error));
  for (size_t i = 0; i < COUNT(OTHERS); i++)
    assert_ok(subwords_add(&subwords, NULL, OTHERS[i], strlen(OTHERS[i]), &error));
  return subwords;
}

enum { ROWS = 80, ROW_LENGTH = 4 };

typedef struct Subjects {
  uint32_t words[ROWS * ROW_LENGTH], targets[ROWS];
  uint8_t capitals[ROWS * ROW_LENGTH];
  Text texts[ROWS];
  LinearTraining training;
} Subjects;

/* Every fourth text of each label. */
static bool is_second_half(size_t labels, size_t row) { return row / labels % 4 == 0; }

static Subjects *subjects_new(size_t labels, const Subwords *subwords) {
  Subjects *s = allocate(1, sizeof *s);
  Random random = random_stream(labels, 1, 1);
  for (uint32_t i = 0; i < ROWS; i++) {
    uint32_t *text = s->words + i * ROW_LENGTH, label = i % (uint32_t)labels;
    for (size_t t = 0; t < ROW_LENGTH; t++) text[t] = 9 + (uint32_t)random_below(&random, 3);
    text[1 + random_below(&random, ROW_LENGTH - 1)] = (is_second_half(labels, i) ? 5 : 1) + label;
    if (subwords && i % 5 == 0) text[0] = 2 * VOCABULARY + i % COUNT(OTHERS);
    s->capitals[i * ROW_LENGTH + i % ROW_LENGTH] = (uint8_t)(i % CAPITALS_COUNT);
    s->texts[i] = (Text){text, ROW_LENGTH, s->capitals + i * ROW_LENGTH};
    s->targets[i] = label;
  }
  s->training = (LinearTraining){.texts = s->texts, .targets = s->targets, .count = ROWS, .vocabulary = VOCABULARY,
                                 .labels = labels, .subwords = subwords, .seed = 1};
  return s;
}

static Status learn_on(Linear *l, const LinearTraining *training, size_t threads, Poll poll) {
  Workers *workers;
  assert_ok(workers_new(threads, poll, &workers, &error));
  Status status = linear_train(l, training, workers, NULL, &error);
  workers_free(workers);
  return status;
}

static Linear learn(const LinearTraining *training) {
  Linear l;
  assert_ok(learn_on(&l, training, 1, (Poll){0}));
  return l;
}

/* In training words of the vocabulary have their rows, as in a finished branch. */
static Lexicon lesson_lexicon(const LinearTraining *training) {
  return (Lexicon){.subwords = training->subwords, .folded = true};
}

static size_t count_right(const Linear *l, const LinearTraining *training) {
  const Lexicon lexicon = lesson_lexicon(training);
  size_t right = 0;
  for (size_t i = 0; i < training->count; i++) {
    float margins[MOST_LABELS];
    uint32_t best = 0;
    margins_of(l, &lexicon, training->texts[i], margins);
    for (uint32_t c = 1; c < l->labels; c++)
      if (margins[c] > margins[best]) best = c;
    right += best == training->targets[i];
  }
  return right;
}

TEST(learns_separable_labels) {
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    Subwords subwords = lesson_words();
    Subjects *plain = subjects_new(labels, NULL), *spelled = subjects_new(labels, &subwords);
    Linear a = learn(&plain->training), b = learn(&spelled->training);
    assert_int_equal(a.columns, labels == 2 ? 1 : labels);
    assert_int_equal(a.buckets, 0);
    assert_true(b.buckets > 0 && b.tfidf.spelled);
    assert_int_equal(count_right(&a, &plain->training), ROWS);
    assert_int_equal(count_right(&b, &spelled->training), ROWS);
    linear_free(&a);
    linear_free(&b);
    free(plain);
    free(spelled);
    subwords_free(&subwords);
  }
}

TEST(two_labels_have_one_machine_and_opposite_margins) {
  Subjects *s = subjects_new(2, NULL);
  Linear l = learn(&s->training);
  const Lexicon lexicon = lesson_lexicon(&s->training);
  for (size_t i = 0; i < ROWS; i++) {
    float margins[MOST_LABELS];
    margins_of(&l, &lexicon, s->texts[i], margins);
    assert_true(margins[0] == -margins[1]);
  }
  linear_free(&l);
  free(s);
}

/* ---- several labels a text ------------------------------------------------------------ */

static void add_sets(LabelSets *sets, const LabelSet *set, size_t count) {
  for (size_t i = 0; i < count; i++) assert_int_equal(label_sets_add(sets, set[i]), i);
}

TEST(sets_of_one_label_are_learned_as_labels) {
  static const uint32_t numbers[] = {0, 1, 2, 3};
  for (size_t labels = 3; labels <= MOST_LABELS; labels++) {
    Subjects *s = subjects_new(labels, NULL);
    LabelSets sets = {0};
    for (uint32_t c = 0; c < labels; c++) assert_int_equal(label_sets_add(&sets, (LabelSet){&numbers[c], 1}), c);
    LinearTraining of_sets = s->training;
    of_sets.sets = &sets;
    Linear a = learn(&s->training), b = learn(&of_sets);
    assert_int_equal(a.columns, b.columns);
    assert_memory_equal(a.bias, b.bias, a.columns * sizeof *a.bias);
    assert_memory_equal(a.kernel, b.kernel, tfidf_features(&a.tfidf) * a.columns * sizeof *a.kernel);
    linear_free(&a);
    linear_free(&b);
    label_sets_free(&sets);
    free(s);
  }
}

/* All texts have label 0; those of the second subject have label 1, too. */
TEST(each_label_of_a_set_has_a_machine) {
  static const uint32_t both[] = {0, 1};
  Subjects *s = subjects_new(2, NULL);
  LabelSets sets = {0};
  add_sets(&sets, (LabelSet[]){{both, 1}, {both, 2}}, 2);
  s->training.sets = &sets;
  Linear l = learn(&s->training);
  const Lexicon lexicon = lesson_lexicon(&s->training);
  assert_int_equal(l.columns, 2);
  for (size_t i = 0; i < ROWS; i++) {
    float margins[MOST_LABELS];
    margins_of(&l, &lexicon, s->texts[i], margins);
    assert_true(margins[0] > 0.5f);
    assert_int_equal(margins[1] > 0.0f, s->training.targets[i] == 1);
  }
  linear_free(&l);
  label_sets_free(&sets);
  free(s);
}

/* One label that a text has or has not. */
TEST(one_label_has_a_machine) {
  static const uint32_t first[] = {0};
  Subjects *s = subjects_new(2, NULL);
  LabelSets sets = {0};
  add_sets(&sets, (LabelSet[]){{first, 0}, {first, 1}}, 2);
  s->training.sets = &sets;
  s->training.labels = 1;
  Linear l = learn(&s->training);
  const Lexicon lexicon = lesson_lexicon(&s->training);
  assert_int_equal(l.columns, 1);
  for (size_t i = 0; i < ROWS; i++) {
    float margins[MOST_LABELS];
    margins_of(&l, &lexicon, s->texts[i], margins);
    assert_int_equal(margins[0] > 0.0f, s->training.targets[i] == 1);
  }
  linear_free(&l);
  label_sets_free(&sets);
  free(s);
}

/* ---- the machines ---------------------------------------------------------------------- */

/* The row of a text as svm.h takes it: its features, and the n-grams of its words, in one dense array. */
static void dense_row(const Linear *l, const LinearTraining *training, Text text, float *row) {
  size_t features = tfidf_features(&l->tfidf);
  TfidfVector v = {0};
  const Lexicon lexicon = lesson_lexicon(training);
  assert_ok(tfidf_vector(&l->tfidf, &lexicon, text, &v, &error));
  for (size_t i = 0; i < v.count; i++) {
    size_t count = 0, f = v.number[i];
    if (f & TFIDF_HASHED) {
      row[features + (f - TFIDF_HASHED) % l->buckets] += v.value[i];
      continue;
    }
    if (f < features) row[f] = v.value[i];
    if (!training->subwords || (f >= l->tfidf.words && f < features)) continue;
    const uint32_t *hash = subwords_get(training->subwords, f < features ? f : f - features, &count);
    float part = v.value[i] * TFIDF_SUBWORDS / sqrtf((float)count);
    for (size_t g = 0; g < count; g++) row[features + hash[g] % l->buckets] += part;
  }
  tfidf_vector_free(&v);
}

typedef struct DenseJob {
  const SparseRows *rows;
  const uint32_t *targets;
  const float *costs;
  Workers *workers;
  Svm svm;
} DenseJob;

static Status dense_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)task_error;
  (void)index;
  (void)worker;
  DenseJob *job = context;
  svm_fit(job->rows, job->targets, 1, job->costs, 1, job->workers, &job->svm);
  return STATUS_OK;
}

/* Twice as much for n-grams and hashed features as for words and pairs. */
static void set_scales(const Linear *l, const DenseJob *job, Svm *svm) {
  FeatureCounts all, with;
  assert_ok(feature_counts_new(job->rows, &all, &error));
  assert_ok(feature_counts_new(job->rows, &with, &error));
  feature_counts_add(job->rows, 0, ROWS, NULL, 0, &all);
  feature_counts_add(job->rows, 0, ROWS, job->targets, 1, &with);
  feature_scales_get(job->rows->features, tfidf_features(&l->tfidf), &all, &with, svm->squares);
  svm_measure(job->rows, job->workers, svm);
  feature_counts_free(&all);
  feature_counts_free(&with);
}

/* The margins of label 1 are those of a machine on rows that are made here, in the
** plainest way, with the cost 2 of a row times its weights. Both solvers take the
** same steps, rounded otherwise: 1e-3 covers a hundred passes.
*/
static void check_machine(const LinearTraining *training) {
  Linear l = learn(training);
  size_t features = tfidf_features(&l.tfidf) + l.buckets, entries = 0, most = ROWS * 60;
  size_t begin[ROWS], end[ROWS];
  uint32_t *feature = allocate(most, sizeof *feature);
  float *value = allocate(most, sizeof *value), costs[ROWS], *row = allocate(features, sizeof *row);
  for (size_t i = 0; i < ROWS; i++) {
    memset(row, 0, features * sizeof *row);
    dense_row(&l, training, training->texts[i], row);
    begin[i] = entries;
    for (uint32_t f = 0; f < features; f++) {
      if (row[f] == 0.0f) continue;
      assert_true(entries < most);
      feature[entries] = f;
      value[entries++] = row[f];
    }
    end[i] = entries;
    costs[i] = 2.0f * (training->label_weights ? training->label_weights[training->targets[i]] : 1.0f);
  }
  const SparseRows rows = {ROWS, features, begin, end, feature, value};
  DenseJob job = {.rows = &rows, .targets = training->targets, .costs = costs};
  assert_ok(svm_new(&rows, &job.svm, &error));
  assert_ok(workers_new(0, (Poll){0}, &job.workers, &error));
  set_scales(&l, &job, &job.svm);
  assert_ok(workers_run(job.workers, 1, dense_task, &job, &error));
  const Lexicon lexicon = lesson_lexicon(training);
  for (size_t i = 0; i < ROWS; i++) {
    float margins[MOST_LABELS];
    double expected = (double)job.svm.weights[features];
    for (size_t e = begin[i]; e < end[i]; e++) expected += (double)value[e] * (double)job.svm.weights[feature[e]];
    margins_of(&l, &lexicon, training->texts[i], margins);
    assert_near((double)margins[1], expected, 1e-3);
  }
  workers_free(job.workers);
  svm_free(&job.svm);
  linear_free(&l);
  free(feature);
  free(value);
  free(row);
}

/* Rows with numbers, capitals and a script without spaces, and what each token contributes to them. */
TEST(shapes_are_learned_and_shared) {
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    Subwords subwords = shaped_lesson_words();
    Subjects *s = subjects_new(labels, &subwords);
    check_machine(&s->training);
    Linear l = learn(&s->training);
    const Lexicon lexicon = lesson_lexicon(&s->training);
    assert_non_null(l.tfidf.shapes);
    assert_int_equal(count_right(&l, &s->training), ROWS);
    for (size_t i = 0; i < ROWS; i++) check_shares(&l, &lexicon, s->texts[i]);
    linear_free(&l);
    free(s);
    subwords_free(&subwords);
  }
}

TEST(a_margin_is_that_of_a_machine_on_the_rows) {
  const float label_weights[MOST_LABELS] = {1.0f, 0.25f, 3.0f, 0.5f};
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    Subwords subwords = lesson_words();
    Subjects *plain = subjects_new(labels, NULL), *spelled = subjects_new(labels, &subwords);
    check_machine(&plain->training);
    check_machine(&spelled->training);
    plain->training.label_weights = spelled->training.label_weights = label_weights;
    check_machine(&plain->training);
    check_machine(&spelled->training);
    free(plain);
    free(spelled);
    subwords_free(&subwords);
  }
}

/* A word that was not seen, made of the letters of one that was. */
TEST(words_outside_the_vocabulary_weigh_by_their_letters) {
  const char *const words_like[] = {"raining", "xyz"};
  Subwords subwords = lesson_words(), alike = make_spelling(words_like, 2);
  Subjects *s = subjects_new(3, &subwords);
  Linear l = learn(&s->training);
  const Lexicon lexicon = {.subwords = &alike, .folded = true};
  const uint32_t rainy[] = {VOCABULARY}, strange[] = {VOCABULARY + 1};
  float like_rain[MOST_LABELS], like_nothing[MOST_LABELS];
  margins_of(&l, &lexicon, (Text){rainy, 1}, like_rain); /* "rain" is of label 0 */
  margins_of(&l, &lexicon, (Text){strange, 1}, like_nothing);
  assert_true(like_rain[0] > like_nothing[0] + 0.1f);
  assert_true(like_rain[0] > like_rain[1] && like_rain[0] > like_rain[2]);
  subwords_free(&alike);
  subwords_free(&subwords);
  linear_free(&l);
  free(s);
}

static void check_same_branch(const Linear *a, const Linear *b) {
  size_t features = tfidf_features(&a->tfidf);
  assert_int_equal(features, tfidf_features(&b->tfidf));
  assert_int_equal(a->labels, b->labels);
  assert_int_equal(a->columns, b->columns);
  assert_int_equal(a->buckets, b->buckets);
  assert_int_equal(a->tfidf.words, b->tfidf.words);
  assert_int_equal(a->tfidf.vocabulary, b->tfidf.vocabulary);
  assert_int_equal(a->tfidf.spelled, b->tfidf.spelled);
  assert_memory_equal(a->kernel, b->kernel, (features + a->buckets) * a->columns * sizeof(float));
  assert_memory_equal(a->bias, b->bias, a->columns * sizeof(float));
  assert_memory_equal(a->tfidf.idf, b->tfidf.idf, features * sizeof(float));
  assert_memory_equal(a->tfidf.pair_end, b->tfidf.pair_end, a->tfidf.words * sizeof(uint32_t));
  if (a->tfidf.pairs) assert_memory_equal(a->tfidf.second, b->tfidf.second, a->tfidf.pairs * sizeof(uint32_t));
}

/* More rows than one task reads, so that threads take parts. */
TEST(any_number_of_threads_gives_the_same_bits) {
  enum { TIMES = 12 };
  Subwords subwords = lesson_words();
  Subjects *s = subjects_new(4, &subwords);
  Text *many = allocate(ROWS * TIMES, sizeof *many);
  uint32_t *targets = allocate(ROWS * TIMES, sizeof *targets);
  for (size_t i = 0; i < ROWS * TIMES; i++) {
    many[i] = (Text){s->texts[i % ROWS].words, 1 + i % ROW_LENGTH};
    targets[i] = s->targets[i % ROWS];
  }
  s->training.texts = many;
  s->training.targets = targets;
  s->training.count = ROWS * TIMES;
  Linear expected;
  assert_ok(learn_on(&expected, &s->training, 0, (Poll){0}));
  const size_t threads[] = {1, 2, 5};
  for (size_t i = 0; i < COUNT(threads); i++) {
    Linear l;
    assert_ok(learn_on(&l, &s->training, threads[i], (Poll){0}));
    check_same_branch(&l, &expected);
    linear_free(&l);
  }
  s->training.seed = 2;
  Linear other = learn(&s->training);
  assert_memory_not_equal(other.kernel, expected.kernel, tfidf_features(&other.tfidf) * 4 * sizeof(float));
  linear_free(&other);
  linear_free(&expected);
  free(many);
  free(targets);
  free(s);
  subwords_free(&subwords);
}

/* A training can be stopped at any poll, and then leaves nothing behind. Without threads every
** workers_stopped() polls.
*/
TEST(learning_can_be_interrupted_anywhere) {
  Subwords subwords = lesson_words();
  Subjects *s = subjects_new(3, &subwords);
  Status status = STATUS_INTERRUPTED;
  size_t after = 0;
  for (; status; after++) {
    Linear l;
    Stop stop = {.after = after};
    status = learn_on(&l, &s->training, 0, (Poll){stop_later, &stop});
    assert_true(status == STATUS_OK || status == STATUS_INTERRUPTED);
    assert_int_equal(linear_exists(&l), status == STATUS_OK);
    linear_free(&l);
  }
  assert_true(after > 20); /* in each machine, too */
  free(s);
  subwords_free(&subwords);
}

/* ---- many rows --------------------------------------------------------------------------- */

/* So many rows that threads share each machine: texts of a subject word, and of words that all subjects have. */
enum { MANY = 20500 };

typedef struct ManyRows {
  Subjects *subjects;
  Text *texts;
  uint32_t *targets;
} ManyRows;

static ManyRows many_rows(size_t labels, const Subwords *subwords) {
  ManyRows m = {subjects_new(labels, subwords), allocate(MANY, sizeof(Text)), allocate(MANY, sizeof(uint32_t))};
  for (size_t i = 0; i < MANY; i++) {
    m.texts[i] = m.subjects->texts[i * 7 % ROWS];
    m.targets[i] = m.subjects->targets[i * 7 % ROWS];
    if (i % 10 == 0) m.targets[i] = (uint32_t)(i / 10 % labels); /* not all can be right */
  }
  m.subjects->training.texts = m.texts;
  m.subjects->training.targets = m.targets;
  m.subjects->training.count = MANY;
  return m;
}

static void many_rows_free(ManyRows *m) {
  free(m->subjects);
  free(m->texts);
  free(m->targets);
}

TEST(many_rows_give_the_same_bits_with_any_number_of_threads) {
  for (size_t labels = 2; labels <= 3; labels++) {
    Subwords subwords = shaped_lesson_words();
    ManyRows m = many_rows(labels, &subwords);
    Linear expected;
    assert_ok(learn_on(&expected, &m.subjects->training, 0, (Poll){0}));
    assert_true(count_right(&expected, &m.subjects->training) > MANY * 9 / 10);
    const size_t threads[] = {1, 2, 4};
    for (size_t i = 0; i < COUNT(threads); i++) {
      Linear l;
      assert_ok(learn_on(&l, &m.subjects->training, threads[i], (Poll){0}));
      check_same_branch(&l, &expected);
      linear_free(&l);
    }
    linear_free(&expected);
    many_rows_free(&m);
    subwords_free(&subwords);
  }
}

/* At more and more polls, until none says stop. */
TEST(learning_of_many_rows_can_be_interrupted) {
  Subwords subwords = shaped_lesson_words();
  ManyRows m = many_rows(2, &subwords);
  Status status = STATUS_INTERRUPTED;
  size_t stopped = 0;
  for (size_t after = 1; status; after += 1 + after / 4) {
    Linear l;
    Stop stop = {.after = after};
    status = learn_on(&l, &m.subjects->training, 0, (Poll){stop_later, &stop});
    assert_true(status == STATUS_OK || status == STATUS_INTERRUPTED);
    assert_int_equal(linear_exists(&l), status == STATUS_OK);
    stopped += status != STATUS_OK;
    linear_free(&l);
  }
  assert_true(stopped > 20);
  many_rows_free(&m);
  subwords_free(&subwords);
}

/* ---- going on ------------------------------------------------------------------------- */

/* The rows whose subject word is below 5, or the others. */
static LinearTraining half_of(const Subjects *s, bool second, Text some[ROWS], uint32_t targets[ROWS]) {
  LinearTraining training = s->training;
  training.texts = some;
  training.targets = targets;
  training.count = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (is_second_half(s->training.labels, i) != second) continue;
    some[training.count] = s->texts[i];
    targets[training.count++] = s->targets[i];
  }
  return training;
}

static void check_going_on(size_t labels, const Subwords *subwords) {
  Subjects *s = subjects_new(labels, NULL);
  Text first_texts[ROWS], second_texts[ROWS];
  uint32_t first_targets[ROWS], second_targets[ROWS];
  s->training.subwords = subwords;
  LinearTraining first = half_of(s, false, first_texts, first_targets);
  LinearTraining second = half_of(s, true, second_texts, second_targets);
  Linear before = learn(&first);
  assert_true(count_right(&before, &second) < second.count); /* so that there is something to learn */
  second.from = &before;
  Linear after = learn(&second);
  assert_int_equal(count_right(&after, &second), second.count);
  assert_int_equal(count_right(&after, &first), first.count);
  linear_free(&before);
  linear_free(&after);
  free(s);
}

TEST(what_was_learned_before_is_kept) {
  Subwords subwords = lesson_words();
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    check_going_on(labels, NULL);
    check_going_on(labels, &subwords);
  }
  subwords_free(&subwords);
}

/* Rows that say nothing leave every margin as it was, whatever comes in words and
** labels. n-grams are taken away from rows and added again: 1e-5.
*/
static void check_unchanged(size_t labels, size_t more_labels, const Subwords *subwords) {
  Subjects *s = subjects_new(labels, NULL);
  s->training.subwords = subwords;
  Linear before = learn(&s->training);
  LinearTraining nothing = {.vocabulary = VOCABULARY, .labels = more_labels, .subwords = subwords, .from = &before};
  Linear after = learn(&nothing);
  const Lexicon lexicon = lesson_lexicon(&s->training);
  assert_int_equal(after.labels, more_labels);
  assert_int_equal(after.buckets, before.buckets);
  for (size_t i = 0; i < ROWS; i++) {
    float old[MOST_LABELS], new[MOST_LABELS];
    margins_of(&before, &lexicon, s->texts[i], old);
    margins_of(&after, &lexicon, s->texts[i], new);
    assert_close(new, old, labels, 1e-5);
    for (size_t c = labels; c < more_labels; c++) assert_near((double)new[c], 0.0, 1e-6);
  }
  linear_free(&before);
  linear_free(&after);
  free(s);
}

TEST(going_on_without_rows_changes_nothing) {
  Subwords subwords = lesson_words();
  for (size_t labels = 2; labels <= MOST_LABELS; labels++)
    for (size_t more = labels; more <= MOST_LABELS; more++) {
      check_unchanged(labels, more, NULL);
      check_unchanged(labels, more, &subwords);
    }
  subwords_free(&subwords);
}

/* Fine-tuning does not change the weights of words that no new row has; new words and labels are
** learned. Words are 0 .. 11 before, 12 and 13 are new.
*/
TEST(new_words_and_labels_come_beside_the_old) {
  Subjects *s = subjects_new(2, NULL);
  Linear before = learn(&s->training);
  const uint32_t fresh_words[] = {12, 13, 10, 12, 9, 13, 1, 13};
  const Text fresh[] = {{fresh_words, 1}, {fresh_words + 1, 2}, {fresh_words + 3, 2}, {fresh_words + 5, 1},
                        {fresh_words + 6, 1}};
  const uint32_t targets[] = {2, 2, 2, 2, 0};
  LinearTraining training = {.texts = fresh, .targets = targets, .count = COUNT(targets), .vocabulary = VOCABULARY + 2,
                             .labels = 3, .from = &before, .seed = 1};
  Linear after = learn(&training);
  assert_int_equal(after.tfidf.words, VOCABULARY + 2);
  for (uint32_t w = 2; w < 9; w++) { /* 1, 9 and 10 are in the new rows */
    assert_true(after.kernel[w * 3] == -before.kernel[w]);
    assert_true(after.kernel[w * 3 + 1] == before.kernel[w]);
    assert_true(after.kernel[w * 3 + 2] == 0.0f);
  }
  for (uint32_t a = 1; a < VOCABULARY; a++)
    for (uint32_t b = 1; b < VOCABULARY; b++) {
      uint32_t old = tfidf_pair(&before.tfidf, a, b), pair = tfidf_pair(&after.tfidf, a, b);
      if (old) assert_int_not_equal(pair, 0);
      if (old) assert_true(after.kernel[pair * 3 + 1] == before.kernel[old]);
    }
  assert_int_equal(count_right(&after, &training), COUNT(targets));
  linear_free(&before);
  linear_free(&after);
  free(s);
}

/* ---- files --------------------------------------------------------------------------------- */

static Status read_file(const Reference *file, size_t vocabulary, size_t labels, Linear *l) {
  return linear_read(&file->tensors, file->bytes, vocabulary, labels, linear_columns(labels, false), l, &error);
}

TEST(a_branch_is_read_as_it_was_written) {
  for (size_t labels = 1; labels <= MOST_LABELS; labels++)
    for (size_t buckets = 0; buckets <= 7; buckets += 7)
      for (size_t kept = 1; kept <= VOCABULARY; kept += VOCABULARY - 1) { /* with 1 there are no pairs */
        Linear l = random_linear(kept, labels, buckets, 1), read;
        SafeTensorsWriter writer = {0};
        l.tfidf.vocabulary = VOCABULARY;
        linear_write(&l, 0, &writer);
        Reference file = end_file(&writer);
        assert_ok(read_file(&file, VOCABULARY, labels, &read));
        check_same_branch(&read, &l);
        linear_free(&read);
        linear_free(&l);
        reference_close(&file);
      }
}

TEST(no_branch_is_no_tensor) {
  Linear l = {0};
  SafeTensorsWriter writer = {0};
  linear_write(&l, 0, &writer);
  Reference file = end_file(&writer);
  assert_int_equal(file.tensors.count, 0);
  assert_ok(read_file(&file, VOCABULARY, 3, &l));
  assert_false(linear_exists(&l));
  reference_close(&file);
}

/* A tensor of a file that is not as it should be. */
typedef struct Entry {
  const char *name;
  Dtype dtype;
  size_t rank, shape[2];
  const void *data;
} Entry;

enum { KERNEL, BIAS, IDF, ENDS, SECONDS, ENTRIES };

/* Four words; pairs 1 2, 1 3 and 3 1; two buckets; three labels. */
static const float NUMBERS[64];
static const uint32_t PAIR_ENDS[] = {0, 2, 2, 3}, PAIR_WORDS[] = {2, 3, 1};
static const Entry GOOD[ENTRIES] = {
    {"linear.kernel", DTYPE_F32, 2, {4 + 3 + 2, 3}, NUMBERS}, {"linear.bias", DTYPE_F32, 1, {3, 0}, NUMBERS},
    {"linear.idf", DTYPE_F32, 1, {4 + 3, 0}, NUMBERS},        {"linear.pairs.ends", DTYPE_U32, 1, {4, 0}, PAIR_ENDS},
    {"linear.pairs.words", DTYPE_U32, 1, {3, 0}, PAIR_WORDS},
};

/* Reads a file of `count` tensors. Entries without a name are left out. */
static Status read_count(const Entry *entries, size_t count, size_t vocabulary, size_t labels) {
  SafeTensorsWriter writer = {0};
  Linear l;
  for (size_t i = 0; i < count; i++)
    if (entries[i].name)
      safetensors_write_tensor(&writer, entries[i].name, entries[i].dtype, entries[i].shape, entries[i].rank,
                               entries[i].data);
  Reference file = end_file(&writer);
  Status status = read_file(&file, vocabulary, labels, &l);
  assert_int_equal(linear_exists(&l), status == STATUS_OK);
  linear_free(&l);
  reference_close(&file);
  return status;
}

static Status read_entries(const Entry *entries, size_t vocabulary, size_t labels) {
  return read_count(entries, ENTRIES, vocabulary, labels);
}

TEST(a_file_that_is_as_it_should_be_is_read) { assert_ok(read_entries(GOOD, 4, 3)); }

TEST(a_missing_tensor_is_named) {
  for (size_t out = 0; out < ENTRIES; out++) {
    Entry entries[ENTRIES];
    memcpy(entries, GOOD, sizeof entries);
    entries[out].name = NULL;
    assert_invalid(read_entries(entries, 4, 3), GOOD[out].name);
    assert_non_null(strstr(error.message, "is missing, expected"));
  }
}

TEST(a_tensor_of_another_type_or_shape_is_refused) {
  for (size_t wrong = 0; wrong < ENTRIES; wrong++) {
    Entry entries[ENTRIES];
    memcpy(entries, GOOD, sizeof entries);
    entries[wrong].dtype = entries[wrong].dtype == DTYPE_F32 ? DTYPE_I32 : DTYPE_F32;
    assert_invalid(read_entries(entries, 4, 3), GOOD[wrong].name);
    entries[wrong] = GOOD[wrong];
    entries[wrong].rank = 3 - entries[wrong].rank;
    entries[wrong].shape[1] = 1;
    assert_invalid(read_entries(entries, 4, 3), GOOD[wrong].name);
    for (int change = -1; change <= 1; change += 2) {
      entries[wrong] = GOOD[wrong];
      entries[wrong].shape[entries[wrong].rank - 1] += (size_t)change;
      if (wrong == ENDS && change > 0) entries[wrong].data = NUMBERS;
      if (wrong == SECONDS && change > 0) entries[wrong].data = NUMBERS;
      assert_invalid(read_entries(entries, 4, 3), "tensor 'linear.");
    }
  }
}

/* Without its buckets' rows, and of other words and labels than the model's. */
TEST(rows_and_columns_must_fit_the_model) {
  Entry entries[ENTRIES];
  memcpy(entries, GOOD, sizeof entries);
  entries[KERNEL].shape[0] = 7;
  assert_ok(read_entries(entries, 4, 3)); /* no buckets */
  entries[KERNEL].shape[0] = 6;
  assert_invalid(read_entries(entries, 4, 3), "[6][3], expected at least a row for each of 4 words and 3 pairs");
  assert_invalid(read_entries(GOOD, 3, 3), "tensor 'linear.pairs.ends' has 4 words, expected 1 to 3");
  assert_ok(read_entries(GOOD, 5, 3)); /* not all words are features */
  assert_invalid(read_entries(GOOD, 4, 2), "tensor 'linear.kernel' is F32 [9][3], expected F32 [9][1]");
  assert_invalid(read_entries(GOOD, 4, 4), "tensor 'linear.kernel' is F32 [9][3], expected F32 [9][4]");
}

/* Two rows are left to named features and buckets. */
TEST(named_features_must_have_rows) {
  static const uint32_t hashes[] = {5, 6, 7};
  Entry entries[ENTRIES + 1];
  memcpy(entries, GOOD, sizeof GOOD);
  for (size_t named = 1; named <= 2; named++) {
    entries[ENTRIES] = (Entry){"linear.hashed", DTYPE_U32, 1, {named, 0}, hashes};
    assert_ok(read_count(entries, ENTRIES + 1, 4, 3));
  }
  entries[ENTRIES].shape[0] = 3;
  assert_invalid(read_count(entries, ENTRIES + 1, 4, 3), "tensor 'linear.hashed' is U32 [3], expected at most the 2 "
                 "rows of 'linear.kernel' that words and pairs leave");
}

static void check_pairs_refused(const uint32_t ends[4], const uint32_t second[3], const char *message) {
  Entry entries[ENTRIES];
  memcpy(entries, GOOD, sizeof entries);
  entries[ENDS].data = ends;
  entries[SECONDS].data = second;
  assert_invalid(read_entries(entries, 4, 3), message);
}

TEST(pairs_must_follow_one_another_and_rise) {
  check_pairs_refused((uint32_t[]){1, 2, 2, 3}, PAIR_WORDS, "the pairs of word 0 are numbers 0 to 1 of 3");
  check_pairs_refused((uint32_t[]){0, 2, 1, 3}, PAIR_WORDS, "the pairs of word 2 are numbers 2 to 1 of 3");
  check_pairs_refused((uint32_t[]){0, 4, 4, 4}, PAIR_WORDS, "the pairs of word 1 are numbers 0 to 4 of 3");
  check_pairs_refused((uint32_t[]){0, 2, 2, 2}, PAIR_WORDS, "the pairs of word 3 are numbers 2 to 2 of 3");
  check_pairs_refused((uint32_t[]){0, UINT32_MAX, 2, 3}, PAIR_WORDS, "the pairs of word 1");
  check_pairs_refused(PAIR_ENDS, (uint32_t[]){3, 2, 1}, "pair 1 of word 1 is with word 2");
  check_pairs_refused(PAIR_ENDS, (uint32_t[]){2, 2, 1}, "pair 1 of word 1 is with word 2");
  check_pairs_refused(PAIR_ENDS, (uint32_t[]){0, 3, 1}, "pair 0 of word 1 is with word 0");
  check_pairs_refused(PAIR_ENDS, (uint32_t[]){2, 4, 1}, "pair 1 of word 1 is with word 4");
  check_pairs_refused(PAIR_ENDS, (uint32_t[]){2, 3, UINT32_MAX}, "pair 0 of word 3");
}

/* ---- for a file of few bits ---------------------------------------------------------------- */

TEST(each_known_ngram_has_the_weights_of_its_bucket) {
  enum { BUCKETS = 7 };
  for (size_t labels = 2; labels <= MOST_LABELS; labels++) {
    NgramUse uses[] = {{3, 1, 1}, {10, 1, 1}, {4294967295u, 1, 1}};
    Linear l = random_linear(VOCABULARY, labels, BUCKETS, 1), before;
    Ngrams n;
    assert_ok(linear_copy(&l, &before, &error));
    assert_ok(ngrams_collect(uses, COUNT(uses), 1, COUNT(uses), (Poll){0}, &n, &error));
    assert_ok(linear_name_ngrams(&l, &n, &(Ngrams){0}, &error));
    assert_int_equal(l.buckets, n.count + 1);
    size_t features = tfidf_features(&l.tfidf), row = l.columns * sizeof *l.kernel;
    const float *buckets = before.kernel + features * l.columns, *named = l.kernel + features * l.columns;
    assert_memory_equal(l.kernel, before.kernel, features * row);
    for (size_t i = 0; i < n.count; i++)
      assert_memory_equal(named + i * l.columns, buckets + n.hash[i] % BUCKETS * l.columns, row);
    for (size_t c = 0; c < l.columns; c++) assert_true(named[n.count * l.columns + c] == 0.0f);
    ngrams_free(&n);
    linear_free(&before);
    linear_free(&l);
  }
}

/* A branch of shapes, all of whose n-grams and hashed features have names. The texts are there twice, since only
** features of two texts are kept.
*/
static Linear named_branch(const Subjects *s, const Subwords *subwords, Subwords *numbered) {
  uint32_t times[2 * VOCABULARY] = {0};
  Text twice[2 * ROWS];
  Linear l = learn(&s->training);
  Ngrams ngrams, hashed;
  Lexicon lexicon = {.subwords = subwords};
  for (size_t i = 0; i < 2 * ROWS; i++) twice[i] = s->texts[i % ROWS];
  assert_ok(subwords_ngrams(subwords, times, 10000, (Poll){0}, &ngrams, &error));
  assert_ok(linear_hashed(&l, &(Texts){twice, 2 * ROWS, &lexicon}, 10000, (Poll){0}, &hashed, &error));
  assert_true(hashed.count > 10);
  assert_ok(linear_name_ngrams(&l, &ngrams, &hashed, &error));
  assert_false(ngrams_exist(&hashed));
  assert_ok(subwords_number(subwords, &ngrams, (Poll){0}, numbered, &error));
  ngrams_free(&ngrams);
  return l;
}

TEST(named_features_weigh_as_their_buckets) {
  Subwords subwords = shaped_lesson_words(), numbered;
  Subjects *s = subjects_new(3, &subwords);
  Linear buckets = learn(&s->training), l = named_branch(s, &subwords, &numbered);
  const Lexicon before = lesson_lexicon(&s->training), now = {.subwords = &numbered, .folded = true};
  for (size_t i = 0; i < ROWS; i++) {
    float expected[MOST_LABELS], margins[MOST_LABELS];
    margins_of(&buckets, &before, s->texts[i], expected);
    margins_of(&l, &now, s->texts[i], margins);
    for (size_t c = 0; c < l.labels; c++) assert_near(margins[c], expected[c], 1e-5);
  }
  subwords_free(&numbered);
  subwords_free(&subwords);
  linear_free(&buckets);
  linear_free(&l);
  free(s);
}

/* One that the texts do not have has no row; one of a single text is not kept. */
TEST(rare_hashed_features_have_no_row) {
  Subwords subwords = shaped_lesson_words();
  Subjects *s = subjects_new(3, &subwords);
  Linear l = learn(&s->training);
  Ngrams hashed;
  Lexicon lexicon = {.subwords = &subwords};
  assert_ok(linear_hashed(&l, &(Texts){s->texts, 1, &lexicon}, 10000, (Poll){0}, &hashed, &error));
  assert_true(ngrams_exist(&hashed));
  assert_int_equal(hashed.count, 0);
  ngrams_free(&hashed);
  assert_ok(linear_hashed(&l, &(Texts){s->texts, ROWS, &lexicon}, 5, (Poll){0}, &hashed, &error));
  assert_int_equal(hashed.count, 5);
  ngrams_free(&hashed);
  linear_free(&l);
  l = (Linear){0};
  assert_ok(linear_hashed(&l, &(Texts){s->texts, ROWS, &lexicon}, 5, (Poll){0}, &hashed, &error));
  assert_false(ngrams_exist(&hashed));
  subwords_free(&subwords);
  free(s);
}

TEST(a_named_branch_is_read_as_it_was_written) {
  Subwords subwords = shaped_lesson_words(), numbered;
  Subjects *s = subjects_new(3, &subwords);
  Linear l = named_branch(s, &subwords, &numbered), read, copy;
  SafeTensorsWriter writer = {0};
  SafeTensors st;
  uint8_t *bytes;
  size_t size;
  linear_write(&l, 0, &writer);
  assert_ok(safetensors_end(&writer, &bytes, &size, &error));
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  assert_ok(linear_read(&st, bytes, VOCABULARY, 3, 3, &read, &error));
  assert_int_equal(read.buckets, l.buckets);
  assert_int_equal(read.hashed.count, l.hashed.count);
  assert_memory_equal(read.hashed.hash, l.hashed.hash, l.hashed.count * sizeof *l.hashed.hash);
  assert_memory_equal(read.kernel, l.kernel,
                      (tfidf_features(&l.tfidf) + l.buckets + l.hashed.count) * l.columns * sizeof *l.kernel);
  assert_ok(linear_copy(&l, &copy, &error));
  assert_int_equal(copy.hashed.count, l.hashed.count);
  assert_memory_equal(copy.tfidf.shapes, l.tfidf.shapes, VOCABULARY * sizeof *l.tfidf.shapes);
  safetensors_free(&st);
  free(bytes);
  linear_free(&copy);
  linear_free(&read);
  linear_free(&l);
  subwords_free(&numbered);
  subwords_free(&subwords);
  free(s);
}

/* All of it, and memory of its own. */
TEST(a_copy_is_the_same_branch) {
  for (size_t buckets = 0; buckets <= 7; buckets += 7)
    for (size_t kept = 1; kept <= VOCABULARY; kept += VOCABULARY - 1) {
      Linear l = random_linear(kept, 3, buckets, 1), same = random_linear(kept, 3, buckets, 1), copy;
      assert_ok(linear_copy(&l, &copy, &error));
      linear_free(&l);
      check_same_branch(&copy, &same);
      for (uint32_t a = 1; a < kept; a++)
        for (uint32_t b = 1; b < kept; b++)
          assert_int_equal(tfidf_pair(&copy.tfidf, a, b), tfidf_pair(&same.tfidf, a, b));
      linear_free(&copy);
      linear_free(&same);
    }
}

/* The bias and the pairs stay as they are. */
TEST(a_rounded_branch_is_what_its_file_gives) {
  for (unsigned bits = 0; bits <= 8; bits += 4) {
    Linear l = random_linear(VOCABULARY, 3, 7, 1), plain = random_linear(VOCABULARY, 3, 7, 1), read;
    SafeTensorsWriter writer = {0};
    linear_write(&l, bits, &writer);
    Reference file = end_file(&writer);
    assert_int_equal(safetensors_find(&file.tensors, "linear.kernel.codes") != NULL, bits > 0);
    assert_int_equal(safetensors_find(&file.tensors, "linear.idf")->dtype, bits ? DTYPE_F16 : DTYPE_F32);
    assert_ok(safetensors_unpack(&file.tensors, file.bytes, &error));
    assert_ok(read_file(&file, VOCABULARY, 3, &read));
    linear_round(&l, bits);
    check_same_branch(&read, &l);
    size_t features = tfidf_features(&l.tfidf);
    for (size_t f = 0; f < features; f++)
      assert_near((double)l.tfidf.idf[f], (double)plain.tfidf.idf[f], bits ? 0x1p-11 : 0.0);
    assert_int_equal(memcmp(l.kernel, plain.kernel, (features + 7) * 3 * sizeof(float)) == 0, bits == 0);
    linear_free(&read);
    linear_free(&plain);
    linear_free(&l);
    reference_close(&file);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(margins_are_those_of_the_formula),
      cmocka_unit_test(shares_and_the_bias_sum_to_the_margin),
      cmocka_unit_test(shares_sum_to_the_margin_where_words_are_left_out),
      cmocka_unit_test(a_pair_is_shared_by_its_words),
      cmocka_unit_test(learns_separable_labels),
      cmocka_unit_test(two_labels_have_one_machine_and_opposite_margins),
      cmocka_unit_test(sets_of_one_label_are_learned_as_labels),
      cmocka_unit_test(each_label_of_a_set_has_a_machine),
      cmocka_unit_test(one_label_has_a_machine),
      cmocka_unit_test(a_margin_is_that_of_a_machine_on_the_rows),
      cmocka_unit_test(shapes_are_learned_and_shared),
      cmocka_unit_test(words_outside_the_vocabulary_weigh_by_their_letters),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(learning_can_be_interrupted_anywhere),
      cmocka_unit_test(many_rows_give_the_same_bits_with_any_number_of_threads),
      cmocka_unit_test(learning_of_many_rows_can_be_interrupted),
      cmocka_unit_test(what_was_learned_before_is_kept),
      cmocka_unit_test(going_on_without_rows_changes_nothing),
      cmocka_unit_test(new_words_and_labels_come_beside_the_old),
      cmocka_unit_test(a_branch_is_read_as_it_was_written),
      cmocka_unit_test(no_branch_is_no_tensor),
      cmocka_unit_test(a_file_that_is_as_it_should_be_is_read),
      cmocka_unit_test(a_missing_tensor_is_named),
      cmocka_unit_test(a_tensor_of_another_type_or_shape_is_refused),
      cmocka_unit_test(rows_and_columns_must_fit_the_model),
      cmocka_unit_test(named_features_must_have_rows),
      cmocka_unit_test(pairs_must_follow_one_another_and_rise),
      cmocka_unit_test(each_known_ngram_has_the_weights_of_its_bucket),
      cmocka_unit_test(named_features_weigh_as_their_buckets),
      cmocka_unit_test(rare_hashed_features_have_no_row),
      cmocka_unit_test(a_named_branch_is_read_as_it_was_written),
      cmocka_unit_test(a_copy_is_the_same_branch),
      cmocka_unit_test(a_rounded_branch_is_what_its_file_gives),
  };
  return cmocka_run_group_tests(tests, make_texts, free_texts);
}
