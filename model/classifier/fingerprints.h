/* fingerprints.h -- which texts a model has learned with their labels.
**
** A model is too sure of rows that it has learned, so classify_doubts has to know them. Of
** each text the fingerprint (text.h) is kept, also where its label is a pseudo-label.
**
** In a model's file they are the tensor `seen` U32 [n], rising.
*/
#ifndef CLASSIFY_FINGERPRINTS_H
#define CLASSIFY_FINGERPRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/poll.h"
#include "base/safetensors_writer.h"
#include "base/status.h"

typedef struct Fingerprints {
  uint32_t *hashes; /* [count] each once, rising */
  size_t count;
} Fingerprints; /* all zero: none */

/* Makes the set of these hashes, which may come in any order, and of those of `before` (NULL: none). */
Status fingerprints_new(const uint32_t *hashes, size_t count, const Fingerprints *before, Poll poll,
                        Fingerprints *fingerprints, Error *error);
void fingerprints_free(Fingerprints *fingerprints);
bool fingerprints_has(const Fingerprints *fingerprints, uint32_t hash);

void fingerprints_write(const Fingerprints *fingerprints, SafeTensorsWriter *writer);
Status fingerprints_read(const SafeTensors *st, const uint8_t *bytes, Fingerprints *fingerprints, Error *error);

#endif
