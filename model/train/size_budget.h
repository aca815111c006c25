/* size_budget.h -- how many words, n-grams and pairs of words a model may have.
**
** Where the options give max_size, the bytes of a model's file, this is shared out before anything is learned: what
** is left by the parts that each model of these labels and rows has goes to the words, with half as many n-grams, half
** as many hashed features and three times as many pairs, all in 4 bits a number. The network has the largest size with
** which half of the table's words have room, or the smallest: more words say more than longer vectors.
*/
#ifndef CLASSIFY_SIZE_BUDGET_H
#define CLASSIFY_SIZE_BUDGET_H

#include "linear/tfidf.h"
#include "text/corpus.h"
#include "train/defaults.h"

typedef struct SizeBudget {
  size_t words;    /* of the vocabulary, at most                  */
  size_t ngrams;   /* at most, beside that of all others          */
  size_t features; /* words and pairs of the linear branch, about */
  size_t hashed;   /* hashed features there, at most              */
  size_t keywords; /* of all labels                               */
} SizeBudget;

/* Plans the budget, for rows of which none was set aside yet, and sets the sizes of the network that are not given.
** STATUS_INVALID if max_size is too small for any model.
*/
Status size_budget_plan(TrainingOptions *options, const Corpus *corpus, SizeBudget *budget, Error *error);

/* Once the words and pairs are known: gives n-grams what these leave, and keywords what is left then; never more than
** before. To be called again when the linear branch has learned again, from more rows.
*/
void size_budget_rest(const TrainingOptions *options, const Corpus *corpus, const Tfidf *tfidf, SizeBudget *budget);

/* Returns about how many bytes a model has at least, once its words are known, with the fewest bits a number, or with
** `exact` those that lose nothing: 8.
*/
double size_budget_least(const TrainingOptions *options, const Corpus *corpus, bool exact);

/* STATUS_INVALID if even that is more than the caller can save. */
Status size_budget_check(const TrainingOptions *options, const Corpus *corpus, Error *error);

#endif
