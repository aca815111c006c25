#include "inference/gru_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/gru_cell.h"

enum { GATES = 3, BLOCK = GATES * GRU_CELL_UNITS };

/* ---- weights ----------------------------------------------------------------------- */

void gru_step_pack_row(size_t hidden, const float *gates, float *packed) {
  for (size_t unit = 0; unit < gru_step_padded(hidden); unit++) {
    float *to = packed + unit / GRU_CELL_UNITS * BLOCK + unit % GRU_CELL_UNITS;
    for (size_t g = 0; g < GATES; g++) to[g * GRU_CELL_UNITS] = unit < hidden ? gates[g * hidden + unit] : 0.0f;
  }
}

Status gru_step_pack(const GruWeights *gru, GruStepWeights *w, Error *error) {
  size_t hidden = gru->hidden, padded = gru_step_padded(hidden);
  GruStepFunction *versions[3];
  gru_step_versions(versions);
  *w = (GruStepWeights){.hidden = hidden, .padded = padded, .forward = versions[0]};
  w->recurrent = memory_floats(memory_product(hidden, GATES * padded));
  w->bias = memory_floats(padded);
  float *row = memory_floats(GATES * padded);
  bool made = w->recurrent && w->bias && row;
  for (size_t k = 0; made && k < hidden; k++) {
    gru_step_pack_row(hidden, gru->recurrent + k * GATES * hidden, row);
    for (size_t block = 0; block < padded / GRU_CELL_UNITS; block++)
      memcpy(w->recurrent + (block * hidden + k) * BLOCK, row + block * BLOCK, BLOCK * sizeof *row);
  }
  if (made && !gru->resets_early) memcpy(w->bias, gru->bias + 5 * hidden, hidden * sizeof *w->bias);
  free(row);
  if (made) return STATUS_OK;
  gru_step_free(w);
  return error_no_memory(error);
}

void gru_step_free(GruStepWeights *w) {
  free(w->recurrent);
  free(w->bias);
  free(w->quantized);
  free(w->scale);
  free(w->shift);
  *w = (GruStepWeights){0};
}

/* ---- a tile ------------------------------------------------------------------------ */

enum { MOST_ROWS = 4, MOST_VECTORS = GRU_CELL_UNITS / 4 };

/* What a tile sums: before [rows] times u, a row of weights for each unit of the state before. */
typedef struct Products {
  const float *u, *before;
  size_t stride, count; /* between rows of `before`; of their units */
  ptrdiff_t next;       /* from one unit to the next: 1, or -1      */
} Products;

/* Sums them in `vectors` vectors of units for each gate. The sums stay in registers while the weights are read once.
** A vector is one register: what is larger, gcc takes to pieces by way of the stack.
*/
#define DEFINE_SUM(name, lanes)                                                                                 \
  INLINE void name(const Products *p, int rows, int vectors, float (*sums)[BLOCK]) {                            \
    typedef float Vector __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));            \
    const float *u = p->u, *before = p->before;                                                                 \
    Vector sum[MOST_ROWS][GATES * MOST_VECTORS];                                                                \
    for (int i = 0; i < rows; i++)                                                                              \
      for (int v = 0; v < GATES * vectors; v++) sum[i][v] = (Vector){0};                                        \
    for (size_t left = p->count; left > 0; left--, before += p->next, u += p->next * BLOCK) {                   \
      Vector weight[GATES * MOST_VECTORS];                                                                      \
      for (int v = 0; v < GATES * vectors; v++)                                                                 \
        weight[v] = *(const Vector *)(u + v / vectors * GRU_CELL_UNITS + v % vectors * lanes);                  \
      for (int i = 0; i < rows; i++)                                                                            \
        for (int v = 0; v < GATES * vectors; v++) sum[i][v] += before[(size_t)i * p->stride] * weight[v];       \
    }                                                                                                           \
    for (int i = 0; i < rows; i++)                                                                              \
      for (int v = 0; v < GATES * vectors; v++)                                                                 \
        *(Vector *)(sums[i] + v / vectors * GRU_CELL_UNITS + v % vectors * lanes) = sum[i][v];                  \
  }

DEFINE_SUM(sum_by_4, 4)
#if SIMD_X86
DEFINE_SUM(sum_by_8, 8)
DEFINE_SUM(sum_by_16, 16)
#endif

typedef void Sum(const Products *products, int rows, int vectors, float (*sums)[BLOCK]);

/* The shape of a tile: what sums it, for how many rows and units. */
typedef struct Tile {
  Sum *sum;
  int rows, vectors, lanes;
} Tile;

/* Computes the state of t.rows rows from row `first` on, in the units of a tile from `unit` on. `hidden` is 0 for rows
** that have no state before.
*/
INLINE void tile(const GruStepWeights *w, const GruStepRows *r, size_t hidden, size_t unit, size_t first, Tile t) {
  static const float zero[GRU_CELL_UNITS];
  size_t block = unit / GRU_CELL_UNITS, from = unit % GRU_CELL_UNITS;
  size_t k = r->from_end && hidden ? hidden - 1 : 0;
  Products products = {.u = w->recurrent + (block * w->hidden + k) * BLOCK + from,
                       .before = r->before + first * r->stride + k, .stride = r->stride, .count = hidden,
                       .next = r->from_end ? -1 : 1};
  float sums[MOST_ROWS][BLOCK] __attribute__((aligned(64)));
  t.sum(&products, t.rows, t.vectors, sums);
  GruCell cells[MOST_ROWS];
  for (int i = 0; i < t.rows; i++) {
    size_t row = (first + (size_t)i) * r->stride + unit;
    cells[i] = (GruCell){sums[i], r->inputs[first + (size_t)i] + r->gates + block * BLOCK + from, w->bias + unit,
                         hidden ? r->before + row : zero, r->states + row};
  }
  gru_cells_forward(t.rows, (size_t)(t.vectors * t.lanes), cells);
}

/* Computes one block of the rows that have a state before, or of those that have none.
** The block's weights stay in the nearest cache meanwhile.
*/
INLINE void block_rows(const GruStepWeights *w, const GruStepRows *r, bool running, size_t block, Tile t) {
  size_t hidden = running ? w->hidden : 0, first = running ? 0 : r->running, end = running ? r->running : r->count;
  Tile last = {t.sum, 1, t.vectors, t.lanes};
  for (size_t from = 0, i; from < GRU_CELL_UNITS; from += (size_t)(t.vectors * t.lanes)) {
    size_t unit = block * GRU_CELL_UNITS + from;
    for (i = first; i + (size_t)t.rows <= end; i += (size_t)t.rows) tile(w, r, hidden, unit, i, t);
    for (; i < end; i++) tile(w, r, hidden, unit, i, last);
  }
}

INLINE void step(const GruStepWeights *w, const GruStepRows *r, Tile t) {
  for (size_t i = 0, blocks = w->padded / GRU_CELL_UNITS; i < blocks; i++) {
    size_t block = r->from_end ? blocks - 1 - i : i;
    block_rows(w, r, true, block, t);
    block_rows(w, r, false, block, t);
  }
}

/* ---- versions ------------------------------------------------------------------------ */

/* The numbers of rows and vectors are those whose sums fit into the registers. */
#if SIMD_X86
SIMD_FOR_AVX512 static void gru_step_avx512(const GruStepWeights *w, const GruStepRows *r) {
  step(w, r, (Tile){sum_by_16, .rows = 4, .vectors = 2, .lanes = 16});
}
SIMD_FOR_AVX2 static void gru_step_avx2(const GruStepWeights *w, const GruStepRows *r) {
  step(w, r, (Tile){sum_by_8, .rows = 2, .vectors = 2, .lanes = 8});
}
#endif
static void gru_step_plain(const GruStepWeights *w, const GruStepRows *r) {
  step(w, r, (Tile){sum_by_4, .rows = 1, .vectors = 4, .lanes = 4});
}

size_t gru_step_versions(GruStepFunction *versions[3]) {
  size_t count = 0;
#if SIMD_X86
  if (simd_level() >= SIMD_AVX512) versions[count++] = gru_step_avx512;
  if (simd_level() >= SIMD_AVX2) versions[count++] = gru_step_avx2;
#endif
  versions[count++] = gru_step_plain;
  return count;
}
