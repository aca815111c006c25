/* gru_cell.h -- the gates of a block of GRU units, once h U is known. gru_step.c and
** gru_step_int8.c inline it into each of their versions, so that it is vectorised for the
** same processor. In a block, the GRU_CELL_UNITS numbers of z come first, then r, then n.
*/
#ifndef CLASSIFY_GRU_CELL_H
#define CLASSIFY_GRU_CELL_H

#include <stddef.h>

#include "base/simd.h"

enum { GRU_CELL_UNITS = 32 };

/* One row (a token) of a block. */
typedef struct GruCell {
  float *sums;         /* [3][GRU_CELL_UNITS] h U; overwritten              */
  const float *input;  /* [3][GRU_CELL_UNITS] x W + b, and c of z and r     */
  const float *bias;   /* [GRU_CELL_UNITS] c of n                           */
  const float *before; /* [GRU_CELL_UNITS] the old state                    */
  float *state;        /* [GRU_CELL_UNITS] the new state                    */
} GruCell;

/* The formula of network/gru.h, with a single reciprocal for z and n. With Z = e^-(z's sum)
** and N = e^(2 n's sum):
**
**   z = 1 / (1 + Z)     n = (N - 1) / (N + 1)     h = (h (N + 1) + (N - 1) Z) / ((1 + Z) (N + 1))
**
** The three stages are separate loops, since the processor overlaps the independent
** computations within a short loop.
*/
INLINE void gru_cell_gates(size_t units, float *restrict sums, const float *restrict input) {
  for (size_t j = 0; j < units; j++) sums[j] = simd_exp2(-1.44269504f * (sums[j] + input[j]));
  sums += GRU_CELL_UNITS, input += GRU_CELL_UNITS;
  for (size_t j = 0; j < units; j++) sums[j] = simd_exp2(-1.44269504f * (sums[j] + input[j]));
}

INLINE void gru_cell_candidate(size_t units, float *restrict sums, const float *restrict input,
                               const float *restrict bias) {
  const float *r = sums + GRU_CELL_UNITS;
  float *n = sums + 2 * GRU_CELL_UNITS;
  input += 2 * GRU_CELL_UNITS;
  for (size_t j = 0; j < units; j++)
    n[j] = 2.88539008f * (input[j] + simd_reciprocal(1.0f + r[j]) * (n[j] + bias[j]));
  for (size_t j = 0; j < units; j++) n[j] = simd_exp2(n[j]);
}

INLINE void gru_cell_state(size_t units, const float *restrict sums, const float *restrict before,
                           float *restrict state) {
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
