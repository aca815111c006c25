#include "teacher/principal_components.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "linear/orthonormal.h"

enum { ITERATIONS = 8, BLOCK = 512, WIDE_BLOCK = 64 };

typedef struct Components {
  Matrix x; /* [rows][size] */
  size_t kept;
  uint64_t seed;
  Workers *workers;
  float *basis, *product, *gram;
  float *moments; /* [size][size] = X'X; NULL: there are fewer rows than that, and they are multiplied themselves */
  float *rows;    /* [WIDE_BLOCK][kept], without moments */
} Components;

static bool is_wide(Matrix x) { return x.rows < x.columns; }

static Matrix block_of(Matrix x, size_t begin, size_t most) {
  return (Matrix){x.values + begin * x.columns, x.rows - begin < most ? x.rows - begin : most, x.columns};
}

/* A block of rows at a time, so that the workers' poll is heard. */
static void compute_moments(const Components *c) {
  for (size_t i = 0; i < c->x.rows && !workers_stopped(c->workers); i += BLOCK) {
    Matrix block = block_of(c->x, i, BLOCK);
    matrix_product_at(block, block, i ? 1.0f : 0.0f, c->moments);
  }
}

/* product [size][kept] = X'X W */
static void multiply(const Components *c) {
  Matrix basis = {c->basis, c->x.columns, c->kept};
  if (c->moments) {
    matrix_product((Matrix){c->moments, c->x.columns, c->x.columns}, basis, 0.0f, c->product);
    return;
  }
  memset(c->product, 0, c->x.columns * c->kept * sizeof *c->product);
  for (size_t i = 0; i < c->x.rows && !workers_stopped(c->workers); i += WIDE_BLOCK) {
    Matrix block = block_of(c->x, i, WIDE_BLOCK);
    matrix_product(block, basis, 0.0f, c->rows);
    matrix_product_at(block, (Matrix){c->rows, block.rows, c->kept}, 1.0f, c->product);
  }
}

/* For workers_run(): one long task. */
static Status iterate(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  (void)error;
  Components *c = context;
  Random random = random_stream(c->seed, RANDOM_COMPONENTS, 0);
  size_t numbers = c->x.columns * c->kept;
  if (c->moments) compute_moments(c);
  for (size_t i = 0; i < numbers; i++) c->basis[i] = random_normal(&random);
  orthonormal_columns(c->x.columns, c->kept, c->basis, c->workers, c->gram);
  for (int i = 0; i < ITERATIONS && !workers_stopped(c->workers); i++) {
    multiply(c);
    memcpy(c->basis, c->product, numbers * sizeof *c->basis);
    orthonormal_columns(c->x.columns, c->kept, c->basis, c->workers, c->gram);
  }
  return STATUS_OK;
}

/* Makes room for columns of zeros behind the `found` columns of the basis. */
static void spread(size_t rows, size_t found, size_t kept, float *basis) {
  for (size_t r = rows; found < kept && r-- > 0;) {
    memmove(basis + r * kept, basis + r * found, found * sizeof *basis);
    memset(basis + r * kept + found, 0, (kept - found) * sizeof *basis);
  }
}

Status principal_components(Matrix x, size_t kept, uint64_t seed, Workers *workers, float *basis, Error *error) {
  size_t found = kept < x.rows ? kept : x.rows; /* rows do not differ in more directions than there are rows */
  Components c = {.x = x, .kept = found, .seed = seed, .workers = workers, .basis = basis,
                  .product = memory_floats(memory_product(x.columns, found)),
                  .gram = memory_floats(memory_product(found, found))};
  if (is_wide(x))
    c.rows = memory_floats(memory_product(WIDE_BLOCK, found));
  else
    c.moments = memory_floats(memory_product(x.columns, x.columns));
  Status status = c.product && c.gram && (c.rows || c.moments) ? STATUS_OK : error_no_memory(error);
  if (!status) status = workers_run(workers, 1, iterate, &c, error);
  if (!status) spread(x.columns, found, kept, basis);
  free(c.moments);
  free(c.rows);
  free(c.product);
  free(c.gram);
  return status;
}
