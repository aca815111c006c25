/* binary_relevance.h -- how a multi-label model decides: on each label c by itself.
**
**   z_c = a_c network_c + b_c margin_c + d_c        the logits of the two branches, calibrated
**   p_c = 1 / (1 + exp(-z_c))
**   a text is given each label with p_c >= t_c
**
** Calibration and thresholds are fitted to rows that neither branch has learned from. Few of
** these rows have a rare label. So first a, b and d are fitted to all labels together, then
** to each label by itself with the common ones as a prior (a Gaussian in all three).
**
** The threshold of a label is that of the highest F1. Where few rows have the label, F1 is that
** which the probabilities expect: a row counts as
**
**   w y + (1 - w) p        y: it has the label; w = n / (n + 10); n: rows that have the label
**
** The thresholds of rare labels would then be low, and many texts be given them. So each
** threshold t is moved towards the one of the highest F1 of all labels together, s:
**
**   max(s / 2, v t + (1 - v) s)      v = n / (n + 3)
**
** In a model's file a, b, d are the tensor multilabel.blend F32 [labels][3], and t is
** multilabel.thresholds F32 [labels].
*/
#ifndef CLASSIFY_BINARY_RELEVANCE_H
#define CLASSIFY_BINARY_RELEVANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/safetensors_writer.h"
#include "base/status.h"
#include "text/label_sets.h"

enum { BLEND_NETWORK, BLEND_LINEAR, BLEND_BIAS, BLEND_SIZE };

typedef struct BinaryRelevance {
  size_t labels;
  float *blend;      /* [labels][BLEND_SIZE] a, b, d */
  float *thresholds; /* [labels] t                   */
} BinaryRelevance; /* all zero: a text has one label */

static inline bool binary_relevance_exists(const BinaryRelevance *b) { return b->labels > 0; }

/* What all labels begin with. */
typedef struct RelevancePrior {
  float blend[BLEND_SIZE], threshold;
} RelevancePrior;

Status binary_relevance_new(size_t labels, const RelevancePrior *prior, BinaryRelevance *relevance, Error *error);
void binary_relevance_free(BinaryRelevance *relevance);

/* Takes what another one has, whose labels are the first ones of this. The others get its means. */
void binary_relevance_take(BinaryRelevance *relevance, const BinaryRelevance *from);

/* logits [labels] become z; margins [labels] are NULL without a linear branch. */
void binary_relevance_forward(const BinaryRelevance *relevance, const float *margins, float *logits);

/* Rows to fit to; borrowed. */
typedef struct RelevanceRows {
  size_t count;
  const float *network, *margins; /* [count][labels]; margins may be NULL   */
  const LabelSets *sets;          /* sorted                                 */
  const uint32_t *targets;        /* [count] numbers of sets                */
} RelevanceRows;

/* Fits calibration and thresholds. Those before the call are a prior. */
Status binary_relevance_fit(BinaryRelevance *relevance, const RelevanceRows *rows, Error *error);

/* A tensor that is missing stands for 1, 1, 0 and for thresholds of 0.5. Every number is checked. */
void binary_relevance_write(const BinaryRelevance *relevance, SafeTensorsWriter *writer);
Status binary_relevance_read(const SafeTensors *st, const uint8_t *bytes, size_t labels, BinaryRelevance *relevance,
                             Error *error);

#endif
