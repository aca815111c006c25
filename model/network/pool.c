#include "network/pool.h"

#include <string.h>

#include "base/simd.h"

SIMD_VERSIONS(static, void, compete,
              (size_t count, const float *restrict h, uint32_t place, float *restrict best,
               uint32_t *restrict winners), (count, h, place, best, winners)) {
  for (size_t j = 0; j < count; j++) {
    winners[j] = h[j] > best[j] ? place : winners[j];
    best[j] = h[j] > best[j] ? h[j] : best[j];
  }
}

void pool_forward(const Batch *b, size_t state, const float *states, float *pooled, size_t stride, uint32_t *winners) {
  for (size_t i = 0; i < b->texts; i++) {
    float *best = pooled + i * stride;
    if (b->length[i] == 0) {
      memset(best, 0, state * sizeof *best);
      continue;
    }
    uint32_t first = (uint32_t)batch_place(b, i, 0);
    memcpy(best, states + first * state, state * sizeof *best);
    for (size_t j = 0; j < state; j++) winners[i * state + j] = first;
    for (size_t t = 1; t < b->length[i]; t++) {
      uint32_t place = (uint32_t)batch_place(b, i, t);
      compete(state, states + place * state, place, best, winners + i * state);
    }
  }
}

void pool_backward(const Batch *b, size_t state, const uint32_t *winners, const float *d_pooled,
                   size_t stride, float *d_states) {
  for (size_t i = 0; i < b->texts; i++)
    for (size_t j = 0; j < state && b->length[i]; j++)
      d_states[winners[i * state + j] * state + j] += d_pooled[i * stride + j];
}
