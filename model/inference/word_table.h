/* word_table.h -- what a network takes from a word alone, worked out once per word.
**
** The GRU's input half x W + b is linear in the word's vector x, and so is x's share
** of attention's score. For each word they stand side by side in a row, gates as
** gru_step.h lays them out:
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
#ifndef CLASSIFY_WORD_TABLE_H
#define CLASSIFY_WORD_TABLE_H

#include "network/parameters.h"

typedef struct WordTable WordTable;

/* Reads the parameters as long as it lives; words' rows of the table are folded. */
Status word_table_new(const Parameters *parameters, WordTable **inputs, Error *error);
void word_table_free(WordTable *table);

size_t word_table_width(const WordTable *table);

/* The row of a word that is kept and has been filled, else NULL. */
const float *word_table_find(const WordTable *table, uint32_t word);

/* Whether a word's row is kept. */
bool word_table_keeps(const WordTable *table, uint32_t word);

/* Fills the rows of words that are kept; some may be filled already, or be given twice. */
void word_table_fill(WordTable *table, const uint32_t *words, size_t count);

/* rows [count][width] of any vectors [count][embedding] */
void word_table_compute(const WordTable *table, const float *vectors, size_t count, float *rows);

#endif
