/* predict.h -- what a model says of texts, and why.
**
** Texts come as word numbers (model_tokens()). A Pass is private to a thread
** and may serve one model after another.
*/
#ifndef CLASSIFY_PREDICT_H
#define CLASSIFY_PREDICT_H

#include "model.h"
#include "network.h"
#include "workers.h"

/* probabilities [count][labels], in the order of the texts. */
Status predict(const Model *model, const Text *texts, size_t count, Pass *pass,
               float *probabilities, Error *error);

typedef struct Prediction {
  uint32_t label;
  float confidence; /* its probability */
  float loss;       /* -log of the target's probability; 0 without targets */
} Prediction;

/* Any number of texts, batched by length, on all workers; passes [workers].
** predictions [count] in the order of the texts. targets [count] or NULL.
*/
Status predict_all(const Parameters *parameters, const Text *texts, const uint32_t *targets,
                   size_t count, Workers *workers, Pass *passes, Poll poll,
                   Prediction *predictions, Error *error);

/* Why one text has the label it has, or would have another.
**
**   contributions [length]: a_t (h_t . W_c), each token's share of the logit of
**   label c. The output is linear in the context, so with the bias they sum to
**   the logit, exactly. weights [length] are the attention a_t.
*/
Status predict_contributions(const Model *model, Text text, uint32_t label, Pass *pass,
                             float *weights, float *contributions, Error *error);

/* drops [count]: how much the label's probability falls without each of the
** first count tokens. As many predictions as that, so the caller is polled.
*/
Status predict_leave_one_out(const Model *model, Text text, size_t count, uint32_t label, Pass *pass, Poll poll,
                             float *drops, Error *error);

/* The largest of count values, the first of several. */
uint32_t predict_best(const float *probabilities, size_t count);

#endif
