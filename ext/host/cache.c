#include "host/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/sqlite.h"

typedef struct Entry Entry;
struct Entry {
  CacheKey key;
  void *value;
  void (*free_value)(void *value);
  size_t references;
  Entry *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Entry *entries; /* guarded by the mutex */

/* ---- keys ---------------------------------------------------------------------------- */

static KeyedHashKey hash_key;
static pthread_once_t hash_key_made = PTHREAD_ONCE_INIT;

static void make_hash_key(void) { sqlite3_randomness(sizeof hash_key, &hash_key); }

void cache_hash_begin(KeyedHash *hash) {
  pthread_once(&hash_key_made, make_hash_key);
  keyed_hash_begin(hash, &hash_key);
}

void cache_hash_end(KeyedHash *hash, CacheKey *key, int file) {
  key->size[file] = hash->size;
  keyed_hash_end(hash, key->digest[file]);
}

void cache_key_add(CacheKey *key, int file, const void *bytes, size_t size) {
  KeyedHash hash;
  cache_hash_begin(&hash);
  keyed_hash_add(&hash, bytes, size);
  cache_hash_end(&hash, key, file);
}

/* ---- values -------------------------------------------------------------------------- */

static Entry *find_key(const CacheKey *key) {
  for (Entry *e = entries; e; e = e->next)
    if (memcmp(&e->key, key, sizeof *key) == 0) return e;
  return NULL;
}

/* Returns the pointer that points to the value's entry. */
static Entry **find_value(const void *value) {
  Entry **link = &entries;
  while (*link && (*link)->value != value) link = &(*link)->next;
  return link;
}

static const void *retain(Entry *entry) {
  if (!entry) return NULL;
  entry->references++;
  return entry->value;
}

const void *cache_acquire(const CacheKey *key) {
  pthread_mutex_lock(&mutex);
  const void *value = retain(find_key(key));
  pthread_mutex_unlock(&mutex);
  return value;
}

const void *cache_retain(const void *value) {
  pthread_mutex_lock(&mutex);
  retain(*find_value(value));
  pthread_mutex_unlock(&mutex);
  return value;
}

const void *cache_add(const CacheKey *key, void *value, void (*free_value)(void *value)) {
  Entry *added = calloc(1, sizeof *added);
  if (!added) {
    free_value(value);
    return NULL;
  }
  pthread_mutex_lock(&mutex);
  Entry *known = find_key(key);
  if (!known) {
    *added = (Entry){.key = *key, .value = value, .free_value = free_value, .next = entries};
    entries = added;
  }
  const void *shared = retain(known ? known : added);
  pthread_mutex_unlock(&mutex);
  if (known) {
    free(added);
    free_value(value);
  }
  return shared;
}

void cache_release(const void *value) {
  if (!value) return;
  Entry *unused = NULL;
  pthread_mutex_lock(&mutex);
  Entry **link = find_value(value);
  if (*link && --(*link)->references == 0) {
    unused = *link;
    *link = unused->next;
  }
  pthread_mutex_unlock(&mutex);
  if (unused) unused->free_value(unused->value);
  free(unused);
}
