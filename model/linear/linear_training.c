#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "linear/feature_scales.h"
#include "linear/kernel.h"
#include "linear/linear_rows.h"
#include "linear/svm.h"
#include "linear/svm_newton.h"
#include "linear/text_rows.h"
#include "text/labels.h"

static const float COST = 2.0f; /* of a row within its margin: the C of LIBLINEAR */

enum {
  MOST_BUCKET_WEIGHTS = 1 << 21,
  MOST_BUCKETS = 1 << 17,
  CHUNK = 64,        /* rows that are counted between two polls */
  MANY_ROWS = 20000, /* so many at least, and             */
  FEW_COLUMNS = 8,   /* so many at most: by_all_threads() */
  MANY_COLUMNS = 32, MANY_FITS = 1 << 20, /* and rows times columns: fits_by_set() */
  TRIED = 8,         /* columns of each thread that tell whether there is time for all */
  PROBED = 512,      /* texts that tell how long it takes to read all        */
  PARTS = 4          /* of many rows, counted side by side */
};
static const double LATE = 1.5; /* of the time that is given: more is not taken, even by machines that are cut short */
static const float EVEN_COSTS = 8.0f; /* so much more, at most, may the rows of one label cost than those of another */

/* Returns how much more the rows of one label cost than those of another, at most. */
static float unevenness(const LinearTraining *training) {
  float least = INFINITY, most = 0.0f;
  for (size_t l = 0; training->label_weights && l < training->labels; l++) {
    most = fmaxf(most, training->label_weights[l]);
    if (training->label_weights[l] > 0.0f) least = fminf(least, training->label_weights[l]);
  }
  return most > 0.0f ? most / least : 1.0f;
}

/* Whether all threads may fit one machine after another. Where columns are many, each thread fits one of its own: most
** rows are soon right for most labels, and dual coordinate descent then leaves them out.
*/
static bool has_few_columns(size_t columns) { return columns <= FEW_COLUMNS; }
static bool has_many_rows(size_t rows, size_t columns) { return rows >= MANY_ROWS && has_few_columns(columns); }

/* Whether they do. Newton's method goes on for long where costs are uneven, and would be ended too early. */
static bool by_all_threads(const LinearTraining *training, size_t columns) {
  return has_many_rows(training->count, columns) && unevenness(training) <= EVEN_COSTS;
}

/* ---- the kernel -------------------------------------------------------------------- */

/* Adds the n-grams' term to the rows of the first `words` words; a `sign` of -1 subtracts it. */
static void fold(Linear *l, const Subwords *subwords, size_t words, float sign) {
  for (size_t w = 1; w < words; w++) linear_add_buckets(l, subwords, w, sign, l->kernel + w * l->columns);
}

size_t linear_buckets(size_t columns) {
  size_t buckets = MOST_BUCKETS;
  while (buckets > 1024 && buckets * columns > MOST_BUCKET_WEIGHTS) buckets /= 2;
  return buckets;
}

/* Copies a row of weights to a branch with as many labels or more. */
static void copy_row(const Linear *from, const float *row, const Linear *to, float *copy) {
  if (linear_is_binary(from) && !linear_is_binary(to)) {
    copy[0] = -row[0];
    copy[1] = row[0];
  } else {
    memcpy(copy, row, from->columns * sizeof *copy);
  }
}

/* Copies the weights of `from`, and removes the n-grams that were folded in. */
static void copy_weights(Linear *l, const Linear *from, const Subwords *subwords) {
  const Tfidf *old = &from->tfidf;
  size_t features = tfidf_features(&l->tfidf), old_features = tfidf_features(old);
  for (size_t w = 0; w < old->words; w++)
    copy_row(from, from->kernel + w * from->columns, l, l->kernel + w * l->columns);
  for (uint32_t w = 1; w < old->words; w++) {
    for (size_t i = old->pair_end[w - 1]; i < old->pair_end[w]; i++)
      copy_row(from, from->kernel + (old->words + i) * from->columns, l,
               l->kernel + tfidf_pair(&l->tfidf, w, old->second[i]) * l->columns);
  }
  for (size_t b = 0; b < l->buckets + l->hashed.count; b++)
    copy_row(from, from->kernel + (old_features + b) * from->columns, l, l->kernel + (features + b) * l->columns);
  copy_row(from, from->bias, l, l->bias);
  if (l->buckets) fold(l, subwords, old->words, -1.0f);
}

static Status copy_shapes(Tfidf *n, const Subwords *subwords, Error *error) {
  n->shapes = malloc((n->vocabulary + 1) * sizeof *n->shapes);
  if (!n->shapes) return error_no_memory(error);
  memcpy(n->shapes, subwords->shape, n->vocabulary * sizeof *n->shapes);
  return STATUS_OK;
}

static Status make_kernel(Linear *l, const LinearTraining *training, Error *error) {
  l->tfidf.spelled = training->subwords != NULL;
  if (l->tfidf.spelled) l->buckets = training->from ? training->from->buckets : linear_buckets(l->columns);
  Status status = training->from ? ngrams_copy(&training->from->hashed, &l->hashed, error) : STATUS_OK;
  if (!status && l->tfidf.spelled && training->subwords->shaped)
    status = copy_shapes(&l->tfidf, training->subwords, error);
  if (status) return status;
  l->kernel = memory_floats(memory_product(linear_kernel_rows(l), l->columns));
  l->bias = calloc(l->columns, sizeof *l->bias);
  if (!l->kernel || !l->bias) return error_no_memory(error);
  if (training->from) copy_weights(l, training->from, training->subwords);
  return STATUS_OK;
}

/* ---- learning ---------------------------------------------------------------------- */

/* Which rows have a label, for the machine of that label. */
typedef struct Members {
  bool *in_set;      /* [sets]                              */
  uint32_t *targets; /* [count] the label, or LABELS_NONE   */
} Members;

/* What a worker that fits a machine has for itself. */
typedef struct Fitter {
  Svm svm;
  TimePart slice;
  TimeLeft time; /* of the slice */
  FeatureCounts counts;
  Members members; /* with sets of labels */
} Fitter;

typedef struct Learning {
  Linear *linear;
  const LinearTraining *training;
  Workers *workers;
  float *costs;            /* [count]     */
  LinearRows rows;
  FeatureCounts all;       /* of all rows */
  FeatureCounts part[PARTS];
  size_t parts;
  Fitter *fitters;         /* [workers]   */
  const uint32_t *targets; /* count_rows() */
  uint32_t positive;
  size_t first;            /* column of the run under way                    */
  double given;            /* seconds for all machines; INFINITY             */
  atomic_size_t begun;     /* machines                                       */
  atomic_size_t cut;       /* of them cut short                              */
  atomic_bool late;        /* time is over, so that some columns are skipped */
} Learning;

static void fitter_free(Fitter *f) {
  svm_free(&f->svm);
  feature_counts_free(&f->counts);
  free(f->members.in_set);
  free(f->members.targets);
}

static void learning_free(Learning *g) {
  for (size_t i = 0; g->fitters && i < workers_count(g->workers); i++) fitter_free(&g->fitters[i]);
  free(g->fitters);
  feature_counts_free(&g->all);
  for (size_t i = 0; i < PARTS; i++) feature_counts_free(&g->part[i]);
  linear_rows_free(&g->rows);
  free(g->costs);
}

static Status learning_new(Learning *g, Error *error) {
  const LinearTraining *training = g->training;
  size_t threads = workers_count(g->workers);
  Status status = linear_rows_read(g->linear, training, g->workers, &g->rows, error);
  if (!status) status = feature_counts_new(&g->rows.rows, &g->all, error);
  if (status) return status;
  g->costs = calloc(training->count + 1, sizeof *g->costs);
  g->fitters = calloc(threads, sizeof *g->fitters);
  if (!g->costs || !g->fitters) return error_no_memory(error);
  for (size_t i = 0; i < training->count; i++)
    g->costs[i] = COST * (training->label_weights ? training->label_weights[training->targets[i]] : 1.0f);
  g->parts = by_all_threads(training, g->linear->columns) ? PARTS : 1;
  for (size_t i = 0; i < g->parts && !status; i++) status = feature_counts_new(&g->rows.rows, &g->part[i], error);
  return status;
}

static Status members_new(const Learning *g, Members *m, Error *error) {
  if (!g->training->sets || m->in_set) return STATUS_OK;
  *m = (Members){.in_set = calloc(label_sets_count(g->training->sets) + 1, sizeof(bool)),
                 .targets = calloc(g->training->count + 1, sizeof(uint32_t))};
  return m->in_set && m->targets ? STATUS_OK : error_no_memory(error);
}

static Status fitter_begin(const Learning *g, Fitter *f, Error *error) {
  if (f->svm.weights) return STATUS_OK; /* a fitter that is half made ends the training */
  Status status = members_new(g, &f->members, error);
  if (!status) status = feature_counts_new(&g->rows.rows, &f->counts, error);
  if (!status) status = svm_new(&g->rows.rows, &f->svm, error);
  return status;
}

/* Returns the targets of a label's machine: the rows whose target is the label have it. */
static const uint32_t *label_targets(const Learning *g, uint32_t label, Members *m) {
  const LinearTraining *training = g->training;
  if (!training->sets) return training->targets;
  for (uint32_t s = 0; s < label_sets_count(training->sets); s++)
    m->in_set[s] = label_set_has(label_sets_get(training->sets, s), label);
  for (size_t i = 0; i < training->count; i++)
    m->targets[i] = m->in_set[training->targets[i]] ? label : LABELS_NONE;
  return m->targets;
}

static uint32_t label_of(const Linear *l, size_t column) { return linear_is_binary(l) ? 1 : (uint32_t)column; }

static void copy_weights_in(const Linear *l, size_t column, size_t features, float *weights) {
  for (size_t f = 0; f < features; f++) weights[f] = l->kernel[f * l->columns + column];
  weights[features] = l->bias[column];
}

static void copy_weights_out(Linear *l, size_t column, size_t features, const float *weights) {
  for (size_t f = 0; f < features; f++) l->kernel[f * l->columns + column] = weights[f];
  l->bias[column] = weights[features];
}

static void set_scales(const Learning *g, const FeatureCounts *with, float *squares) {
  feature_scales_get(g->rows.rows.features, tfidf_features(&g->linear->tfidf), &g->all, with, squares);
}

/* Adds rows to counts, and polls meanwhile. */
static void count_range(const Learning *g, size_t first, size_t end, const uint32_t *targets, uint32_t positive,
                        FeatureCounts *counts) {
  for (size_t i = first; i < end && !workers_stopped(g->workers); i += CHUNK)
    feature_counts_add(&g->rows.rows, i, i + CHUNK < end ? i + CHUNK : end, targets, positive, counts);
}

/* ---- time ------------------------------------------------------------------------------ */

/* Gives the next machine its share of the time that is left, where `at_once` machines are fitted side by side. */
static TimeLeft begin_slice(Learning *g, size_t at_once, TimePart *slice) {
  double to_come = (double)(g->linear->columns - atomic_fetch_add(&g->begun, 1));
  return time_part(g->training->time, fmin(1.0, (double)at_once / to_come), slice);
}

static void end_slice(Learning *g, const TimeLeft *time) {
  if (time_left(time) <= 0.0) atomic_fetch_add(&g->cut, 1);
}

/* ---- a machine by one worker ------------------------------------------------------- */

/* Whether machines that take so many seconds more will have taken far more than there were. */
static bool is_late(const Learning *g, double seconds) {
  return time_left(g->training->time) - seconds <= g->given * (1.0 - LATE);
}

/* Whether each column is fitted by a working set: in far less time. Its first part is the least that can be done. */
static bool fits_by_set(const Learning *g) {
  size_t columns = g->linear->columns;
  if (g->given < INFINITY) return !has_few_columns(columns);
  return columns >= MANY_COLUMNS && g->training->count * columns >= MANY_FITS;
}

/* Fits the machine of one column, beginning with the weights in the kernel. */
static Status fit_task(void *context, size_t index, size_t worker, Error *error) {
  Learning *g = context;
  Fitter *f = &g->fitters[worker];
  const SparseRows *r = &g->rows.rows;
  size_t column = g->first + index;
  uint32_t positive = label_of(g->linear, column);
  if (is_late(g, 0.0)) atomic_store(&g->late, true);
  if (atomic_load(&g->late)) return STATUS_OK;
  Status status = fitter_begin(g, f, error);
  if (status) return status;
  f->time = begin_slice(g, workers_count(g->workers), &f->slice);
  f->svm.time = &f->time;
  const uint32_t *targets = label_targets(g, positive, &f->members);
  count_range(g, 0, r->count, targets, positive, &f->counts);
  set_scales(g, &f->counts, f->svm.squares);
  feature_counts_clear(r->features, &f->counts);
  copy_weights_in(g->linear, column, r->features, f->svm.weights);
  if (fits_by_set(g)) {
    svm_fit_by_set(r, targets, positive, g->costs, g->training->seed, g->workers, &f->svm);
  } else {
    svm_measure(r, g->workers, &f->svm);
    svm_fit(r, targets, positive, g->costs, g->training->seed, g->workers, &f->svm);
  }
  copy_weights_out(g->linear, column, r->features, f->svm.weights);
  end_slice(g, &f->time);
  return STATUS_OK;
}

/* Fits some columns first, to see how long all will take if each of them is cut short. */
static Status fit_each(Learning *g, Error *error) {
  size_t columns = g->linear->columns, tried = TRIED * workers_count(g->workers);
  double begun = clock_seconds();
  bool limited = g->given < INFINITY && !has_few_columns(columns) && tried < columns;
  if (!limited) tried = columns;
  Status status = workers_run(g->workers, tried, fit_task, g, error);
  double rest = (clock_seconds() - begun) * (double)(columns - tried) / (double)tried;
  if (limited && is_late(g, rest)) atomic_store(&g->late, true);
  g->first = tried;
  if (status || !limited || atomic_load(&g->late)) return status;
  return workers_run(g->workers, columns - tried, fit_task, g, error);
}

/* ---- a machine by all workers ------------------------------------------------------ */

static Status count_task(void *context, size_t index, size_t worker, Error *error) {
  (void)worker;
  (void)error;
  Learning *g = context;
  size_t count = g->rows.rows.count, size = (count + g->parts - 1) / g->parts, first = index * size;
  size_t end = first + size < count ? first + size : count;
  count_range(g, first, end, g->targets, g->positive, &g->part[index]);
  return STATUS_OK;
}

/* Counts the rows with this target, or without targets all. */
static Status count_rows(Learning *g, const uint32_t *targets, uint32_t positive, FeatureCounts *counts,
                         Error *error) {
  g->targets = targets;
  g->positive = positive;
  Status status = workers_run(g->workers, g->parts, count_task, g, error);
  for (size_t i = 0; i < g->parts && !status; i++)
    if (&g->part[i] != counts) feature_counts_move(g->rows.rows.features, &g->part[i], counts);
  return status;
}

/* The same by all workers. */
static Status fit_by_all(Learning *g, size_t column, SvmNewton *solver, float *weights, Error *error) {
  Fitter *f = &g->fitters[0];
  FeatureCounts *with = &g->part[0];
  size_t features = g->rows.rows.features;
  uint32_t positive = label_of(g->linear, column);
  const uint32_t *targets = label_targets(g, positive, &f->members);
  f->time = begin_slice(g, 1, &f->slice);
  svm_newton_limit(solver, &f->time);
  Status status = count_rows(g, targets, positive, with, error);
  if (status) return status;
  set_scales(g, with, svm_newton_squares(solver));
  feature_counts_clear(features, with);
  copy_weights_in(g->linear, column, features, weights);
  status = svm_newton_fit(solver, targets, positive, g->costs, weights, error);
  copy_weights_out(g->linear, column, features, weights);
  end_slice(g, &f->time);
  return status;
}

static Status fit_one_after_another(Learning *g, Error *error) {
  SvmNewton *solver = NULL;
  float *weights = memory_floats(g->rows.rows.features + 1);
  Status status = weights ? members_new(g, &g->fitters[0].members, error) : error_no_memory(error);
  if (!status) status = svm_newton_new(&g->rows.rows, g->workers, &solver, error);
  for (size_t c = 0; c < g->linear->columns && !status; c++) status = fit_by_all(g, c, solver, weights, error);
  svm_newton_free(solver);
  free(weights);
  return status;
}

Status linear_train(Linear *l, const LinearTraining *training, Workers *workers, size_t *cut, Error *error) {
  *l = (Linear){.labels = training->labels, .columns = linear_columns(training->labels, training->sets)};
  Learning g = {.linear = l, .training = training, .workers = workers, .given = time_left(training->time)};
  TfidfTraining features = {.texts = training->texts, .count = training->count, .vocabulary = training->vocabulary,
                            .most = training->most ? training->most : LINEAR_WEIGHTS / l->columns,
                            .before = training->from ? &training->from->tfidf : NULL};
  bool many = by_all_threads(training, l->columns);
  Status status = tfidf_collect(&l->tfidf, &features, workers, error);
  if (!status) status = make_kernel(l, training, error);
  if (!status) status = learning_new(&g, error);
  if (!status) status = count_rows(&g, NULL, 0, &g.all, error);
  if (!status && is_late(&g, 0.0)) atomic_store(&g.late, true);
  if (!status && !atomic_load(&g.late)) status = many ? fit_one_after_another(&g, error) : fit_each(&g, error);
  learning_free(&g);
  bool done = !status && !atomic_load(&g.late);
  if (done && l->buckets) fold(l, training->subwords, l->tfidf.words, 1.0f);
  if (!done) linear_free(l);
  if (cut) *cut = atomic_load(&g.cut);
  return status;
}

/* Reads these texts, as linear_train() does; most of the time goes there. */
static Status read_texts(const LinearTraining *training, const Text *texts, size_t count, Workers *workers,
                         Error *error) {
  TfidfTraining features = {.texts = texts, .count = count, .vocabulary = training->vocabulary, .most = LINEAR_WEIGHTS};
  Tfidf tfidf = {0};
  TextRows rows = {0};
  Status status = tfidf_collect(&tfidf, &features, workers, error);
  if (!status) status = text_rows_read(&rows, &tfidf, texts, count, workers, error);
  text_rows_free(&rows);
  tfidf_free(&tfidf);
  return status;
}

Status linear_probe(const LinearTraining *training, Workers *workers, double *seconds, Error *error) {
  Text texts[PROBED];
  double begun = clock_seconds();
  *seconds = 0.0;
  if (training->count <= PROBED) return STATUS_OK;
  for (size_t i = 0; i < PROBED; i++) texts[i] = training->texts[i * training->count / PROBED];
  Status status = read_texts(training, texts, PROBED, workers, error);
  *seconds = (clock_seconds() - begun) * (double)training->count / PROBED;
  return status;
}

/* ---- memory ------------------------------------------------------------------------ */

/* Returns how many features texts have: different pairs are fewer and fewer, the more tokens there are. */
static uint64_t expected_features(const LinearSize *s) {
  double pairs = fmin((double)s->tokens, 4.0 * pow((double)s->tokens, 0.83));
  uint64_t most = s->most ? s->most : LINEAR_WEIGHTS / s->columns, features = s->vocabulary + (uint64_t)pairs;
  return features < most ? features : most;
}

/* Two thirds of the entries are words and pairs; the rest, of numbers and capitals, are fewer in most texts. */
static uint64_t rows_bytes(const LinearSize *s) {
  enum { ENTRY = sizeof(uint32_t) + sizeof(float) };
  uint64_t entries = s->tokens * 5 / 2 * ENTRY, at_once = LINEAR_ROWS_AT_ONCE;
  uint64_t unplaced = s->rows > at_once ? entries / s->rows * at_once : entries;
  uint64_t bundles = s->words * sizeof(Bundle) + s->ngrams * sizeof(uint32_t);
  return entries + unplaced + s->rows * (sizeof(size_t) + sizeof(float)) + bundles;
}

uint64_t linear_training_bytes(const LinearSize *s) {
  uint64_t features = expected_features(s), weights = features + (s->words ? linear_buckets(s->columns) : 0);
  uint64_t branch = features * (2 * sizeof(uint32_t) + 2 * sizeof(TfidfPair)) + weights * s->columns * sizeof(float);
  uint64_t collecting = s->tokens * sizeof(uint64_t) + s->vocabulary * 4 * sizeof(size_t);
  uint64_t counts = weights * sizeof(uint32_t), targets = s->sets ? s->rows * sizeof(uint32_t) : 0;
  size_t machines = s->columns < s->threads ? s->columns : s->threads;
  uint64_t solving = counts + machines * (svm_bytes(s->rows, weights, s->words) + counts + targets);
  uint64_t by_all = PARTS * counts + svm_newton_bytes(s->rows, weights, s->words) + weights * sizeof(float) + targets;
  if (has_many_rows((size_t)s->rows, s->columns) && by_all > solving) solving = by_all;
  uint64_t later = rows_bytes(s) + counts + solving;
  return branch + (collecting > later ? collecting : later);
}
