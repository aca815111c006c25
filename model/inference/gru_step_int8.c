#include "inference/gru_step_int8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/gru_cell.h"

enum { GATES = 3, BLOCK = GATES * GRU_CELL_UNITS, GROUP = 4 /* states that one instruction multiplies in each lane */ };

static size_t groups_of(const GruStepWeights *w) { return (w->hidden + GROUP - 1) / GROUP; }

#if SIMD_X86
#include <immintrin.h>

enum { ROWS = 4, LANES = 16, VECTORS = BLOCK / LANES };
#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")))

/* After adding SIMD_ROUNDS the low bits are the rounded number. */
VNNI INLINE void quantize(const float *restrict states, uint8_t *restrict states8) {
  for (size_t j = 0; j < GRU_CELL_UNITS; j++) {
    float shifted = states[j] * 127.0f + (SIMD_ROUNDS + 128.0f);
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    states8[j] = (uint8_t)bits;
  }
}

VNNI INLINE void dequantize(const int32_t *restrict dots, const float *restrict scale, const float *restrict shift,
                            float *restrict sums) {
  for (size_t j = 0; j < BLOCK; j++) sums[j] = (float)dots[j] * scale[j] + shift[j];
}

/* Computes the state of `rows` rows of one block from row `first` on. `groups` is 0 for rows
** that have no old state.
*/
VNNI INLINE void tile(const GruStepWeights *w, const GruStepRows *r, size_t groups, size_t block, size_t first,
                      int rows) {
  static const float zero[GRU_CELL_UNITS];
  const int8_t *u = w->quantized + block * groups_of(w) * BLOCK * GROUP;
  size_t at = first * r->stride, unit = block * GRU_CELL_UNITS;
  __m512i sum[ROWS][VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < VECTORS; v++) sum[i][v] = _mm512_setzero_si512();
  for (size_t k = 0; k < groups; k++, u += BLOCK * GROUP) {
    __m512i weight[VECTORS];
    for (int v = 0; v < VECTORS; v++) weight[v] = _mm512_load_si512(u + v * LANES * GROUP);
    for (int i = 0; i < rows; i++) {
      int32_t states;
      memcpy(&states, r->before8 + at + (size_t)i * r->stride + k * GROUP, sizeof states);
      for (int v = 0; v < VECTORS; v++)
        sum[i][v] = _mm512_dpbusd_epi32(sum[i][v], _mm512_set1_epi32(states), weight[v]);
    }
  }
  int32_t dots[ROWS][BLOCK] __attribute__((aligned(64)));
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < VECTORS; v++) _mm512_store_si512(dots[i] + v * LANES, sum[i][v]);
  float sums[ROWS][BLOCK] __attribute__((aligned(64))) = {{0}};
  GruCell cells[ROWS];
  for (int i = 0; i < rows; i++) {
    size_t row = at + (size_t)i * r->stride + unit;
    if (groups) dequantize(dots[i], w->scale + block * BLOCK, w->shift + block * BLOCK, sums[i]);
    cells[i] = (GruCell){sums[i], r->inputs[first + (size_t)i] + r->gates + block * BLOCK, w->bias + unit,
                         groups ? r->before + row : zero, r->states + row};
  }
  gru_cells_forward(rows, GRU_CELL_UNITS, cells);
  for (int i = 0; i < rows; i++) quantize(cells[i].state, r->states8 + at + (size_t)i * r->stride + unit);
}

VNNI static void block_rows(const GruStepWeights *w, const GruStepRows *r, size_t groups, size_t block, size_t first,
                            size_t end) {
  for (; first + ROWS <= end; first += ROWS) tile(w, r, groups, block, first, ROWS);
  for (; first < end; first++) tile(w, r, groups, block, first, 1);
}

VNNI static void step(const GruStepWeights *w, const GruStepRows *r) {
  for (size_t block = 0; block < w->padded / GRU_CELL_UNITS; block++) {
    block_rows(w, r, groups_of(w), block, 0, r->running);
    block_rows(w, r, 0, block, r->running, r->count);
  }
}

bool gru_step_int8_available(void) { return simd_support.vnni; }

#else
static void step(const GruStepWeights *w, const GruStepRows *rows) {
  (void)w;
  (void)rows;
}
bool gru_step_int8_available(void) { return false; }
#endif

/* Quantizes the weights of one gate of one unit; `lane` is its index in gru_step.h's layout. */
static void quantize_lane(GruStepWeights *w, size_t lane) {
  size_t block = lane / BLOCK, within = lane % BLOCK, groups = groups_of(w);
  const float *u = w->recurrent + block * w->hidden * BLOCK + within;
  int8_t *q = w->quantized + (block * groups * BLOCK + within) * GROUP;
  float most = 0.0f;
  int32_t total = 0;
  for (size_t k = 0; k < w->hidden; k++) most = fmaxf(most, fabsf(u[k * BLOCK]));
  for (size_t k = 0; k < w->hidden; k++) {
    int8_t weight = (int8_t)lrintf(most > 0.0f ? 127.0f * u[k * BLOCK] / most : 0.0f);
    q[k / GROUP * BLOCK * GROUP + k % GROUP] = weight;
    total += weight;
  }
  w->scale[lane] = most / (127.0f * 127.0f);
  w->shift[lane] = -128.0f * (float)total * w->scale[lane];
}

Status gru_step_int8_quantize(GruStepWeights *w, Error *error) {
  size_t lanes = GATES * w->padded;
  w->quantized = (int8_t *)memory_floats(memory_product(groups_of(w), lanes));
  w->scale = memory_floats(lanes);
  w->shift = memory_floats(lanes);
  if (!w->quantized || !w->scale || !w->shift) return error_no_memory(error);
  for (size_t lane = 0; lane < lanes; lane++) quantize_lane(w, lane);
  w->forward = step;
  return STATUS_OK;
}
