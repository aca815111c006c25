#include "base/half.h"

#include <string.h>

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* The bits in an F32's places are the value, but that the exponent counts from 127 there and from 15 here. */
float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, size = (uint32_t)(half & 0x7FFF) << 13;
  if (size >= 0x7C00u << 13) return float_of(sign | 0x7F800000u | size); /* infinite, or not a number */
  return float_of(sign | bits_of(float_of(size) * 0x1p112f));
}

float bf16_to_float(uint16_t half) { return float_of((uint32_t)half << 16); }

/* Of a value below the least normal one the bits are those of the value plus a number whose last bit
** is worth as much as the last bit of an F16.
*/
uint16_t half_from_float(float value) {
  uint32_t bits = bits_of(value), size = bits & 0x7FFFFFFFu;
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  if (size > 0x7F800000u) return (uint16_t)(sign | 0x7E00); /* not a number */
  if (size >= bits_of(65520.0f)) return (uint16_t)(sign | 0x7C00);
  if (size < bits_of(0x1p-14f)) return (uint16_t)(sign | (bits_of(float_of(size) + 0.5f) - bits_of(0.5f)));
  size += 0xFFF + (size >> 13 & 1);
  return (uint16_t)(sign | (size - (112u << 23)) >> 13);
}
