/* memory.h -- allocation that checks every product of sizes for overflow.
**
** Functions return NULL (or false) if memory is out or a size overflows, and then change
** nothing. Memory is released with free().
*/
#ifndef CLASSIFY_MEMORY_H
#define CLASSIFY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"

/* More than there ever is, of elements of any size; whole cache lines. Small sums with it do not overflow. */
#define MEMORY_TOO_MUCH (SIZE_MAX / 2 - 63)

/* a b and a + b, or MEMORY_TOO_MUCH if that is less; a and b of the sum are at most that. For the
** `count` of the functions below.
*/
static inline size_t memory_product(size_t a, size_t b) {
  return b && a > MEMORY_TOO_MUCH / b ? MEMORY_TOO_MUCH : a * b;
}
static inline size_t memory_sum(size_t a, size_t b) {
  return a > MEMORY_TOO_MUCH - b ? MEMORY_TOO_MUCH : a + b;
}

/* Allocates `count` elements of `size` bytes, aligned to a cache line, uninitialised. */
void *memory_aligned(size_t count, size_t size);

/* Allocates `count` zeros, aligned in the same way. */
float *memory_floats(size_t count);

/* Makes them zeros, as of memory_aligned(). That of many takes long, so the poll is asked, which may be empty. */
Status memory_clear(float *floats, size_t count, Poll poll, Error *error);

/* Returns the next `count` floats of a block and adds them to *used, in whole cache
** lines, at most up to MEMORY_TOO_MUCH. With a NULL block it returns NULL: the same calls then
** compute the block's size.
*/
float *memory_take(float *block, size_t *used, size_t count);

/* Reallocates *array, a pointer to elements of `size` bytes, so that it has room for at
** least `wanted` of them, growing by half. *capacity is in elements. New elements are
** uninitialised.
*/
bool memory_grow(void *array, size_t *capacity, size_t wanted, size_t size);

#endif
