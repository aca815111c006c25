#include "network/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/memory.h"
#include "base/quantisation.h"
#include "base/random.h"
#include "text/capitals.h"

typedef enum Size {
  NONE, BIASES, VOCABULARY, BUCKETS, EMBEDDING, HIDDEN, GATES, STATE, FEATURES, LABELS, POSITIONS
} Size;
typedef enum Initial { ZERO, EMBEDDED, GLOROT, ORTHOGONAL, NORMAL } Initial;

static const struct {
  const char *name;
  Size dimensions[2];
  Initial initial;
} TABLE[TENSOR_COUNT] = {
    [TENSOR_EMBEDDING] = {"embedding", {VOCABULARY, EMBEDDING}, EMBEDDED},
    [TENSOR_SUBWORDS] = {"subwords", {BUCKETS, EMBEDDING}, EMBEDDED},
    [TENSOR_GRU_FORWARD] = {"gru.forward.kernel", {EMBEDDING, GATES}, GLOROT},
    [TENSOR_GRU_FORWARD_RECURRENT] = {"gru.forward.recurrent_kernel", {HIDDEN, GATES}, ORTHOGONAL},
    [TENSOR_GRU_FORWARD_BIAS] = {"gru.forward.bias", {BIASES, GATES}, ZERO},
    [TENSOR_GRU_BACKWARD] = {"gru.backward.kernel", {EMBEDDING, GATES}, GLOROT},
    [TENSOR_GRU_BACKWARD_RECURRENT] = {"gru.backward.recurrent_kernel", {HIDDEN, GATES}, ORTHOGONAL},
    [TENSOR_GRU_BACKWARD_BIAS] = {"gru.backward.bias", {BIASES, GATES}, ZERO},
    [TENSOR_ATTENTION_KERNEL] = {"attention.kernel", {STATE, NONE}, NORMAL},
    [TENSOR_ATTENTION_BIAS] = {"attention.bias", {POSITIONS, NONE}, ZERO},
    [TENSOR_OUTPUT_KERNEL] = {"output.kernel", {FEATURES, LABELS}, GLOROT},
    [TENSOR_OUTPUT_BIAS] = {"output.bias", {LABELS, NONE}, ZERO},
};

/* Above these a file is damaged: no table of texts needs them. Their products may overflow
** where a size has 32 bits, so that memory is asked for first.
*/
enum { MAX_SIZE = 1 << 16, MAX_VOCABULARY = 1 << 28 };

size_t shape_rows(const Shape *shape) { return shape->vocabulary + shape->buckets; }

size_t shape_ngrams(const Shape *shape) { return shape->buckets - (shape->shaped ? CAPITALS_ROWS : 0); }

size_t shape_state(const Shape *shape) {
  size_t words = shape->pooled || !shape->hidden ? shape->embedding : 0;
  return 2 * shape->hidden + words;
}

size_t shape_features(const Shape *shape) {
  return shape->pooled ? 2 * shape_state(shape) : shape_state(shape);
}

static size_t size_of(const Shape *shape, Size size) {
  switch (size) {
    case BIASES: return shape->resets_early ? 1 : 2;
    case VOCABULARY: return shape->vocabulary;
    case BUCKETS: return shape->buckets;
    case EMBEDDING: return shape->embedding;
    case HIDDEN: return shape->hidden;
    case GATES: return 3 * shape->hidden;
    case STATE: return shape_state(shape);
    case FEATURES: return shape_features(shape);
    case LABELS: return shape->labels;
    case POSITIONS: return shape->positions;
    default: return 0;
  }
}

const char *parameters_name(Tensor tensor) { return TABLE[tensor].name; }

size_t parameters_dimensions(const Shape *shape, Tensor tensor, size_t dimensions[2]) {
  size_t rank = TABLE[tensor].dimensions[1] == NONE ? 1 : 2;
  for (size_t i = 0; i < rank; i++) {
    dimensions[i] = size_of(shape, TABLE[tensor].dimensions[i]);
    if (dimensions[i] == 0) return 0;
  }
  return rank;
}

static size_t tensor_count(const Shape *shape, Tensor tensor) {
  size_t dimensions[2] = {0, 1};
  return parameters_dimensions(shape, tensor, dimensions) ? memory_product(dimensions[0], dimensions[1]) : 0;
}

size_t shape_parameters(const Shape *shape) {
  size_t count = 0;
  for (Tensor t = 0; t < TENSOR_COUNT; t++) count = memory_sum(count, tensor_count(shape, t));
  return count;
}

static Status check_shape(const Shape *s, Error *error) {
  if (s->vocabulary <= MAX_VOCABULARY && s->buckets <= MAX_VOCABULARY && s->positions <= MAX_VOCABULARY &&
      s->embedding <= MAX_SIZE && s->hidden <= MAX_SIZE && s->labels <= MAX_SIZE * 16)
    return STATUS_OK;
  return error_set(error, STATUS_INVALID,
                   "a network of %zu words, embedding %zu, hidden %zu and %zu labels is too large",
                   s->vocabulary, s->embedding, s->hidden, s->labels);
}

/* Allocates a block for the shape; its values are not set. */
static Status allocate(const Shape *shape, Parameters *p, Error *error) {
  *p = (Parameters){.shape = *shape};
  Status status = check_shape(shape, error);
  if (status) return status;
  p->count = shape_parameters(shape);
  p->block = memory_aligned(p->count, sizeof *p->block);
  if (!p->block) {
    *p = (Parameters){0};
    return error_no_memory(error);
  }
  p->dense = p->count - shape_rows(shape) * shape->embedding;
  float *next = p->block;
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    size_t count = tensor_count(shape, t);
    p->tensor[t] = count ? next : NULL;
    next += count;
  }
  return STATUS_OK;
}

void parameters_free(Parameters *p) {
  free(p->block);
  *p = (Parameters){0};
}

Status parameters_new(const Shape *shape, Poll poll, Parameters *p, Error *error) {
  Status status = allocate(shape, p, error);
  if (status) return status;
  status = memory_clear(p->block, p->count, poll, error);
  if (status) parameters_free(p);
  return status;
}

float *parameters_dense(const Parameters *p) { return p->block + (p->count - p->dense); }

bool parameters_finite(const Parameters *p) { return finite_within(p->block, p->count, FINITE_MOST_OF_MODEL); }

void parameters_copy(Parameters *to, const Parameters *from) {
  memcpy(to->block, from->block, from->count * sizeof *from->block);
}

/* ---- initial values ------------------------------------------------------- */

/* Returns whether to go on with number i. */
static bool goes_on(Poll poll, size_t i) {
  enum { NUMBERS = 1 << 16 }; /* between two polls: a ms */
  return i % NUMBERS != NUMBERS - 1 || poll_goes_on(poll);
}

static bool fill_uniform(float *values, size_t count, float limit, Random *random, Poll poll) {
  size_t i = 0;
  for (; i < count && goes_on(poll, i); i++) values[i] = limit * (2.0f * random_uniform(random) - 1.0f);
  return i == count;
}

static bool fill_normal(float *values, size_t count, float deviation, Random *random, Poll poll) {
  size_t i = 0;
  for (; i < count && goes_on(poll, i); i++) values[i] = deviation * random_normal(random);
  return i == count;
}

/* Makes each gate's square block [n][n] of the matrix [n][3n] orthogonal:
** random rows, each cleared of its part along those above it (Gram-Schmidt).
*/
static bool fill_orthogonal(float *values, size_t n, Random *random, Poll poll) {
  if (!fill_normal(values, n * 3 * n, 1.0f, random, poll)) return false;
  for (size_t gate = 0; gate < 3; gate++) {
    for (size_t i = 0; i < n; i++) {
      float *row = values + i * 3 * n + gate * n, length = 0.0f;
      for (size_t k = 0; k < i; k++) {
        const float *above = values + k * 3 * n + gate * n;
        float along = 0.0f;
        for (size_t j = 0; j < n; j++) along += row[j] * above[j];
        for (size_t j = 0; j < n; j++) row[j] -= along * above[j];
      }
      for (size_t j = 0; j < n; j++) length += row[j] * row[j];
      for (size_t j = 0; j < n; j++) row[j] /= sqrtf(length) + 1e-12f;
      if (!poll_goes_on(poll)) return false;
    }
  }
  return true;
}

bool parameters_initialise(Parameters *p, uint64_t seed, Poll poll) {
  bool whole = true;
  for (Tensor t = 0; t < TENSOR_COUNT && whole; t++) {
    size_t d[2] = {0, 1}, count = tensor_count(&p->shape, t);
    if (!parameters_dimensions(&p->shape, t, d)) continue;
    Random random = random_stream(seed, RANDOM_PARAMETERS, t);
    switch (TABLE[t].initial) {
      case ZERO: memset(p->tensor[t], 0, count * sizeof(float)); break;
      case EMBEDDED: whole = fill_uniform(p->tensor[t], count, 0.05f, &random, poll); break;
      case GLOROT: whole = fill_uniform(p->tensor[t], count, sqrtf(6.0f / (float)(d[0] + d[1])), &random, poll); break;
      case ORTHOGONAL: whole = fill_orthogonal(p->tensor[t], d[0], &random, poll); break;
      case NORMAL: whole = fill_normal(p->tensor[t], count, 0.05f, &random, poll); break;
    }
  }
  return whole;
}

/* Leaves rows and columns as they are that `from` does not have. */
void parameters_take(Parameters *to, const Parameters *from) {
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    size_t d[2] = {0, 1}, old[2] = {0, 1};
    if (!parameters_dimensions(&from->shape, t, old) || !parameters_dimensions(&to->shape, t, d)) continue;
    for (size_t i = 0; i < old[0] && i < d[0]; i++)
      memcpy(to->tensor[t] + i * d[1], from->tensor[t] + i * old[1], old[1] * sizeof(float));
  }
}

/* ---- for a file ----------------------------------------------------------- */

Status parameters_name_ngrams(Parameters *p, const Ngrams *ngrams, Error *error) {
  Parameters named;
  Shape shape = p->shape;
  size_t size = shape.embedding, buckets = shape_ngrams(&shape), others = shape.buckets - buckets;
  const float *old = p->tensor[TENSOR_SUBWORDS];
  shape.buckets = ngrams->count + 1 + others;
  Status status = allocate(&shape, &named, error);
  if (status) return status;
  memcpy(named.block, p->block, shape.vocabulary * size * sizeof *p->block);
  memcpy(parameters_dense(&named), parameters_dense(p), p->dense * sizeof *p->block);
  float *row = named.tensor[TENSOR_SUBWORDS];
  for (size_t i = 0; i < ngrams->count; i++, row += size)
    memcpy(row, old + ngrams->hash[i] % buckets * size, size * sizeof *row);
  memset(row, 0, size * sizeof *row);
  if (others) memcpy(row + size, old + buckets * size, others * size * sizeof *row);
  parameters_free(p);
  *p = named;
  return STATUS_OK;
}

static unsigned bits_of(const ParameterBits *bits, Tensor tensor) {
  if (TABLE[tensor].dimensions[1] == NONE || TABLE[tensor].dimensions[0] == BIASES) return 0;
  return tensor == TENSOR_EMBEDDING ? bits->embedding : tensor == TENSOR_SUBWORDS ? bits->subwords : bits->dense;
}

void parameters_round(Parameters *p, const ParameterBits *bits) {
  for (Tensor t = 0; t < TENSOR_COUNT; t++)
    if (p->tensor[t]) quantisation_round(bits_of(bits, t), p->tensor[t], tensor_count(&p->shape, t));
}

/* ---- files ---------------------------------------------------------------- */

void parameters_write(const Parameters *p, const ParameterBits *bits, SafeTensorsWriter *writer) {
  for (Tensor t = 0; t < TENSOR_COUNT; t++) {
    size_t dimensions[2];
    size_t rank = parameters_dimensions(&p->shape, t, dimensions);
    if (rank)
      safetensors_write_quantised(writer, TABLE[t].name, bits_of(bits, t), dimensions, rank, p->tensor[t]);
  }
}

static size_t dimension_in_file(const SafeTensors *st, Tensor tensor, size_t dimension) {
  const TensorView *view = safetensors_find(st, TABLE[tensor].name);
  return view && dimension < view->rank ? view->shape[dimension] : 0;
}

/* Checks that the file has the tensor if the shape has it, and only then, and with its dimensions. */
static Status check_tensor(const SafeTensors *st, const Shape *shape, Tensor t, Error *error) {
  size_t wanted[2];
  size_t rank = parameters_dimensions(shape, t, wanted);
  const TensorView *view = safetensors_find(st, TABLE[t].name);
  if (t == TENSOR_EMBEDDING && dimension_in_file(st, t, 0) > wanted[0]) wanted[0] = TENSOR_ANY;
  if (rank) return safetensors_require(st, TABLE[t].name, DTYPE_F32, wanted, rank, &view, error);
  if (!view) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "tensor '%s' is there, but not those it belongs with", TABLE[t].name);
}

/* Checks the tensors that no network is without: they say how many words and labels it has. */
static Status check_sizes(const SafeTensors *st, Error *error) {
  static const Tensor NEEDED[] = {TENSOR_EMBEDDING, TENSOR_OUTPUT_BIAS};
  static const size_t ANY[] = {TENSOR_ANY, TENSOR_ANY};
  Status status = STATUS_OK;
  for (size_t i = 0; i < 2 && !status; i++) {
    const TensorView *view;
    size_t rank = TABLE[NEEDED[i]].dimensions[1] == NONE ? 1 : 2;
    status = safetensors_require(st, TABLE[NEEDED[i]].name, DTYPE_F32, ANY, rank, &view, error);
    if (!status && view->begin == view->end)
      status = error_set(error, STATUS_INVALID, "tensor '%s' is empty", TABLE[NEEDED[i]].name);
  }
  return status;
}

/* Checks all tensors before it asks for memory, so that a file which states large sizes and
** holds little costs nothing.
*/
Status parameters_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, Parameters *p, Error *error) {
  Shape shape = {.vocabulary = vocabulary,
                 .buckets = dimension_in_file(st, TENSOR_SUBWORDS, 0),
                 .embedding = dimension_in_file(st, TENSOR_EMBEDDING, 1),
                 .hidden = dimension_in_file(st, TENSOR_GRU_FORWARD_RECURRENT, 0),
                 .labels = dimension_in_file(st, TENSOR_OUTPUT_BIAS, 0),
                 .positions = dimension_in_file(st, TENSOR_ATTENTION_BIAS, 0),
                 .resets_early = dimension_in_file(st, TENSOR_GRU_FORWARD_BIAS, 0) == 1};
  shape.pooled = dimension_in_file(st, TENSOR_OUTPUT_KERNEL, 0) > shape_state(&shape);
  *p = (Parameters){0};
  Status status = check_sizes(st, error);
  if (!status) status = check_shape(&shape, error);
  for (Tensor t = 0; !status && t < TENSOR_COUNT; t++) status = check_tensor(st, &shape, t, error);
  if (!status) status = allocate(&shape, p, error);
  for (Tensor t = 0; !status && t < TENSOR_COUNT; t++) {
    const TensorView *view = safetensors_find(st, TABLE[t].name);
    if (view)
      status = safetensors_copy_floats(st, bytes, view, tensor_count(&shape, t), FINITE_MOST_OF_MODEL, p->tensor[t],
                                       error);
  }
  if (status) parameters_free(p);
  return status;
}
