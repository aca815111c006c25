/* classify_words.h -- what a model has learned of single words (model/keywords.h).
**
**   SELECT token, count, contribution FROM classify_words('triage', 'billing') LIMIT 20;
**
**   CREATE TABLE classify_words(label, token, count, contribution);
**
** Of one label, or of each; a label's words by what they have added in all.
*/
#ifndef CLASSIFY_CLASSIFY_WORDS_H
#define CLASSIFY_CLASSIFY_WORDS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_WORDS;

#endif
