/* cache.h -- loaded models, shared by all connections of the process.
**
** A model is found by its identifier, which is a hash of its file: the same
** name and version may come to mean other weights after a rollback, the same
** identifier may not. Each cache_acquire() or cache_add() is paired with a
** cache_release(); the last one frees the model. Any thread may call.
*/
#ifndef CLASSIFY_CACHE_H
#define CLASSIFY_CACHE_H

#include "classifier/model.h"

/* NULL if no connection holds it. */
const Model *cache_acquire(const char *identifier);

/* Takes the model over and returns the one to use: another connection may have
** loaded the same meanwhile. A model without identifier is not shared. NULL
** when memory is out; the model is then freed.
*/
const Model *cache_add(Model *model);

const Model *cache_retain(const Model *model);
void cache_release(const Model *model); /* NULL is legal */

#endif
