/* classify_evaluate.h -- how good a model is: three functions, each in the file of its name.
**
**   SELECT * FROM classify_evaluate('SELECT body, category FROM checked', 'triage');
**   SELECT * FROM classify_report('SELECT body, category FROM checked', 'triage');
**   SELECT * FROM classify_confusion('SELECT body, category FROM checked', 'triage');
**
**   CREATE TABLE classify_evaluate(rows, accuracy, macro_f1, weighted_f1, log_loss, calibration_error,
**                                  micro_f1, lrap);
**   CREATE TABLE classify_report(label, precision, recall, f1, support);
**   CREATE TABLE classify_confusion(actual, predicted, count);
**
** micro_f1 and lrap are NULL where a text has one label. Of a multi-label model classify_confusion
** counts each label by itself: actual and predicted are both the label, or one of them is NULL where
** a row has not, or was not given, the label.
**
** The figures are defined in classifier/score.h; measurement.h says of which rows they are.
*/
#ifndef CLASSIFY_CLASSIFY_EVALUATE_H
#define CLASSIFY_CLASSIFY_EVALUATE_H

#include "host/table.h"

extern const TableFunction CLASSIFY_EVALUATE, CLASSIFY_REPORT, CLASSIFY_CONFUSION;

#endif
