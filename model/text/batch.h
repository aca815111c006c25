/* batch.h -- texts side by side, so that one product serves all of them.
**
** Texts are sorted by length, longest first. At step t only the first
** active[t] texts still have a token, so the tokens of a step are a prefix and
** the batch is packed: there is no padding to skip. Four texts of 4, 3, 3 and
** 1 tokens:
**
**     step       0  1  2  3
**     active     4  3  3  1        offset  0 4 7 10 11
**     text 0     a  b  c  d
**     text 1     e  f  g           packed  a e h k  b f i  c g j  d
**     text 2     h  i  j
**     text 3     k
**
** What a layer computes from a word alone is computed once per distinct word
** of the batch: slot[n] is the distinct word at packed place n.
*/
#ifndef CLASSIFY_BATCH_H
#define CLASSIFY_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "text/text.h"

typedef struct Batch {
  size_t texts, steps, tokens, distinct;
  uint32_t *order;  /* [texts] the caller's number of the text in row i */
  uint32_t *length; /* [texts]                                          */
  uint32_t *active; /* [steps] texts that reach step t                  */
  uint32_t *offset; /* [steps + 1] where step t begins, packed          */
  uint32_t *slot;   /* [tokens]                                         */
  uint32_t *word;   /* [distinct]                                       */
  /* private */
  size_t texts_capacity, steps_capacity, tokens_capacity, vocabulary;
  uint32_t *counts; /* [steps + 1] for sorting */
  uint32_t *seen;   /* [vocabulary] slot + 1, zero between batches */
} Batch; /* all zero is empty */

/* The order of the texts alone: no slots, no words. */
Status batch_sort(Batch *batch, const Text *texts, size_t count, Error *error);

/* Words are below `vocabulary`. Memory is kept from batch to batch. */
Status batch_fill(Batch *batch, const Text *texts, size_t count, size_t vocabulary, Error *error);
void batch_free(Batch *batch);

/* The packed place of token t of row i. */
static inline size_t batch_place(const Batch *batch, size_t row, size_t step) {
  return batch->offset[step] + row;
}

#endif
