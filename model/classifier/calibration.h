/* calibration.h -- adds the logits of the two branches, each times a scale of its own.
**
**   logits = network_scale network + linear_scale margins
**
** A confidence of 0.8 should be right in eight cases of ten. So the scales are fitted to
** minimise the log-loss of rows that neither branch has learned from: temperature scaling
** (Guo, Pleiss, Sun, Weinberger 2017) with a temperature for each branch.
**
** In a model's file the scales are the tensor `blend` F32 [2].
*/
#ifndef CLASSIFY_CALIBRATION_H
#define CLASSIFY_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

typedef struct Calibration {
  float network, linear;
} Calibration;

/* logits [labels] are overwritten; margins [labels] are NULL without a linear branch. */
void calibration_forward(const Calibration *calibration, size_t labels, const float *margins, float *logits);

/* Fits the scales to the rows; their values before the call are a prior worth ten rows.
** network, margins [rows][labels]; margins may be NULL. Rows whose target is not among the
** labels are left out.
*/
void calibration_fit(Calibration *calibration, size_t rows, size_t labels, const float *network, const float *margins,
                     const uint32_t *targets);

#endif
