/* metrics_write.h -- the column metrics of a model: how it was trained and how good it is,
** as JSON.
**
**   rows, validation_rows, skipped, labels, words, cut, guessed, epochs, best_epoch,
**   validation_accuracy, validation_f1, seconds, seed, threads, kernel, query, history
**   warnings     [sentences of warnings.h]; absent where there are none
**   label_rows   [rows of each label], in the order of the column labels
**   validation   what the rows that were held out say of the best epoch's model, with
**                its confidence fitted to them; null without such rows:
**     rows, accuracy, macro_f1, weighted_f1, log_loss, calibration_error
**     calibration  [[rows, mean confidence, share right] of each bin of score.h]
**     confusion    [[actual label, predicted label, rows], ...]
**     examples     [{text, label, predicted, confidence}, ...]
*/
#ifndef CLASSIFY_METRICS_WRITE_H
#define CLASSIFY_METRICS_WRITE_H

#include "host/sqlite.h"
#include "models/examples.h"
#include "train/training.h"

typedef struct MetricsSource {
  const Training *training; /* that has ended            */
  const Corpus *corpus;     /* of it                     */
  const Model *model;       /* that came of it           */
  const Epoch *best, *last;
  const char *query;        /* NULL: not known           */
  const char *history;      /* of metrics_write_epoch(): JSON  */
  const Examples *examples;
  size_t skipped;
  bool unlabelled;          /* there were texts without labels */
} MetricsSource;

/* Rows that a model has learned from or was judged by, with a label of their own. */
size_t metrics_rows(const Training *training);

/* JSON for sqlite3_free(); NULL: out of memory. */
char *metrics_write(const MetricsSource *metrics, sqlite3 *db);

/* Appends an epoch to the history. */
void metrics_write_epoch(sqlite3_str *history, const Epoch *epoch);

/* ,"warnings":["..."], if there are any */
void metrics_write_warnings(sqlite3_str *json, const Training *training);

/* ,"name":value and ,"validation_accuracy":...,"validation_f1":... */
void metrics_write_number(sqlite3_str *json, const char *name, double value);
void metrics_write_validation(sqlite3_str *json, const Epoch *epoch);

#endif
