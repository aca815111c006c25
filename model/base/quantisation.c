#include "base/quantisation.h"

#include <math.h>

#include "base/half.h"
#include "base/sizes.h"

enum { BLOCK = QUANTISATION_BLOCK };

/* Below it an F16 has too few digits: the largest number would not be rounded to the largest code. */
static const float LEAST_SCALE = 0x1p-17f;

static float largest_code(unsigned bits) { return bits == 8 ? 127.0f : 7.0f; }

static float largest_of(const float *numbers, size_t count) {
  float largest = 0.0f;
  for (size_t i = 0; i < count; i++) largest = fabsf(numbers[i]) > largest ? fabsf(numbers[i]) : largest;
  return largest;
}

/* Rounds to a code. What is no number becomes the least one. */
static inline int code_of(float number, float inverse, float most) {
  float code = number * inverse;
  code = code > -most ? code : -most;
  code = code < most ? code : most;
  return (int)(code + (code < 0.0f ? -0.5f : 0.5f));
}

/* Two codes of 4 bits, of the last byte perhaps one. */
static uint8_t pack_pair(const int *code, size_t count) {
  return (uint8_t)((code[0] + 8) | (count > 1 ? (code[1] + 8) << 4 : 0));
}

static void quantise_block(unsigned bits, const float *numbers, size_t count, uint8_t *codes, uint16_t *scale) {
  int code[BLOCK];
  float most = largest_code(bits), wanted = largest_of(numbers, count) / most;
  *scale = half_from_float(wanted > LEAST_SCALE ? wanted : LEAST_SCALE);
  float rounded = half_to_float(*scale), inverse = isfinite(rounded) ? 1.0f / rounded : 0.0f;
  for (size_t i = 0; i < count; i++) code[i] = code_of(numbers[i], inverse, most);
  for (size_t i = 0; i < count && bits == 8; i++) codes[i] = (uint8_t)(int8_t)code[i];
  for (size_t i = 0; i < count && bits == 4; i += 2) codes[i / 2] = pack_pair(code + i, count - i);
}

static void dequantise_block(unsigned bits, const uint8_t *codes, float scale, size_t count, float *numbers) {
  for (size_t i = 0; i < count && bits == 8; i++) numbers[i] = scale * (float)(int8_t)codes[i];
  for (size_t i = 0; i < count && bits == 4; i += 2) numbers[i] = scale * (float)((codes[i / 2] & 15) - 8);
  for (size_t i = 1; i < count && bits == 4; i += 2) numbers[i] = scale * (float)((codes[i / 2] >> 4) - 8);
}

void quantise(unsigned bits, const float *numbers, size_t count, uint8_t *codes, uint16_t *scales) {
  for (size_t at = 0; at < count; at += BLOCK)
    quantise_block(bits, numbers + at, smaller(BLOCK, count - at), codes + quantisation_bytes(bits, at),
                   &scales[at / BLOCK]);
}

void dequantise(unsigned bits, const uint8_t *codes, const uint16_t *scales, size_t count, float *numbers) {
  for (size_t at = 0; at < count; at += BLOCK)
    dequantise_block(bits, codes + quantisation_bytes(bits, at), half_to_float(scales[at / BLOCK]),
                     smaller(BLOCK, count - at), numbers + at);
}

void quantisation_round(unsigned bits, float *numbers, size_t count) {
  uint8_t codes[BLOCK];
  uint16_t scale;
  for (size_t at = 0; bits && at < count; at += BLOCK) {
    size_t some = smaller(BLOCK, count - at);
    quantise_block(bits, numbers + at, some, codes, &scale);
    dequantise_block(bits, codes, half_to_float(scale), some, numbers + at);
  }
}
