/* model_names.h -- the names that a model's file may have: keys of its metadata, and tensors (model.h). */
#ifndef CLASSIFY_MODEL_NAMES_H
#define CLASSIFY_MODEL_NAMES_H

#include "base/safetensors.h"

/* Checks that there are no others: what a file says is refused where it is not understood. The error names what is not
** known, and what is.
*/
Status model_names_check(const SafeTensors *st, Error *error);

#endif
