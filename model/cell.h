/* cell.h -- the gates of a block of GRU units, from the sums of their products: what
** the versions of a step (step.c, step8.c) have in common. To be inlined into each,
** so that it is vectorised for the processor of that version.
**
** A gate of a block stands CELL_UNITS after the one before.
*/
#ifndef CLASSIFY_CELL_H
#define CLASSIFY_CELL_H

#include <stddef.h>

#include "simd.h"

enum { CELL_UNITS = 32 };

#define INLINE static inline __attribute__((always_inline))

/* gru.h's formula for `units` units of a row, with one reciprocal for z and n:
** z = 1 / (1 + Z) and n = (N - 1) / (N + 1) make h = (h (N + 1) + (N - 1) Z) / ((1 + Z) (N + 1)).
*/
INLINE void cell_forward(size_t units, const float *restrict sums, const float *restrict input,
                         const float *restrict bias, const float *restrict before, float *restrict state) {
  for (size_t j = 0; j < units; j++) {
    float az = sums[j] + input[j];
    float r = simd_sigmoid(sums[CELL_UNITS + j] + input[CELL_UNITS + j]);
    float an = input[2 * CELL_UNITS + j] + r * (sums[2 * CELL_UNITS + j] + bias[j]);
    float z = simd_exp2(-1.44269504f * az), n = simd_exp2(2.88539008f * an);
    state[j] = (before[j] * (n + 1.0f) + (n - 1.0f) * z) * simd_reciprocal((1.0f + z) * (n + 1.0f));
  }
}

/* A row's gates may be far away: they come nearer while its products are worked out. */
INLINE void cell_prefetch(const float *input) {
  for (size_t j = 0; j < 3 * CELL_UNITS; j += 16) __builtin_prefetch(input + j);
}

#endif
