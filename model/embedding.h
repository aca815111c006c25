/* embedding.h -- a vector for each word.
**
**   out[u] = table[word[u]]                 for each distinct word of a batch
*/
#ifndef CLASSIFY_EMBEDDING_H
#define CLASSIFY_EMBEDDING_H

#include "batch.h"

/* table [vocabulary][size], out [distinct][size] */
void embedding_forward(const float *table, size_t size, const Batch *batch, float *out);

/* The gradient of `out` is the gradient of the rows word[u] of the table: there
** is no backward pass to compute, only rows to add (minibatch.h).
**
** Where attention looks at words themselves (no GRU), their vectors are put at
** every place of the text, and gradients gathered back:
**
**   states[n] = vectors[slot[n]]            vectors_gradient[slot[n]] += states_gradient[n]
*/
void embedding_spread(const float *vectors, size_t size, const Batch *batch, float *states);
void embedding_gather(const float *states_gradient, size_t size, const Batch *batch,
                      float *vectors_gradient);

#endif
