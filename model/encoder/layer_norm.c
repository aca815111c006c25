#include "encoder/layer_norm.h"

#include <math.h>

#include "base/simd.h"

enum { LANES = 16 };

/* The sum of (x - centre)^power, in LANES partial sums, so that the loop vectorises. */
INLINE float sum(size_t n, const float *x, float centre, bool squared) {
  float lanes[LANES] = {0}, total = 0.0f;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) {
      float d = x[i + k] - centre;
      lanes[k] += squared ? d * d : d;
    }
  for (; i < n; i++) total += squared ? (x[i] - centre) * (x[i] - centre) : x[i] - centre;
  for (size_t k = 0; k < LANES; k++) total += lanes[k];
  return total;
}

SIMD_VERSIONS(static, void, normalise, (size_t n, float epsilon, const NormWeights *w, float *restrict x),
              (n, epsilon, w, x)) {
  const float *restrict scale = w->scale, *restrict shift = w->shift;
  float mean = sum(n, x, 0.0f, false) / (float)n;
  float inverse = 1.0f / sqrtf(sum(n, x, mean, true) / (float)n + epsilon);
  for (size_t i = 0; i < n; i++) x[i] = (x[i] - mean) * inverse * scale[i] + shift[i];
}

SIMD_VERSIONS(static, void, add, (size_t n, const float *restrict a, const float *restrict b, float *restrict x),
              (n, a, b, x)) {
  for (size_t i = 0; i < n; i++) x[i] += a[i] + b[i];
}

void layer_norm(size_t rows, size_t size, float epsilon, const NormWeights *weights, float *x) {
  for (size_t row = 0; row < rows; row++) normalise(size, epsilon, weights, x + row * size);
}

void layer_norm_of_sum(size_t rows, size_t size, float epsilon, const NormWeights *weights, const float *added,
                       const float *bias, float *x) {
  for (size_t row = 0; row < rows; row++) {
    add(size, added + row * size, bias, x + row * size);
    normalise(size, epsilon, weights, x + row * size);
  }
}

/* With z = (x - mean) / deviation and g = d scale:   d = (g - mean(g) - z mean(g z)) / deviation */
SIMD_VERSIONS(static, void, normalise_backward,
              (size_t n, float epsilon, const float *restrict scale, const float *restrict x, float *restrict d),
              (n, epsilon, scale, x, d)) {
  float mean = sum(n, x, 0.0f, false) / (float)n, of_g = 0.0f, of_gz = 0.0f;
  float inverse = 1.0f / sqrtf(sum(n, x, mean, true) / (float)n + epsilon);
  for (size_t i = 0; i < n; i++) {
    d[i] *= scale[i];
    of_g += d[i];
    of_gz += d[i] * (x[i] - mean) * inverse;
  }
  of_g /= (float)n;
  of_gz /= (float)n;
  for (size_t i = 0; i < n; i++) d[i] = (d[i] - of_g - (x[i] - mean) * inverse * of_gz) * inverse;
}

void layer_norm_backward(size_t rows, size_t size, float epsilon, const NormWeights *weights, const float *x,
                         float *d) {
  for (size_t at = 0; at < rows * size; at += size) normalise_backward(size, epsilon, weights->scale, x + at, d + at);
}
