/* Products that are cut into pieces against loops in double, and products of threads that get no memory of their own.
** A sum of 1,300 products of numbers about 1 is rounded 1,300 times, each time by 6e-8 of about 30: hence the
** tolerance.
*/
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/blas_memory.h"
#include "base/matrix.h"
#include "sanitized.h"
#include "unit/support.h"

static const double TOLERANCE = 1e-3;

static float *numbers(size_t count, uint64_t seed) {
  float *x = malloc(count * sizeof *x);
  assert_non_null(x);
  fill_normal(x, count, 1.0f, seed);
  return x;
}

/* ---- pieces -------------------------------------------------------------------------------- */

/* Element (i, j) is at values[i * down + j * right]. */
typedef struct View {
  const float *values;
  size_t down, right;
} View;

static void check(size_t m, size_t n, size_t k, View a, View b, const float *c, size_t c_stride) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0.0;
      for (size_t l = 0; l < k; l++)
        sum += (double)a.values[i * a.down + l * a.right] * (double)b.values[l * b.down + j * b.right];
      assert_near((double)c[i * c_stride + j], sum, TOLERANCE);
    }
}

static void check_shape(size_t m, size_t n, size_t k) {
  float *a = numbers(m * k, 1), *b = numbers(k * n, 2), *c = numbers(m * (n + 1), 3);
  matrix_product((Matrix){a, m, k}, (Matrix){b, k, n}, 0.0f, c);
  check(m, n, k, (View){a, k, 1}, (View){b, n, 1}, c, n);
  matrix_product_at((Matrix){a, k, m}, (Matrix){b, k, n}, 0.0f, c);
  check(m, n, k, (View){a, 1, m}, (View){b, n, 1}, c, n);
  matrix_product_bt((Matrix){a, m, k}, (Matrix){b, n, k}, 0.0f, c);
  check(m, n, k, (View){a, k, 1}, (View){b, 1, k}, c, n);
  matrix_part_product((MatrixPart){a, m, k, k}, (MatrixPart){b, k, n, n}, 1.0f, c, n + 1);
  check(m, n, k, (View){a, k, 1}, (View){b, n, 1}, c, n + 1);
  matrix_part_product_at((MatrixPart){a, k, m, m}, (MatrixPart){b, k, n, n}, 1.0f, c, n + 1);
  check(m, n, k, (View){a, 1, m}, (View){b, n, 1}, c, n + 1);
  matrix_part_product_bt((MatrixPart){a, m, k, k}, (MatrixPart){b, n, k, k}, 1.0f, c, n + 1);
  check(m, n, k, (View){a, k, 1}, (View){b, 1, k}, c, n + 1);
  free(a);
  free(b);
  free(c);
}

TEST(pieces_give_the_whole_product) {
  check_shape(BLAS_MEMORY_PACKED / BLAS_MEMORY_DEPTH + 1, 3, 1300); /* two pieces of rows  */
  check_shape(5001, 2, BLAS_MEMORY_DEPTH);                          /* three               */
  check_shape(3, BLAS_MEMORY_LONGEST + 5, 2);                       /* two of columns      */
  check_shape(BLAS_MEMORY_LONGEST + 5, 1, 1);                       /* two of rows         */
  check_shape(1, 1, 0);
}

TEST(long_sums_are_added_up) {
  enum { LONG = BLAS_MEMORY_LONGEST + 7 };
  float *ones = malloc(2 * LONG * sizeof *ones), c[4] = {9, 9, 9, 9};
  assert_non_null(ones);
  for (size_t i = 0; i < 2 * LONG; i++) ones[i] = 1.0f;
  matrix_product_bt((Matrix){ones, 2, LONG}, (Matrix){ones, 2, LONG}, 0.0f, c);
  for (size_t i = 0; i < 4; i++) assert_near((double)c[i], LONG, TOLERANCE);
  matrix_product_at((Matrix){ones, LONG, 2}, (Matrix){ones, LONG, 2}, 1.0f, c);
  for (size_t i = 0; i < 4; i++) assert_near((double)c[i], 2.0 * LONG, TOLERANCE);
  free(ones);
}

TEST(pieces_give_the_whole_product_with_a_vector) {
  enum { LONG = BLAS_MEMORY_LONGEST + 7 };
  float *a = numbers(2 * LONG, 1), *x = numbers(LONG, 2), *y = calloc(LONG, sizeof *y), two[2];
  assert_non_null(y);
  matrix_vector((Matrix){a, LONG, 2}, x, y);
  check(LONG, 1, 2, (View){a, 2, 1}, (View){x, 1, 0}, y, 1);
  memset(y, 0, LONG * sizeof *y);
  matrix_vector_at((Matrix){a, 2, LONG}, x, y);
  check(LONG, 1, 2, (View){a, 1, LONG}, (View){x, 1, 0}, y, 1);
  for (size_t i = 0; i < LONG; i++) x[i] = a[i] = a[LONG + i] = 1.0f;
  matrix_vector((Matrix){a, 2, LONG}, x, two);
  for (size_t i = 0; i < 2; i++) assert_near((double)two[i], LONG, TOLERANCE);
  matrix_vector_at((Matrix){a, LONG, 2}, x, two);
  for (size_t i = 0; i < 2; i++) assert_near((double)two[i], 2.0 * LONG, TOLERANCE);
  free(a);
  free(x);
  free(y);
}

/* ---- threads without memory ------------------------------------------------------------------ */

enum { SIDE = 150, THREADS = 4, PRODUCTS = 300 };

static float *first_factor, *second_factor, *expected; /* [SIDE][SIDE] */
static atomic_bool begun, over, wrong;

static bool multiply_and_compare(void) {
  float *c = malloc(SIDE * SIDE * sizeof *c);
  bool same = c != NULL;
  if (c) matrix_product_bt((Matrix){first_factor, SIDE, SIDE}, (Matrix){second_factor, SIDE, SIDE}, 0.0f, c);
  same = same && memcmp(c, expected, SIDE * SIDE * sizeof *c) == 0;
  free(c);
  return same;
}

static void *thread_main(void *unused) {
  (void)unused;
  while (!begun) sched_yield();
  for (size_t i = 0; i < PRODUCTS && !over; i++)
    if (!multiply_and_compare()) wrong = true;
  return NULL;
}

/* Sanitizers need terabytes of them, and qemu (tests/foreign) sets no limit. */
static bool needs_addresses(void) { return SANITIZED || getenv("EMULATOR"); }

/* Takes away all addresses but a megabyte. */
static bool limit_addresses(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  bool ok = file && fscanf(file, "%lu", &pages) == 1;
  if (file) fclose(file);
  rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (1 << 20);
  return ok && !setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes}) &&
         mmap(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

/* A child that ends with 0 if all is well, and is killed if it hangs. */
static void run_child(void (*work)(void)) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    alarm(60);
    if (!limit_addresses()) _exit(2);
    work();
    _exit(wrong);
  }
  int status = -1;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
}

static void begin_factors(void) {
  if (expected) return;
  first_factor = numbers(SIDE * SIDE, 1);
  second_factor = numbers(SIDE * SIDE, 2);
  expected = numbers(SIDE * SIDE, 3);
  matrix_product_bt((Matrix){first_factor, SIDE, SIDE}, (Matrix){second_factor, SIDE, SIDE}, 0.0f, expected);
}

/* The threads are there before addresses are out. */
TEST(threads_without_memory_wait_for_each_other) {
  if (needs_addresses()) skip();
  begin_factors();
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    pthread_t threads[THREADS];
    alarm(60);
    for (size_t i = 0; i < THREADS; i++)
      if (pthread_create(&threads[i], NULL, thread_main, NULL)) _exit(3);
    if (!limit_addresses()) _exit(2);
    begun = true;
    for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    _exit(wrong);
  }
  int status = -1;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
}

static void multiply_once(void) { wrong = !multiply_and_compare(); }

/* Whatever the other threads are doing when it is made. A shared OpenBLAS needs more memory then. */
TEST(a_forked_process_multiplies) {
#ifdef OPENBLAS_IS_SHARED
  skip();
#endif
  if (needs_addresses()) skip();
  begin_factors();
  pthread_t thread;
  begun = true;
  assert_int_equal(pthread_create(&thread, NULL, thread_main, NULL), 0);
  for (size_t i = 0; i < 20; i++) run_child(multiply_once);
  over = true;
  pthread_join(thread, NULL);
  assert_false(wrong);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pieces_give_the_whole_product),
      cmocka_unit_test(long_sums_are_added_up),
      cmocka_unit_test(pieces_give_the_whole_product_with_a_vector),
      cmocka_unit_test(threads_without_memory_wait_for_each_other),
      cmocka_unit_test(a_forked_process_multiplies),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(first_factor);
  free(second_factor);
  free(expected);
  return failed;
}
