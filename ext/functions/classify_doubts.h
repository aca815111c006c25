/* classify_doubts.h -- finds the rows of a table whose label is probably wrong.
**
**   SELECT id, label, suggested, probability
**   FROM classify_doubts('SELECT id, body, category FROM tickets', 'triage') LIMIT 100;
**
**   CREATE TABLE classify_doubts(id, label, suggested, probability);
**
** (1) First come the rows with a label, those with the least probable label in front.
** (2) Then come the rows without a label, in the order in which it is best to label them: in
**     front those whose two most probable labels have almost the same probability.
** (3) Last come the rows without a text. Their `suggested` and `probability` are NULL.
** (4) `suggested` is the most probable label, and `probability` is its probability.
** (5) These come from the model if it has not learned from the row. Of a row that it has learned
**     from it would seldom doubt the label, so these rows are predicted by cross-validation
**     (train/cross_validation.h) over the query. If the query has less than a quarter of the
**     rows that the model has learned from, the model predicts all of them.
**
** Of a multi-label model `suggested` is the JSON array that classify() would give, and `probability`
** its confidence. A row is the more doubtful the less probable what it says of one of all labels:
** a label that is wrong and one that is missing are both mistakes. Rows without labels come by how
** close a label is to its threshold. `label` is an array, too: where both have the same labels, it
** has their order.
*/
#ifndef CLASSIFY_CLASSIFY_DOUBTS_H
#define CLASSIFY_CLASSIFY_DOUBTS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_DOUBTS;

#endif
