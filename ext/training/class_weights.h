/* class_weights.h -- the option class_weight as an object: {label: weight, ...}. */
#ifndef CLASSIFY_CLASS_WEIGHTS_H
#define CLASSIFY_CLASS_WEIGHTS_H

#include "host/connection.h"

/* Writes weights [labels]; a label that the object does not name has the weight 1. A key that
** names no label is an error.
*/
int class_weights_read(Connection *connection, const char *json, const Labels *labels, float *weights, Error *error);

#endif
