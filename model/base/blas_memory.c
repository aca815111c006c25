#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "base/blas_memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__EMSCRIPTEN__)

bool blas_memory_prepare(void (*multiply)(void)) {
  (void)multiply;
  return true;
}

size_t blas_memory_bytes(void) { return 0; }
void blas_memory_begin(void) {}
void blas_memory_end(void) {}

#elif defined(OPENBLAS_IS_SHARED)

/* What OpenBLAS maps for a buffer: 128 MB on x86-64, as much or less on arm64, and a little to align it. */
enum { MAPPED = (128 << 20) + (1 << 20) };

/* OpenBLAS makes a buffer when more products run than ever before, so the products that run are no more than the
** buffers that were seen to fit.
*/
static atomic_int running, fitting;

/* A child has only the thread that forked, which is not in a product. OpenBLAS may not have freed what others used. */
static void begin_child(void) {
  atomic_store(&running, 0);
  atomic_store(&fitting, 0);
}

__attribute__((constructor)) static void begin(void) { pthread_atfork(NULL, NULL, begin_child); }

static bool fits(void) {
  void *memory = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  munmap(memory, MAPPED);
  return true;
}

bool blas_memory_prepare(void (*multiply)(void)) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  if (atomic_load(&fitting) == 0 && fits()) {
    multiply();
    atomic_fetch_add(&fitting, 1);
  }
  bool ready = atomic_load(&fitting) > 0;
  pthread_mutex_unlock(&mutex);
  return ready;
}

size_t blas_memory_bytes(void) { return MAPPED; }

void blas_memory_begin(void) {
  while (true) {
    int others = atomic_load(&running), buffers = atomic_load(&fitting);
    if (others >= buffers && fits())
      atomic_compare_exchange_strong(&fitting, &buffers, buffers + 1);
    else if (others >= buffers && others > 0)
      sched_yield();
    else if (atomic_compare_exchange_weak(&running, &others, others + 1))
      return;
  }
}

void blas_memory_end(void) { atomic_fetch_sub(&running, 1); }

#else

/* A product C = A B of row-major matrices uses a buffer as follows (interface/gemm.c and driver/level3/level3.c of
** OpenBLAS 0.3.20 to 0.3.34). With P, Q and R of the processor's core:
**
**   at its begin, P Q floats               a panel of B, at most P columns and Q rows
**   behind it, from a boundary of 64 KB    a panel of A, at most R rows and Q columns
**
** For sgemm, P Q floats are at most 0.8 MB on Haswell and SkylakeX, 1.2 MB on other cores for x86-64, and 2 MB on
** arm64. On Prescott Q is 128 and P is 56 for each 128 kB of the second cache, whose size a processor tells in 16
** bits, as kB: at most 14.7 MB, of which what a product does not need is never touched. Q is at most 1024
** (BLAS_MEMORY_DEPTH), and 512 on x86-64. R is chosen for OpenBLAS's own buffers; matrix.c keeps the panel of A below
** BLAS_MEMORY_PACKED floats.
**
** A product with a vector (interface/gemv.c), which newer releases also make of that with a matrix of one row or
** column, uses a float for each row and each column, and less than 100 more: at most 2 BLAS_MEMORY_LONGEST.
**
** For other processors OpenBLAS's own buffers are at most 256 MB.
*/
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
enum { BYTES = 24 << 20, PANEL_OF_B = 15 << 20, BOUNDARY = 1 << 16 };
_Static_assert(BYTES >= PANEL_OF_B + 2 * BOUNDARY + BLAS_MEMORY_PACKED * sizeof(float), "both panels fit");
_Static_assert(BYTES >= (2 * BLAS_MEMORY_LONGEST + 100) * sizeof(float), "vectors fit");
#else
enum { BYTES = 256 << 20 };
#endif

/* Behind the numbers lie pages that nothing may touch, so that an error of OpenBLAS or above writes nowhere else. Not
** so in the first buffer, which is data of the library: a host's LeakSanitizer reads all of that.
*/
enum { ALIGNMENT = 4096, GUARD = 2 << 16 /* a page is 64 KB at most */ };

typedef struct Buffer {
  struct Buffer *_Atomic next; /* never taken out of the list */
  atomic_bool taken;
  _Alignas(ALIGNMENT) unsigned char bytes[BYTES], guard[GUARD];
} Buffer;

static Buffer first; /* of zeros that the file does not hold and the system fills in when they are touched */

static void protect(Buffer *b) {
  long page = sysconf(_SC_PAGESIZE);
  if (page <= 0 || page > GUARD / 2) return;
  uintptr_t begin = ((uintptr_t)b->guard + (uintptr_t)page - 1) / (uintptr_t)page * (uintptr_t)page;
  mprotect((void *)begin, GUARD - (size_t)page, PROT_NONE);
}

/* A child has only the thread that forked, and that is not in a product: what other threads had taken is free. */
static void free_all(void) {
  for (Buffer *b = &first; b; b = atomic_load(&b->next)) atomic_store(&b->taken, false);
}

__attribute__((constructor)) static void begin(void) { pthread_atfork(NULL, NULL, free_all); }

/* Returns a buffer that is not taken, and takes it; or NULL, with the last of all in *last. Locks nothing, so that no
** thread of a forked process waits for one that is not there.
*/
static Buffer *take_free(Buffer **last) {
  for (Buffer *b = &first; b; b = atomic_load(&b->next)) {
    if (!atomic_load_explicit(&b->taken, memory_order_relaxed) && !atomic_exchange(&b->taken, true)) return b;
    *last = b;
  }
  return NULL;
}

/* Returns one more, taken, or NULL. Puts it behind `last`, or behind those that others have put there meanwhile. */
static Buffer *take_new(Buffer *last) {
  Buffer *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b == MAP_FAILED) return NULL;
  protect(b);
  atomic_store(&b->taken, true);
  for (Buffer *next = NULL; !atomic_compare_exchange_strong(&last->next, &next, b); next = NULL) last = next;
  return b;
}

void *__wrap_blas_memory_alloc(int position);
void __wrap_blas_memory_free(void *memory);

void *__wrap_blas_memory_alloc(int position) {
  (void)position;
  Buffer *last = &first, *b = NULL;
  while (!(b = take_free(&last)) && !(b = take_new(last))) sched_yield();
  return b->bytes;
}

void __wrap_blas_memory_free(void *memory) {
  Buffer *b = (Buffer *)(void *)((unsigned char *)memory - offsetof(Buffer, bytes));
  atomic_store(&b->taken, false);
}

bool blas_memory_prepare(void (*multiply)(void)) {
  (void)multiply;
  return true;
}

size_t blas_memory_bytes(void) { return sizeof(Buffer); }
void blas_memory_begin(void) {}
void blas_memory_end(void) {}

#endif
