/* output.h -- the output layer: from a text's features to each label's probability.
**
**   logits = features W + b
**   p      = softmax(logits)
**   loss   = -weight log p[target]                          summed over texts
**          = -weight sum over labels c of  t_c log p_c      where the target is probabilities t
**
** Where a text may have several labels (Targets.sets), each is answered by itself:
**
**   p      = sigmoid(logits)
**   loss   = -sum over labels c of  y_c log p_c + (1 - y_c) log(1 - p_c)      y_c: the text has label c
**
** A text whose label the model does not know has the target LABELS_NONE and adds nothing
** to the loss.
*/
#ifndef CLASSIFY_OUTPUT_H
#define CLASSIFY_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "text/label_sets.h"
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

/* The same, for each logit by itself. */
void output_sigmoid(size_t rows, size_t labels, const float *logits, float *probabilities);

/* Returns the label of the largest value; of equal values, the first. */
uint32_t output_argmax(const float *probabilities, size_t labels);

/* What the texts should be labelled; all borrowed. */
typedef struct Targets {
  const uint32_t *labels;          /* [rows]                                                  */
  const float *const *likely;      /* [rows] NULL, or a text's labels as probabilities [labels], as of one whose
                                   ** label was guessed; NULL: there are no such texts        */
  const float *label_weights;      /* [labels] a text's weight is that of its label; NULL: 1  */
  const LabelSets *sets;           /* sorted ones, of which `labels` are numbers; NULL: a text has one label. With
                                   ** sets there are neither likely labels nor weights        */
} Targets;

/* Returns whether the probabilities [labels] say what the text should be labelled: by the most probable label, or
** with sets by those of 0.5 and more.
*/
bool output_is_right(const Targets *targets, size_t text, size_t labels, const float *probabilities);

/* Both return scale * loss and set d_logits [rows][labels], unless it is NULL, to the gradient. output_loss() is for
** texts with one label; output_loss_of_sets() for texts with sets of them, and computes from the logits, so that the
** loss is exact where a probability rounds to 0 or 1.
*/
double output_loss(const OutputWeights *w, size_t rows, const float *probabilities, const Targets *targets,
                   float scale, float *d_logits);
double output_loss_of_sets(size_t rows, size_t labels, const float *logits, const float *probabilities,
                           const Targets *targets, float scale, float *d_logits);

/* Adds to the gradient's tensors; sets d_features [rows][features]. */
void output_backward(const OutputWeights *w, size_t rows, const float *features,
                     const float *d_logits, float *d_features, OutputWeights *gradient);

#endif
