#include "base/finite.h"

#include "base/simd.h"

/* An exponent of ones is infinite or NaN. */
SIMD_VERSIONS(static, uint32_t, count_others, (const float *numbers, size_t count), (numbers, count)) {
  uint32_t others = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &numbers[i], sizeof bits);
    others |= (bits & 0x7F800000u) == 0x7F800000u;
  }
  return others;
}

bool finite_all(const float *numbers, size_t count) { return count_others(numbers, count) == 0; }
