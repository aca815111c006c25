/* validation.h -- the rows that are held out: how well a model does on them.
**
** Words that only these rows have are not learned yet, so to the model under way
** they are not in the vocabulary.
*/
#ifndef CLASSIFY_VALIDATION_H
#define CLASSIFY_VALIDATION_H

#include "corpus.h"
#include "predict.h"
#include "score.h"

typedef struct Validation {
  size_t count;
  Text *texts;        /* [count] */
  uint32_t *targets;  /* [count] OUTPUT_NO_TARGET: a label that no other row has */
  /* private */
  uint32_t *words;
  float *logits, *margins, *kept; /* [count][labels] of the last judgement; of the best */
  Score score;
} Validation; /* all zero: there are no such rows */

typedef struct Judgement {
  double loss, accuracy, macro_f1;
} Judgement;

/* The rows of the corpus that are held out. Words below `known` were learned before. */
Status validation_new(const Corpus *corpus, size_t known, Validation *validation, Error *error);
void validation_free(Validation *validation);

/* What the model, with the blend that it has, makes of them. */
Status validation_judge(Validation *validation, const Model *model, const Lexicon *lexicon,
                        Workers *workers, Poll poll, Judgement *judgement, Error *error);

/* The model last judged is the best so far; its blend can be fitted later. */
void validation_keep(Validation *validation);
void validation_calibrate(Validation *validation, Model *model);

#endif
