/* label_phrases.h -- the option `labels`: names of labels, and the phrases that stand for each.
**
**   {"labels": ["billing", "login"]}                            names alone
**   {"labels": {"billing": "invoices and refunds",              descriptions, or phrases that belong to a label
**               "login": ["I forgot my password", "cannot sign in"]}}
**
** A name that has no phrase is its own. `_` and `/` in it are read as blanks.
*/
#ifndef CLASSIFY_LABEL_PHRASES_H
#define CLASSIFY_LABEL_PHRASES_H

#include "training/training_run.h"

/* Of one label; all of it is valid during the visit only. */
typedef struct LabelPhrase {
  Label label;
  const char *words; /* NUL-terminated, the blanks of a name put in */
  bool is_name;      /* the phrase is the name of the label itself  */
} LabelPhrase;

typedef int PhraseVisit(TrainingRun *run, const LabelPhrase *phrase, Error *error);

/* Checks that each name stands there once, that names and phrases are words, and that no two labels have the same
** phrases.
*/
int label_phrases_check(TrainingRun *run, Error *error);

/* Calls visit for each phrase, in order, until one returns an error. Without the option there is none. */
int label_phrases_visit(TrainingRun *run, PhraseVisit *visit, Error *error);

#endif
