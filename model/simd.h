/* simd.h -- loops that the compiler vectorises for the processor they run on.
**
** SIMD_CLONES before a function compiles it for AVX-512, AVX2 and the plain
** processor of the build; the loader picks. Sanitizers cannot instrument the
** loader's resolver, so under them there is one version.
**
** The functions below are branch-free, so that a loop around them vectorises.
*/
#ifndef CLASSIFY_SIMD_H
#define CLASSIFY_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(SIMD_PLAIN)
#if __GNUC__ >= 12
#define SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else /* knows no levels yet */
#define SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#define SIMD_HAS_CLONES 1
#else
#define SIMD_CLONES
#define SIMD_HAS_CLONES 0
#endif

/* The version that this processor runs: "avx512", "avx2" or "plain". */
static inline const char *simd_path(void) {
#if SIMD_HAS_CLONES
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return "avx512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "avx2";
#endif
  return "plain";
}

/* e^x within 2e-7 of the true value, relative; x is held to [-87, 88].
** Cephes' expf: 2^n times a polynomial on [-ln2/2, ln2/2].
*/
static inline float simd_exp(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f; /* 1.5 * 2^23: rounds to n */
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t exponent = (int32_t)n + 127;
  uint32_t bits = (uint32_t)exponent << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

/* Both within 2e-7 of the true value, absolute. */
static inline float simd_sigmoid(float x) { return 1.0f / (1.0f + simd_exp(-x)); }
static inline float simd_tanh(float x) { return 1.0f - 2.0f / (1.0f + simd_exp(2.0f * x)); }

#endif
