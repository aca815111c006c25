/* cache.h -- what was loaded from a table, such as a model, shared by all connections of the process.
**
** A value is found by a key, which stands for the bytes that it was made of: their number, and a hash of all of them
** with a random key of this process (keyed_hash.h). Whoever writes a file has no part in it. (Name and version would
** not do: after a rollback they can stand for other bytes.) Whoever gets a value from
** cache_acquire(), cache_add() or cache_retain() calls cache_release(); the last call frees
** the value. Any thread may call.
*/
#ifndef CLASSIFY_CACHE_H
#define CLASSIFY_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/keyed_hash.h"

enum { CACHE_FILES = 3 };

typedef struct CacheKey {
  uint8_t digest[CACHE_FILES][KEYED_HASH_DIGEST];
  size_t size[CACHE_FILES];
} CacheKey; /* all zero is none */

/* The first adds a file that the value is made of to its key, as number `file` below CACHE_FILES. Where a file comes in
** pieces, the other two do, with keyed_hash_add() of each piece between them.
*/
void cache_key_add(CacheKey *key, int file, const void *bytes, size_t size);
void cache_hash_begin(KeyedHash *hash);
void cache_hash_end(KeyedHash *hash, CacheKey *key, int file);

/* Returns NULL if the value is not in the cache. */
const void *cache_acquire(const CacheKey *key);

/* Adds a value, which the cache then owns, and returns the one to use: another connection may
** have added the same before. Returns NULL if memory is out; the value is then freed.
*/
const void *cache_add(const CacheKey *key, void *value, void (*free_value)(void *value));

const void *cache_retain(const void *value);
void cache_release(const void *value); /* NULL is legal */

#endif
