/* explanation.h -- the tokens of one text, and what each contributes to a label: the label that was
** asked for, or else the most probable one.
*/
#ifndef CLASSIFY_EXPLANATION_H
#define CLASSIFY_EXPLANATION_H

#include "classifier/explain.h"
#include "host/connection.h"

typedef struct Explanation {
  const Model *model;   /* a reference into the cache, or NULL          */
  Tokens tokens;        /* with spans                                   */
  uint32_t label;
  float probability;    /* of the label                                 */
  float *weights;       /* [tokens.count] see explain_contributions()   */
  float *contributions; /* [tokens.count]                               */
  TokenPart padding;    /* 0 in models that know none                   */
} Explanation; /* all zero is none */

/* Takes over the caller's reference to the model. `label` is the label that is asked for, or NULL,
** or an SQL NULL. The caller calls explanation_free() in any case, also after an error.
*/
int explanation_find(Explanation *reasons, Connection *connection, const Model *model, const char *text,
                     size_t length, sqlite3_value *label, Error *error);
void explanation_free(Explanation *reasons);

/* Returns the largest absolute value of the contributions. */
float explanation_strongest(const Explanation *reasons);

#endif
