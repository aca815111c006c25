/* encoder_config.h -- what the config.json of a pretrained encoder says.
**
**   {"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
**    "intermediate_size": 1536, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
**    "max_position_embeddings": 512, "pad_token_id": 0, "vocab_size": 30522, ...}
**
** Hugging Face's transformers writes it. How the vectors of tokens become that of the text stands
** in another file of the same folder, 1_Pooling/config.json of sentence-transformers, whose
** members may be added to these: "pooling_mode_cls_token" or "pooling_mode_mean_tokens". Without
** them it is the mean.
**
** A static encoder (model2vec) has one vector for each token and nothing else. Of its config.json
** nothing is needed.
*/
#ifndef CLASSIFY_ENCODER_CONFIG_H
#define CLASSIFY_ENCODER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef enum Activation { ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_RELU } Activation;
typedef enum Pooling { POOLING_MEAN, POOLING_FIRST_TOKEN } Pooling;

typedef struct EncoderConfig {
  bool is_static;      /* the other members but `vocabulary` are then 0          */
  size_t vocabulary;   /* tokens; 0: as many as the weights have                 */
  size_t hidden;       /* numbers of a token's vector                            */
  size_t layers, heads;
  size_t inner;        /* numbers between the two products of a layer            */
  size_t positions;    /* rows of the table of positions                         */
  size_t first_position; /* the row of the first token: 0, or past RoBERTa's padding */
  float epsilon;       /* of layer normalisation                                 */
  Activation activation;
  Pooling pooling;
} EncoderConfig;

/* Every size is above 0 and at most 65,536 (the vocabulary: 10,000,000), and `hidden` is a multiple
** of `heads`. What this library cannot compute, such as another architecture, is an error that names it.
*/
Status encoder_config_read(const char *json, size_t length, EncoderConfig *config, Error *error);

#endif
