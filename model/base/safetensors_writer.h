/* safetensors_writer.h -- builds a file of named tensors (safetensors.h).
**
** Append freely: the first failure sticks, and end() reports it. Metadata goes before the tensors. Data
** is borrowed until end(). Tensors with numbers of four bytes come first in the file, then those of two, then
** those of one, so that each begins at a multiple of its numbers' size.
*/
#ifndef CLASSIFY_SAFETENSORS_WRITER_H
#define CLASSIFY_SAFETENSORS_WRITER_H

#include "base/safetensors.h"

typedef struct SafeTensorsWriter {
  char *header;      /* metadata, then what is to be said of each tensor but its offsets */
  size_t length, capacity;
  struct SafeTensorsEntry {
    size_t said;     /* where the tensor's part of the header ends */
    const void *data;
    size_t bytes, width; /* of all numbers, of one */
  } *entries;        /* [count] */
  size_t count, entries_capacity;
  void **own;        /* [owned] data that was converted */
  size_t owned, own_capacity;
  size_t metadata;   /* the length of the header's metadata; 0: it is not over yet */
  bool failed, stopped; /* stopped: by the poll */
  Poll poll;         /* of the caller, or empty */
} SafeTensorsWriter; /* all zero but the poll to begin */

void safetensors_write_metadata(SafeTensorsWriter *w, const char *key, const char *value);
void safetensors_write_tensor(SafeTensorsWriter *w, const char *name, Dtype dtype,
                              const size_t *shape, size_t rank, const void *data);

/* Write floats quantised to `bits`, or as they are if these are 0; floats as F16; and integers as U16, if all are
** below 65536.
*/
void safetensors_write_quantised(SafeTensorsWriter *w, const char *name, unsigned bits, const size_t *shape,
                                 size_t rank, const float *data);
void safetensors_write_halves(SafeTensorsWriter *w, const char *name, size_t count, const float *data);
void safetensors_write_integers(SafeTensorsWriter *w, const char *name, size_t count, const uint32_t *data);

/* The file, for the caller to free(), with `identifier` as metadata: see safetensors_identifier(). Empties
** the writer, also when it fails.
*/
Status safetensors_end(SafeTensorsWriter *w, uint8_t **bytes, size_t *size, Error *error);

#endif
