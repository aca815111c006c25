/* describe.h -- what is found out about a model once it has learned: its words
** (keywords.h), and which texts it has learned from (fingerprints.h).
*/
#ifndef CLASSIFY_DESCRIBE_H
#define CLASSIFY_DESCRIBE_H

#include "classifier/predict.h"
#include "text/corpus.h"

typedef struct DescribeRows {
  const Corpus *corpus;
  Lexicon lexicon;    /* of its words                                      */
  uint32_t *rows;     /* [count] that the model has learned from; reordered */
  size_t count;
  const Fingerprints *before; /* learned by the model that it goes on from; NULL: none */
  uint64_t seed;
} DescribeRows;

/* Fills model->keywords, from at most some 500,000 tokens of rows drawn by seed, and
** model->fingerprints. The parameters are as they were learned, not folded; the same on any
** number of threads (0: the calling one).
*/
Status describe_model(Model *model, const DescribeRows *rows, size_t threads, Poll poll, Error *error);

#endif
