/* inference.h -- a finished network made ready to read texts.
**
** Its logits are network_forward()'s, but for the order in which sums are rounded.
** What a word contributes by itself is looked up (word_table.h), a step of the GRU is one
** pass over its weights (gru_step.h), and nothing is kept that only learning needs.
**
** Any number of threads may share it; each has its own InferenceScratch.
*/
#ifndef CLASSIFY_INFERENCE_H
#define CLASSIFY_INFERENCE_H

#include "inference/gru_step.h"
#include "inference/precision.h"
#include "inference/word_table.h"
#include "network/embedding.h"

typedef struct Inference {
  const Parameters *parameters;
  WordTable *words;
  GruStepWeights forward, backward;
  float *score; /* [2 padded] attention's kernel for the GRU's state */
} Inference; /* all zero is empty */

/* The parameters are folded, and stay where they are. */
Status inference_new(const Parameters *parameters, Precision precision, Inference *inference, Error *error);
void inference_free(Inference *inference);

typedef struct InferenceScratch {
  Batch batch;
  const float **inputs;  /* [tokens] rows of word_table.h             */
  const float **vectors; /* [tokens] of the words                 */
  const float **read;    /* [steps] a text's states, or vectors   */
  uint32_t *words;       /* [tokens] to be filled or worked out   */
  uint32_t *places;      /* [tokens] where they stand             */
  size_t tokens_capacity, steps_capacity;
  float *block;          /* the parts below                       */
  size_t capacity;
  float *states;         /* [tokens][2 padded]                    */
  uint8_t *states8;      /* [tokens][2 padded] of gru_step_int8.h         */
  float *scores;         /* [tokens]                              */
  float *weights;        /* [steps] of a text                     */
  float *features;       /* [texts][features]                     */
  float *other_vectors;  /* [others][embedding] words not kept    */
  float *other_inputs;   /* [others][width]                       */
} InferenceScratch; /* all zero is empty */

void inference_scratch_free(InferenceScratch *scratch);

/* logits [count][labels] in the order of the texts, whose words are the
** vocabulary's and those of the lexicon's subword list.
*/
Status inference_run(const Inference *inference, const Lexicon *lexicon, const Text *texts, size_t count,
                     InferenceScratch *scratch, float *logits, Error *error);

#endif
