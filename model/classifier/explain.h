/* explain.h -- why a text has the label that it has, or would have another.
**
** With the bias, the contributions of a text's tokens, and of padding, sum to the label's logit exactly.
** Each is the sum of what the token adds through
**
**   attention        a_t (h_t . W_c)
**   max-pool         h_t,j W_j,c of each dimension j that the token won
**   linear branch    linear_contribute()
**
** each times the scale of its branch, in a multi-label model that of the label, too. The model may still learn.
*/
#ifndef CLASSIFY_EXPLAIN_H
#define CLASSIFY_EXPLAIN_H

#include "classifier/predict.h"

/* A text, and the label that is asked about. */
typedef struct Question {
  Text text;
  const Lexicon *lexicon; /* of its words; borrowed */
  uint32_t label;
} Question;

/* What one token, or all padding of a text together, has of it. */
typedef struct TokenPart {
  float weight, contribution;
} TokenPart;

/* Computes weights [length], the attention a_t, 0 for tokens that the network does not read;
** and contributions [length]. Sets *padding (NULL: unwanted) to what padding (reading.h) has of both.
*/
Status explain_contributions(const Model *model, const Question *question, Scratch *scratch, float *weights,
                             float *contributions, TokenPart *padding, Error *error);

/* Computes the contributions of many texts, each for its own label [count], on all workers, with
** scratches [workers]. They stand one text after another, [tokens in all].
*/
Status explain_all(const Model *model, const Texts *texts, const uint32_t *labels, Workers *workers,
                   Scratch *scratches, float *contributions, Error *error);

/* Computes drops [count]: how far the label's probability falls without each of the first `count`
** tokens. This takes as many predictions, so the poll is asked.
*/
Status explain_leave_one_out(const Model *model, const Question *question, size_t count, Scratch *scratch,
                             Poll poll, float *drops, Error *error);

#endif
