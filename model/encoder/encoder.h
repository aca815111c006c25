/* encoder.h -- a pretrained encoder: texts to vectors that are close where meanings are.
**
**   encoder_new()         from the contents of its three files
**     encoder_tokenize()   once for each text
**     encoder_embed()      many texts at once, by workers
**     encoder_run()        the same, for more than the last layer
**   encoder_free()
**
** A text's vector is the mean of its tokens' vectors (or the first of them: encoder_config.h), scaled
** to length 1. A text without tokens has the zero vector. Any number of threads may use one encoder.
*/
#ifndef CLASSIFY_ENCODER_H
#define CLASSIFY_ENCODER_H

#include <stdatomic.h>

#include "encoder/transformer.h"
#include "encoder_tokenizer/encoder_tokenizer.h"

typedef struct Encoder {
  Transformer transformer; /* of a static encoder only its vectors of tokens */
  EncoderTokenizer *tokenizer;
  bool is_shared; /* by encoder_share(): owns only some kernels */
} Encoder;

/* The files' contents, borrowed. */
typedef struct EncoderFiles {
  const char *config, *tokenizer; /* config.json; tokenizer.json or vocab.txt */
  const uint8_t *weights;         /* model.safetensors */
  size_t config_length, tokenizer_length, weights_size;
  Poll poll;                      /* of the caller, while the weights are read; or empty */
} EncoderFiles;

Status encoder_new(const EncoderFiles *files, Encoder **encoder, Error *error);
void encoder_free(Encoder *encoder); /* NULL is legal */

/* Makes an encoder that differs from another one in the kernels of layers first .. last, which begin as copies. It
** shares all else, and is freed before the other.
*/
Status encoder_share(const Encoder *encoder, size_t first, Encoder **shared, Error *error);

size_t encoder_size(const Encoder *encoder); /* numbers in a vector */

/* Texts as token ids. */
typedef struct EncoderTexts {
  Poll poll;          /* of the caller, asked while a long text is added; or empty */
  TokenIds ids;       /* of all texts, one after the other */
  size_t *end;        /* [count] where a text's ids end    */
  size_t count, capacity;
} EncoderTexts; /* all zero is empty */

void encoder_texts_free(EncoderTexts *texts);
void encoder_texts_clear(EncoderTexts *texts); /* keeps the memory */

/* Adds a text; of a long one only as many tokens as the encoder has positions. */
Status encoder_tokenize(const Encoder *encoder, const char *text, size_t length, EncoderTexts *texts, Error *error);

/* Adds text number `text` of other texts. */
Status encoder_texts_copy(EncoderTexts *texts, const EncoderTexts *from, size_t text, Error *error);

/* Receives the vectors of a text, on a worker's thread: vectors [count][size] after layers[0 .. count - 1], 0
** being before the first layer. After the last one it is the text's own vector, not scaled yet; after others the mean
** of the tokens' vectors. Texts of the same tokens are computed once and received one by one.
*/
typedef struct EncoderSink {
  const size_t *layers; /* [count] rising */
  size_t count;
  void (*take)(void *context, size_t text, size_t worker, const float *vectors);
  void *context;
} EncoderSink;

/* Workers that are stopped leave off within half a layer. */
Status encoder_run(const Encoder *encoder, const EncoderTexts *texts, Workers *workers, EncoderSink sink, Error *error);

/* vectors [texts->count][size]. *done, or NULL, grows by one with each text, on any thread. */
Status encoder_embed(const Encoder *encoder, const EncoderTexts *texts, Workers *workers, atomic_size_t *done,
                     float *vectors, Error *error);

#endif
