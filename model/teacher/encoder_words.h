/* encoder_words.h -- vectors of single words, out of a pretrained encoder.
**
** Each word is read as a text of its own. Of the vectors the mean over all words is subtracted, and the first
** principal components are kept. So a word that few rows of a table have still begins with a meaning.
*/
#ifndef CLASSIFY_ENCODER_WORDS_H
#define CLASSIFY_ENCODER_WORDS_H

#include <stdatomic.h>

#include "base/time_left.h"
#include "encoder/encoder.h"
#include "text/word_vectors.h"

typedef struct EncoderWords {
  const Encoder *encoder;
  const Tokenizer *tokenizer; /* of the model                                             */
  const Strings *words;       /* of the table                                             */
  size_t size;                /* numbers of a vector, at most as many as the encoder's have */
  uint64_t seed;
  const TimeLeft *time;       /* or NULL                                                  */
  atomic_size_t *done;        /* grows by one with each word, on any thread; or NULL */
} EncoderWords;

/* Adds the words to `vectors`, which is empty: where time is short, those that the table has first. A long task: it
** ends early when the workers are stopped.
*/
Status encoder_words_read(const EncoderWords *words, Workers *workers, WordVectors *vectors, Error *error);

#endif
