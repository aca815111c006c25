/* roof.c -- the most that the processor gives: products of OpenBLAS, on two
** threads at once, at the shapes of the network's two halves
** and of an encoder's largest product.
**
**   recurrent  [64][192] = [64][64] [64][192]      a step of 64 texts
**   input      [256][384] = [256][128] [128][384]  256 tokens, both directions
**   encoder    [1024][1536] = [1024][384] [384][1536]  1,024 tokens of a pretrained encoder
**
** Prints lines `measure<TAB>GFLOP/s`.
*/
#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 2, RUNS = 3 };

static const double LASTS = 0.4; /* seconds */

typedef struct Product {
  blasint m, n, k;
} Product;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static float *matrix(blasint rows, blasint columns) {
  size_t count = (size_t)rows * (size_t)columns;
  float *values = malloc(count * sizeof *values);
  if (!values) exit(1);
  for (size_t i = 0; i < count; i++) values[i] = (float)(i % 7) * 0.1f;
  return values;
}

static double multiply(const Product *p) {
  float *a = matrix(p->m, p->k), *b = matrix(p->k, p->n), *c = matrix(p->m, p->n);
  double begun = now(), calls = 0;
  for (; now() - begun < LASTS; calls++)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, p->m, p->n, p->k, 1, a, p->k, b, p->n, 0, c, p->n);
  double speed = calls * 2e-9 * p->m * p->n * p->k / (now() - begun);
  free(a);
  free(b);
  free(c);
  return speed;
}

typedef struct Share {
  const Product *product;
  double speed;
} Share;

static void *work(void *context) {
  Share *share = context;
  share->speed = multiply(share->product);
  return NULL;
}

static double multiply_side_by_side(const Product *p) {
  pthread_t threads[THREADS];
  Share shares[THREADS];
  double speed = 0;
  for (int i = 0; i < THREADS; i++) {
    shares[i] = (Share){p, 0};
    if (pthread_create(&threads[i], NULL, work, &shares[i])) exit(1);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    speed += shares[i].speed;
  }
  return speed;
}

/* The best of some runs: others who use the processor only take away. */
static void measure(const char *name, Product p) {
  double best = 0;
  for (int i = 0; i < RUNS; i++) {
    double speed = multiply_side_by_side(&p);
    if (speed > best) best = speed;
  }
  printf("%s\t%.4g\n", name, best);
}

int main(void) {
  measure("recurrent_gflops", (Product){64, 192, 64});
  measure("input_gflops", (Product){256, 384, 128});
  measure("encoder_gflops", (Product){1024, 1536, 384});
  return 0;
}
