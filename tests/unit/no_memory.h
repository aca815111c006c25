/* no_memory.h -- memory that is out: for a program in which each allocation in turn fails once.
**
** The program's own malloc() stands before the C library's. The sanitizers bring a malloc() of their own; under them
** none fails. Only one thread may allocate while allocations are counted.
*/
#ifndef CLASSIFY_NO_MEMORY_H
#define CLASSIFY_NO_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "sanitized.h"
#include "unit/support.h"

static long until_failure = -1; /* allocations; negative: none fails */
static long live;               /* allocated, and not freed          */

#if !SANITIZED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

static bool fails(void) { return until_failure >= 0 && until_failure-- == 0; }

static void *counted(void *p) {
  live += p != NULL;
  return p;
}

void *malloc(size_t size) { return fails() ? NULL : counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : counted(__libc_calloc(count, size)); }
void *aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

void *realloc(void *old, size_t size) {
  if (fails()) return NULL;
  return old ? __libc_realloc(old, size) : counted(__libc_realloc(old, size));
}

void free(void *p) {
  live -= p != NULL;
  __libc_free(p);
}

#endif

/* Uses something until no allocation fails any more. Until then `use` says that memory is out, and it leaves
** nothing behind in any case.
*/
SHARED void fail_each(Status (*use)(void *context), void *context) {
  Status status = STATUS_NO_MEMORY;
  for (long failing = 0; status; failing++) {
    long before = live;
    until_failure = failing;
    status = use(context);
    until_failure = -1;
    assert_int_equal(live, before);
    if (status) {
      assert_string_equal(error.message, "out of memory");
      assert_int_equal(status, STATUS_NO_MEMORY);
    }
  }
}

#endif
