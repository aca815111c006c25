#include "base/finite.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

#include "base/simd.h"

/* Without its sign a number has the larger bits the larger it is; those of infinity and NaN are the largest. */
SIMD_VERSIONS(static, uint32_t, has_larger, (const float *numbers, size_t count, uint32_t most),
              (numbers, count, most)) {
  uint32_t larger = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &numbers[i], sizeof bits);
    larger |= (bits & 0x7FFFFFFFu) > most;
  }
  return larger;
}

bool finite_within(const float *numbers, size_t count, float most) {
  uint32_t bits;
  memcpy(&bits, &most, sizeof bits);
  return !has_larger(numbers, count, bits);
}

bool finite_all(const float *numbers, size_t count) { return finite_within(numbers, count, FLT_MAX); }
