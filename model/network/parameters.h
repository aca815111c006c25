/* parameters.h -- every tensor that is learned: its name and its shape.
**
** One table (in parameters.c) says which tensors a network of a given shape
** has. Allocation, initial values, saving, loading and the tests all walk it.
** Gradients and Adam's moments are blocks of the same shape.
**
**   embedding                      [vocabulary][embedding]
**   subwords                       [buckets][embedding]
**   gru.forward.kernel             [embedding][3 hidden]     W: z, r, n side by side
**   gru.forward.recurrent_kernel   [hidden][3 hidden]        U
**   gru.forward.bias               [2][3 hidden]             b, then c; [1][3 hidden], without c,
**                                                            if the GRU resets early (gru.h)
**   gru.backward.*                 the same, for the other direction
**   attention.kernel               [state]                   w
**   attention.bias                 [positions]               b, one a position
**   output.kernel                  [features][labels]
**   output.bias                    [labels]
**
** A token's state is that of the GRU; with a max-pool its vector stands beside
** it, and the features of a text are attention's context and the pool, else the
** context alone. The names, gate order and layout are Keras's. Embedding and
** subwords come first in the block, as one table, so that the rest (the dense
** part) is one run of floats.
*/
#ifndef CLASSIFY_PARAMETERS_H
#define CLASSIFY_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/safetensors_writer.h"
#include "base/poll.h"
#include "network/padding.h"
#include "text/ngrams.h"

typedef struct Shape {
  size_t vocabulary; /* words, with the unknown one; 0 in blocks without embedding */
  size_t buckets;    /* of n-grams, and if shaped CAPITALS_ROWS; 0: none         */
  size_t embedding;  /* numbers a word                                           */
  size_t hidden;     /* of each direction of the GRU; 0: no GRU                  */
  size_t labels;
  size_t positions;  /* of the attention's bias; 0: none                         */
  bool pooled;       /* a max-pool beside attention                              */
  bool shaped;       /* words have shapes, and tokens capitals (subwords.h)      */
  bool resets_early; /* gru.h                                                    */
  Padding padding;   /* padding.h                                                */
} Shape;

size_t shape_rows(const Shape *shape);     /* of the table: words, then buckets    */
size_t shape_ngrams(const Shape *shape);   /* of the buckets, those of n-grams     */
size_t shape_state(const Shape *shape);    /* numbers a token: what attention sees */
size_t shape_features(const Shape *shape); /* numbers a text: what the output sees */
size_t shape_parameters(const Shape *shape); /* floats in all; MEMORY_TOO_MUCH if they are more (memory.h) */

typedef enum Tensor {
  TENSOR_EMBEDDING,
  TENSOR_SUBWORDS,
  TENSOR_GRU_FORWARD, /* the kernel; recurrent kernel and bias follow it */
  TENSOR_GRU_FORWARD_RECURRENT,
  TENSOR_GRU_FORWARD_BIAS,
  TENSOR_GRU_BACKWARD,
  TENSOR_GRU_BACKWARD_RECURRENT,
  TENSOR_GRU_BACKWARD_BIAS,
  TENSOR_ATTENTION_KERNEL,
  TENSOR_ATTENTION_BIAS,
  TENSOR_OUTPUT_KERNEL,
  TENSOR_OUTPUT_BIAS,
  TENSOR_COUNT
} Tensor;

typedef struct Parameters {
  Shape shape;
  size_t count;                /* floats in all                        */
  size_t dense;                /* of them not in the table: the last   */
  float *block;                /* [count]                              */
  float *tensor[TENSOR_COUNT]; /* into the block; NULL where absent    */
} Parameters;

/* Zeroed, which takes long if they are many: the poll may be empty. Shapes that come from a file are checked for
** overflow. A failure leaves *parameters empty.
*/
Status parameters_new(const Shape *shape, Poll poll, Parameters *parameters, Error *error);
void parameters_free(Parameters *parameters);

float *parameters_dense(const Parameters *parameters); /* [dense] */

/* Initial values: Glorot's uniform for kernels, orthogonal in each gate for
** recurrent kernels, +-0.05 for embeddings and subwords, a normal of deviation 0.05 for
** attention, zero for biases. Of a large network this takes a second: returns false, with the rest left as it was, if
** the poll (which may be empty) says stop.
*/
bool parameters_initialise(Parameters *parameters, uint64_t seed, Poll poll);

/* Whether all are numbers, and none is too large for a model's file (finite.h). */
bool parameters_finite(const Parameters *parameters);

/* Copies values only; the shapes are equal. */
void parameters_copy(Parameters *to, const Parameters *from);

/* Copies the values of a network with the same sizes but for fewer words and
** labels, which come first, and positions. The same buckets.
*/
void parameters_take(Parameters *to, const Parameters *from);

/* The dimensions of a tensor; the rank is 0 where the shape has no such one. */
size_t parameters_dimensions(const Shape *shape, Tensor tensor, size_t dimensions[2]);
const char *parameters_name(Tensor tensor);

/* The bits of each number in a file, of the embedding, the subwords and the other matrices: 8 or 4 if they are
** quantised (quantisation.h), 0 if they are floats. Vectors are not quantised.
*/
typedef struct ParameterBits {
  unsigned embedding, subwords, dense;
} ParameterBits;

/* Rounds the parameters to what a file with these bits gives back. */
void parameters_round(Parameters *parameters, const ParameterBits *bits);

/* Replaces the n-grams' buckets by a row for each n-gram, which is that of its bucket, and one of zeros for all
** others.
*/
Status parameters_name_ngrams(Parameters *parameters, const Ngrams *ngrams, Error *error);

void parameters_write(const Parameters *parameters, const ParameterBits *bits, SafeTensorsWriter *writer);

/* Finds the shape from the tensors of a file, for so many words, checks that all are there and
** fit each other, and copies them. `bytes` is the whole file. Rows of the embedding past those of
** the words are left out.
*/
Status parameters_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, Parameters *parameters,
                       Error *error);

#endif
