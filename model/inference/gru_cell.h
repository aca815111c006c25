/* gru_cell.h -- the gates of a block of GRU units, from the sums of their products: what
** the versions of a step (gru_step.c, gru_step_int8.c) have in common. To be inlined into each,
** so that it is vectorised for the processor of that version.
**
** A gate of a block stands GRU_CELL_UNITS after the one before.
*/
#ifndef CLASSIFY_GRU_CELL_H
#define CLASSIFY_GRU_CELL_H

#include <stddef.h>

#include "base/simd.h"

enum { GRU_CELL_UNITS = 32 };

/* A row's share of a block. sums and input: its gates; sums is overwritten. */
typedef struct GruCell {
  float *sums;
  const float *input, *bias, *before;
  float *state;
} GruCell;

/* The formula of gru.h, with one reciprocal for z and n: z = 1 / (1 + Z) and
** n = (N - 1) / (N + 1) make h = (h (N + 1) + (N - 1) Z) / ((1 + Z) (N + 1)).
**
** In three stages, because a processor looks only so far ahead: within one, what
** stands side by side does not wait for each other.
*/
INLINE void gru_cell_gates(size_t units, float *restrict sums, const float *restrict input) {
  for (size_t j = 0; j < units; j++) sums[j] = simd_exp2(-1.44269504f * (sums[j] + input[j]));
  sums += GRU_CELL_UNITS, input += GRU_CELL_UNITS;
  for (size_t j = 0; j < units; j++) sums[j] = simd_exp2(-1.44269504f * (sums[j] + input[j]));
}

INLINE void gru_cell_candidate(size_t units, float *restrict sums, const float *restrict input, const float *restrict bias) {
  const float *r = sums + GRU_CELL_UNITS;
  float *n = sums + 2 * GRU_CELL_UNITS;
  input += 2 * GRU_CELL_UNITS;
  for (size_t j = 0; j < units; j++)
    n[j] = 2.88539008f * (input[j] + simd_reciprocal(1.0f + r[j]) * (n[j] + bias[j]));
  for (size_t j = 0; j < units; j++) n[j] = simd_exp2(n[j]);
}

INLINE void gru_cell_state(size_t units, const float *restrict sums, const float *restrict before, float *restrict state) {
  const float *z = sums, *n = sums + 2 * GRU_CELL_UNITS;
  for (size_t j = 0; j < units; j++)
    state[j] = (before[j] * (n[j] + 1.0f) + (n[j] - 1.0f) * z[j]) * simd_reciprocal((1.0f + z[j]) * (n[j] + 1.0f));
}

INLINE void gru_cells_forward(int rows, size_t units, const GruCell *cells) {
  for (int i = 0; i < rows; i++) gru_cell_gates(units, cells[i].sums, cells[i].input);
  for (int i = 0; i < rows; i++) gru_cell_candidate(units, cells[i].sums, cells[i].input, cells[i].bias);
  for (int i = 0; i < rows; i++) gru_cell_state(units, cells[i].sums, cells[i].before, cells[i].state);
}

#endif
