#include "host/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry Entry;
struct Entry {
  Model *model;
  size_t references;
  Entry *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Entry *entries; /* guarded by the mutex */

static Entry *find_file(const char *identifier, size_t size) {
  for (Entry *e = entries; e && *identifier; e = e->next)
    if (e->model->file_size == size && strcmp(e->model->identifier, identifier) == 0) return e;
  return NULL;
}

/* Returns the pointer that points to the model's entry. */
static Entry **find_model(const Model *model) {
  Entry **link = &entries;
  while (*link && (*link)->model != model) link = &(*link)->next;
  return link;
}

static const Model *retain(Entry *entry) {
  if (!entry) return NULL;
  entry->references++;
  return entry->model;
}

const Model *cache_acquire(const char *identifier, size_t file_size) {
  pthread_mutex_lock(&mutex);
  const Model *model = retain(find_file(identifier, file_size));
  pthread_mutex_unlock(&mutex);
  return model;
}

const Model *cache_retain(const Model *model) {
  pthread_mutex_lock(&mutex);
  retain(*find_model(model));
  pthread_mutex_unlock(&mutex);
  return model;
}

const Model *cache_add(Model *model) {
  Entry *added = calloc(1, sizeof *added);
  if (!added) {
    model_free(model);
    return NULL;
  }
  pthread_mutex_lock(&mutex);
  Entry *known = find_file(model->identifier, model->file_size);
  if (!known) {
    *added = (Entry){.model = model, .next = entries};
    entries = added;
  }
  const Model *shared = retain(known ? known : added);
  pthread_mutex_unlock(&mutex);
  if (known) {
    free(added);
    model_free(model);
  }
  return shared;
}

void cache_release(const Model *model) {
  if (!model) return;
  Entry *unused = NULL;
  pthread_mutex_lock(&mutex);
  Entry **link = find_model(model);
  if (--(*link)->references == 0) {
    unused = *link;
    *link = unused->next;
  }
  pthread_mutex_unlock(&mutex);
  if (unused) model_free(unused->model);
  free(unused);
}
