/* gru.h -- one direction of a gated recurrent layer over a packed batch.
**
**   z = sigmoid(x Wz + bz + h Uz + cz)          share of the old state kept
**   r = sigmoid(x Wr + br + h Ur + cr)          share the candidate may see
**   n = tanh   (x Wn + bn + r * (h Un + cn))    the candidate
**   h = z * h + (1 - z) * n
**
** (Cho et al. 2014, in Keras's default form: reset after the product.) The
** three gates lie side by side, in that order, in every matrix and bias. The
** state before a text's first token is zero; the backward direction begins at
** each text's own last token.
**
** The input half x W + b is linear in the word, so it is computed once per
** distinct word of the batch, by gru_project().
*/
#ifndef CLASSIFY_GRU_H
#define CLASSIFY_GRU_H

#include <stdbool.h>
#include <stddef.h>

#include "text/batch.h"

typedef struct GruWeights {
  size_t input, hidden;
  float *kernel;    /* W [input][3 hidden]     */
  float *recurrent; /* U [hidden][3 hidden]    */
  float *bias;      /* b, c [2][3 hidden]      */
} GruWeights;

/* What the forward pass leaves for the backward pass, and both passes' scratch.
** With `keep` false (labelling) `before` and `gates` hold one step only.
*/
typedef struct GruTape {
  bool keep;
  float *before;     /* [tokens][hidden]     the state each token found       */
  float *gates;      /* [tokens][4 hidden]   z, r, n and h Un + cn            */
  float *product;    /* [texts][3 hidden]    h U of a step                    */
  float *d_gates;    /* [tokens][3 hidden]   gradient of h U + c              */
  float *d_projected; /* [distinct][3 hidden] gradient of x W + b             */
  float *d_state;    /* [texts][hidden]      gradient that flows to the step before */
  float *transposed; /* [3 hidden][hidden]   U'                               */
} GruTape;

/* projected [distinct][3 hidden] = vectors W + b, vectors [distinct][input] */
void gru_project(const GruWeights *weights, const Batch *batch, const float *vectors,
                 float *projected);

/* Writes the state of each token at states[place * stride]. */
void gru_forward(const GruWeights *weights, const Batch *batch, bool backwards,
                 const float *projected, GruTape *tape, float *states, size_t stride);

/* From d_states[place * stride], the gradient of the states: sets tape->d_projected and
** the gradient of U and c.
*/
void gru_backward(const GruWeights *weights, const Batch *batch, bool backwards, GruTape *tape,
                  const float *d_states, size_t stride, GruWeights *gradient);

/* From d_projected [distinct][3 hidden]: sets the gradient of W and b, and adds to
** d_vectors [distinct][input].
*/
void gru_project_backward(const GruWeights *weights, const Batch *batch, const float *vectors,
                          const float *d_projected, GruWeights *gradient, float *d_vectors);

#endif
