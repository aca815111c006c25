/* word_table.h -- a cache of what the network computes from a word alone.
**
** That is the GRU's input x W + b for the word's vector x, in both directions, and the term
** x . w of attention's score. Each word has a row, with gates in the layout of gru_step.h:
**
**   [ forward 3 padded | backward 3 padded | x . w | padding ]      width floats
**
** Of gates z and r it also contains the bias c, since the formula adds b and c. Padding that the
** GRU does not read has the gates of network/padding.h. The rows of the vocabulary's words are
** kept, except of rare words of a large network. A row takes memory and is computed when the word, or one of a few
** neighbours in the vocabulary, first occurs; its bits do not depend on when that is.
**
** Threads may share it; a row that was found does not change or move.
*/
#ifndef CLASSIFY_WORD_TABLE_H
#define CLASSIFY_WORD_TABLE_H

#include "network/parameters.h"
#include "text/capitals.h"

typedef struct WordTable WordTable;

/* The parameters are borrowed and folded (lexicon.h). */
Status word_table_new(const Parameters *parameters, WordTable **table, Error *error);
void word_table_free(WordTable *table);

size_t word_table_width(const WordTable *table);

/* Returns the row of a word, or NULL if it is not kept or not computed yet. */
const float *word_table_find(const WordTable *table, uint32_t word);

/* Returns whether the word's row is kept. */
bool word_table_keeps(const WordTable *table, uint32_t word);

/* Computes the rows of words that are kept, unless they are computed already. Fails only without memory. */
Status word_table_fill(WordTable *table, const uint32_t *words, size_t count, Error *error);

/* Returns what capitals add to a row, [width]; NULL if nothing. */
const float *word_table_capitals(const WordTable *table, Capitals capitals);

/* Returns the row of a word with capitals, and behind it the vector [embedding], or NULL if such rows are not kept
** of this word, or memory is out. `row` and `vector` are those of the word, `added` is what capitals add to the vector.
*/
const float *word_table_capital_row(WordTable *table, uint32_t word, Capitals capitals, const float *row,
                                    const float *vector, const float *added);

/* Computes rows [count][width] of any vectors [count][embedding]. */
void word_table_compute(const WordTable *table, const float *vectors, size_t count, float *rows);

#endif
