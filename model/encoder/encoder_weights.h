/* encoder_weights.h -- the weights of a pretrained encoder, out of its model.safetensors.
**
** Dense layers are as PyTorch writes them, [outputs][inputs]: y = x W' + b.
*/
#ifndef CLASSIFY_ENCODER_WEIGHTS_H
#define CLASSIFY_ENCODER_WEIGHTS_H

#include <stdint.h>

#include "base/safetensors.h"
#include "encoder/encoder_config.h"

typedef struct DenseWeights {
  float *kernel; /* [outputs][inputs] */
  float *bias;   /* [outputs]         */
  size_t outputs, inputs;
} DenseWeights;

typedef struct NormWeights {
  float *scale, *shift; /* [hidden] */
} NormWeights;

typedef struct EncoderLayer {
  DenseWeights query_key_value; /* the three of them below each other */
  DenseWeights attended;
  NormWeights attended_norm;
  DenseWeights inner, output;
  NormWeights output_norm;
} EncoderLayer;

typedef struct EncoderWeights {
  float *tokens;         /* [vocabulary][hidden] */
  float *positions;      /* [positions][hidden], each with the vector of token type 0; NULL: a static encoder */
  NormWeights embedding_norm;
  EncoderLayer *layers;  /* [config->layers] */
  float *block;          /* all numbers */
} EncoderWeights; /* all zero is none */

/* Reads the tensors that the config asks for; others are ignored. Fills in config->vocabulary and, of a
** static encoder, config->hidden. A number that is not finite is an error that names its tensor.
*/
Status encoder_weights_read(const uint8_t *bytes, size_t size, Poll poll, EncoderConfig *config,
                            EncoderWeights *weights, Error *error);
void encoder_weights_free(EncoderWeights *weights);

#endif
