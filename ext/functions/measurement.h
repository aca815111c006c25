/* measurement.h -- how well a model labels rows: what classify_evaluate, classify_report
** and classify_confusion begin with.
**
** Rows whose text or label is NULL do not count. Without a query (or with NULL) the rows are
** those that were held out in training, as metrics.h has kept them.
*/
#ifndef CLASSIFY_MEASUREMENT_H
#define CLASSIFY_MEASUREMENT_H

#include "host/table.h"
#include "models/metrics_read.h"

enum { MEASUREMENT_QUERY, MEASUREMENT_MODEL, MEASUREMENT_ARGUMENTS };

/* The state of each of the three table functions. */
typedef struct Measurement {
  Metrics results; /* those of the model, or of a query only the labels and the score */
  size_t at;       /* the current row: a label, or a pair of labels                 */
} Measurement;

int measurement_begin(TableCall *call, sqlite3_value **arguments, Error *error);
void measurement_end(TableCall *call);

#endif
