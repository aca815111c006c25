/* training_rows.h -- the rows of a training: of the aggregate's SELECT, of a query, and of the
** queries in the options `from`, `unlabelled` and `validation`.
*/
#ifndef CLASSIFY_TRAINING_ROWS_H
#define CLASSIFY_TRAINING_ROWS_H

#include "training/training_run.h"

/* Finds out by the options, and by the model to go on from, whether rows have sets of labels. */
int training_rows_begin(TrainingRun *run, Error *error);

/* Adds a row. The first label says whether rows have sets of labels, if that is not known yet. A row
** whose text or label is an SQL NULL is skipped; label is a NULL pointer for a text without a label.
*/
int training_rows_add(TrainingRun *run, sqlite3_value *text, sqlite3_value *label, RowUse use, Error *error);

/* Adds the rows of a query that gives a text and a label. */
int training_rows_query(TrainingRun *run, const char *query, Error *error);

/* Checks that the queries in the options can be run; later, adds their rows. */
int training_rows_check_options(const TrainingRun *run, Error *error);
int training_rows_read_options(TrainingRun *run, Error *error);

#endif
