/* classify_evaluate.h -- how good a model is.
**
**   SELECT * FROM classify_evaluate('SELECT body, category FROM checked', 'triage');
**   SELECT * FROM classify_report('SELECT body, category FROM checked', 'triage');
**   SELECT * FROM classify_confusion('SELECT body, category FROM checked', 'triage');
**
**   CREATE TABLE classify_evaluate(rows, accuracy, macro_f1, weighted_f1, log_loss, calibration_error);
**   CREATE TABLE classify_report(label, precision, recall, f1, support);
**   CREATE TABLE classify_confusion(actual, predicted, count);
**
** The figures are those of model/score.h. Rows whose text or label is NULL do not count.
** Without a query (or with NULL) they are of the rows that were held out in training,
** as metrics.h has kept them.
*/
#ifndef CLASSIFY_CLASSIFY_EVALUATE_H
#define CLASSIFY_CLASSIFY_EVALUATE_H

#include "host/table.h"

extern const TableFunction CLASSIFY_EVALUATE, CLASSIFY_REPORT, CLASSIFY_CONFUSION;

#endif
