/* classify_rows.h -- labelling in bulk.
**
**   SELECT id, label, confidence
**   FROM classify_rows('SELECT id, text FROM ...' [, model [, options]])
**
** Rows come back in the query's order. They are read a chunk ahead, batched by
** length and labelled on every core; memory does not grow with their number.
*/
#ifndef CLASSIFY_CLASSIFY_ROWS_H
#define CLASSIFY_CLASSIFY_ROWS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_ROWS;

#endif
