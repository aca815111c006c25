/* card.h -- a model card: what a model is, how it was trained and how good it is.
**
**   classify_card([model])     one HTML page
**
** The page stands alone: it has no script and fetches nothing, and suits light and dark
** screens. Everything on it comes from the model's row and weights; no query of the user is
** run. Whatever the row holds is shown as text and never becomes markup. A section whose data
** is missing says so or is left out.
*/
#ifndef CLASSIFY_CARD_H
#define CLASSIFY_CARD_H

#include "host/sqlite.h"

void classify_card(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
