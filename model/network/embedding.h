/* embedding.h -- a vector for each word.
**
**   out[u] = table[own(u)] + sum over its n-grams g of table[g] / sqrt(n)
**
** for each distinct word u of a batch. The table has a row for each word of the
** vocabulary, then one for each bucket of n-grams. A word that is not in the
** vocabulary has row 0 for its own, and is told from others by its n-grams.
*/
#ifndef CLASSIFY_EMBEDDING_H
#define CLASSIFY_EMBEDDING_H

#include "text/batch.h"
#include "text/lexicon.h"

typedef struct EmbeddingWeights {
  size_t vocabulary, buckets, size;
  float *table; /* [vocabulary + buckets][size] */
} EmbeddingWeights;

/* The rows that a word is the sum of: its own, and of the buckets hash % buckets,
** each times share.
*/
typedef struct WordRows {
  uint32_t own;
  const uint32_t *hash; /* [count] */
  size_t count;
  float share;
} WordRows;

WordRows embedding_rows(const EmbeddingWeights *weights, const Lexicon *lexicon, uint32_t word);

/* out [size] of one word */
void embedding_vector(const EmbeddingWeights *weights, const Lexicon *lexicon, uint32_t word, float *out);

/* out [distinct][size]. The gradient of `out` is added to the rows that each
** word is the sum of: see minibatch.h.
*/
void embedding_forward(const EmbeddingWeights *weights, const Lexicon *lexicon, const Batch *batch,
                       float *out);

/* Adds (sign 1) or takes away (-1) the n-grams of the first `words` words to or
** from their own rows.
*/
void embedding_fold(const EmbeddingWeights *weights, const Subwords *subwords, size_t words, float sign);

/* Where attention looks at the words themselves, their vectors are put at every
** place of the text, and gradients gathered back:
**
**   states[n] = vectors[slot[n]]            vectors_gradient[slot[n]] += states_gradient[n]
**
** states[n] begins at n * stride.
*/
void embedding_spread(const float *vectors, size_t size, const Batch *batch, float *states,
                      size_t stride);
void embedding_gather(const float *states_gradient, size_t stride, size_t size, const Batch *batch,
                      float *vectors_gradient);

#endif
