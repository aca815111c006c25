#include "linear/svm_newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
  BLOCKS = 8,       /* of rows                                    */
  RANGES = 64,      /* of features, numbers or rows: tasks        */
  POLL_ROWS = 64,
  ROWS_AHEAD = 4,   /* whose weights are fetched from memory      */
  MOST_STEPS = 30,  /* of Newton's method                         */
  MOST_PRODUCTS = 10, /* of conjugate gradients, in a step        */
  MOST_HALVINGS = 20,
  VECTORS = 7       /* of Solver: scales to inverse               */
};
static const double RESIDUAL = 0.1; /* conjugate gradients end when it is so much smaller than at first */
static const double GAIN = 0.01;    /* of the objective; a step that lowers it by less is the last one  */

/* Vectors of features have the bias at the end. Those of numbers have the weights of entries, by their numbers
** (sparse.h), then the bias. u is (w - w0) / s.
*/
struct SvmNewton {
  const SparseRows *rows;
  Workers *workers;
  size_t numbers;
  float *margins, *changes; /* [count] y w.x; and by how much a step along `direction` changes it */
  float *scales;            /* [features + 1] s                                                   */
  float *u, *direction, *residual, *conjugate, *product;
  float *inverse;           /* one over the diagonal of the Hessian with all rows                 */
  float *sums;              /* [numbers + 1] of a vector of features, as each entry has it        */
  float *part[BLOCKS];      /* [numbers + 1] the transposed product of a block of rows            */
  double partial[RANGES];   /* sums of the tasks                                                  */
  /* the problem, and what the phase under way takes */
  const uint32_t *targets;
  uint32_t positive;
  const float *costs;
  float *weights;
  void (*phase)(SvmNewton *s, size_t index);
  const float *vector;      /* of features */
  float factor;
  const TimeLeft *time;
};

static size_t bundles_of(const SparseRows *r) { return r->bundles ? r->bundles->count : 0; }

void svm_newton_free(SvmNewton *s) {
  if (!s) return;
  free(s->margins);
  free(s->changes);
  free(s->scales);
  free(s->sums);
  for (size_t b = 0; b < BLOCKS; b++) free(s->part[b]);
  free(s);
}

uint64_t svm_newton_bytes(uint64_t rows, uint64_t features, uint64_t bundles) {
  return sizeof(float) * (2 * rows + VECTORS * features + (1 + BLOCKS) * (features + bundles));
}

/* Not zeros: to write them takes long, and each is written before it is read. */
static float *new_floats(size_t count) { return memory_aligned(count, sizeof(float)); }

Status svm_newton_new(const SparseRows *r, Workers *workers, SvmNewton **solver, Error *error) {
  SvmNewton *s = calloc(1, sizeof *s);
  if (!s) return error_no_memory(error);
  size_t length = r->features + 1;
  *s = (SvmNewton){.rows = r, .workers = workers, .numbers = r->features + bundles_of(r)};
  s->margins = new_floats(r->count);
  s->changes = new_floats(r->count);
  s->scales = new_floats(memory_product(VECTORS, length));
  s->sums = new_floats(s->numbers + 1);
  bool ok = s->margins && s->changes && s->scales && s->sums;
  for (size_t b = 0; b < BLOCKS && ok; b++) ok = (s->part[b] = new_floats(s->numbers + 1)) != NULL;
  if (!ok) {
    svm_newton_free(s);
    return error_no_memory(error);
  }
  float **vectors[] = {&s->u, &s->direction, &s->residual, &s->conjugate, &s->product, &s->inverse};
  for (size_t v = 0; v + 1 < VECTORS; v++) *vectors[v] = s->scales + (v + 1) * length;
  *solver = s;
  return STATUS_OK;
}

void svm_newton_limit(SvmNewton *s, const TimeLeft *time) { s->time = time; }

float *svm_newton_squares(SvmNewton *s) { return s->scales; }

/* ---- phases ------------------------------------------------------------------------ */

static Status phase_task(void *context, size_t index, size_t worker, Error *error) {
  (void)worker;
  (void)error;
  SvmNewton *s = context;
  s->phase(s, index);
  return STATUS_OK;
}

static Status run(SvmNewton *s, size_t tasks, void (*phase)(SvmNewton *s, size_t index), Error *error) {
  s->phase = phase;
  return workers_run(s->workers, tasks, phase_task, s, error);
}

/* The same, and adds up what the tasks have put into `partial`. */
static Status run_sum(SvmNewton *s, size_t tasks, void (*phase)(SvmNewton *s, size_t index), double *sum,
                      Error *error) {
  Status status = run(s, tasks, phase, error);
  *sum = 0.0;
  for (size_t i = 0; i < tasks && !status; i++) *sum += s->partial[i];
  return status;
}

typedef struct Range {
  size_t begin, end;
} Range;

/* Part `index` of `parts` of 0 .. count - 1. */
static Range range_of(size_t count, size_t parts, size_t index) {
  size_t size = (count + parts - 1) / parts, begin = index * size;
  return (Range){begin < count ? begin : count, begin + size < count ? begin + size : count};
}

static Range features_of(const SvmNewton *s, size_t index) { return range_of(s->rows->features + 1, RANGES, index); }
static Range rows_of(const SvmNewton *s, size_t index) { return range_of(s->rows->count, RANGES, index); }
static Range block_of(const SvmNewton *s, size_t index) { return range_of(s->rows->count, BLOCKS, index); }

/* Whether row i of the range is there, and nobody has stopped the workers. */
static bool goes_on(const SvmNewton *s, Range range, size_t i) {
  return i < range.end && (i % POLL_ROWS || !workers_stopped(s->workers));
}

static float sign_of(const SvmNewton *s, size_t row) { return s->targets[row] == s->positive ? 1.0f : -1.0f; }

/* ---- the rows times a vector ---------------------------------------------------------- */

/* Sets `sums`: what an entry of each number adds to a margin, if its value is 1. */
static void sum_numbers(SvmNewton *s, size_t index) {
  const SparseRows *r = s->rows;
  const float *v = s->vector;
  Range range = range_of(s->numbers, RANGES, index);
  if (index == 0) s->sums[s->numbers] = v[r->features];
  for (size_t number = range.begin; number < range.end; number++) {
    const Bundle *b = sparse_bundle(r, (uint32_t)number);
    const uint32_t *feature = b ? r->bundles->feature + b->begin : NULL;
    float sum = 0.0f;
    for (size_t g = 0; b && g < b->count; g++) sum += v[feature[g]];
    s->sums[number] = (number < r->features ? v[number] : 0.0f) + (b ? b->coefficient * sum : 0.0f);
  }
}

static inline void fetch(const SparseRows *r, size_t row, const float *from, const float *to) {
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    __builtin_prefetch(&from[r->feature[e]]);
    if (to) __builtin_prefetch(&to[r->feature[e]]);
  }
}

static float row_times(const SparseRows *r, size_t row, const float *sums, size_t numbers) {
  float sum = sums[numbers];
  for (size_t e = r->begin[row]; e < r->end[row]; e++) sum += sums[r->feature[e]] * r->value[e];
  return sum;
}

/* Sets `changes`. */
static void multiply_rows(SvmNewton *s, size_t index) {
  const SparseRows *r = s->rows;
  Range range = rows_of(s, index);
  for (size_t i = range.begin; goes_on(s, range, i); i++) {
    if (i + ROWS_AHEAD < range.end) fetch(r, i + ROWS_AHEAD, s->sums, NULL);
    s->changes[i] = sign_of(s, i) * row_times(r, i, s->sums, s->numbers);
  }
}

/* ---- the transposed rows times a vector --------------------------------------------------- */

static void add_row(const SparseRows *r, size_t row, float factor, float *to, size_t numbers) {
  for (size_t e = r->begin[row]; e < r->end[row]; e++) to[r->feature[e]] += factor * r->value[e];
  to[numbers] += factor;
}

/* Half of minus the gradient of the loss; the sum is the loss. */
static void add_gradients(SvmNewton *s, size_t block) {
  const SparseRows *r = s->rows;
  Range range = block_of(s, block);
  float *to = s->part[block];
  double loss = 0.0;
  memset(to, 0, (s->numbers + 1) * sizeof *to);
  for (size_t i = range.begin; goes_on(s, range, i); i++) {
    if (i + ROWS_AHEAD < range.end) fetch(r, i + ROWS_AHEAD, to, NULL);
    float slack = 1.0f - s->margins[i];
    if (slack <= 0.0f) continue;
    add_row(r, i, s->costs[i] * slack * sign_of(s, i), to, s->numbers);
    loss += (double)(s->costs[i] * slack * slack);
  }
  s->partial[block] = loss;
}

/* Half the Hessian of the loss times the vector of which `sums` are. */
static void add_products(SvmNewton *s, size_t block) {
  const SparseRows *r = s->rows;
  Range range = block_of(s, block);
  float *to = s->part[block];
  memset(to, 0, (s->numbers + 1) * sizeof *to);
  for (size_t i = range.begin; goes_on(s, range, i); i++) {
    if (i + ROWS_AHEAD < range.end && s->margins[i + ROWS_AHEAD] < 1.0f) fetch(r, i + ROWS_AHEAD, s->sums, to);
    if (s->margins[i] < 1.0f)
      add_row(r, i, s->costs[i] * row_times(r, i, s->sums, s->numbers), to, s->numbers);
  }
}

/* Half the diagonal of the Hessian with all rows, as if no row had a feature twice. */
static void add_diagonals(SvmNewton *s, size_t block) {
  const SparseRows *r = s->rows;
  Range range = block_of(s, block);
  float *to = s->part[block];
  memset(to, 0, (s->numbers + 1) * sizeof *to);
  for (size_t i = range.begin; goes_on(s, range, i); i++) {
    if (i + ROWS_AHEAD < range.end) fetch(r, i + ROWS_AHEAD, to, NULL);
    for (size_t e = r->begin[i]; e < r->end[i]; e++) to[r->feature[e]] += s->costs[i] * r->value[e] * r->value[e];
    to[s->numbers] += s->costs[i];
  }
}

/* Adds the blocks up in the first one. */
static void add_blocks(SvmNewton *s, size_t index) {
  Range range = range_of(s->numbers + 1, RANGES, index);
  for (size_t b = 1; b < BLOCKS; b++)
    for (size_t i = range.begin; i < range.end; i++) s->part[0][i] += s->part[b][i];
}

/* Gives what the entries with bundles have to the features in them: in each other block for a share of the bundles.
** `factor` is 2 if coefficients are squared, else 1.
*/
static void open_bundles(SvmNewton *s, size_t index) {
  const SparseRows *r = s->rows;
  const Bundles *bundles = r->bundles;
  Range range = range_of(bundles->count, BLOCKS - 1, index);
  float *to = s->part[index + 1];
  memset(to, 0, (r->features - bundles->first) * sizeof *to);
  for (size_t w = range.begin; w < range.end; w++) {
    const Bundle *b = &bundles->bundle[w];
    float sum = s->part[0][w < bundles->own ? w : r->features + w];
    if (sum == 0.0f) continue;
    sum *= s->factor > 1.0f ? b->coefficient * b->coefficient : b->coefficient;
    for (size_t g = 0; g < b->count; g++) to[bundles->feature[b->begin + g] - bundles->first] += sum;
  }
}

/* Runs one of the three above, and adds its blocks up. */
static Status add_up(SvmNewton *s, void (*phase)(SvmNewton *s, size_t index), double *sum, Error *error) {
  s->factor = phase == add_diagonals ? 2.0f : 1.0f;
  Status status = run_sum(s, BLOCKS, phase, sum, error);
  if (!status) status = run(s, RANGES, add_blocks, error);
  if (!status && s->rows->bundles) status = run(s, BLOCKS - 1, open_bundles, error);
  return status;
}

/* Returns the sum of a feature. */
static inline float added_up(const SvmNewton *s, size_t f) {
  const Bundles *bundles = s->rows->bundles;
  if (f == s->rows->features) return s->part[0][s->numbers];
  float sum = s->part[0][f];
  for (size_t b = 1; bundles && f >= bundles->first && b < BLOCKS; b++) sum += s->part[b][f - bundles->first];
  return sum;
}

/* ---- vectors of features ---------------------------------------------------------------- */

static void set_scales(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  for (size_t f = range.begin; f < range.end; f++) s->scales[f] = f < s->rows->features ? sqrtf(s->scales[f]) : 1.0f;
}

static void set_inverse(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  for (size_t f = range.begin; f < range.end; f++) {
    s->inverse[f] = 1.0f / (1.0f + 2.0f * s->scales[f] * s->scales[f] * added_up(s, f));
    s->u[f] = 0.0f;
  }
}

/* Begins conjugate gradients; the sum is the residual's square, in units of the diagonal. */
static void begin_step(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  double sum = 0.0;
  for (size_t f = range.begin; f < range.end; f++) {
    float residual = 2.0f * s->scales[f] * added_up(s, f) - s->u[f];
    s->residual[f] = residual;
    s->direction[f] = 0.0f;
    s->conjugate[f] = 0.0f;
    sum += (double)(residual * residual * s->inverse[f]);
  }
  s->partial[index] = sum;
}

/* The next direction to search in; and it times the scales. `factor` is the share of the last one. */
static void turn(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  for (size_t f = range.begin; f < range.end; f++) {
    s->conjugate[f] = s->inverse[f] * s->residual[f] + s->factor * s->conjugate[f];
    s->product[f] = s->conjugate[f] * s->scales[f];
  }
}

/* The Hessian times the direction; the sum is their product. */
static void set_product(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  double sum = 0.0;
  for (size_t f = range.begin; f < range.end; f++) {
    s->product[f] = s->conjugate[f] + 2.0f * s->scales[f] * added_up(s, f);
    sum += (double)(s->product[f] * s->conjugate[f]);
  }
  s->partial[index] = sum;
}

/* Moves `factor` along the direction; the sum is the residual's square. */
static void move(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  double sum = 0.0;
  for (size_t f = range.begin; f < range.end; f++) {
    s->direction[f] += s->factor * s->conjugate[f];
    s->residual[f] -= s->factor * s->product[f];
    sum += (double)(s->residual[f] * s->residual[f] * s->inverse[f]);
  }
  s->partial[index] = sum;
}

static void scale_direction(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  for (size_t f = range.begin; f < range.end; f++) s->product[f] = s->direction[f] * s->scales[f];
}

/* The objective `factor` along the step. */
static void judge(SvmNewton *s, size_t index) {
  Range features = features_of(s, index), rows = rows_of(s, index);
  double sum = 0.0;
  for (size_t f = features.begin; f < features.end; f++) {
    float u = s->u[f] + s->factor * s->direction[f];
    sum += 0.5 * (double)(u * u);
  }
  for (size_t i = rows.begin; i < rows.end; i++) {
    float slack = fmaxf(0.0f, 1.0f - s->margins[i] - s->factor * s->changes[i]);
    sum += (double)(s->costs[i] * slack * slack);
  }
  s->partial[index] = sum;
}

static void take_step(SvmNewton *s, size_t index) {
  Range features = features_of(s, index), rows = rows_of(s, index);
  for (size_t f = features.begin; f < features.end; f++) s->u[f] += s->factor * s->direction[f];
  for (size_t i = rows.begin; i < rows.end; i++) s->margins[i] += s->factor * s->changes[i];
}

static void add_result(SvmNewton *s, size_t index) {
  Range range = features_of(s, index);
  for (size_t f = range.begin; f < range.end; f++) s->weights[f] += s->scales[f] * s->u[f];
}

/* ---- Newton's method ---------------------------------------------------------------------- */

/* Sets `changes` to the rows times a vector. */
static Status multiply(SvmNewton *s, const float *vector, Error *error) {
  s->vector = vector;
  Status status = run(s, RANGES, sum_numbers, error);
  return status ? status : run(s, RANGES, multiply_rows, error);
}

/* Sets the direction of a step, by conjugate gradients. */
static Status choose_direction(SvmNewton *s, Error *error) {
  double first, left, next, curvature, unused;
  Status status = add_up(s, add_gradients, &unused, error);
  if (!status) status = run_sum(s, RANGES, begin_step, &first, error);
  s->factor = 0.0f;
  left = status ? 0.0 : first;
  for (size_t i = 0; i < MOST_PRODUCTS && !status && left > RESIDUAL * RESIDUAL * first; i++) {
    if (i > 0 && time_left(s->time) <= 0.0) break; /* a direction that descends is there */
    status = run(s, RANGES, turn, error);
    s->vector = s->product;
    if (!status) status = run(s, RANGES, sum_numbers, error);
    if (!status) status = add_up(s, add_products, &unused, error);
    if (!status) status = run_sum(s, RANGES, set_product, &curvature, error);
    if (status) break;
    s->factor = (float)(left / curvature);
    status = run_sum(s, RANGES, move, &next, error);
    s->factor = (float)(next / left);
    left = next;
  }
  return status;
}

/* Goes along the direction, half as far again and again until that lowers the objective. */
static Status step(SvmNewton *s, double *objective, bool *last, Error *error) {
  double there = INFINITY;
  Status status = choose_direction(s, error);
  if (!status) status = run(s, RANGES, scale_direction, error);
  if (!status) status = multiply(s, s->product, error);
  s->factor = 1.0f;
  for (size_t i = 0; i <= MOST_HALVINGS && !status; i++) {
    status = run_sum(s, RANGES, judge, &there, error);
    if (there < *objective) break;
    s->factor *= 0.5f;
  }
  *last = !(there < *objective * (1.0 - GAIN));
  if (status || !(there < *objective)) return status;
  *objective = there;
  return run(s, RANGES, take_step, error);
}

/* Sets the margins of the weights to begin with, and the objective. */
static Status begin(SvmNewton *s, double *objective, Error *error) {
  double unused;
  s->scales[s->rows->features] = 1.0f;
  Status status = run(s, RANGES, set_scales, error);
  if (!status) status = add_up(s, add_diagonals, &unused, error);
  if (!status) status = run(s, RANGES, set_inverse, error);
  if (!status) status = multiply(s, s->weights, error);
  if (status) return status;
  memset(s->direction, 0, (s->rows->features + 1) * sizeof *s->direction);
  memset(s->margins, 0, s->rows->count * sizeof *s->margins);
  s->factor = 1.0f;
  status = run(s, RANGES, take_step, error);
  s->factor = 0.0f;
  return status ? status : run_sum(s, RANGES, judge, objective, error);
}

Status svm_newton_fit(SvmNewton *s, const uint32_t *targets, uint32_t positive, const float *costs, float *weights,
                      Error *error) {
  double objective;
  bool last = false;
  s->targets = targets;
  s->positive = positive;
  s->costs = costs;
  s->weights = weights;
  Status status = begin(s, &objective, error);
  for (size_t i = 0; i < MOST_STEPS && !status && !last && objective > 0.0 && time_left(s->time) > 0.0; i++)
    status = step(s, &objective, &last, error);
  return status ? status : run(s, RANGES, add_result, error);
}
