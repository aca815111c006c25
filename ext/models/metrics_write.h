/* metrics_write.h -- writes the JSON of metrics.h when a training has ended. */
#ifndef CLASSIFY_METRICS_WRITE_H
#define CLASSIFY_METRICS_WRITE_H

#include "host/sqlite.h"
#include "models/examples.h"
#include "train/training.h"

/* What the metrics are made of; all of it stays the caller's. */
typedef struct MetricsSource {
  const Training *training; /* that has ended            */
  const Corpus *corpus;     /* of it                     */
  const Model *model;       /* that came of it           */
  const Epoch *best, *last;
  const char *query;        /* NULL: not known           */
  const char *history;      /* by metrics_write_epoch()  */
  const Examples *examples;
  size_t skipped;
  bool unlabelled;          /* there were texts without labels */
} MetricsSource;

/* Returns all of the JSON, for sqlite3_free(); NULL when memory is out. */
char *metrics_write(const MetricsSource *source, sqlite3 *db);

/* The others append to a sqlite3_str, whose errors are sticky. An epoch is an element of
** the history, the rest members with a comma before them; without warnings, or without a teacher, there is none.
*/
void metrics_write_epoch(sqlite3_str *history, const Epoch *epoch);
void metrics_write_warnings(sqlite3_str *json, const Training *training);
void metrics_write_teacher(sqlite3_str *json, const Training *training);
void metrics_write_number(sqlite3_str *json, const char *name, double value);
void metrics_write_validation(sqlite3_str *json, const Epoch *epoch); /* accuracy and F1 */

#endif
