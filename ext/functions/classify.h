/* classify.h -- what a model says of one text.
**
**   classify(text [, model [, min_confidence]])     the label
**   classify_confidence(text [, model])             its probability
**   classify_scores(text [, model])                 JSON: label to probability
**   SELECT * FROM classify_labels(text [, model])   rank, label, probability
*/
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "host/table.h"

void classify(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_confidence(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_scores(sqlite3_context *context, int argc, sqlite3_value **argv);

extern const TableFunction CLASSIFY_LABELS;

#endif
