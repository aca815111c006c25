/* corpus.h -- the rows a model learns from, as numbers.
**
** Rows stream in and only their word numbers are kept, 4 bytes a token. When
** all are in, some are held out for validation, and the vocabulary is cut down
** to the words of the rows that are trained on.
*/
#ifndef CLASSIFY_CORPUS_H
#define CLASSIFY_CORPUS_H

#include <stdbool.h>

#include "batch.h"
#include "labels.h"
#include "tokens.h"
#include "vocabulary.h"

typedef struct Corpus {
  Vocabulary vocabulary;
  Labels labels;
  size_t max_tokens;   /* set by the caller before the first row             */
  size_t rows;
  size_t cut;          /* rows longer than max_tokens                        */
  uint32_t *target;    /* [rows] label; OUTPUT_NO_TARGET: a validation row's
                       ** label that no training row has                     */
  bool *held_out;      /* [rows] for validation                              */
  size_t *end;         /* [rows] of its words                                */
  uint32_t *words;     /* [end of the last row]                              */
  size_t target_capacity, held_out_capacity, end_capacity, words_capacity;
} Corpus; /* all zero but max_tokens is empty */

void corpus_free(Corpus *corpus);

/* A row to train on, or (after all of those) one to validate with. */
Status corpus_add(Corpus *corpus, const Tokenizer *tokenizer, const char *text, size_t length,
                  Label label, bool held_out, Error *error);

Text corpus_text(const Corpus *corpus, size_t row);

/* Holds out about `fraction` of each label's rows, drawn by seed; a label keeps
** at least one row to train on.
*/
Status corpus_split(Corpus *corpus, double fraction, uint64_t seed, Error *error);

/* Cuts the vocabulary and renumbers the words of all rows, once: the words that
** go become the unknown one.
*/
Status corpus_prune(Corpus *corpus, size_t min_count, size_t max_vocabulary, Error *error);

#endif
