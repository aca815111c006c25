/* network.h -- the forward and backward pass of the network, for one batch.
**
**   words -> embedding -> GRU both ways -> [GRU's state; vector] -> attention --+-> output
**            [distinct]   [tokens][2H]     [tokens][state]       -> max-pool ---+   [texts][labels]
**
** Without a max-pool a token's state is the GRU's state alone; without a GRU (hidden 0) it is
** the word's vector alone.
**
** This is the forward pass of learning: it stores what the backward pass needs. Labelling
** has a faster one, inference/inference.h, with the same formulas.
**
** A Pass holds the activations and gradients of one batch; one thread uses it at a time.
** Parameters are only read, so that threads may share them.
*/
#ifndef CLASSIFY_NETWORK_H
#define CLASSIFY_NETWORK_H

#include <stdbool.h>

#include "network/embedding.h"
#include "network/gru.h"
#include "network/output.h"
#include "network/parameters.h"
#include "text/batch.h"

typedef struct Pass {
  Poll poll;              /* of the caller, asked while the texts are long; or empty */
  Batch batch;            /* filled by the caller: batch_fill()        */
  float *vectors;         /* [distinct][embedding]                     */
  float *states;          /* [tokens][state]                           */
  float *weights;         /* [tokens], attention's                     */
  float *features;        /* [texts][features]: context, then pool     */
  uint32_t *winners;      /* [texts][state], the pool's                */
  float *logits;          /* [texts][labels]                           */
  float *probabilities;   /* [texts][labels], set by network_loss()    */
  float *d_vectors;       /* [distinct][embedding]                     */
  float *d_logits;        /* [texts][labels], set by network_loss()    */
  /* private */
  float *projected;       /* [distinct][3 hidden]                      */
  float *d_states;        /* [tokens][state]                           */
  float *d_features;      /* [texts][features]                         */
  float *d_scores;        /* [tokens]                                  */
  GruTape forward, backward;
  float *block;
  size_t capacity;
} Pass; /* all zero is empty */

/* Dropout, of the distinct words' vectors and of the features. The forward and the backward
** pass of a batch are given the same seed.
*/
typedef struct Dropout {
  float rate;
  uint64_t seed;
} Dropout;

/* Reserves memory for pass->batch; for a backward pass only if `training`. Memory is reused
** from batch to batch.
*/
Status pass_reserve(Pass *pass, const Shape *shape, bool training, Error *error);
void pass_free(Pass *pass);

/* Returns the floats that a pass of so many texts has, each token a word of its own, for a backward pass too. */
size_t pass_floats(const Shape *shape, size_t texts, size_t tokens);

/* The parameters of a layer; those of a direction of the GRU are found by its kernel. */
EmbeddingWeights network_embedding(const Parameters *parameters);
GruWeights network_gru(const Parameters *parameters, Tensor kernel);
OutputWeights network_output(const Parameters *parameters);

/* Computes everything up to `features`. No dropout if it is NULL. Like the rest of the pass it fails
** only if the poll says stop.
*/
Status network_encode(const Parameters *parameters, const Lexicon *lexicon, const Dropout *dropout, Pass *pass,
                      Error *error);

/* Computes everything up to `logits`, in the same way. */
Status network_forward(const Parameters *parameters, const Lexicon *lexicon, const Dropout *dropout, Pass *pass,
                       Error *error);

/* Sets `probabilities` and d_logits and returns the loss (output.h). The targets are those of the
** texts in the rows of the batch.
*/
double network_loss(const Parameters *parameters, Pass *pass, const Targets *targets, float scale);

/* From d_logits: sets the dense part of `gradient` (parameters.h), and d_vectors. */
Status network_backward(const Parameters *parameters, const Dropout *dropout, Pass *pass, Parameters *gradient,
                        Error *error);

#endif
