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

/* Q, K and V of a head, in [tokens][3 hidden]. */
typedef struct Head {
  MatrixPart query, key, value;
} Head;

static Head head_of(size_t tokens, size_t hidden, size_t size, const float *query_key_value, size_t head) {
  const float *query = query_key_value + head * size;
  size_t width = 3 * hidden;
  return (Head){{query, tokens, size, width}, {query + hidden, tokens, size, width},
                {query + 2 * hidden, tokens, size, width}};
}

/* scores [tokens][tokens] = softmax(Q K' / sqrt(d)) */
static void attend(const Head *head, float *scores) {
  size_t tokens = head->query.rows;
  matrix_part_product_bt(head->query, head->key, 1.0f / sqrtf((float)head->query.columns), scores, tokens);
  for (size_t t = 0; t < tokens; t++) softmax(tokens, scores + t * tokens);
}

void self_attention(size_t tokens, size_t hidden, size_t heads, const float *bias, float *query_key_value,
                    float *scores, float *out) {
  size_t width = 3 * hidden, size = hidden / heads;
  for (size_t t = 0; t < tokens; t++) matrix_add_scaled(width, 1.0f, bias, query_key_value + t * width);
  for (size_t h = 0; h < heads; h++) {
    Head head = head_of(tokens, hidden, size, query_key_value, h);
    attend(&head, scores);
    matrix_part_product((MatrixPart){scores, tokens, tokens, tokens}, head.value, 1.0f, out + h * size, hidden);
  }
}

/* With P the weights and D their gradient: that of the scores is P (D - the sum of P D over the row). */
static void softmax_backward(size_t n, const float *p, float *d) {
  float total = matrix_dot(n, p, d);
  for (size_t i = 0; i < n; i++) d[i] = p[i] * (d[i] - total);
}

void self_attention_backward(size_t tokens, size_t hidden, size_t heads, const AttentionBackward *b) {
  size_t width = 3 * hidden, size = hidden / heads;
  float scale = 1.0f / sqrtf((float)size);
  MatrixPart p = {b->scores, tokens, tokens, tokens}, d = {b->d_scores, tokens, tokens, tokens};
  for (size_t h = 0; h < heads; h++) {
    Head head = head_of(tokens, hidden, size, b->query_key_value, h);
    MatrixPart d_out = {b->d_out + h * size, tokens, size, hidden};
    float *d_query = b->d_query_key_value + h * size;
    attend(&head, b->scores);
    matrix_part_product_bt(d_out, head.value, 1.0f, b->d_scores, tokens);
    for (size_t t = 0; t < tokens; t++) softmax_backward(tokens, b->scores + t * tokens, b->d_scores + t * tokens);
    matrix_part_product(d, head.key, scale, d_query, width);
    matrix_part_product_at(d, head.query, scale, d_query + hidden, width);
    matrix_part_product_at(p, d_out, 1.0f, d_query + 2 * hidden, width);
  }
}
