#define _DEFAULT_SOURCE /* madvise() */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 1 << 21 };

/* Large tables are read at random, which is faster in pages of 2 MB where the system has them. */
void *memory_aligned(size_t count, size_t size) {
  size_t alignment = count < 2 * HUGE_PAGE / size ? CACHE_LINE : HUGE_PAGE;
  if (count > (PTRDIFF_MAX - alignment) / size) return NULL; /* no object may be larger */
  size_t bytes = (count * size + alignment) / alignment * alignment;
  void *memory = aligned_alloc(alignment, bytes);
#ifdef MADV_HUGEPAGE
  if (memory && alignment == HUGE_PAGE) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

float *memory_floats(size_t count) {
  float *floats = memory_aligned(count, sizeof *floats);
  if (floats) memset(floats, 0, count * sizeof *floats);
  return floats;
}

Status memory_clear(float *floats, size_t count, Poll poll, Error *error) {
  enum { PIECE = 1 << 20 };
  Status status = STATUS_OK;
  for (size_t at = 0; at < count && !status; at += PIECE) {
    memset(floats + at, 0, (count - at < PIECE ? count - at : PIECE) * sizeof *floats);
    if (count > PIECE) status = poll_proceed(poll, error);
  }
  return status;
}

float *memory_take(float *block, size_t *used, size_t count) {
  enum { LINE_FLOATS = CACHE_LINE / sizeof(float) };
  float *part = block ? block + *used : NULL;
  *used = memory_sum(*used, count / LINE_FLOATS * LINE_FLOATS + (count % LINE_FLOATS ? LINE_FLOATS : 0));
  return part;
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
