/* labelling.h -- what a loaded model makes of one text: its tokens, then its probabilities.
**
** Both work in the scratch memory of the connection, or in that of the caller's Tokens.
*/
#ifndef CLASSIFY_LABELLING_H
#define CLASSIFY_LABELLING_H

#include "classifier/model.h"
#include "host/connection.h"

/* Cuts a text into tokens as the model wants it, by the tokenizer that the model names.
** The caller owns `tokens` and may use it again for the next text.
*/
int labelling_tokens(Connection *connection, const Model *model, const char *text, size_t length, Tokens *tokens,
                     Error *error);

/* Computes the probability of each label, into connection->probabilities [labels]. They are
** good until the next call.
*/
int labelling_predict(Connection *connection, const Model *model, const Tokens *tokens, Error *error);

#endif
