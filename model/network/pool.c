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

void pool_forward(const Batch *b, const Padding *padding, size_t state, const float *states, float *pooled,
                  size_t stride, uint32_t *winners) {
  for (size_t i = 0; i < b->texts; i++) {
    float *best = pooled + i * stride;
    uint32_t *won = winners + i * state;
    bool begun = false;
    memset(best, 0, state * sizeof *best);
    for (size_t j = 0; j < state; j++) won[j] = POOL_NO_WINNER;
    for (size_t t = 0; t < b->length[i]; t++) {
      uint32_t place = (uint32_t)batch_place(b, i, t);
      if (padding_skips(padding, batch_word(b, place))) continue;
      if (begun) {
        compete(state, states + place * state, place, best, won);
        continue;
      }
      memcpy(best, states + place * state, state * sizeof *best);
      for (size_t j = 0; j < state; j++) won[j] = place;
      begun = true;
    }
  }
}

void pool_backward(const Batch *b, size_t state, const uint32_t *winners, const float *d_pooled,
                   size_t stride, float *d_states) {
  for (size_t i = 0; i < b->texts; i++)
    for (size_t j = 0; j < state && winners[i * state + j] != POOL_NO_WINNER; j++)
      d_states[winners[i * state + j] * state + j] += d_pooled[i * stride + j];
}
