/* evaluation.h -- what the metrics of a model (metrics_write.h) say of its labels: how many rows
** had each, and how those that were held out were labelled.
**
** The JSON may have come from anywhere: what makes no sense in it counts for nothing.
*/
#ifndef CLASSIFY_EVALUATION_H
#define CLASSIFY_EVALUATION_H

#include "classifier/score.h"
#include "classifier/model.h"
#include "host/connection.h"

/* A number of rows that is not below this is none. */
#define EVALUATION_MOST_ROWS 1000000000000

typedef struct Evaluation {
  Labels labels; /* the model's, then those that only held-out rows have    */
  double *rows;  /* [labels of the model] NAN: not known                     */
  uint32_t *order; /* [labels] their numbers, those of most rows first         */
  Score score;   /* of the held-out rows; their counts alone                 */
  double log_loss, calibration_error; /* of them                             */
} Evaluation; /* all zero is nothing */

/* metrics is SQL NULL, or JSON. */
int evaluation_read(Evaluation *stored, Connection *connection, const Model *model, sqlite3_value *metrics, Error *error);
void evaluation_free(Evaluation *stored);

#endif
