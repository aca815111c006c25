/* probabilities.h -- the probability of each label of one text, which classify(),
** classify_confidence(), classify_scores() and classify_labels() return parts of.
**
** The probabilities [labels] are written to connection->probabilities, where they stay
** until the connection predicts again.
*/
#ifndef CLASSIFY_PROBABILITIES_H
#define CLASSIFY_PROBABILITIES_H

#include "host/connection.h"

int probabilities_of_text(Connection *connection, const Model *model, const char *text, size_t length, Error *error);

/* The same for a scalar function whose arguments are (text [, model, ...]). If the text is
** NULL, *model is NULL and nothing is predicted. The caller releases the model with
** cache_release(); after an error it is NULL.
*/
int probabilities_of_arguments(sqlite3_context *context, int argc, sqlite3_value **argv, const Model **model,
                               Error *error);

typedef struct RankedLabel {
  uint32_t label;
  float probability;
} RankedLabel;

/* Sorts the labels, the most probable one first. Returns an array [count] that the caller
** frees with free(), or NULL if memory is out.
*/
RankedLabel *probabilities_rank(const float *probabilities, size_t count);

#endif
