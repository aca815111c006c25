/* calibration.h -- the logits of the two branches, added, each by a scale of its own.
**
**   logits = network_scale network + linear_scale margins
**
** The scales say how far each branch is to be trusted. They are fitted on rows
** that neither branch has learned from, by their log-loss, so that the
** probabilities mean what they say (temperature scaling: Guo, Pleiss, Sun,
** Weinberger 2017, here with two temperatures).
*/
#ifndef CLASSIFY_CALIBRATION_H
#define CLASSIFY_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

typedef struct Calibration {
  float network, linear;
} Calibration;

/* logits [labels] become the blend of themselves and margins (NULL: none). */
void calibration_forward(const Calibration *calibration, size_t labels, const float *margins, float *logits);

/* The blend of the least mean log-loss over rows, drawn to the blend that was
** there as by PRIOR_ROWS rows more. network, margins [rows][labels]; margins may
** be NULL. Rows with a target past the labels say nothing.
*/
void calibration_fit(Calibration *calibration, size_t rows, size_t labels, const float *network, const float *margins,
                     const uint32_t *targets);

#endif
