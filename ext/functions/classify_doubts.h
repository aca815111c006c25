/* classify_doubts.h -- what is wrong in a table: rows whose label the model doubts.
**
**   SELECT id, label, suggested, probability
**   FROM classify_doubts('SELECT id, body, category FROM tickets', 'triage') LIMIT 100;
**
**   CREATE TABLE classify_doubts(id, label, suggested, probability);
**
** (1) Rows with a label come first, those whose label is least probable before others.
** (2) Rows without one follow, in the order in which they are best labelled next: those
**     whose two most probable labels are closest before others.
** (3) Rows without a text are the last, with nothing suggested.
** (4) `suggested` is the most probable label, `probability` that of it.
** (5) A row that the model has not learned from is judged by the model. It knows the
**     labels of those that it has, and would seldom doubt them, so these are judged by
**     the other rows of the query (model/folds.h), where these are at least a quarter of
**     the rows that the model has learned from. Else they are judged by the model, too.
*/
#ifndef CLASSIFY_CLASSIFY_DOUBTS_H
#define CLASSIFY_CLASSIFY_DOUBTS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_DOUBTS;

#endif
