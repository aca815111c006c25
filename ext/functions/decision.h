/* decision.h -- what a model makes of a text's probabilities: its label, or its set of labels. */
#ifndef CLASSIFY_DECISION_H
#define CLASSIFY_DECISION_H

#include "host/connection.h"

/* Decides by connection->probabilities. The labels that a multi-label model gives are in connection->scratch.given
** until the connection decides again.
*/
int decision_make(Connection *connection, const Model *model, Prediction *prediction, Error *error);

/* Returns the labels that a prediction has in `given`. */
LabelSet decision_given(const Prediction *prediction, const GivenLabels *given);

/* Sets the result to a JSON array of labels. */
void decision_result_set(sqlite3_context *context, const Labels *labels, LabelSet set);

#endif
