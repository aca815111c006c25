/* value.h -- labels as SQL values. */
#ifndef CLASSIFY_VALUE_H
#define CLASSIFY_VALUE_H

#include "host/failure.h"
#include "text/labels.h"

/* A value that is not NULL as a label; its text is the value's. A BLOB and a number
** that is not finite are errors.
*/
int value_label(sqlite3_value *value, Label *label, Error *error);

/* The number of one of a model's labels; any other is an error that lists these. */
int value_find_label(sqlite3_value *value, const Labels *labels, uint32_t *number, Error *error);

/* A label as the result of a function or a column, in its own type. */
void value_result(sqlite3_context *context, Label label);

#endif
