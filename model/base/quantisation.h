/* quantisation.h -- numbers as small integers, each block of 32 with a scale of its own.
**
**   number_i = scale of block (i / 32) times code_i          code: -127 .. 127 in 8 bits, -7 .. 7 in 4 bits
**
** A code of 8 bits is an int8. Two of 4 bits share a byte, the first in its lower half, each with 8 added.
** A scale is an F16 (half.h): the largest absolute number of the block divided by the largest code, and 2^-17 at
** least. So a finite number is off by half a scale at most, and what was quantised once, quantised again, is the
** same. Numbers above 65504 times the largest code have no scale; they, and the block, become infinite or NaN.
*/
#ifndef CLASSIFY_QUANTISATION_H
#define CLASSIFY_QUANTISATION_H

#include <stddef.h>
#include <stdint.h>

enum { QUANTISATION_BLOCK = 32 };

/* Returns how many bytes `count` codes take; bits: 8 or 4. */
static inline size_t quantisation_bytes(unsigned bits, size_t count) {
  return bits == 8 ? count : count / 2 + count % 2;
}
static inline size_t quantisation_scales(size_t count) {
  return count / QUANTISATION_BLOCK + (count % QUANTISATION_BLOCK > 0);
}

/* numbers [count], codes [quantisation_bytes()], scales [quantisation_scales()]. */
void quantise(unsigned bits, const float *numbers, size_t count, uint8_t *codes, uint16_t *scales);
void dequantise(unsigned bits, const uint8_t *codes, const uint16_t *scales, size_t count, float *numbers);

/* Replaces numbers by what they are once they were quantised; 0 bits change nothing. */
void quantisation_round(unsigned bits, float *numbers, size_t count);

#endif
