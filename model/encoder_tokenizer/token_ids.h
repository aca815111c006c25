/* token_ids.h -- a growing list of token ids. */
#ifndef CLASSIFY_TOKEN_IDS_H
#define CLASSIFY_TOKEN_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"

#define TOKEN_NONE UINT32_MAX

typedef struct TokenIds {
  uint32_t *ids; /* [count] */
  size_t count, capacity;
} TokenIds; /* all zero is empty */

static inline void token_ids_free(TokenIds *ids) {
  free(ids->ids);
  *ids = (TokenIds){0};
}

/* Returns false if memory is out, and then changes nothing. */
static inline bool token_ids_add(TokenIds *ids, uint32_t id) {
  if (ids->count == ids->capacity && !memory_grow(&ids->ids, &ids->capacity, ids->count + 1, sizeof *ids->ids))
    return false;
  ids->ids[ids->count++] = id;
  return true;
}

static inline bool token_ids_add_all(TokenIds *ids, const TokenIds *more) {
  bool added = true;
  for (size_t i = 0; i < more->count && added; i++) added = token_ids_add(ids, more->ids[i]);
  return added;
}

#endif
