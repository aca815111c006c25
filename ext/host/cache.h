/* cache.h -- loaded models, shared by all connections of the process.
**
** A model is found by its identifier, which is a hash of its file, and by the size of that, so that
** a file that was cut off is read and refused. (Name and version would not do: after a rollback
** they can stand for other weights.) Whoever gets a model from
** cache_acquire(), cache_add() or cache_retain() calls cache_release(); the last call frees
** the model. Any thread may call.
*/
#ifndef CLASSIFY_CACHE_H
#define CLASSIFY_CACHE_H

#include "classifier/model.h"

/* Returns NULL if the model is not in the cache. */
const Model *cache_acquire(const char *identifier, size_t file_size);

/* Adds a model, which the cache then owns, and returns the one to use: another connection may
** have added the same model before. A model without an identifier is not shared. Returns NULL
** if memory is out; the model is then freed.
*/
const Model *cache_add(Model *model);

const Model *cache_retain(const Model *model);
void cache_release(const Model *model); /* NULL is legal */

#endif
