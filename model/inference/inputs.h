/* inputs.h -- what a network takes from a word alone, worked out once per word.
**
** The GRU's input half x W + b is linear in the word's vector x, and so is x's share
** of attention's score. For each word they stand side by side in a row, gates as
** step.h lays them out:
**
**   [ forward 3 padded | backward 3 padded | x . w | fill ]      width floats
**
** b holds the biases b and c of gates z and r, which are only ever added. Rows of the
** vocabulary's words are kept: each is filled when the word, or one of its neighbours,
** first occurs, with the same bits whoever does it. Rare words of a large network are
** not kept.
**
** Any number of threads may use it at once; a row that was found stays as it is.
*/
#ifndef CLASSIFY_INPUTS_H
#define CLASSIFY_INPUTS_H

#include "network/parameters.h"

typedef struct Inputs Inputs;

/* Reads the parameters as long as it lives; words' rows of the table are folded. */
Status inputs_new(const Parameters *parameters, Inputs **inputs, Error *error);
void inputs_free(Inputs *inputs);

size_t inputs_width(const Inputs *inputs);

/* The row of a word that is kept and has been filled, else NULL. */
const float *inputs_find(const Inputs *inputs, uint32_t word);

/* Whether a word's row is kept. */
bool inputs_keeps(const Inputs *inputs, uint32_t word);

/* Fills the rows of words that are kept; some may be filled already, or be given twice. */
void inputs_fill(Inputs *inputs, const uint32_t *words, size_t count);

/* rows [count][width] of any vectors [count][embedding] */
void inputs_compute(const Inputs *inputs, const float *vectors, size_t count, float *rows);

#endif
