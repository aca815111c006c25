/* value.h -- labels as SQL values. */
#ifndef CLASSIFY_VALUE_H
#define CLASSIFY_VALUE_H

#include "host/failure.h"
#include "text/labels.h"

/* Reads a value, which must not be NULL, as a label. The text of the label belongs to the value.
** A BLOB and a number that is not finite are errors.
*/
int value_label(sqlite3_value *value, Label *label, Error *error);

/* Finds the number of a label of the model. Any other label is an error that lists those. */
int value_find_label(sqlite3_value *value, const Labels *labels, uint32_t *number, Error *error);

/* Sets the result of a function or a column to the label, with its own type. */
void value_result(sqlite3_context *context, Label label);

/* Sets it to a token: bytes that are not UTF-8 become U+FFFD, since some hosts read no others.
** (Labels are UTF-8 in the set that they are in: text/labels.h.)
*/
void value_result_token(sqlite3_context *context, const char *token, size_t length);

#endif
