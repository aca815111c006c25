#include "embedding.h"

#include <string.h>

void embedding_forward(const float *table, size_t size, const Batch *batch, float *out) {
  for (size_t u = 0; u < batch->distinct; u++)
    memcpy(out + u * size, table + batch->word[u] * size, size * sizeof *out);
}

void embedding_spread(const float *vectors, size_t size, const Batch *batch, float *states) {
  for (size_t n = 0; n < batch->tokens; n++)
    memcpy(states + n * size, vectors + batch->slot[n] * size, size * sizeof *states);
}

void embedding_gather(const float *states_gradient, size_t size, const Batch *batch,
                      float *vectors_gradient) {
  for (size_t n = 0; n < batch->tokens; n++) {
    float *to = vectors_gradient + batch->slot[n] * size;
    const float *from = states_gradient + n * size;
    for (size_t j = 0; j < size; j++) to[j] += from[j];
  }
}
