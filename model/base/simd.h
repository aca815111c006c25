/* simd.h -- loops that the compiler vectorises for the processor they run on.
**
** SIMD_VERSIONS replaces the head of a function. It compiles the function three times: for
** AVX-512, for AVX2, and for the processor that the build is for; each call picks the best
** that the processor supports. Unlike target_clones it works with clang, musl and sanitizers:
**
**   SIMD_VERSIONS(static, void, scale, (size_t n, float *x), (n, x)) {
**     for (size_t i = 0; i < n; i++) x[i] *= 2.0f;
**   }
**
** The math functions below have no branches, so that a loop around them vectorises.
*/
#ifndef CLASSIFY_SIMD_H
#define CLASSIFY_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef enum SimdLevel { SIMD_PLAIN, SIMD_AVX2, SIMD_AVX512 } SimdLevel;

/* What the processor has and the operating system lets programs use. */
typedef struct SimdSupport {
  SimdLevel level;
  bool vnni; /* the instructions of AVX-512 for products of 8-bit integers */
} SimdSupport;

/* Asks the processor. */
SimdSupport simd_detect(void);

/* Its answer when the library was loaded. */
extern SimdSupport simd_support;

INLINE SimdLevel simd_level(void) { return simd_support.level; }

#if defined(__x86_64__)

#define SIMD_X86 1
#define SIMD_FOR_AVX2 __attribute__((target("avx,avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt")))
#define SIMD_FOR_AVX512 \
  __attribute__((target("avx,avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")))

/* `storage` is static or extern. */
#define SIMD_VERSIONS(storage, result, name, parameters, arguments)                               \
  INLINE result name##_loop parameters;                                                           \
  SIMD_FOR_AVX512 static result name##_avx512 parameters { return name##_loop arguments; }        \
  SIMD_FOR_AVX2 static result name##_avx2 parameters { return name##_loop arguments; }            \
  static result name##_plain parameters { return name##_loop arguments; }                         \
  storage result name parameters {                                                                \
    SimdLevel level = simd_level();                                                               \
    if (level == SIMD_AVX512) return name##_avx512 arguments;                                     \
    return level == SIMD_AVX2 ? name##_avx2 arguments : name##_plain arguments;                   \
  }                                                                                               \
  INLINE result name##_loop parameters

#else

#define SIMD_X86 0
#define SIMD_VERSIONS(storage, result, name, parameters, arguments) storage result name parameters

#endif

/* "avx512", "avx2" or "plain" */
static inline const char *simd_name(SimdLevel level) {
  return level == SIMD_AVX512 ? "avx512" : level == SIMD_AVX2 ? "avx2" : "plain";
}

/* Defined in simd.c to hide their values from the compiler. If it knew them it would
** compile comparisons with them to branches, instead of to a minimum.
*/
extern const float SIMD_EXP_LOWEST, SIMD_EXP_HIGHEST, SIMD_EXP2_MOST;

/* Clamps x to the bounds; NaN stays NaN. */
static inline float simd_clamp(float x, float lowest, float highest) {
  x = highest < x ? highest : x;
  return lowest > x ? lowest : x;
}

/* Returns p 2^n for shifted = n + 1.5 * 2^23, whose low bits are n. */
static inline float simd_scale(float p, float shifted) {
  uint32_t bits, n;
  memcpy(&bits, &p, sizeof bits);
  memcpy(&n, &shifted, sizeof n);
  bits += n << 23;
  memcpy(&p, &bits, sizeof p);
  return p;
}

static const float SIMD_ROUNDS = 12582912.0f; /* 1.5 * 2^23; adding it rounds to an integer */

/* Returns e^x with a relative error of at most 2e-7; x is clamped to [-87, 88].
** Cephes' expf: 2^n times a polynomial on [-ln2/2, ln2/2].
*/
static inline float simd_exp(float x) {
  x = simd_clamp(x, SIMD_EXP_LOWEST, SIMD_EXP_HIGHEST);
  float shifted = x * 1.44269504f + SIMD_ROUNDS, n = shifted - SIMD_ROUNDS;
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return simd_scale(p, shifted);
}

/* Returns 2^x with a relative error of at most 2e-7; x is clamped to [-60, 60], so that
** the product of two results is finite. A minimax polynomial on [-1/2, 1/2] that is 1 at 0.
*/
static inline float simd_exp2(float x) {
  x = simd_clamp(x, -SIMD_EXP2_MOST, SIMD_EXP2_MOST);
  float shifted = x + SIMD_ROUNDS, r = x - (shifted - SIMD_ROUNDS);
  float p = 1.326469981e-3f;
  p = p * r + 9.671506592e-3f;
  p = p * r + 5.550733754e-2f;
  p = p * r + 2.402224218e-1f;
  p = p * r + 6.931469776e-1f;
  p = p * r + 1.0f;
  return simd_scale(p, shifted);
}

/* Returns 1 / x with a relative error of at most 2e-7, for x from 1 to 2^125: an
** approximation from the bits of x, with an error of 5%, then a third-order step and a
** Newton step. A division takes several times as long.
*/
static inline float simd_reciprocal(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits = 0x7EF311C7u - bits;
  float y;
  memcpy(&y, &bits, sizeof y);
  float error = 1.0f - x * y;
  y += y * (error * error + error);
  error = 1.0f - x * y;
  return y + y * error;
}

/* The absolute error of both is at most 3e-7. */
static inline float simd_sigmoid(float x) {
  return simd_reciprocal(1.0f + simd_exp2(-1.44269504f * x));
}
static inline float simd_tanh(float x) {
  return 1.0f - 2.0f * simd_reciprocal(1.0f + simd_exp2(2.88539008f * x));
}

#endif
