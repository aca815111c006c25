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

#include "base/poll.h"
#include "base/status.h"
#include "base/strings.h"

typedef enum Dtype {
  DTYPE_F32, DTYPE_I32, DTYPE_U32, DTYPE_U8, DTYPE_F16, DTYPE_BF16, DTYPE_I8, DTYPE_U16, DTYPE_OTHER
} Dtype;

enum { TENSOR_MAX_RANK = 4, DTYPE_LENGTH = 16 };

/* The name of a type as a header has it, and the bytes of one number; not of DTYPE_OTHER. */
const char *dtype_name(Dtype dtype);
size_t dtype_bytes(Dtype dtype);

typedef struct TensorView {
  uint32_t name; /* in `names` */
  Dtype dtype;
  char dtype_name[DTYPE_LENGTH]; /* as the file has it, cut to fit */
  size_t rank, shape[TENSOR_MAX_RANK];
  size_t begin, end; /* in the bytes after the header */
  unsigned bits;     /* of a code, if the tensor is quantised; else 0 */
  size_t scales;     /* where its scales begin        */
} TensorView;

/* What a header says. Owns its lists, not the file's bytes. */
typedef struct SafeTensors {
  Strings names;
  TensorView *tensors; /* [count], by name */
  size_t count, capacity;
  Strings keys;        /* metadata: keys, and their values in the same order */
  char **values;       /* [keys.count] NUL-terminated */
  size_t values_capacity;
  bool has_metadata;   /* `__metadata__` was there */
  size_t header_end;   /* where the tensors' bytes begin in the file */
  Poll poll;           /* of the caller, asked while floats are copied; empty after safetensors_read() */
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

/* Adds the tensors of the file that are quantised (quantisation.h). In place of tensor NAME, F32, such a file has
**
**   NAME.codes    I8 [numbers], or two codes of 4 bits in each byte of U8 [numbers / 2, rounded up]
**   NAME.scales   F16 [numbers / 32, rounded up]
**   NAME.shape    U32 [rank]
**
** `bytes` is the whole file. On failure *st is empty.
*/
Status safetensors_unpack(SafeTensors *st, const uint8_t *bytes, Error *error);

/* Finds a tensor that must be there, and checks its dtype and its dimensions shape [rank];
** TENSOR_ANY stands for any size; F32 for F16, BF16 and quantised tensors too, U32 for U16 too. The
** error names what is there and what was expected.
*/
#define TENSOR_ANY SIZE_MAX
Status safetensors_require(const SafeTensors *st, const char *name, Dtype dtype, const size_t *shape, size_t rank,
                           const TensorView **view, Error *error);

/* Returns how many numbers a tensor has. */
size_t safetensors_count(const TensorView *view);

/* Copies the first `count` numbers of a tensor to numbers of four bytes each, F32, I32 or U32. `bytes` is the
** whole file.
*/
void safetensors_copy(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, size_t count, void *out);

/* The same for F32, and checks that no number is NaN, or larger than `most` without its sign. The error names the
** tensor.
*/
Status safetensors_copy_floats(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, size_t count,
                               float most, float *out, Error *error);

const char *safetensors_metadata(const SafeTensors *st, const char *key); /* or NULL */

/* The identifier of a file: 32 hexadecimal digits, a hash of all its bytes but
** those of the identifier itself, which stands in its metadata. It finds damage, but
** anybody can make a file that has the identifier of another.
*/
enum { IDENTIFIER_LENGTH = 32 };
#define SAFETENSORS_IDENTIFIER_KEY "\"identifier\":\""
void safetensors_identifier(const uint8_t *bytes, size_t size, char identifier[IDENTIFIER_LENGTH + 1]);

/* The same for a file that may be large. The identifier is not to be used unless the status is STATUS_OK. */
Status safetensors_identify(const uint8_t *bytes, size_t size, Poll poll, char identifier[IDENTIFIER_LENGTH + 1],
                            Error *error);

/* The identifier that a file of `size` bytes states in its header; false if it states none. */
bool safetensors_stated_identifier(const uint8_t *bytes, size_t size, char identifier[IDENTIFIER_LENGTH + 1]);

#endif
