/* cross_validation.h -- predicts each row's label from the other rows.
**
** The rows are dealt into folds, label by label. For each fold a linear branch (linear.h)
** learns from the rows of all other folds and predicts those of this one, so that no row
** is predicted by a model that has seen its label. A scale that is fitted on the fold
** turns margins into probabilities (calibration.h).
**
** A whole model for each fold would take five times as long as a training and find only a
** few more wrong labels (tests/bench/accuracy/doubts.md).
*/
#ifndef CLASSIFY_CROSS_VALIDATION_H
#define CLASSIFY_CROSS_VALIDATION_H

#include "classifier/predict.h"
#include "text/corpus.h"

/* predictions [rows]; of_asked is the probability of the row's own label. The corpus is
** pruned, with subwords; all of its rows train, and there are at least two labels, or sets of
** at least one: then `given` gets the labels that are given, else it may be NULL.
*/
Status cross_validation_predict(const Corpus *corpus, uint64_t seed, Workers *workers, Prediction *predictions,
                                GivenLabels *given, Error *error);

#endif
