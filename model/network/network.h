/* network.h -- the layers wired: forward and backward of one batch.
**
**   words -> embedding -> GRU both ways -> [GRU's state; vector] -> attention --+-> output
**            [distinct]   [tokens][2H]     [tokens][state]       -> max-pool ---+   [texts][labels]
**
** Without a max-pool attention sees the GRU's state alone; without a GRU (hidden
** 0) the word vectors alone.
**
** A Pass holds what one batch needs; one thread uses it at a time. Parameters
** are only read, so any number of threads may share them.
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
  Batch batch;            /* to be filled first: batch_fill()          */
  float *vectors;         /* [distinct][embedding]                     */
  float *states;          /* [tokens][state]                           */
  float *weights;         /* [tokens] of attention                     */
  float *features;        /* [texts][features]: context, then pool     */
  uint32_t *winners;      /* [texts][state] of the pool                */
  float *logits;          /* [texts][labels]                           */
  float *probabilities;   /* [texts][labels] once they are asked for   */
  float *d_vectors;       /* [distinct][embedding] for the embedding   */
  float *d_logits;        /* [texts][labels] from network_loss()       */
  /* private */
  float *projected;       /* [distinct][3 hidden]                      */
  float *d_states;        /* [tokens][state]                           */
  float *d_features;      /* [texts][features]                         */
  float *d_scores;        /* [tokens]                                  */
  GruTape forward, backward;
  float *block;
  size_t capacity;
} Pass; /* all zero is empty */

/* Dropout of a training pass: on the distinct words' vectors and on the
** features. The same seed drops the same in network_backward().
*/
typedef struct Dropout {
  float rate;
  uint64_t seed;
} Dropout;

/* Makes room for the batch that pass->batch holds; `training` for a backward
** pass too. Memory is kept from batch to batch.
*/
Status pass_reserve(Pass *pass, const Shape *shape, bool training, Error *error);
void pass_free(Pass *pass);

/* The layers' views of the parameters; of the GRU, one direction by its kernel. */
EmbeddingWeights network_embedding(const Parameters *parameters);
GruWeights network_gru(const Parameters *parameters, Tensor kernel);
OutputWeights network_output(const Parameters *parameters);

/* Fills all of the pass up to `logits`. No dropout where it is NULL. */
void network_forward(const Parameters *parameters, const Lexicon *lexicon, const Dropout *dropout,
                     Pass *pass);

/* Fills `probabilities` and d_logits: output_loss() for targets [texts], by row. */
double network_loss(const Parameters *parameters, Pass *pass, const uint32_t *targets,
                    const float *label_weights, float scale);

/* From d_logits: sets the dense part of `gradient`, and d_vectors. */
void network_backward(const Parameters *parameters, const Dropout *dropout, Pass *pass,
                      Parameters *gradient);

#endif
