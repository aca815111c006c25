#include "network/gru.h"

#include <string.h>

#include "base/matrix.h"
#include "base/simd.h"

/* ---- products of long texts ---------------------------------------------------------- */

/* Returns how many rows, of so many multiplications each, a piece of a product has between two polls. */
static size_t piece_rows(size_t multiplications) {
  enum { PIECE = 1 << 28, MULTIPLE = 96 }; /* some ms; pieces begin where tiles of BLAS do */
  return (PIECE / (multiplications + 1) / MULTIPLE + 1) * MULTIPLE;
}

static Matrix piece_of(Matrix m, size_t first, size_t rows) {
  return (Matrix){m.values + first * m.columns, m.rows - first < rows ? m.rows - first : rows, m.columns};
}

/* C [m][n] = A B + C by matrix_product(), or A B' + C by matrix_product_bt(). */
static bool add_product(void (*product)(Matrix, Matrix, float, float *), Matrix a, Matrix b, size_t n, Poll poll,
                        float *c) {
  size_t rows = piece_rows(b.rows * b.columns);
  for (size_t i = 0; i < a.rows; i += rows) {
    product(piece_of(a, i, rows), b, 1.0f, c + i * n);
    if (!poll_goes_on(poll)) return false;
  }
  return true;
}

/* C [m][n] = A' B */
static bool set_product_at(Matrix a, Matrix b, Poll poll, float *c) {
  size_t rows = piece_rows(a.columns * b.columns), i = 0;
  do {
    matrix_product_at(piece_of(a, i, rows), piece_of(b, i, rows), i ? 1.0f : 0.0f, c);
    if (!poll_goes_on(poll)) return false;
    i += rows;
  } while (i < a.rows);
  return true;
}

/* ---- one token ------------------------------------------------------------------------- */

bool gru_project(const GruWeights *w, const Batch *b, Poll poll, const float *vectors, float *projected) {
  size_t gates = 3 * w->hidden;
  for (size_t u = 0; u < b->distinct; u++)
    memcpy(projected + u * gates, w->bias, gates * sizeof *projected);
  Matrix kernel = {w->kernel, w->input, gates};
  return add_product(matrix_product, (Matrix){vectors, b->distinct, w->input}, kernel, gates, poll, projected);
}

/* The formula of gru.h for one token: x is x W + b, hu is h U. Stores z, r, n and h Un + cn
** in gates [4][hidden].
*/
SIMD_VERSIONS(static, void, cell_forward,
              (size_t hidden, const float *restrict x, const float *restrict hu, const float *restrict c,
               const float *restrict before, float *restrict gates, float *restrict state),
              (hidden, x, hu, c, before, gates, state)) {
  for (size_t j = 0; j < hidden; j++) {
    float z = simd_sigmoid(x[j] + hu[j] + c[j]);
    float r = simd_sigmoid(x[hidden + j] + hu[hidden + j] + c[hidden + j]);
    float un = hu[2 * hidden + j] + c[2 * hidden + j];
    float n = simd_tanh(x[2 * hidden + j] + r * un);
    state[j] = z * before[j] + (1.0f - z) * n;
    gates[j] = z;
    gates[hidden + j] = r;
    gates[2 * hidden + j] = n;
    gates[3 * hidden + j] = un;
  }
}

/* The gradient of cell_forward(). The gradient dh of the new state is d_state, from the
** layers above, plus d_before, from the step after it. Sets d_gates, the gradient of
** h U + c; adds to d_projected, the gradient of x W + b; sets d_before to z * dh, the part
** of the old state's gradient that does not pass through U.
*/
SIMD_VERSIONS(static, void, cell_backward,
              (size_t hidden, const float *restrict gates, const float *restrict before,
               const float *restrict d_state, float *restrict d_before, float *restrict d_gates,
               float *restrict d_projected), (hidden, gates, before, d_state, d_before, d_gates, d_projected)) {
  for (size_t j = 0; j < hidden; j++) {
    float z = gates[j], r = gates[hidden + j], n = gates[2 * hidden + j];
    float un = gates[3 * hidden + j];
    float dh = d_state[j] + d_before[j];
    float dz = dh * (before[j] - n) * z * (1.0f - z);
    float dn = dh * (1.0f - z) * (1.0f - n * n);
    float dr = dn * un * r * (1.0f - r);
    d_before[j] = dh * z;
    d_gates[j] = dz;
    d_gates[hidden + j] = dr;
    d_gates[2 * hidden + j] = dn * r;
    d_projected[j] += dz;
    d_projected[hidden + j] += dr;
    d_projected[2 * hidden + j] += dn;
  }
}

/* Copies the old state of each token of step t to `before`: the state after the previous
** token in this direction, or 0 at a text's first token.
*/
static void state_before(const Batch *b, bool backwards, size_t t, size_t hidden,
                         const float *states, size_t stride, float *before) {
  bool last = t + 1 == b->steps;
  size_t running = backwards ? (last ? 0 : b->active[t + 1]) : (t == 0 ? 0 : b->active[t]);
  size_t from = running == 0 ? 0 : b->offset[backwards ? t + 1 : t - 1];
  for (size_t i = 0; i < running; i++)
    memcpy(before + i * hidden, states + (from + i) * stride, hidden * sizeof *before);
  memset(before + running * hidden, 0, (b->active[t] - running) * hidden * sizeof *before);
}

/* ---- with an early reset ------------------------------------------------------------ */

/* Computes z and r of one token into gates, and r * h. */
SIMD_VERSIONS(static, void, early_gates,
              (size_t hidden, const float *restrict x, const float *restrict hu, const float *restrict before,
               float *restrict gates, float *restrict reset), (hidden, x, hu, before, gates, reset)) {
  for (size_t j = 0; j < hidden; j++) {
    gates[j] = simd_sigmoid(x[j] + hu[j]);
    gates[hidden + j] = simd_sigmoid(x[hidden + j] + hu[hidden + j]);
    reset[j] = gates[hidden + j] * before[j];
  }
}

/* Computes n, into gates, and the state; xn is x Wn + bn, un is (r * h) Un. */
SIMD_VERSIONS(static, void, early_candidate,
              (size_t hidden, const float *restrict xn, const float *restrict un, const float *restrict before,
               float *restrict gates, float *restrict state), (hidden, xn, un, before, gates, state)) {
  for (size_t j = 0; j < hidden; j++) {
    float z = gates[j], n = simd_tanh(xn[j] + un[j]);
    gates[2 * hidden + j] = n;
    state[j] = z * before[j] + (1.0f - z) * n;
  }
}

/* The gradient of early_candidate(). Stores dz and dn in gates in place of z and n. */
SIMD_VERSIONS(static, void, early_candidate_backward,
              (size_t hidden, float *restrict gates, const float *restrict before, const float *restrict d_state,
               float *restrict d_before, float *restrict d_projected),
              (hidden, gates, before, d_state, d_before, d_projected)) {
  for (size_t j = 0; j < hidden; j++) {
    float z = gates[j], n = gates[2 * hidden + j];
    float dh = d_state[j] + d_before[j];
    gates[j] = dh * (before[j] - n) * z * (1.0f - z);
    gates[2 * hidden + j] = dh * (1.0f - z) * (1.0f - n * n);
    d_before[j] = dh * z;
    d_projected[j] += gates[j];
    d_projected[2 * hidden + j] += gates[2 * hidden + j];
  }
}

/* The gradient of early_gates(): d_reset is that of r * h. Sets d_gates to dz, dr. */
SIMD_VERSIONS(static, void, early_gates_backward,
              (size_t hidden, const float *restrict gates, const float *restrict before,
               const float *restrict d_reset, float *restrict d_before, float *restrict d_gates,
               float *restrict d_projected), (hidden, gates, before, d_reset, d_before, d_gates, d_projected)) {
  for (size_t j = 0; j < hidden; j++) {
    float r = gates[hidden + j], dr = d_reset[j] * before[j] * r * (1.0f - r);
    d_gates[j] = gates[j];
    d_gates[hidden + j] = dr;
    d_before[j] += d_reset[j] * r;
    d_projected[hidden + j] += dr;
  }
}

static void early_step(const GruWeights *w, const Batch *b, size_t t, const float *projected, GruTape *tape,
                       float *states, size_t stride) {
  size_t hidden = w->hidden, rows = b->active[t], place = b->offset[t], kept = tape->keep ? place : 0;
  const float *before = tape->before + kept * hidden;
  Matrix recurrent = {w->recurrent, hidden, 3 * hidden};
  for (size_t i = 0; i < rows; i++)
    early_gates(hidden, projected + b->slot[place + i] * 3 * hidden, tape->product + i * 3 * hidden,
                before + i * hidden, tape->gates + (kept + i) * 4 * hidden, tape->reset + i * hidden);
  matrix_product((Matrix){tape->reset, rows, hidden}, recurrent, 0.0f, tape->product);
  for (size_t i = 0; i < rows; i++)
    early_candidate(hidden, projected + b->slot[place + i] * 3 * hidden + 2 * hidden,
                    tape->product + i * 3 * hidden + 2 * hidden, before + i * hidden,
                    tape->gates + (kept + i) * 4 * hidden, states + (place + i) * stride);
}

/* Products with U' take the gates whose gradient is known, and 0 for the others. */
static void early_step_backward(const GruWeights *w, const Batch *b, size_t t, GruTape *tape, const float *d_states,
                                size_t stride) {
  size_t hidden = w->hidden, gates = 3 * hidden, rows = b->active[t], place = b->offset[t];
  float *d_gates = tape->d_gates + place * gates, *kept = tape->gates + place * 4 * hidden;
  const float *before = tape->before + place * hidden;
  Matrix transposed = {tape->transposed, gates, hidden};
  memset(d_gates, 0, rows * gates * sizeof *d_gates);
  for (size_t i = 0; i < rows; i++) {
    float *d_projected = tape->d_projected + b->slot[place + i] * gates, *stored = kept + i * 4 * hidden;
    early_candidate_backward(hidden, stored, before + i * hidden, d_states + (place + i) * stride,
                             tape->d_state + i * hidden, d_projected);
    memcpy(d_gates + i * gates + 2 * hidden, stored + 2 * hidden, hidden * sizeof *d_gates);
  }
  matrix_product((Matrix){d_gates, rows, gates}, transposed, 0.0f, tape->reset);
  memset(d_gates, 0, rows * gates * sizeof *d_gates);
  for (size_t i = 0; i < rows; i++)
    early_gates_backward(hidden, kept + i * 4 * hidden, before + i * hidden, tape->reset + i * hidden,
                         tape->d_state + i * hidden, d_gates + i * gates,
                         tape->d_projected + b->slot[place + i] * gates);
  matrix_product((Matrix){d_gates, rows, gates}, transposed, 1.0f, tape->d_state);
  for (size_t i = 0; i < rows; i++)
    memcpy(d_gates + i * gates + 2 * hidden, kept + i * 4 * hidden + 2 * hidden, hidden * sizeof *d_gates);
}

/* Sets the gradient of Un, whose rows were multiplied by r * h. */
static bool early_recurrent_backward(const Batch *b, size_t hidden, GruTape *tape, float *d_recurrent) {
  for (size_t n = 0; n < b->tokens; n++)
    for (size_t j = 0; j < hidden; j++) tape->before[n * hidden + j] *= tape->gates[n * 4 * hidden + hidden + j];
  float *product = tape->transposed; /* of the same size */
  bool whole = set_product_at((Matrix){tape->before, b->tokens, hidden}, (Matrix){tape->d_gates, b->tokens, 3 * hidden},
                              tape->poll, product);
  for (size_t k = 0; k < hidden; k++)
    memcpy(d_recurrent + k * 3 * hidden + 2 * hidden, product + k * 3 * hidden + 2 * hidden,
           hidden * sizeof *d_recurrent);
  return whole;
}

/* ---- one direction -------------------------------------------------------------------- */

static void late_step(const GruWeights *w, const Batch *b, size_t t, const float *projected, GruTape *tape,
                      float *states, size_t stride) {
  size_t hidden = w->hidden, gates = 3 * hidden, place = b->offset[t], kept = tape->keep ? place : 0;
  const float *before = tape->before + kept * hidden;
  for (size_t i = 0; i < b->active[t]; i++)
    cell_forward(hidden, projected + b->slot[place + i] * gates, tape->product + i * gates,
                 w->bias + gates, before + i * hidden, tape->gates + (kept + i) * 4 * hidden,
                 states + (place + i) * stride);
}

enum { POLL_STEPS = 16 }; /* between two polls */

bool gru_forward(const GruWeights *w, const Batch *b, bool backwards, const float *projected,
                 GruTape *tape, float *states, size_t stride) {
  size_t hidden = w->hidden, gates = 3 * hidden;
  for (size_t step = 0; step < b->steps; step++) {
    if (step % POLL_STEPS == POLL_STEPS - 1 && !poll_goes_on(tape->poll)) return false;
    size_t t = backwards ? b->steps - 1 - step : step;
    size_t rows = b->active[t], place = b->offset[t], kept = tape->keep ? place : 0;
    float *before = tape->before + kept * hidden;
    state_before(b, backwards, t, hidden, states, stride, before);
    matrix_product((Matrix){before, rows, hidden}, (Matrix){w->recurrent, hidden, gates}, 0.0f, tape->product);
    (w->resets_early ? early_step : late_step)(w, b, t, projected, tape, states, stride);
  }
  return true;
}

static void late_step_backward(const GruWeights *w, const Batch *b, size_t t, GruTape *tape, const float *d_states,
                               size_t stride) {
  size_t hidden = w->hidden, gates = 3 * hidden, rows = b->active[t], place = b->offset[t];
  float *d_gates = tape->d_gates + place * gates;
  for (size_t i = 0; i < rows; i++)
    cell_backward(hidden, tape->gates + (place + i) * 4 * hidden, tape->before + (place + i) * hidden,
                  d_states + (place + i) * stride, tape->d_state + i * hidden, d_gates + i * gates,
                  tape->d_projected + b->slot[place + i] * gates);
  matrix_product((Matrix){d_gates, rows, gates}, (Matrix){tape->transposed, gates, hidden}, 1.0f, tape->d_state);
}

bool gru_backward(const GruWeights *w, const Batch *b, bool backwards, GruTape *tape,
                  const float *d_states, size_t stride, GruWeights *gradient) {
  size_t hidden = w->hidden, gates = 3 * hidden;
  matrix_transpose((Matrix){w->recurrent, hidden, gates}, tape->transposed);
  memset(tape->d_state, 0, b->texts * hidden * sizeof(float));
  memset(tape->d_projected, 0, b->distinct * gates * sizeof(float));
  for (size_t step = b->steps; step-- > 0;) {
    if (step % POLL_STEPS == POLL_STEPS - 1 && !poll_goes_on(tape->poll)) return false;
    size_t t = backwards ? b->steps - 1 - step : step;
    (w->resets_early ? early_step_backward : late_step_backward)(w, b, t, tape, d_states, stride);
  }
  Matrix before = {tape->before, b->tokens, hidden}, d_gates = {tape->d_gates, b->tokens, gates};
  if (!set_product_at(before, d_gates, tape->poll, gradient->recurrent)) return false;
  if (w->resets_early) return early_recurrent_backward(b, hidden, tape, gradient->recurrent);
  memset(gradient->bias + gates, 0, gates * sizeof(float));
  matrix_add_columns(d_gates, gradient->bias + gates);
  return poll_goes_on(tape->poll);
}

bool gru_project_backward(const GruWeights *w, const Batch *b, const GruTape *tape, const float *vectors,
                          GruWeights *gradient, float *d_vectors) {
  size_t gates = 3 * w->hidden;
  Matrix upstream = {tape->d_projected, b->distinct, gates};
  if (!set_product_at((Matrix){vectors, b->distinct, w->input}, upstream, tape->poll, gradient->kernel)) return false;
  memset(gradient->bias, 0, gates * sizeof(float));
  matrix_add_columns(upstream, gradient->bias);
  Matrix kernel = {w->kernel, w->input, gates};
  return add_product(matrix_product_bt, upstream, kernel, w->input, tape->poll, d_vectors);
}
