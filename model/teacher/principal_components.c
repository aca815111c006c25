#include "teacher/principal_components.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "linear/orthonormal.h"

enum { ITERATIONS = 8, BLOCK = 512 };

/* moments [size][size] = X'X, a block of rows at a time so that the workers' poll is heard. */
static void compute_moments(Matrix x, Workers *workers, float *moments) {
  for (size_t i = 0; i < x.rows && !workers_stopped(workers); i += BLOCK) {
    Matrix block = {x.values + i * x.columns, x.rows - i < BLOCK ? x.rows - i : BLOCK, x.columns};
    matrix_product_at(block, block, i ? 1.0f : 0.0f, moments);
  }
}

typedef struct Components {
  Matrix x; /* [rows][size] */
  size_t kept;
  uint64_t seed;
  Workers *workers;
  float *basis, *moments, *product, *gram;
} Components;

/* For workers_run(): one long task. */
static Status iterate(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  (void)error;
  Components *c = context;
  Random random = random_stream(c->seed, RANDOM_COMPONENTS, 0);
  size_t numbers = c->x.columns * c->kept;
  compute_moments(c->x, c->workers, c->moments);
  for (size_t i = 0; i < numbers; i++) c->basis[i] = random_normal(&random);
  orthonormal_columns(c->x.columns, c->kept, c->basis, c->workers, c->gram);
  for (int i = 0; i < ITERATIONS && !workers_stopped(c->workers); i++) {
    matrix_product((Matrix){c->moments, c->x.columns, c->x.columns}, (Matrix){c->basis, c->x.columns, c->kept}, 0.0f,
                   c->product);
    memcpy(c->basis, c->product, numbers * sizeof *c->basis);
    orthonormal_columns(c->x.columns, c->kept, c->basis, c->workers, c->gram);
  }
  return STATUS_OK;
}

Status principal_components(Matrix x, size_t kept, uint64_t seed, Workers *workers, float *basis, Error *error) {
  Components c = {.x = x, .kept = kept, .seed = seed, .workers = workers, .basis = basis,
                  .moments = memory_floats(x.columns * x.columns), .product = memory_floats(x.columns * kept),
                  .gram = memory_floats(kept * kept)};
  Status status = c.moments && c.product && c.gram ? STATUS_OK : error_no_memory(error);
  if (!status) status = workers_run(workers, 1, iterate, &c, error);
  free(c.moments);
  free(c.product);
  free(c.gram);
  return status;
}
