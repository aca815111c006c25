/* batch.h -- a packed batch of texts, side by side, none filled up to the length of another.
**
** Each text is a row; rows are sorted by falling length. At step t the first active[t] rows
** have a token, and the tokens of a step are stored one after the other. Four texts with 4, 3, 3
** and 1 tokens:
**
**     step       0  1  2  3
**     active     4  3  3  1        offset  0 4 7 10 11
**     text 0     a  b  c  d
**     text 1     e  f  g           packed  a e h k  b f i  c g j  d
**     text 2     h  i  j
**     text 3     k
**
** Layers compute what depends on a word alone once per distinct word of the batch; a word with
** and without capitals is two. The token at packed place n is distinct word number slot[n].
*/
#ifndef CLASSIFY_BATCH_H
#define CLASSIFY_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "text/capitals.h"
#include "text/text.h"

typedef struct Batch {
  size_t texts, steps, tokens, distinct;
  uint32_t *order;  /* [texts] the caller's index of the text in row i  */
  uint32_t *length; /* [texts] of the text in row i                     */
  uint32_t *active; /* [steps] rows that have a token at step t         */
  uint32_t *offset; /* [steps + 1] the packed place where step t begins */
  uint32_t *slot;   /* [tokens] index in word[]                         */
  uint32_t *word;   /* [distinct] word numbers                          */
  uint8_t *capitals; /* [distinct] Capitals; NULL if no text has any   */
  /* private */
  size_t texts_capacity, steps_capacity, tokens_capacity, keys;
  uint8_t *capitals_block;
  size_t capitals_capacity;
  uint32_t *counts; /* [steps + 1] of the counting sort                */
  uint32_t *seen;   /* [keys] slot + 1; all 0 between batches    */
} Batch; /* all zero is empty */

/* Sorts the texts, but sets neither `slot` nor `word`. */
Status batch_sort(Batch *batch, const Text *texts, size_t count, Error *error);

/* Fills a batch; word numbers are below `vocabulary`. Memory is reused from batch to batch. */
Status batch_fill(Batch *batch, const Text *texts, size_t count, size_t vocabulary, Error *error);
void batch_free(Batch *batch);

/* Returns the capitals of a distinct word. */
static inline Capitals batch_capitals(const Batch *batch, size_t slot) {
  return batch->capitals ? (Capitals)batch->capitals[slot] : CAPITALS_NONE;
}

/* Returns the word number at a packed place of a batch that was filled. */
static inline uint32_t batch_word(const Batch *batch, size_t place) { return batch->word[batch->slot[place]]; }

/* Returns the packed place of the token of a row at a step. */
static inline size_t batch_place(const Batch *batch, size_t row, size_t step) {
  return batch->offset[step] + row;
}

#endif
