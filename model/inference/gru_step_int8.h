/* gru_step_int8.h -- a step of the GRU whose product is one of 8-bit integers.
**
**   q_k = round(127 h_k) + 128                       the state, unsigned
**   w_kc = round(127 U_kc / m_c)                     the weights, m_c = max over k of |U_kc|
**   (h U)_c = m_c / 127^2 (sum_k q_k w_kc - 128 sum_k w_kc)
**
** A vector register multiplies four times as many of them as floats. Gates, and the
** state that goes on to the next step's gates, are floats as ever.
*/
#ifndef CLASSIFY_GRU_STEP_INT8_H
#define CLASSIFY_GRU_STEP_INT8_H

#include "inference/gru_step.h"

/* Whether this processor has instructions for it (AVX-512 VNNI). */
bool gru_step_int8_available(void);

/* Gives packed weights what such a step needs, and has them take it. */
Status gru_step_int8_quantize(GruStepWeights *weights, Error *error);

#endif
