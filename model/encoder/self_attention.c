#include "encoder/self_attention.h"

#include <math.h>

#include "base/matrix.h"
#include "base/simd.h"

SIMD_VERSIONS(static, void, softmax, (size_t n, float *restrict x), (n, x)) {
  float highest = x[0], total = 0.0f;
  for (size_t i = 1; i < n; i++) highest = x[i] > highest ? x[i] : highest;
  for (size_t i = 0; i < n; i++) x[i] = simd_exp(x[i] - highest);
  for (size_t i = 0; i < n; i++) total += x[i];
  for (size_t i = 0; i < n; i++) x[i] /= total;
}

void self_attention(size_t tokens, size_t hidden, size_t heads, const float *bias, float *query_key_value,
                    float *scores, float *out) {
  size_t width = 3 * hidden, size = hidden / heads;
  float scale = 1.0f / sqrtf((float)size);
  for (size_t t = 0; t < tokens; t++) matrix_add_scaled(width, 1.0f, bias, query_key_value + t * width);
  for (size_t head = 0; head < heads; head++) {
    const float *query = query_key_value + head * size;
    MatrixPart q = {query, tokens, size, width}, k = {query + hidden, tokens, size, width};
    MatrixPart v = {query + 2 * hidden, tokens, size, width};
    matrix_part_product_bt(q, k, scale, scores, tokens);
    for (size_t t = 0; t < tokens; t++) softmax(tokens, scores + t * tokens);
    matrix_part_product((MatrixPart){scores, tokens, tokens, tokens}, v, 1.0f, out + head * size, hidden);
  }
}
