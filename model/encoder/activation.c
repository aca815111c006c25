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

/* The derivative of x P(x), for the normal distribution P, is P(x) + x exp(-x^2 / 2) / sqrt(2 pi). */
SIMD_VERSIONS(static, void, gelu_backward,
              (size_t n, const float *restrict bias, const float *restrict x, float *restrict d), (n, bias, x, d)) {
  for (size_t i = 0; i < n; i++) {
    float y = x[i] + bias[i];
    d[i] *= normal(y) + y * 0.3989422804f * simd_exp(-0.5f * y * y);
  }
}

/* That of x S(u), for the logistic function S, is S + x S (1 - S) u'. */
SIMD_VERSIONS(static, void, gelu_tanh_backward,
              (size_t n, const float *restrict bias, const float *restrict x, float *restrict d), (n, bias, x, d)) {
  for (size_t i = 0; i < n; i++) {
    float y = x[i] + bias[i], s = 1.0f / (1.0f + simd_exp(-1.5957691216f * (y + 0.044715f * y * y * y)));
    d[i] *= s + y * s * (1.0f - s) * 1.5957691216f * (1.0f + 0.134145f * y * y);
  }
}

SIMD_VERSIONS(static, void, relu_backward,
              (size_t n, const float *restrict bias, const float *restrict x, float *restrict d), (n, bias, x, d)) {
  for (size_t i = 0; i < n; i++) d[i] = x[i] + bias[i] < 0.0f ? 0.0f : d[i];
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

void activation_backward(Activation activation, size_t rows, size_t columns, const float *bias, const float *x,
                         float *d) {
  for (size_t at = 0; at < rows * columns; at += columns) {
    if (activation == ACTIVATION_GELU)
      gelu_backward(columns, bias, x + at, d + at);
    else if (activation == ACTIVATION_GELU_TANH)
      gelu_tanh_backward(columns, bias, x + at, d + at);
    else
      relu_backward(columns, bias, x + at, d + at);
  }
}
