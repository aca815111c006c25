/* gru_step_early.h -- a step of a GRU that resets early (network/gru.h). It takes
** two passes over the weights, since n needs r * h of all units.
*/
#ifndef CLASSIFY_GRU_STEP_EARLY_H
#define CLASSIFY_GRU_STEP_EARLY_H

#include "inference/gru_step.h"

/* Makes this step the `forward` of packed weights. */
void gru_step_early_use(GruStepWeights *weights);

#endif
