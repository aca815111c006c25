/* linear.h -- the linear branch: a linear classifier of a text's words and pairs of words.
**
**   margin_c = b_c + sum over features f of value_f W_f,c
**
** The values are those of tfidf.h. Each label c is a column, with a support vector machine that
** separates the rows that have it from all others (svm.h; of many rows svm_newton.h). Two labels of which a row has one
** have one column, the margin of the second; the margin of the first is its negative. The branch
** is trained apart from the network.
**
** The weight of a word includes those of its character n-grams g (subwords.h), n in number:
**
**   W_word = own + sum over g of B_g / (2 sqrt(n))
**
** In a finished branch the kernel has this sum in the rows of the vocabulary's words: it is
** folded. B is then needed only for words that are not in the vocabulary.
*/
#ifndef CLASSIFY_LINEAR_H
#define CLASSIFY_LINEAR_H

#include "base/safetensors_writer.h"
#include "base/time_left.h"
#include "linear/tfidf.h"
#include "text/label_sets.h"
#include "text/lexicon.h"
#include "text/vocabulary.h"

typedef struct Linear {
  Tfidf tfidf;
  size_t labels;
  size_t columns; /* of the kernel: one per label, or 1 for two of them  */
  size_t buckets; /* 0 without n-grams                                   */
  Ngrams hashed;  /* of a finished model: the hashed features that it knows, by hash */
  float *kernel;  /* [features + buckets + hashed][columns] W, then B    */
  float *bias;    /* b [columns]                                         */
} Linear; /* all zero: the model has no linear branch */

void linear_free(Linear *linear);
static inline bool linear_exists(const Linear *linear) { return linear->labels > 0; }

/* Returns the columns of a kernel; `multilabel`: rows have sets of labels. */
static inline size_t linear_columns(size_t labels, bool multilabel) { return labels == 2 && !multilabel ? 1 : labels; }

/* Returns the buckets of n-grams that a new branch has, a power of two: the more columns, the fewer. */
size_t linear_buckets(size_t columns);

/* Of words and pairs, at most, about: 16 MB in memory. */
enum { LINEAR_WEIGHTS = 1 << 22 };

/* All pointers are borrowed. */
typedef struct LinearTraining {
  const Text *texts;          /* [count]                                                   */
  const uint32_t *targets;    /* [count] labels, or numbers of sets                        */
  const LabelSets *sets;      /* NULL: a text has one label                                */
  size_t count, vocabulary, labels;
  const Subwords *subwords;   /* the subword list of the texts' words; NULL: no n-grams    */
  const float *label_weights; /* [labels] factors of the cost of a label's rows; NULL: 1   */
  const Linear *from;         /* to fine-tune: its words and labels are the first ones; NULL */
  size_t most;                /* features, about; 0: as many as LINEAR_WEIGHTS allows */
  uint64_t seed;
  const TimeLeft *time;       /* what it may take; NULL: no limit                          */
} LinearTraining;

/* Trains a branch; the result is folded. Where time is limited each machine has its share of it, and is what it is by
** then, but for at least one pass over its rows; *cut (or NULL) is how many were cut short. If even so they would take
** far more than there is, the branch is empty.
*/
Status linear_train(Linear *linear, const LinearTraining *training, Workers *workers, size_t *cut, Error *error);

/* Sets *seconds to how long linear_train() takes until it begins to fit, about: by what a few of the texts take, or 0
** if there are only a few.
*/
Status linear_probe(const LinearTraining *training, Workers *workers, double *seconds, Error *error);

/* What the memory of linear_train() depends on: perhaps more than there are addresses for. */
typedef struct LinearSize {
  uint64_t rows, tokens;  /* of the texts                                                      */
  uint64_t vocabulary;
  uint64_t words, ngrams; /* of the subword list, and of all its words together; 0 without one */
  size_t columns;         /* linear_columns()                                                  */
  size_t most;            /* as in LinearTraining                                              */
  size_t threads;         /* workers_count()                                                   */
  bool sets;              /* rows have sets of labels                                          */
} LinearSize;

/* Returns how many bytes linear_train() holds at most at one time, the branch that it makes included. It supposes that
** texts have as many different pairs and hashed features as most do: rather more than fewer.
*/
uint64_t linear_training_bytes(const LinearSize *size);

/* Computes margins [labels] of a text from its vector; the lexicon is that of its words. Fails only if the vector's
** poll says stop, and so does linear_contribute().
*/
Status linear_forward(const Linear *linear, const Lexicon *lexicon, const TfidfVector *vector, float *margins,
                      Error *error);

/* Adds to contributions [text.length] what each token adds to a label's margin, times `scale`:
** the term of its word, and half the term of each pair it is in. Their sum is the margin
** without the bias.
*/
Status linear_contribute(const Linear *linear, const Lexicon *lexicon, const TfidfVector *vector, Text text,
                         uint32_t label, float scale, float *contributions, Error *error);

/* Replaces the buckets by a row for each n-gram, which is that of its bucket, one of zeros for all others, and a row
** for each hashed feature; *hashed is moved into the branch.
*/
Status linear_name_ngrams(Linear *linear, const Ngrams *ngrams, Ngrams *hashed, Error *error);

/* Finds the hashed features that at least two of the texts have, `most` of them: those that most texts have. Of many
** texts the first are looked at.
*/
Status linear_hashed(const Linear *linear, const Texts *texts, size_t most, Poll poll, Ngrams *hashed, Error *error);

/* Rounds the branch to what a file with so many bits a weight gives back: see linear_write(). */
void linear_round(Linear *linear, unsigned bits);

/* Copies a branch. */
Status linear_copy(const Linear *from, Linear *to, Error *error);

/* Tensors linear.kernel, linear.bias, linear.idf, linear.pairs.ends, linear.pairs.words and, where there are hashed
** features, linear.hashed. None of them is no branch; numbers are checked against the vocabulary and the columns that
** the labels have. With 8 or 4 bits a weight the kernel is quantised (quantisation.h) and an idf is an F16; with 0 all
** are floats.
*/
void linear_write(const Linear *linear, unsigned bits, SafeTensorsWriter *writer);
Status linear_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, size_t labels,
                   size_t columns, Linear *linear, Error *error);

/* Makes the features of shapes count, for a branch that was read from a file. */
Status linear_read_shapes(Linear *linear, const Vocabulary *vocabulary, Error *error);

#endif
