/* model.h -- a trained classifier: what its file holds, and what reads a text.
**
** A file is a safetensors file: the tensors of parameters.h and linear.h, some of them quantised, and
**
**   vocabulary.bytes  U8  [n]       the words, one after another
**   vocabulary.ends   U32 [words]   where each ends
**   labels.bytes      U8  [n]       the labels' keys (labels.h), and
**   labels.ends       U32 [labels]  where each ends
**   labels.kinds      U8  [labels]  'i', 'r' or 't'
**   ngrams            U32 [n]       the n-grams that the model knows (ngrams.h)
**   keywords.*, seen            see keywords.h and fingerprints.h; not needed to label
**   blend             F32 [2]       the scales of network and linear branch; where
**                                   it is missing, both are 1
**   multilabel.*                  see binary_relevance.h; in a multi-label model, with
**                                   metadata `multilabel` true
**   __metadata__      identifier, format, tokenize, markup where texts are HTML, precision
**                     where it is int8, and what the network reads of a text (reading.h,
**                     padding.h)
**
** Words are numbered from 1 in the order of the file; row 0 of the embedding is
** every other word. If the first word is the empty text, it is the padding word,
** else word 0 is. The rows of known words hold their n-grams already, so that
** `subwords` is needed for other words only.
**
** A Model does not change once it is read or written, so any number of threads
** may use it.
*/
#ifndef CLASSIFY_MODEL_H
#define CLASSIFY_MODEL_H

#include "base/safetensors.h"
#include "classifier/binary_relevance.h"
#include "classifier/calibration.h"
#include "classifier/fingerprints.h"
#include "classifier/keywords.h"
#include "inference/inference.h"
#include "linear/linear.h"
#include "markup/markup.h"
#include "network/embedding.h"
#include "network/parameters.h"
#include "text/batch.h"
#include "text/labels.h"
#include "text/reading.h"
#include "text/tokens.h"
#include "text/vocabulary.h"

/* The bits of each number in a file: 8 or 4 (quantisation.h), or 0: they are floats. */
typedef struct ModelBits {
  ParameterBits network;
  unsigned linear; /* of the linear branch's kernel */
} ModelBits;

typedef struct Model {
  Parameters parameters;
  Precision precision;  /* of labelling                        */
  ModelBits bits;       /* of its file                         */
  Inference inference;  /* of a finished model: model_finish() */
  Linear linear;
  Calibration calibration;
  BinaryRelevance relevance; /* of a multi-label model, in place of calibration */
  char *separator;      /* of a multi-label model: of labels in a text; NULL: they are JSON arrays */
  Vocabulary vocabulary;
  Ngrams ngrams;        /* none where `subwords` are buckets of hashes */
  Labels labels;
  Keywords keywords;    /* none if it was not trained here */
  Fingerprints fingerprints;            /* the same                        */
  char *tokenize;       /* one of named_tokenizer.h, or the name of a host's tokenizer */
  Markup markup;        /* that texts are written in           */
  Reading reading;      /* of the network; the linear branch reads all of a text */
  char identifier[IDENTIFIER_LENGTH + 1]; /* "" if the file has none               */
} Model;

void model_free(Model *model); /* and the Model itself */

/* Whether a text may have several labels, or none. */
static inline bool model_is_multilabel(const Model *model) { return binary_relevance_exists(&model->relevance); }

/* Makes a model ready to label; its parameters are folded and stay as they are. */
Status model_finish(Model *model, Error *error);

/* Writes the file into *bytes, for the caller to free(), and sets the model's identifier. */
Status model_write(Model *model, Poll poll, uint8_t **bytes, size_t *size, Error *error);

/* Reads a file. All sizes in it are checked, and so is its identifier, if it has one. The model is
** finished. */
Status model_read(const uint8_t *bytes, size_t size, Poll poll, Model **model, Error *error);

/* Sets the padding word, by the first word of the vocabulary, and whether any layer reads padding. */
void model_set_padding(Model *model);

/* Calls tokens_add() with the model's options; `tokenizer` is the one that the model names, for its markup. */
Status model_tokens(const Model *model, const Tokenizer *tokenizer, const char *text,
                    size_t length, Tokens *tokens, Error *error);

#endif
