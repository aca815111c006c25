/* fingerprints.h -- which texts a model has learned with their labels.
**
** It doubts the labels of such rows too little, so whoever doubts them has to know. (Texts
** whose labels were guessed are among them.)
** Of each text there is its fingerprint (text.h).
**
** In a model's file they are the tensor `seen` U32 [n], rising.
*/
#ifndef CLASSIFY_FINGERPRINTS_H
#define CLASSIFY_FINGERPRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/safetensors.h"
#include "base/status.h"

typedef struct Fingerprints {
  uint32_t *hashes; /* [count] each once, rising */
  size_t count;
} Fingerprints; /* all zero: none */

/* Those of `hashes`, in any order, and of `before` (NULL: none). */
Status fingerprints_new(const uint32_t *hashes, size_t count, const Fingerprints *before, Fingerprints *fingerprints, Error *error);
void fingerprints_free(Fingerprints *fingerprints);
bool fingerprints_has(const Fingerprints *fingerprints, uint32_t hash);

void fingerprints_write(const Fingerprints *fingerprints, SafeTensorsWriter *writer);
Status fingerprints_read(const SafeTensors *st, const uint8_t *bytes, Fingerprints *fingerprints, Error *error);

#endif
