/* linear.h -- the linear branch: a text's words and pairs of words, weighed.
**
**   margin_c = b_c + sum over n-grams f of value_f W_f,c
**
** with the values of tfidf.h, one support vector machine a label (svm.h) that
** tells it from all others. Of two labels one machine tells both apart: there is
** one column, the margin of the second label, and that of the first is its
** negative. It is learned by itself, not together with the network.
**
** The weight of a word is its own and that of the character n-grams which it is
** made of, as a row of embedding.h is:
**
**   W_word = own + sum over its n-grams g of B_g / (2 sqrt(n))
**
** In a finished branch the rows of the vocabulary's words hold that sum
** ("folded"), and B is needed for other words only.
*/
#ifndef CLASSIFY_LINEAR_H
#define CLASSIFY_LINEAR_H

#include "base/safetensors.h"
#include "linear/tfidf.h"
#include "text/lexicon.h"

typedef struct Linear {
  Tfidf tfidf;
  size_t labels;
  size_t columns; /* of the kernel: labels, or 1 for two labels         */
  size_t buckets; /* 0: words are not spelled                           */
  float *kernel;  /* [features + buckets][columns] W, then B            */
  float *bias;    /* b [columns]                                        */
} Linear; /* all zero: there is no such branch */

void linear_free(Linear *linear);
static inline bool linear_exists(const Linear *linear) { return linear->labels > 0; }

/* From texts, whose words are those of a vocabulary and a subword list (NULL: words
** are not spelled). label_weights [labels] or NULL multiply the cost of a label's
** rows.
*/
typedef struct LinearTraining {
  const Text *texts;
  const uint32_t *targets;
  size_t count, vocabulary, labels;
  const Subwords *subwords;
  const float *label_weights;
  const Linear *from; /* to go on from: its words and labels come first; NULL */
  uint64_t seed;
} LinearTraining;

/* The result is folded. */
Status linear_train(Linear *linear, const LinearTraining *training, Workers *workers, Error *error);

/* margins [labels] of a text that tfidf_vector() has read; its words past the
** vocabulary are those of the subword list.
*/
void linear_forward(const Linear *linear, const Lexicon *lexicon, const TfidfVector *vector,
                    float *margins);

/* Adds each token's share of a label's margin, times `scale`, to contributions
** [text.length]: all of its word's, half of each pair's. With the bias they sum
** to the margin.
*/
void linear_contribute(const Linear *linear, const Lexicon *lexicon, const TfidfVector *vector, Text text,
                       uint32_t label, float scale, float *contributions);

/* Tensors linear.kernel, linear.bias, linear.idf, linear.pairs.ends and
** linear.pairs.words. None of them is no branch; numbers are checked against the
** vocabulary and the labels.
*/
void linear_write(const Linear *linear, SafeTensorsWriter *writer);
Status linear_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, size_t labels,
                   Linear *linear, Error *error);

#endif
