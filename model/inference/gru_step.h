/* gru_step.h -- labelling's GRU: one step of a few texts, the product h U and the gates in
** one pass over weights that are laid out for it. The same formula as network/gru.h.
**
** Units are computed in blocks of GRU_CELL_UNITS, and a row of gates has this layout:
**
**   block 0                                 block 1
**   [ z 0..31 | r 0..31 | n 0..31 ]         [ z 32..63 | r 32..63 | n 32..63 ]   ...
**
** The last block is padded with units whose weights are 0 and whose state stays 0.
*/
#ifndef CLASSIFY_GRU_STEP_H
#define CLASSIFY_GRU_STEP_H

#include "inference/gru_cell.h"
#include "network/gru.h"

typedef struct GruStepWeights GruStepWeights;
typedef struct GruStepRows GruStepRows;
typedef void GruStepFunction(const GruStepWeights *weights, const GruStepRows *rows);

struct GruStepWeights {
  size_t hidden, padded;    /* padded: hidden, rounded up to whole blocks      */
  float *recurrent;         /* U [padded / 32][hidden][3][32]                  */
  float *bias;              /* c of n [padded], or 0; c of z and r is in the inputs */
  int8_t *quantized;        /* U in 8 bits (gru_step_int8.h), or NULL          */
  float *scale, *shift;     /* [3 padded], of quantized                        */
  GruStepFunction *forward; /* computes a step; the fastest of the versions    */
}; /* all zero is empty */

static inline size_t gru_step_padded(size_t hidden) {
  return (hidden + GRU_CELL_UNITS - 1) / GRU_CELL_UNITS * GRU_CELL_UNITS;
}

/* Copies the weights of a direction into this layout. */
Status gru_step_pack(const GruWeights *gru, GruStepWeights *weights, Error *error);
void gru_step_free(GruStepWeights *weights);

/* Copies a row of gates [3 hidden] into this layout: packed [3 padded]. */
void gru_step_pack_row(size_t hidden, const float *gates, float *packed);

/* The tokens of a step, a row each. */
struct GruStepRows {
  size_t count;
  size_t running;             /* the first rows, which have an old state; that of others is 0 */
  size_t stride;              /* between the states of two rows                               */
  const float *const *inputs; /* [count] rows of word_table.h                                 */
  size_t gates;               /* where this direction begins in such a row                    */
  bool from_end;              /* read the weights backwards: the cache still has the last ones */
  const float *before;        /* old states                                                   */
  float *states;              /* new states                                                   */
  const uint8_t *before8;     /* the same in 8 bits, with the same stride (gru_step_int8.h)   */
  uint8_t *states8;
  float *scratch;             /* [2 padded], of gru_step_early.h                             */
};

/* Sets the versions of a step that this processor can run, the fastest first, and returns their number. */
size_t gru_step_versions(GruStepFunction *versions[3]);

#endif
