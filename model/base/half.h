/* half.h -- floats of 16 bits.
**
** F16 is IEEE 754's binary16: a sign, 5 bits of exponent, 10 of mantissa. BF16 is the upper half of an F32.
*/
#ifndef CLASSIFY_HALF_H
#define CLASSIFY_HALF_H

#include <stdint.h>

float half_to_float(uint16_t half);
float bf16_to_float(uint16_t half);

/* Rounds to the nearest F16, ties to even; beyond its range to infinity. */
uint16_t half_from_float(float value);

#endif
