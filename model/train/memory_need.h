/* memory_need.h -- about how much memory a training takes at its peak, by sums over its table.
**
** The stages come one after the other, and free what they alone have needed. So the peak is that of the stage that
** takes most, together with what is there all the time: the rows, and the network once it has been made. Numbers that
** are not known yet, such as the pairs of words that are worth keeping, are taken to be as large as they can be.
**
** What the caller holds besides is not counted: the database, the model to go on from, the teacher's encoder.
*/
#ifndef CLASSIFY_MEMORY_NEED_H
#define CLASSIFY_MEMORY_NEED_H

#include "text/corpus.h"
#include "train/defaults.h"

/* Sums over a table. More rows, tokens, words and n-grams never take less memory; nor do they take less than the first
** of them, before all are there.
*/
typedef struct TableSize {
  double rows, tokens;
  double longest;     /* tokens of the longest text                                      */
  double unlabelled;  /* rows without a label                                            */
  double held_out;    /* rows that were given to be held out                             */
  double words;       /* different ones                                                  */
  double letters;     /* bytes of the different words                                    */
  double ngrams;      /* character n-grams of the different words                        */
  double labels;
  double set_labels;  /* of all different sets of labels; 0: a row has one label         */
  double features;    /* of the linear branch at most, if max_size says so; else 0       */
  double vectors;     /* bytes of word vectors, and of what a teacher holds              */
  double taught;      /* numbers of a text that a teacher guesses by; 0: there is none   */
  bool is_whole;      /* all rows are there                                              */
  bool goes_on;       /* from a model                                                    */
} TableSize;

/* Reads all but the last five from a corpus that has not been pruned. Takes time by the different words. */
void table_size_measure(const Corpus *corpus, bool subwords, TableSize *size);

/* Returns bytes. Options that are left open are filled in as the training does. */
double memory_need(const TrainingOptions *options, const TableSize *size);

#endif
