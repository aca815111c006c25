#include "encoder/activation.h"

#include <math.h>

#include "base/simd.h"

/* Returns (1 + erf(x / sqrt 2)) / 2, the normal distribution, with an error of at most 1e-7:
** Abramowitz and Stegun 7.1.26, a polynomial in 1 / (1 + p z) times exp(-z^2), for z = |x| / sqrt 2.
*/
INLINE float normal(float x) {
  float z = fabsf(x) * 0.70710678f, t = 1.0f / (1.0f + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  float tail = 0.5f * p * t * simd_exp(-z * z);
  return x < 0.0f ? tail : 1.0f - tail;
}

SIMD_VERSIONS(static, void, gelu, (size_t n, const float *restrict bias, float *restrict x), (n, bias, x)) {
  for (size_t i = 0; i < n; i++) {
    float y = x[i] + bias[i];
    x[i] = y * normal(y);
  }
}

/* (1 + tanh(y)) / 2 = 1 / (1 + exp(-2 y)) */
SIMD_VERSIONS(static, void, gelu_tanh, (size_t n, const float *restrict bias, float *restrict x), (n, bias, x)) {
  for (size_t i = 0; i < n; i++) {
    float y = x[i] + bias[i];
    x[i] = y / (1.0f + simd_exp(-1.5957691216f * (y + 0.044715f * y * y * y)));
  }
}

SIMD_VERSIONS(static, void, relu, (size_t n, const float *restrict bias, float *restrict x), (n, bias, x)) {
  for (size_t i = 0; i < n; i++) {
    float y = x[i] + bias[i];
    x[i] = y < 0.0f ? 0.0f : y;
  }
}

void activation_apply(Activation activation, size_t rows, size_t columns, const float *bias, float *x) {
  for (size_t row = 0; row < rows; row++) {
    float *at = x + row * columns;
    if (activation == ACTIVATION_GELU)
      gelu(columns, bias, at);
    else if (activation == ACTIVATION_GELU_TANH)
      gelu_tanh(columns, bias, at);
    else
      relu(columns, bias, at);
  }
}
