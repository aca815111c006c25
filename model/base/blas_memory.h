/* blas_memory.h -- the memory in which OpenBLAS packs the operands of a product.
**
** OpenBLAS has an allocator for it: each thread that multiplies while others do takes 32 to 256 MB of addresses, and
** where the process may have no more (RLIMIT_AS, ulimit -v) the allocator tries again for ever. Here no product waits
** for what does not come:
**
**   OpenBLAS linked statically   its allocator is replaced (-Wl,--wrap=blas_memory_alloc). The first
**                                buffer is part of the library; each thread more takes one of its own if it can,
**                                and otherwise waits until another thread's product ends.
**   a shared OpenBLAS            the allocator stays. A product begins only if its buffer is there already or can be
**                                had; otherwise it waits in the same way.
**   WebAssembly                  its products (packages/web/source) take no memory.
**
** Buffers are kept for the products to come, as OpenBLAS keeps them.
*/
#ifndef CLASSIFY_BLAS_MEMORY_H
#define CLASSIFY_BLAS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* A product is cut into pieces that fit into a buffer. This bounds them, in floats; blas_memory.c says why. */
enum {
  BLAS_MEMORY_PACKED = 2 << 20, /* rows of the first factor times the numbers of a row that are packed at once */
  BLAS_MEMORY_DEPTH = 1024,     /* numbers of a row that are packed at once, at most                           */
  BLAS_MEMORY_LONGEST = 1 << 20 /* rows, columns or terms of a piece                                           */
};

/* Makes sure of the first buffer, for which `multiply` calls OpenBLAS once. Returns false if it cannot be had. */
bool blas_memory_prepare(void (*multiply)(void));

/* Returns the addresses that the buffer of a thread takes, in bytes. Only a part of them is filled. */
size_t blas_memory_bytes(void);

/* Around each product. */
void blas_memory_begin(void);
void blas_memory_end(void);

#endif
