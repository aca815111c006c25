/* attention.h -- one vector for a text: its states, each by its weight.
**
**   score_t = h_t . w + b_t         b one value a position, optional
**   a       = softmax(score) over the tokens of the text
**   context = sum_t a_t h_t
**
** A text without tokens has a context of zero.
*/
#ifndef CLASSIFY_ATTENTION_H
#define CLASSIFY_ATTENTION_H

#include "text/batch.h"

typedef struct AttentionWeights {
  size_t state, positions;
  float *kernel; /* w [state]                                              */
  float *bias;   /* b [positions]; NULL: none. Later positions have none   */
} AttentionWeights;

/* states [tokens][state] -> weights [tokens]; the context of text i begins at
** i * stride.
*/
void attention_forward(const AttentionWeights *w, const Batch *batch, const float *states,
                       float *weights, float *context, size_t stride);

typedef struct AttentionGradient {
  AttentionWeights weights; /* added to                  */
  float *states;            /* [tokens][state], added to */
  float *scores;            /* [tokens], overwritten     */
} AttentionGradient;

/* From d_context, the gradient of the contexts, laid out as they are. */
void attention_backward(const AttentionWeights *w, const Batch *batch, const float *states,
                        const float *weights, const float *d_context, size_t stride,
                        const AttentionGradient *gradient);

#endif
