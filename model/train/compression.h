/* compression.h -- makes a model that has learned into the one that is kept.
**
** The rows of its words are folded (lexicon.h). Of its n-grams those are kept that several words have
** (ngrams.h). Its matrices are rounded to numbers of few bits (quantisation.h).
*/
#ifndef CLASSIFY_COMPRESSION_H
#define CLASSIFY_COMPRESSION_H

#include "classifier/model.h"
#include "text/corpus.h"
#include "train/size_budget.h"

/* Makes a model of the corpus's words, with at most so many n-grams and hashed features. If its bits are 0 it is only
** folded.
*/
Status compression_run(Model *model, const Corpus *corpus, const SizeBudget *most, Error *error);

/* Makes the n-grams of the corpus's words those that a compressed model looks up. */
Status compression_subwords(const Model *model, const Corpus *corpus, Subwords *subwords, Error *error);

#endif
