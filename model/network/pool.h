/* pool.h -- max-pooling: the largest value of each dimension over a text's tokens.
**
**   pooled_j = max over t of h_t,j          winner_j = the first t with that value
**
** The gradient of pooled_j goes to the winner alone. Padding may be skipped (padding.h). The pool
** of a text without other tokens is 0, and its winners are POOL_NO_WINNER.
*/
#ifndef CLASSIFY_POOL_H
#define CLASSIFY_POOL_H

#include "network/padding.h"
#include "text/batch.h"

#define POOL_NO_WINNER UINT32_MAX

/* From states [tokens][state] computes the pool of the text in row i at pooled[i * stride],
** and winners [texts][state], which are packed places (batch.h).
*/
void pool_forward(const Batch *batch, const Padding *padding, size_t state, const float *states, float *pooled,
                  size_t stride, uint32_t *winners);

/* From d_pooled, laid out like the pools: adds to d_states [tokens][state]. */
void pool_backward(const Batch *batch, size_t state, const uint32_t *winners, const float *d_pooled,
                   size_t stride, float *d_states);

#endif
