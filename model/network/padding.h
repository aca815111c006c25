/* padding.h -- what the layers make of a padding word.
**
** Models that are trained here know no padding. Models from elsewhere may have learned texts that
** were filled up with it (text/reading.h), and read it as a word like any other, or with a mask:
**
**   PADDING_READ    the GRU reads it
**   PADDING_CARRY   the GRU's state stays as it is: the mask of a layer in Keras
**   PADDING_ZERO    the same, but what the next layers see of it is 0: Keras's Bidirectional
**                   with a mask, PyTorch's packed sequences
**
** The GRU itself needs no case for that. If the input of the gates, x W + b, is padding_gates(),
** then z is 1, r and n are 0, and the formula leaves the state unchanged.
*/
#ifndef CLASSIFY_PADDING_H
#define CLASSIFY_PADDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PaddingState { PADDING_READ, PADDING_CARRY, PADDING_ZERO } PaddingState;

typedef struct Padding {
  uint32_t word;
  PaddingState state;
  bool skipped; /* it has no weight in attention and no part in the max-pool */
} Padding;      /* all zero: word 0 is a word like any other */

/* Sets the input of the gates [3 hidden] of a padding word that the GRU does not read. */
static inline void padding_gates(size_t hidden, float *gates) {
  const float sure = 1e4f; /* its sigmoid is 1, that of its negative 0, whatever h U adds */
  for (size_t j = 0; j < hidden; j++) {
    gates[j] = sure;
    gates[hidden + j] = -sure;
    gates[2 * hidden + j] = 0.0f;
  }
}

/* Return whether the word is padding whose state is 0, or that attention and the max-pool leave out. */
static inline bool padding_zeroes(const Padding *padding, uint32_t word) {
  return padding->state == PADDING_ZERO && word == padding->word;
}
static inline bool padding_skips(const Padding *padding, uint32_t word) {
  return padding->skipped && word == padding->word;
}

#endif
