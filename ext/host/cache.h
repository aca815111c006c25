/* cache.h -- what was loaded from a table, such as a model, shared by all connections of the process.
**
** A value is found by a key, which stands for its bytes: an identifier that is a hash of them, and
** their number, so that a file that was cut off is read and refused. (Name and version would not
** do: after a rollback they can stand for other bytes.) Whoever gets a value from
** cache_acquire(), cache_add() or cache_retain() calls cache_release(); the last call frees
** the value. Any thread may call.
*/
#ifndef CLASSIFY_CACHE_H
#define CLASSIFY_CACHE_H

#include <stddef.h>

enum { CACHE_KEY_LENGTH = 128 };

typedef struct CacheKey {
  char identifier[CACHE_KEY_LENGTH]; /* "": the value is not shared */
  size_t size;
} CacheKey;

/* Returns NULL if the value is not in the cache. */
const void *cache_acquire(const CacheKey *key);

/* Adds a value, which the cache then owns, and returns the one to use: another connection may
** have added the same before. Returns NULL if memory is out; the value is then freed.
*/
const void *cache_add(const CacheKey *key, void *value, void (*free_value)(void *value));

const void *cache_retain(const void *value);
void cache_release(const void *value); /* NULL is legal */

#endif
