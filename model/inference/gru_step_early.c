#include "inference/gru_step_early.h"

enum { UNITS = GRU_CELL_UNITS, BLOCK = 3 * UNITS };

/* Adds x [hidden] times `count` columns of a block's weights. */
SIMD_VERSIONS(static, void, add_product,
              (size_t hidden, const float *restrict x, const float *restrict u, size_t count, float *restrict sums),
              (hidden, x, u, count, sums)) {
  for (size_t k = 0; k < hidden; k++)
    for (size_t j = 0; j < count; j++) sums[j] += x[k] * u[k * BLOCK + j];
}

/* Computes z and r * h of a block. `sums` are those of z, then of r. */
SIMD_VERSIONS(static, void, gates,
              (const float *restrict sums, const float *restrict input, const float *restrict before,
               float *restrict z, float *restrict reset), (sums, input, before, z, reset)) {
  for (size_t j = 0; j < UNITS; j++) {
    z[j] = simd_sigmoid(sums[j] + input[j]);
    reset[j] = before[j] * simd_sigmoid(sums[UNITS + j] + input[UNITS + j]);
  }
}

SIMD_VERSIONS(static, void, candidate,
              (const float *restrict sums, const float *restrict input, const float *restrict before,
               const float *restrict z, float *restrict state), (sums, input, before, z, state)) {
  for (size_t j = 0; j < UNITS; j++) state[j] = z[j] * before[j] + (1.0f - z[j]) * simd_tanh(sums[j] + input[j]);
}

/* Computes the state of row i. */
static void row(const GruStepWeights *w, const GruStepRows *r, size_t i) {
  static const float none[UNITS];
  size_t hidden = i < r->running ? w->hidden : 0; /* of the state before, which may be 0 */
  const float *before = r->before + i * r->stride, *input = r->inputs[i] + r->gates;
  float *state = r->states + i * r->stride, *reset = r->scratch, *z = r->scratch + w->padded;
  for (size_t unit = 0; unit < w->padded; unit += UNITS) {
    float sums[2 * UNITS] = {0};
    add_product(hidden, before, w->recurrent + unit * 3 * w->hidden, 2 * UNITS, sums);
    gates(sums, input + 3 * unit, hidden ? before + unit : none, z + unit, reset + unit);
  }
  for (size_t unit = 0; unit < w->padded; unit += UNITS) {
    float sums[UNITS] = {0};
    add_product(hidden, reset, w->recurrent + unit * 3 * w->hidden + 2 * UNITS, UNITS, sums);
    candidate(sums, input + 3 * unit + 2 * UNITS, hidden ? before + unit : none, z + unit, state + unit);
  }
}

static void step(const GruStepWeights *w, const GruStepRows *r) {
  for (size_t i = 0; i < r->count; i++) row(w, r, i);
}

void gru_step_early_use(GruStepWeights *w) { w->forward = step; }
