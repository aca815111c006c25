/* predict.h -- the labels of texts, with their probabilities.
**
** Texts come as word numbers (model_tokens()) of the model's vocabulary and of
** the lexicon that goes with them. A Scratch is private to a thread and may
** serve one model after another.
*/
#ifndef CLASSIFY_PREDICT_H
#define CLASSIFY_PREDICT_H

#include "base/workers.h"
#include "classifier/model.h"
#include "network/network.h"

/* Labels that texts were given by a multi-label model, one text after another, those of a text by falling
** probability.
*/
typedef struct GivenLabels {
  uint32_t *labels;     /* [count] */
  float *probabilities; /* [count] */
  size_t count, labels_capacity, probabilities_capacity;
} GivenLabels; /* all zero is empty */

void given_labels_free(GivenLabels *given);

typedef struct Scratch {
  InferenceScratch inference; /* of finished models                         */
  Pass pass;                  /* of those that still learn, and for reasons */
  ReadingBuffer read;         /* what the network reads of the batch      */
  float *probabilities;     /* [texts][labels] of the batch last read     */
  TfidfVector vector;       /* of the text last read by the linear branch */
  float *margins;           /* [labels] of it                             */
  float *column;            /* [features] of the output kernel: explain.c */
  size_t probabilities_capacity, margins_capacity, column_capacity;
  Tokens tokens;            /* of predict_labels()                        */
  GivenLabels given;        /* by the last predict_labels()               */
} Scratch; /* all zero is empty */

/* Sets what is asked whether to go on while a long text is read. scratch_free() forgets it, as scratch_trim() may. */
void scratch_set_poll(Scratch *scratch, Poll poll);

void scratch_free(Scratch *scratch);

/* Frees what a large text or model has left: memory that is better read anew than kept. `scratch->probabilities` and
** `scratch->given` are gone then.
*/
void scratch_trim(Scratch *scratch);
enum { SCRATCH_KEPT = 4 << 20 }; /* bytes that it still holds, at most */

/* Computes probabilities [count][labels], in the order of the texts. */
Status predict(const Model *model, const Lexicon *lexicon, const Text *texts, size_t count,
               Scratch *scratch, float *probabilities, Error *error);

typedef struct TextBytes {
  const char *bytes; /* borrowed */
  size_t length;
  uint32_t asked;    /* a label whose probability is wanted as well */
  const LabelSet *asked_set; /* by a multi-label model: sorted labels that the prediction is compared with; or NULL */
} TextBytes;

typedef struct Prediction {
  uint32_t label;   /* the most probable one                         */
  float confidence; /* its probability                               */
  float of_asked;   /* 0 of a label that the model does not know     */
  float runner_up;  /* the largest probability of any other label    */
  /* of a multi-label model, predict_set() */
  float nearest;    /* the least distance of a probability from its threshold */
  uint32_t given_count; /* in GivenLabels                            */
  size_t given_begin;   /* the same                                  */
  double ranking, loss; /* of ScoreSet                               */
} Prediction;

/* Labels texts as they were written, read by the model's tokenizer, into predictions [count]. It is
** fastest if texts of about one length follow each other. A multi-label model writes scratch->given
** anew.
*/
Status predict_labels(const Model *model, const Tokenizer *tokenizer, const TextBytes *texts, size_t count,
                      Scratch *scratch, Prediction *predictions, Error *error);

/* Computes the outputs of each branch on all workers, with scratches [workers]: logits of the
** network and margins of the linear branch [count][labels], in the order of the texts. margins is
** NULL if there is no such branch. The model may still learn.
*/
Status predict_branches(const Model *model, const Texts *texts, Workers *workers, Scratch *scratches,
                        float *logits, float *margins, Error *error);

/* Passes one batch of at most BY_LENGTH_TEXTS through network_encode(), which fills scratch->pass up to its features.
** Its rows are in the order of the batch. The model may still learn.
*/
Status predict_encode(const Model *model, const Texts *texts, Scratch *scratch, Error *error);

/* Returns the number of the token that the network has read at a step of the pass's only text, or
** READING_PADDING.
*/
uint32_t predict_origin(const Model *model, const Scratch *scratch, size_t step);

/* Makes probabilities [labels] of the branches' outputs, in place of the network's logits. */
void predict_probabilities(const Model *model, const float *margins, float *logits);

/* The prediction of a multi-label model from probabilities [labels]. Adds to `given` the labels that
** are past their thresholds. The confidence is the least of their probabilities; if there are none it
** is 1 - the largest of all. `asked` (or NULL) is a set that may have labels past the model's own, which
** have a probability of 0. of_asked is then the least, over all labels, of the probability that it is
** right: p of a label that it has, 1 - p of another. Fails only without memory.
*/
Status predict_set(const BinaryRelevance *relevance, const float *probabilities, const LabelSet *asked,
                   GivenLabels *given, Prediction *prediction, Error *error);

/* Returns the prediction of probabilities [labels]. `asked` may be a label that the model does not
** know.
*/
Prediction predict_outcome(const float *probabilities, size_t labels, uint32_t asked);

#endif
