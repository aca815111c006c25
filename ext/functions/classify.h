/* classify.h -- the four functions that label one text, each in the file of its name.
**
**   classify(text [, model [, min_confidence]])     the label; of a multi-label model a JSON array
**   classify_confidence(text [, model])             its probability; the least of theirs
**   classify_scores(text [, model])                 JSON: label to probability
**   SELECT * FROM classify_labels(text [, model])   rank, label, probability, chosen
*/
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "host/table.h"

void classify(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_confidence(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_scores(sqlite3_context *context, int argc, sqlite3_value **argv);

extern const TableFunction CLASSIFY_LABELS;

#endif
