/* embedding.h -- a vector for each word.
**
**   vector(u) = table[own(u)] + 1/sqrt(n) sum over the n-grams g of u of table[bucket(g)]
**
** Of a token with capital letters, and only if words have shapes, the row of its capitals
** (capitals.h) is added: table[bucket(capitals)].
**
** n is the number of n-grams. The table has a row for each word of the vocabulary, then a
** row for each bucket of n-grams (subwords.h). The own row of a word that is not in the
** vocabulary is row 0.
*/
#ifndef CLASSIFY_EMBEDDING_H
#define CLASSIFY_EMBEDDING_H

#include "text/batch.h"
#include "text/capitals.h"
#include "text/lexicon.h"

typedef struct EmbeddingWeights {
  size_t vocabulary, buckets, size;
  float *table; /* [vocabulary + buckets][size]; if shaped, then [CAPITALS_ROWS][size] */
  bool shaped;  /* words have shapes, capitals a row */
} EmbeddingWeights;

/* The rows whose sum is a word's vector. N-gram g has row vocabulary + hash[g] % buckets. */
typedef struct WordRows {
  uint32_t own;
  const uint32_t *hash; /* [count], borrowed from the lexicon */
  size_t count;
  float factor;         /* 1 / sqrt(count), of each n-gram    */
  uint32_t capitals;    /* the row of the capitals, or 0      */
} WordRows;

WordRows embedding_rows(const EmbeddingWeights *weights, const Lexicon *lexicon, uint32_t word,
                        Capitals capitals);

/* Computes the vector [size] of a word. */
void embedding_vector(const EmbeddingWeights *weights, const Lexicon *lexicon, uint32_t word, Capitals capitals,
                      float *out);

/* Returns the row of capitals, which is 0 if they have none. */
uint32_t embedding_capitals(const EmbeddingWeights *weights, Capitals capitals);

/* Computes out [distinct][size], the vector of each distinct word of the batch. The
** backward pass is in optimizer/row_gradients.h.
*/
void embedding_forward(const EmbeddingWeights *weights, const Lexicon *lexicon, const Batch *batch, float *out);

/* Adds the n-grams' sum to the own row of each of the first `words` words; with a `sign` of
** -1 subtracts it again.
*/
void embedding_fold(const EmbeddingWeights *weights, const Subwords *subwords, size_t words, float sign);

/* Copies the vector of each token's word to states[n * stride] for token n, for networks in
** which attention sees the vectors. The backward pass adds gradients the other way:
**
**   state_n = vector(slot[n])               d_vector(slot[n]) += d_state_n
*/
void embedding_spread(const float *vectors, size_t size, const Batch *batch, float *states, size_t stride);
void embedding_gather(const float *d_states, size_t stride, size_t size, const Batch *batch, float *d_vectors);

#endif
