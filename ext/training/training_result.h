/* training_result.h -- what a training leaves: a row of classify_models, and the answer of
** classify_train(). `last` is the last epoch.
*/
#ifndef CLASSIFY_TRAINING_RESULT_H
#define CLASSIFY_TRAINING_RESULT_H

#include "training/training_run.h"

/* Ends the training, saves its model, and sets run->version and run->label_count. */
int training_result_save(TrainingRun *run, const Epoch *last, Error *error);

/* Returns the answer, JSON for sqlite3_free(), or NULL if memory is out. */
char *training_result_json(const TrainingRun *run, const Epoch *last);

#endif
