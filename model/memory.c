#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64 };

float *memory_floats(size_t count) {
  if (count > (SIZE_MAX - CACHE_LINE) / sizeof(float)) return NULL;
  size_t bytes = (count * sizeof(float) + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
  float *floats = aligned_alloc(CACHE_LINE, bytes);
  if (floats) memset(floats, 0, bytes);
  return floats;
}

bool memory_grow(void *array, size_t *capacity, size_t wanted, size_t size) {
  if (wanted <= *capacity) return true;
  size_t grown = *capacity + *capacity / 2;
  if (grown < wanted) grown = wanted;
  if (grown < 16) grown = 16;
  if (grown > SIZE_MAX / size) return false;
  void *old;
  memcpy(&old, array, sizeof old);
  void *new = realloc(old, grown * size);
  if (!new) return false;
  memcpy(array, &new, sizeof new);
  *capacity = grown;
  return true;
}
