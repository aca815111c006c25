#include "markup/entities.h"

#include <string.h>

#include "markup/entities_table.h"

/* Returns where the entry begins that has the byte `at`. */
static size_t entry_start(size_t at) {
  while (at > 0 && ENTITIES[at - 1]) at--;
  return at;
}

/* Compares the name of an entry with another one, as memcmp() does. */
static int compare_name(const char *entry, const char *name, size_t length) {
  size_t own = strcspn(entry, " ");
  int order = memcmp(entry, name, own < length ? own : length);
  return order ? order : own < length ? -1 : own > length;
}

const char *entities_find(const char *name, size_t length) {
  size_t low = 0, high = sizeof ENTITIES - 1; /* entries begin at both, but for the end of the table */
  while (low < high) {
    size_t middle = entry_start(low + (high - low) / 2);
    const char *entry = ENTITIES + middle;
    int order = compare_name(entry, name, length);
    if (order == 0) return entry + length + 1;
    if (order < 0)
      low = middle + strlen(entry) + 1;
    else
      high = middle;
  }
  return NULL;
}
