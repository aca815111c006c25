/* classify_words.h -- the words that a model goes by, for each label (classifier/keywords.h).
**
**   SELECT token, count, contribution FROM classify_words('triage', 'billing') LIMIT 20;
**
**   CREATE TABLE classify_words(label, token, count, contribution);
**
** Without a label it lists the words of all labels. The words that speak most for a label are
** the first of that label; keywords.h defines how strong a word is.
*/
#ifndef CLASSIFY_CLASSIFY_WORDS_H
#define CLASSIFY_CLASSIFY_WORDS_H

#include "host/table.h"

extern const TableFunction CLASSIFY_WORDS;

#endif
