#include "optimizer/adam.h"

#include <math.h>

#include "base/simd.h"

static const float B1 = 0.9f, B2 = 0.999f, EPSILON = 1e-7f;

/* Computed in double, since 1 - 0.999f differs from 0.001 in the fifth digit. */
float adam_rate(float learning_rate, uint64_t step) {
  double t = (double)step;
  return (float)(learning_rate * sqrt(1.0 - pow(0.999, t)) / (1.0 - pow(0.9, t)));
}

SIMD_VERSIONS(extern, void, adam_update,
              (size_t count, float rate, float scale, const float *restrict g, float *restrict m, float *restrict v,
               float *restrict parameters), (count, rate, scale, g, m, v, parameters)) {
  for (size_t i = 0; i < count; i++) {
    float gradient = g[i] * scale;
    m[i] = B1 * m[i] + 0.1f * gradient;
    v[i] = B2 * v[i] + 0.001f * gradient * gradient;
    parameters[i] -= rate * m[i] / (sqrtf(v[i]) + EPSILON);
  }
}
