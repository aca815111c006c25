/* attention.h -- one vector for a text: a weighted sum of its tokens' states.
**
**   score_t = h_t . w + b_t         b: one value per position, optional
**   a       = softmax(score) over the tokens of the text
**   context = sum_t a_t h_t
**
** Padding may be skipped (padding.h): its a is 0. The context of a text without other tokens is 0.
*/
#ifndef CLASSIFY_ATTENTION_H
#define CLASSIFY_ATTENTION_H

#include "network/padding.h"
#include "text/batch.h"

typedef struct AttentionWeights {
  size_t state, positions;
  float *kernel; /* w [state]                                              */
  float *bias;   /* b [positions], or NULL; 0 at later positions           */
  Padding padding;
} AttentionWeights;

/* From states [tokens][state] computes weights a [tokens], and the context of the text in
** row i at context[i * stride].
*/
void attention_forward(const AttentionWeights *w, const Batch *batch, const float *states,
                       float *weights, float *context, size_t stride);

typedef struct AttentionGradient {
  AttentionWeights weights; /* added to                  */
  float *states;            /* [tokens][state], added to */
  float *scores;            /* [tokens], overwritten     */
} AttentionGradient;

/* From d_context, laid out like the contexts. */
void attention_backward(const AttentionWeights *w, const Batch *batch, const float *states,
                        const float *weights, const float *d_context, size_t stride,
                        const AttentionGradient *gradient);

#endif
