/* pool.h -- the largest value of each dimension over a text's tokens.
**
**   pooled_j = max over t of h_t,j          winner_j = the first t that has it
**
** A dimension belongs to the token that won it: that token alone gets its
** gradient, and its share of every logit. A text without tokens has a pool of
** zero and no winners.
*/
#ifndef CLASSIFY_POOL_H
#define CLASSIFY_POOL_H

#include "text/batch.h"

/* states [tokens][state]; pooled[i] begins at i * stride; winners [texts][state]
** are packed places.
*/
void pool_forward(const Batch *batch, size_t state, const float *states, float *pooled,
                  size_t stride, uint32_t *winners);

/* Adds to d_states [tokens][state]. */
void pool_backward(const Batch *batch, size_t state, const uint32_t *winners, const float *d_pooled,
                   size_t stride, float *d_states);

#endif
