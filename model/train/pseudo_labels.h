/* pseudo_labels.h -- labels for texts that have none, from a few that have.
**
** Two ways are known here, and one of them is taken: the one that is right more
** often on labelled texts when their labels are hidden from it, fold by fold. If
** neither is right as often as support vector machines on the labelled texts
** alone, nothing is guessed.
**
**   by words    naive Bayes, whose word frequencies and guesses improve each
**               other (expectation-maximisation: Nigam, McCallum, Thrun, Mitchell
**               2000): labels that are subjects, and show in many words
**   by points   support vector machines on the points of lsa.h, which learn
**               from their own surest guesses, round by round: labels that show
**               in a few words
*/
#ifndef CLASSIFY_PSEUDO_LABELS_H
#define CLASSIFY_PSEUDO_LABELS_H

#include "base/workers.h"
#include "text/labels.h"
#include "text/text.h"

typedef struct Guess {
  const Text *texts;       /* [count] labelled or not                     */
  const uint32_t *targets; /* [count] LABELS_NONE: without a label   */
  size_t count, vocabulary, labels;
  uint64_t seed;
} Guess;

/* labels [count]: those of labelled texts stay as they are. A text without words
** that others have, too, gets LABELS_NONE; so do all when nothing is guessed.
*/
Status guess_labels(const Guess *guess, Workers *workers, uint32_t *labels, Error *error);

#endif
