/* gru_step_int8.h -- a step of the GRU that multiplies 8-bit integers.
**
**   q_k = round(127 h_k) + 128                       the state, unsigned
**   w_kc = round(127 U_kc / m_c)                     the weights, m_c = max over k of |U_kc|
**   (h U)_c = m_c / 127^2 (sum_k q_k w_kc - 128 sum_k w_kc)
**
** An instruction multiplies four times as many of them as floats. The gates are computed in
** floats, from the old state in floats.
*/
#ifndef CLASSIFY_GRU_STEP_INT8_H
#define CLASSIFY_GRU_STEP_INT8_H

#include "inference/gru_step.h"

/* Returns whether the processor has AVX-512 VNNI. */
bool gru_step_int8_available(void);

/* Quantizes packed weights and makes this step their `forward`. On failure the weights are
** still freed by gru_step_free().
*/
Status gru_step_int8_quantize(GruStepWeights *weights, Error *error);

#endif
