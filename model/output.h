/* output.h -- from a text's context to the probability of each label.
**
**   logits = context W + b
**   p      = softmax(logits)
**   loss   = -weight log p[target]      summed over texts
*/
#ifndef CLASSIFY_OUTPUT_H
#define CLASSIFY_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct OutputWeights {
  size_t state, labels;
  float *kernel; /* W [state][labels] */
  float *bias;   /* b [labels]        */
} OutputWeights;

/* A text whose label the model does not know has this target: its probability
** is 0, it takes no part in the loss.
*/
#define OUTPUT_NO_TARGET UINT32_MAX

/* context [rows][state] -> logits, probabilities [rows][labels] */
void output_forward(const OutputWeights *w, size_t rows, const float *context, float *logits,
                    float *probabilities);

/* The loss, and with d_logits [rows][labels] its gradient, both times `scale`.
** label_weights [labels] may be NULL: all 1.
*/
double output_loss(const OutputWeights *w, size_t rows, const float *probabilities,
                   const uint32_t *targets, const float *label_weights, float scale,
                   float *d_logits);

/* Adds to the gradient's blocks; d_context [rows][state] is overwritten. */
void output_backward(const OutputWeights *w, size_t rows, const float *context,
                     const float *d_logits, float *d_context, OutputWeights *gradient);

#endif
