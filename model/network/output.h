/* output.h -- from a text's features to the probability of each label.
**
**   logits = features W + b
**   p      = softmax(logits)
**   loss   = -weight log p[target]      summed over texts
**
** A text whose label the model does not know has the target LABELS_NONE: the
** probability of its label is 0, it takes no part in the loss.
*/
#ifndef CLASSIFY_OUTPUT_H
#define CLASSIFY_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "text/labels.h"

typedef struct OutputWeights {
  size_t features, labels;
  float *kernel; /* W [features][labels] */
  float *bias;   /* b [labels]        */
} OutputWeights;

/* features [rows][features] -> logits [rows][labels] */
void output_forward(const OutputWeights *w, size_t rows, const float *features, float *logits);

/* logits [rows][labels] -> probabilities [rows][labels] */
void output_softmax(size_t rows, size_t labels, const float *logits, float *probabilities);

/* The label of the largest value, the first of several. */
uint32_t output_argmax(const float *probabilities, size_t labels);

/* The loss, and with d_logits [rows][labels] its gradient, both times `scale`.
** label_weights [labels] may be NULL: all 1.
*/
double output_loss(const OutputWeights *w, size_t rows, const float *probabilities,
                   const uint32_t *targets, const float *label_weights, float scale,
                   float *d_logits);

/* Adds to the gradient's blocks; d_features [rows][features] is overwritten. */
void output_backward(const OutputWeights *w, size_t rows, const float *features,
                     const float *d_logits, float *d_features, OutputWeights *gradient);

#endif
