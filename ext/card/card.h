/* card.h -- a model card: what a model is, how it was trained and how good it is.
**
**   classify_card([model])     one HTML page
**
** The page stands alone: no script, nothing from elsewhere, light and dark. What is
** in the model's row is data and shown as such; a section whose data is missing says
** so or is left out. Everything comes from the row and the weights: no query is run.
*/
#ifndef CLASSIFY_CARD_H
#define CLASSIFY_CARD_H

#include "host/sqlite.h"

void classify_card(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
