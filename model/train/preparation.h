/* preparation.h -- from rows as they came to rows that are learned from.
**
** Checks that there is something to learn, draws which of the rows known before are learned
** again, cuts the vocabulary, holds out rows for validation, fills in the options that
** were left to the rows, weighs the labels, and makes the model as it begins: values drawn
** by seed, given word vectors, or those of the model to go on from.
*/
#ifndef CLASSIFY_PREPARATION_H
#define CLASSIFY_PREPARATION_H

#include "train/stage.h"

/* label_weights [labels] or NULL are copied. */
Status preparation_run(Training *t, const float *label_weights, Error *error);

/* The shape of a network that begins anew, with so many words, the unknown one too. */
Shape preparation_shape(const TrainingOptions *options, bool shaped, size_t vocabulary, size_t labels);

/* What preparation_run() ends with, for models of a part of the rows. preparation_new_model() sets t->model, which is
** NULL, to a model that has learned nothing. preparation_set_prior() takes back what was fitted on rows: it makes the
** calibration and the thresholds those of a model that none were held out for.
*/
Status preparation_new_model(Training *t, Error *error);
Status preparation_set_prior(Training *t, Error *error);

#endif
