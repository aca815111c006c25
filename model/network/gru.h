/* gru.h -- one direction of a gated recurrent layer over a packed batch.
**
**   z = sigmoid(x Wz + bz + h Uz + cz)          update gate: how much of h is kept
**   r = sigmoid(x Wr + br + h Ur + cr)          reset gate: how much of h the candidate sees
**   n = tanh   (x Wn + bn + r * (h Un + cn))    candidate
**   h = z * h + (1 - z) * n
**
** (Cho et al. 2014, in Keras's default form, which resets after the product with Un.) A GRU that
** resets early, before that product, as in the first version of that paper, has no c, and
**
**   n = tanh   (x Wn + bn + (r * h) Un)
**
** Every matrix and bias has the columns of z, then of r, then of n. The state before a text's first token
** is 0. The backward direction begins at the last token of each text.
**
** gru_project() computes x W + b once per distinct word of the batch.
**
** All of it takes long if texts are long and the layer is large. The poll, which may be empty, is asked every few ms;
** when it says stop, the functions return false at once and leave their results unfinished.
*/
#ifndef CLASSIFY_GRU_H
#define CLASSIFY_GRU_H

#include <stdbool.h>
#include <stddef.h>

#include "base/poll.h"
#include "text/batch.h"

typedef struct GruWeights {
  size_t input, hidden;
  bool resets_early;
  float *kernel;    /* W [input][3 hidden]                         */
  float *recurrent; /* U [hidden][3 hidden]                        */
  float *bias;      /* b, c [2][3 hidden], or b if it resets early */
} GruWeights;

/* What the forward pass stores for the backward pass, and the scratch of both. If `keep` is
** false, `before` and `gates` have room for one step only, and there is no backward pass.
*/
typedef struct GruTape {
  Poll poll;
  bool keep;
  float *before;      /* [tokens][hidden]      h before each token           */
  float *gates;       /* [tokens][4 hidden]    z, r, n and h Un + cn, overwritten by gru_backward() */
  float *product;     /* [texts][3 hidden]     h U of one step               */
  float *d_gates;     /* [tokens][3 hidden]    gradient of h U + c           */
  float *d_projected; /* [distinct][3 hidden]  gradient of x W + b           */
  float *d_state;     /* [texts][hidden]       gradient of h before the step */
  float *transposed;  /* [3 hidden][hidden]    U'                            */
  float *reset;       /* [texts][hidden]       r * h of one step, or its gradient, if it resets early */
} GruTape;

/* Computes projected [distinct][3 hidden] = vectors W + b for vectors [distinct][input]. */
bool gru_project(const GruWeights *weights, const Batch *batch, Poll poll, const float *vectors, float *projected);

/* Writes the state of the token at packed place n (batch.h) to states[n * stride]. */
bool gru_forward(const GruWeights *weights, const Batch *batch, bool backwards,
                 const float *projected, GruTape *tape, float *states, size_t stride);

/* From d_states, laid out like the states: sets tape->d_projected and the gradient of U and of c. */
bool gru_backward(const GruWeights *weights, const Batch *batch, bool backwards, GruTape *tape,
                  const float *d_states, size_t stride, GruWeights *gradient);

/* From tape->d_projected: sets the gradient of W and of b, and adds to
** d_vectors [distinct][input].
*/
bool gru_project_backward(const GruWeights *weights, const Batch *batch, const GruTape *tape, const float *vectors,
                          GruWeights *gradient, float *d_vectors);

#endif
