#include "base/random.h"

#include <math.h>

#include "base/simd.h"

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Random random_stream(uint64_t seed, RandomPurpose purpose, uint64_t index) {
  return (Random){mix(mix(mix(seed + 1) + purpose) + index)};
}

uint64_t random_next(Random *random) {
  return mix(random->state += 0x9E3779B97F4A7C15u);
}

float random_uniform(Random *random) {
  return (float)(random_next(random) >> 40) * 0x1p-24f;
}

/* Box-Muller, of whose pair of values one is used. */
float random_normal(Random *random) {
  float radius = sqrtf(-2.0f * logf(1.0f - random_uniform(random)));
  return radius * cosf(6.2831853f * random_uniform(random));
}

size_t random_below(Random *random, size_t bound) {
  return (size_t)(random_next(random) % bound);
}

void random_shuffle(Random *random, uint32_t *values, size_t count) {
  for (size_t i = count; i > 1; i--) {
    size_t j = random_below(random, i);
    uint32_t value = values[i - 1];
    values[i - 1] = values[j];
    values[j] = value;
  }
}

/* Hashes index and seed in 32 bits, so that the loop vectorises. */
SIMD_VERSIONS(extern, void, random_dropout, (float *values, size_t count, float rate, uint64_t seed),
              (values, count, rate, seed)) {
  uint32_t threshold = (uint32_t)(rate * 0x1p31f);
  uint32_t start = (uint32_t)mix(seed);
  float scale = 1.0f / (1.0f - rate);
  for (size_t i = 0; i < count; i++) {
    uint32_t x = (uint32_t)i * 0x9E3779B9u + start;
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    x ^= x >> 16;
    values[i] *= (x >> 1) < threshold ? 0.0f : scale;
  }
}
