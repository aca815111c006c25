/* validation.h -- the rows that are held out, and how well a model labels them.
**
** Words that only these rows have are not learned yet, so they count as unknown words.
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
  const LabelSets *sets; /* of a multi-label model, of which targets are numbers; borrowed from the corpus */
  uint32_t *rows;     /* [count] of the corpus */
  Prediction *predictions; /* [count] of the model judged last */
  GivenLabels given;       /* the same, by a multi-label model */
  Score score;             /* of it */
  size_t folds;            /* of cross-validation, each judged by a model of its own; 0: one model judged all */
  /* private */
  size_t labels;
  uint32_t *words;
  float *logits, *margins, *kept; /* [count][labels] of the model judged last; of the best */
} Validation; /* all zero: there are no such rows */

/* The labels that a row has, and that it was given by a multi-label model. */
LabelSet validation_actual(const Validation *validation, size_t row);
LabelSet validation_given(const Validation *validation, size_t row);

/* Takes the rows of the corpus that are held out. Words below `known` were learned before. */
Status validation_new(const Corpus *corpus, size_t known, Validation *validation, Error *error);
void validation_free(Validation *validation);

/* Labels the rows by the model, with the calibration that it has: predictions and score. */
Status validation_judge(Validation *validation, const Model *model, const Lexicon *lexicon,
                        Workers *workers, Error *error);

/* Keeps `count` of the rows, spread evenly over all. For rows that were not judged yet. */
void validation_thin(Validation *validation, size_t count);

/* validation_keep(): the model judged last is the best so far. validation_conclude() fits the
** calibration to the best one's outputs and scores them with it.
*/
void validation_keep(Validation *validation);
Status validation_conclude(Validation *validation, Model *model, Error *error);

/* Of `all`, which has the rows of all folds, keeps for those of one what the model has said that judged it. */
void validation_add_fold(Validation *all, const Validation *fold);

#endif
