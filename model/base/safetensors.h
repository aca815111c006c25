/* safetensors.h -- named tensors in a file of bytes.
**
** The format is Hugging Face's: 8 bytes of header length (little-endian), a
** header of JSON, then the tensors' bytes.
**
**   {"__metadata__": {"key": "value", ...},
**    "name": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}, ...}
**
** Offsets count from the end of the header; the tensors cover the rest of the
** file without gap or overlap. Every number is checked against the size of the
** file before it is used.
*/
#ifndef CLASSIFY_SAFETENSORS_H
#define CLASSIFY_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strings.h"

typedef enum Dtype { DTYPE_F32, DTYPE_I32, DTYPE_U32, DTYPE_U8, DTYPE_F16, DTYPE_BF16, DTYPE_OTHER } Dtype;

enum { TENSOR_MAX_RANK = 4, DTYPE_LENGTH = 16 };

typedef struct TensorView {
  uint32_t name; /* in `names` */
  Dtype dtype;
  char dtype_name[DTYPE_LENGTH]; /* as the file has it, cut to fit */
  size_t rank, shape[TENSOR_MAX_RANK];
  size_t begin, end; /* in the bytes after the header */
} TensorView;

/* What a header says. Owns its lists, not the file's bytes. */
typedef struct SafeTensors {
  Strings names;
  TensorView *tensors; /* [count], by name */
  size_t count, capacity;
  Strings keys;        /* metadata: keys, and their values in the same order */
  char **values;       /* [keys.count] NUL-terminated */
  size_t values_capacity;
  size_t header_end;   /* where the tensors' bytes begin in the file */
} SafeTensors; /* all zero is empty */

/* Reads a header of a file of `size` bytes, of which the first `known` are at
** `bytes`: all of the header at least. On failure *st is empty.
*/
Status safetensors_read(const uint8_t *bytes, size_t known, size_t size, SafeTensors *st,
                        Error *error);
void safetensors_free(SafeTensors *st);

/* How many bytes from the start of a file safetensors_read() needs, from its
** first 8; 0 if no header of that length fits into a file of `size` bytes.
*/
size_t safetensors_header_size(const uint8_t first[8], size_t size);

const TensorView *safetensors_find(const SafeTensors *st, const char *name); /* or NULL */

/* Finds a tensor that must be there, and checks its dtype and its dimensions shape [rank];
** TENSOR_ANY stands for any size, and F32 for F16 and BF16 too. The error names what is there
** and what was expected.
*/
#define TENSOR_ANY SIZE_MAX
Status safetensors_require(const SafeTensors *st, const char *name, Dtype dtype, const size_t *shape, size_t rank,
                           const TensorView **view, Error *error);

/* Returns how many numbers a tensor has. */
size_t safetensors_count(const TensorView *view);

/* Copies the first `count` numbers of a tensor of F32, I32 or U32, four bytes each; those of F16
** and BF16 become floats. `bytes` is the whole file.
*/
void safetensors_copy(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, size_t count, void *out);

const char *safetensors_metadata(const SafeTensors *st, const char *key); /* or NULL */

/* Builds a file. Append freely: the first failure sticks, and end() reports
** it. Tensors' bytes are borrowed until end().
*/
typedef struct SafeTensorsWriter {
  char *header;
  size_t length, capacity;
  const void **data; /* [count] */
  size_t *sizes;
  size_t count, data_capacity, sizes_capacity;
  size_t offset; /* bytes of tensors so far */
  bool in_metadata, failed;
} SafeTensorsWriter; /* all zero to begin */

/* Metadata goes before the tensors. */
void safetensors_write_metadata(SafeTensorsWriter *w, const char *key, const char *value);
void safetensors_write_tensor(SafeTensorsWriter *w, const char *name, Dtype dtype,
                              const size_t *shape, size_t rank, const void *data);

/* The file, for the caller to free(), with `identifier` as metadata: see
** safetensors_identifier(). Empties the writer, also when it fails.
*/
Status safetensors_end(SafeTensorsWriter *w, uint8_t **bytes, size_t *size, Error *error);

/* The identifier of a file: 32 hexadecimal digits, a hash of all its bytes but
** those of the identifier itself, which stands in its metadata. Equal content
** has equal identifiers, so a loaded model can be found by it.
*/
enum { IDENTIFIER_LENGTH = 32 };
void safetensors_identifier(const uint8_t *bytes, size_t size, char identifier[IDENTIFIER_LENGTH + 1]);

/* The identifier that a file of `size` bytes states in its first `known` ones;
** false if it states none there.
*/
bool safetensors_stated_identifier(const uint8_t *bytes, size_t known, size_t size,
                                   char identifier[IDENTIFIER_LENGTH + 1]);

#endif
