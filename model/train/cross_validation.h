/* cross_validation.h -- what other rows say of a row's label (cross-validation).
**
** The rows are dealt into folds, label by label. For each fold a linear branch
** (linear.h) learns from the rows of all others and judges those of the fold, so that
** every row is judged by a machine that has not seen its label. Margins become
** probabilities by a scale that is fitted on the fold (calibration.h).
**
** A whole model for each fold takes five times a training and finds few wrong labels
** more; the row's loss while a model learns finds fewer (tests/bench/accuracy/doubts.md).
*/
#ifndef CLASSIFY_CROSS_VALIDATION_H
#define CLASSIFY_CROSS_VALIDATION_H

#include "classifier/predict.h"
#include "text/corpus.h"

/* predictions [rows] of the pruned and spelled corpus, whose rows all train and are of
** at least two labels; of_asked is the probability of the row's own label.
*/
Status cross_validation_predict(const Corpus *corpus, uint64_t seed, Workers *workers, Prediction *predictions,
                                Error *error);

#endif
