#include "base/simd.h"

#if SIMD_X86
#include <cpuid.h>

/* A set of registers may be used if the system saves them when it switches threads; bits of XCR0. */
enum { SAVES_AVX = 0x06, SAVES_AVX512 = 0xE6 };

static bool system_saves(uint32_t registers) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & registers) == registers;
}

static bool has(uint32_t found, uint32_t wanted) { return (found & wanted) == wanted; }

/* Not by __builtin_cpu_supports(): in some compilers' libraries it is a stub that denies everything. */
SimdSupport simd_detect(void) {
  const uint32_t avx = bit_OSXSAVE | bit_AVX | bit_FMA;
  const uint32_t avx512 = bit_AVX512F | bit_AVX512CD | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
  uint32_t a, b, c, d;
  SimdSupport support = {SIMD_PLAIN, false};
  if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, avx) || !system_saves(SAVES_AVX)) return support;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, bit_AVX2)) return support;
  support.level = has(b, avx512) && system_saves(SAVES_AVX512) ? SIMD_AVX512 : SIMD_AVX2;
  support.vnni = support.level == SIMD_AVX512 && has(c, bit_AVX512VNNI);
  return support;
}
#else
SimdSupport simd_detect(void) { return (SimdSupport){SIMD_PLAIN, false}; }
#endif

SimdSupport simd_support;
__attribute__((constructor)) static void detect_once(void) { simd_support = simd_detect(); }

const float SIMD_EXP_LOWEST = -87.0f, SIMD_EXP_HIGHEST = 88.0f, SIMD_EXP2_MOST = 60.0f;
