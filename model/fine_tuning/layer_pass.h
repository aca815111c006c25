/* layer_pass.h -- one layer of a transformer (transformer.h) forward over some texts, and backward.
**
**   m = norm(x + attended(self_attention(query_key_value(x))))
**   y = norm(m + output(activation(inner(m))))
**
** Learned are the kernels of its four products; biases and norms stay as they are. Forward writes a tape, from
** which backward makes the gradients. Neither allocates nor fails.
*/
#ifndef CLASSIFY_LAYER_PASS_H
#define CLASSIFY_LAYER_PASS_H

#include "encoder/transformer.h"

/* What backward needs, for each token of the texts. */
typedef struct LayerTape {
  float *x;               /* [tokens][hidden] the caller's                 */
  float *query_key_value; /* [tokens][3 hidden] with its bias              */
  float *attended;        /* [tokens][hidden] what attended() is given     */
  float *attended_sum;    /* [tokens][hidden] what the first norm is given */
  float *middle;          /* [tokens][hidden] m                            */
  float *inner;           /* [tokens][inner] without its bias              */
  float *output_sum;      /* [tokens][hidden] what the second norm is given */
} LayerTape;

/* A kernel's gradient is d' x, of what its product has given and was given. */
typedef struct LayerGradient {
  float *d_query_key_value; /* [tokens][3 hidden]     */
  float *d_attended;        /* [tokens][hidden]       */
  float *d_inner;           /* [tokens][inner]        */
  float *activated;         /* [tokens][inner] the x of output() */
  float *d_output;          /* [tokens][hidden]       */
} LayerGradient;

typedef struct LayerPass {
  const EncoderConfig *config;
  const EncoderLayer *layer;
  TokenTexts texts;
  LayerTape tape;
  LayerGradient gradient; /* of backward only                      */
  float *scratch;         /* layer_pass_scratch() numbers, for one thread at a time */
} LayerPass;

/* Point into a block [tokens]...; the same calls with NULL compute its size (memory_take). */
void layer_tape_take(LayerTape *tape, const EncoderConfig *config, size_t tokens, float *block, size_t *used);
void layer_gradient_take(LayerGradient *gradient, const EncoderConfig *config, size_t tokens, float *block,
                         size_t *used);

/* The same from a token on. */
LayerTape layer_tape_from(const LayerTape *tape, const EncoderConfig *config, size_t token);
LayerGradient layer_gradient_from(const LayerGradient *gradient, const EncoderConfig *config, size_t token);

/* For texts of that many tokens, the longest of so many. */
size_t layer_pass_scratch(const EncoderConfig *config, size_t tokens, size_t longest);

/* y [tokens][hidden]; may not be a part of the tape. */
void layer_forward(const LayerPass *pass, float *y);

/* d [tokens][hidden]: the gradient of y becomes that of x, in place. */
void layer_backward(const LayerPass *pass, float *d);

#endif
