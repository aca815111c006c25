/* memory.h -- allocation with every product of sizes checked.
**
** All return NULL (or false) when memory is out or a size overflows; what was
** there before is then unchanged. Everything is released with free().
*/
#ifndef CLASSIFY_MEMORY_H
#define CLASSIFY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* `count` elements on a 64-byte boundary: a cache line, a vector register. They are
** not set; memory_floats() are zero.
*/
void *memory_aligned(size_t count, size_t size);
float *memory_floats(size_t count);

/* Hands out the next part of a block, in whole cache lines; with a NULL block it
** only counts what is used.
*/
float *memory_take(float *block, size_t *used, size_t count);

/* Makes *array hold at least `wanted` elements of `size` bytes, growing by
** half as much again; *capacity counts elements. New elements are not set.
*/
bool memory_grow(void *array, size_t *capacity, size_t wanted, size_t size);

#endif
