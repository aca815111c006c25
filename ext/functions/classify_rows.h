/* classify_rows.h -- labels the rows of a query, on all processors.
**
**   SELECT id, label, confidence
**   FROM classify_rows('SELECT id, text FROM ...' [, model [, options]])
**
** Rows are returned in the order of the query. bulk_labeller.h says how they are labelled.
*/
#ifndef CLASSIFY_CLASSIFY_ROWS_H
#define CLASSIFY_CLASSIFY_ROWS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_ROWS;

#endif
