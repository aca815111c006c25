/* output.h -- the output layer: from a text's features to each label's probability.
**
**   logits = features W + b
**   p      = softmax(logits)
**   loss   = -weight log p[target]      summed over texts
**
** A text whose label the model does not know has the target LABELS_NONE and adds nothing
** to the loss.
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

/* Returns the label of the largest value; of equal values, the first. */
uint32_t output_argmax(const float *probabilities, size_t labels);

/* Returns scale * loss and sets d_logits [rows][labels], unless it is NULL, to the gradient.
** A text's weight is that of its label in label_weights [labels]; 1 if that is NULL.
*/
double output_loss(const OutputWeights *w, size_t rows, const float *probabilities,
                   const uint32_t *targets, const float *label_weights, float scale,
                   float *d_logits);

/* Adds to the gradient's tensors; sets d_features [rows][features]. */
void output_backward(const OutputWeights *w, size_t rows, const float *features,
                     const float *d_logits, float *d_features, OutputWeights *gradient);

#endif
