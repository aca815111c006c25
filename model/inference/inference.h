/* inference.h -- the forward pass of labelling. Its logits are those of network_forward(),
** except that sums are rounded in another order; it stores nothing for a backward pass.
**
**   here              instead of, in model/network         held equal, in tests/unit/inference, by
**   word_table.h      embedding_forward(), gru_project(),  test_word_table.c:
**                     the term x . w of attention            rows_are_the_product_and_the_biases
**   gru_step.h        gru_forward()                        test_gru_step.c:
**                                                            each_version_equals_gru_forward
**   gru_step_int8.h   gru_forward(), within a bound        test_gru_step_int8.c:
**                                                            errors_are_those_of_rounding
**   gru_step_early.h gru_forward()                        test_gru_step.c:
**                                                            an_early_reset_equals_gru_forward
**   inference.c       attention_forward(), pool_forward()  test_inference.c:
**                     and all of network_forward()           logits_equal_network_forward
**
** Threads may share an Inference; each has its own InferenceScratch.
*/
#ifndef CLASSIFY_INFERENCE_H
#define CLASSIFY_INFERENCE_H

#include "base/poll.h"
#include "inference/gru_step.h"
#include "inference/precision.h"
#include "inference/word_table.h"
#include "network/embedding.h"

typedef struct Inference {
  const Parameters *parameters;
  WordTable *words;
  GruStepWeights forward, backward;
  float *attention; /* [2 padded] attention's kernel for the GRU's state */
} Inference; /* all zero is empty */

/* The parameters are borrowed and folded (lexicon.h). */
Status inference_new(const Parameters *parameters, Precision precision, Inference *inference, Error *error);
void inference_free(Inference *inference);

typedef struct InferenceScratch {
  Poll poll;             /* of the caller, asked while a long text is read; or empty */
  Batch batch;
  const float **inputs;  /* [tokens] rows of word_table.h                        */
  const float **vectors; /* [tokens] the words' vectors                          */
  const float **rows;    /* [steps] one text's states, or vectors                */
  uint32_t *seen;        /* [steps] packed places of one text that attention sees */
  uint32_t *words;       /* [tokens] words whose row is not in the table         */
  uint32_t *places;      /* [tokens] their packed places                         */
  size_t tokens_capacity, steps_capacity;
  float *block;          /* all that follows                                     */
  size_t capacity;
  float *states;         /* [tokens][2 padded]                                   */
  uint8_t *states8;      /* [tokens][2 padded], of gru_step_int8.h               */
  float *gates;          /* [2 padded], of gru_step_early.h                     */
  float *scores;         /* [tokens], of attention                               */
  float *weights;        /* [steps], attention's for one text                    */
  float *features;       /* [texts][features]                                    */
  float *other_vectors;  /* [others][embedding], of words that the table does not keep */
  float *other_inputs;   /* [others][width], their rows                          */
} InferenceScratch; /* all zero is empty */

void inference_scratch_free(InferenceScratch *scratch);
size_t inference_scratch_bytes(const InferenceScratch *scratch); /* that it holds, but for the batch */

/* Computes logits [count][labels], in the order of the texts. The lexicon is that of their words. */
Status inference_run(const Inference *inference, const Lexicon *lexicon, const Text *texts, size_t count,
                     InferenceScratch *scratch, float *logits, Error *error);

#endif
