/* transformer.h -- the layers of an encoder, run over some texts (BERT: Devlin et al. 2018).
**
**   x = norm(token + position + type)
**   for each layer:
**     x = norm(x + attended(self_attention(query_key_value(x))))
**     x = norm(x + output(activation(inner(x))))
**
** The tokens of all texts lie one after the other: no text is padded to the length of another.
*/
#ifndef CLASSIFY_TRANSFORMER_H
#define CLASSIFY_TRANSFORMER_H

#include <stdint.h>

#include "base/workers.h"
#include "encoder/encoder_weights.h"

typedef struct Transformer {
  EncoderConfig config;
  EncoderWeights weights;
} Transformer;

/* A text as token ids, all of them below config->vocabulary. */
typedef struct TokenText {
  const uint32_t *ids; /* [length] */
  size_t length;       /* at least 1, at most config->positions - config->first_position */
  size_t number;       /* the caller's */
} TokenText;

typedef struct TokenTexts {
  const TokenText *texts; /* [count] */
  size_t count, tokens;   /* tokens: of all of them */
} TokenTexts;

/* Grows as it is used; for one thread at a time. */
typedef struct TransformerScratch {
  float *block;
  size_t capacity;
} TransformerScratch; /* all zero is empty */

void transformer_scratch_free(TransformerScratch *scratch);

/* Looks at the vectors of all tokens, hidden [tokens][hidden], after a layer, counted from 1; 0: before the first. */
typedef struct TransformerVisit {
  void (*visit)(void *context, size_t layer, const float *hidden);
  void *context;
} TransformerVisit;

/* Calls visit for 0 and each layer. With workers (or NULL) it ends early when they are stopped. Fails only
** without memory.
*/
Status transformer_forward(const Transformer *transformer, const TokenTexts *texts, Workers *workers,
                           TransformerScratch *scratch, TransformerVisit visit, Error *error);

#endif
