/* seen.h -- which texts a model has learned with their labels.
**
** It doubts the labels of such rows too little, so whoever doubts them has to know. (Texts
** whose labels were guessed are among them.)
** Of each text there is its fingerprint (text.h).
**
** In a model's file they are the tensor `seen` U32 [n], rising.
*/
#ifndef CLASSIFY_SEEN_H
#define CLASSIFY_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/safetensors.h"
#include "base/status.h"

typedef struct Seen {
  uint32_t *hashes; /* [count] each once, rising */
  size_t count;
} Seen; /* all zero: none */

/* Those of `hashes`, in any order, and of `before` (NULL: none). */
Status seen_new(const uint32_t *hashes, size_t count, const Seen *before, Seen *seen, Error *error);
void seen_free(Seen *seen);
bool seen_has(const Seen *seen, uint32_t hash);

void seen_write(const Seen *seen, SafeTensorsWriter *writer);
Status seen_read(const SafeTensors *st, const uint8_t *bytes, Seen *seen, Error *error);

#endif
