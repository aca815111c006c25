/* validation.h -- the rows that are held out: how well a model does on them.
**
** Words that only these rows have are not learned yet, so to the model under way
** they are not in the vocabulary.
*/
#ifndef CLASSIFY_VALIDATION_H
#define CLASSIFY_VALIDATION_H

#include "classifier/predict.h"
#include "classifier/score.h"
#include "text/corpus.h"

typedef struct Validation {
  size_t count;
  Text *texts;        /* [count] */
  uint32_t *targets;  /* [count] as the corpus has them: labels that the model does not know, too */
  uint32_t *rows;     /* [count] of the corpus */
  Prediction *predictions; /* [count] of the last judgement */
  Score score;             /* of it */
  /* private */
  size_t labels;
  uint32_t *words;
  float *logits, *margins, *kept; /* [count][labels] of the last judgement; of the best */
} Validation; /* all zero: there are no such rows */

/* The rows of the corpus that are held out. Words below `known` were learned before. */
Status validation_new(const Corpus *corpus, size_t known, Validation *validation, Error *error);
void validation_free(Validation *validation);

/* What the model, with the blend that it has, makes of them. */
Status validation_judge(Validation *validation, const Model *model, const Lexicon *lexicon,
                        Workers *workers, Error *error);

/* The model last judged is the best so far; at the end its blend is fitted, and the
** judgement is that of the best with this blend.
*/
void validation_keep(Validation *validation);
Status validation_conclude(Validation *validation, Model *model, Error *error);

#endif
