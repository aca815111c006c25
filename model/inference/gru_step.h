/* gru_step.h -- one step of a GRU for a few texts, as labelling takes it: product and
** gates in one pass, the weights laid out for it.
**
** Each of the 3 gates of GRU_CELL_UNITS units stands beside the others', so that a
** block of units is one run through memory:
**
**   block 0                                 block 1
**   [ z 0..31 | r 0..31 | n 0..31 ]         [ z 32..63 | r 32..63 | n 32..63 ]   ...
**
** Units are filled up to whole blocks with weights of zero; their state stays 0.
*/
#ifndef CLASSIFY_GRU_STEP_H
#define CLASSIFY_GRU_STEP_H

#include "inference/gru_cell.h"
#include "network/gru.h"

typedef struct GruStepWeights GruStepWeights;
typedef struct GruStepRows GruStepRows;
typedef void GruStepFunction(const GruStepWeights *weights, const GruStepRows *rows);

struct GruStepWeights {
  size_t hidden, padded; /* padded: in whole blocks                        */
  float *recurrent;      /* U [padded / 32][hidden][3][32]                 */
  float *bias;           /* c of gate n alone [padded]                     */
  int8_t *quantized;     /* U again, if gru_step_int8.h has been asked for it:     */
  float *scale, *shift;  /* [3 padded]                                     */
  GruStepFunction *forward; /* one step: the best version for this processor  */
}; /* all zero is empty */

static inline size_t gru_step_padded(size_t hidden) {
  return (hidden + GRU_CELL_UNITS - 1) / GRU_CELL_UNITS * GRU_CELL_UNITS;
}

Status gru_step_pack(const GruWeights *gru, GruStepWeights *weights, Error *error);
void gru_step_free(GruStepWeights *weights);

/* What the layout of a block makes of a row of gates [3 hidden]: packed [3 padded]. */
void gru_step_pack_row(size_t hidden, const float *gates, float *packed);

/* States follow each other `stride` apart. The first `running` rows find the states
** `before`, the others zero. inputs[i] + gates is row i's x W + b, and c of z and r
** besides, as gru_step_pack_row() lays it out. With `back` the weights are read from their
** end: a step that begins where the last one ended finds some of them near.
*/
struct GruStepRows {
  size_t count, running, stride;
  const float *const *inputs;
  size_t gates;
  bool back;
  const float *before;
  float *states;
  const uint8_t *before8; /* of gru_step_int8.h: what stands beside the states, */
  uint8_t *states8;       /* at the same distances                      */
};

/* The versions of a step that this processor can run, the best one first. */
size_t gru_step_versions(GruStepFunction *versions[3]);

#endif
