/* explanation.h -- why one text has a label: its tokens, and what each of them gives.
**
** What stands here is for one label: the one that was asked for, else the most
** probable one. weights and contributions are those of explain_contributions().
*/
#ifndef CLASSIFY_EXPLANATION_H
#define CLASSIFY_EXPLANATION_H

#include "host/connection.h"

typedef struct Explanation {
  const Model *model;   /* held in the cache; NULL: none */
  Tokens tokens;        /* with spans                    */
  size_t count;         /* of tokens with a span: those of the text, not padding */
  uint32_t label;
  float probability;    /* of the label    */
  float *weights;       /* [tokens.count]  */
  float *contributions; /* [tokens.count]  */
} Explanation; /* all zero is none */

/* Takes over the reference to the model, also where it fails; label is NULL, or an
** SQL NULL, where none is asked for. explanation_free() is owed in any case.
*/
int explanation_find(Explanation *reasons, Connection *connection, const Model *model, const char *text, size_t length,
                     sqlite3_value *label, Error *error);
void explanation_free(Explanation *reasons);

/* Of the contributions of the text's tokens, the one farthest from zero, without its sign. */
float explanation_strongest(const Explanation *reasons);

#endif
