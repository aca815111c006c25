/* pseudo_labels.h -- labels for texts that have none, predicted from the texts that have one.
**
** There are two methods. Each is validated on labelled texts, whose labels are hidden from it
** fold by fold, and the one that is right more often predicts the labels:
**
**   naive_bayes.h     on words: good where labels are subjects, which show in many words
**   self_training.h   on points of the latent semantic analysis (lsa.h): good where labels
**                     show in a few words
**
** Where support vector machines that learn from the labelled texts alone are right more
** often than both, no text gets a pseudo-label.
*/
#ifndef CLASSIFY_PSEUDO_LABELS_H
#define CLASSIFY_PSEUDO_LABELS_H

#include "base/workers.h"
#include "text/labels.h"
#include "text/text.h"

enum { PSEUDO_LABELS_POINT = 100 }; /* numbers of a text's point */

/* All borrowed. */
typedef struct PseudoLabelling {
  const Text *texts;       /* [count] labelled or not              */
  const uint32_t *targets; /* [count] LABELS_NONE: without a label */
  size_t count, vocabulary, labels;
  uint64_t seed;
} PseudoLabelling;

/* labels [count]: a labelled text's own label; the predicted one of a text without, or
** LABELS_NONE where it shares no word with other texts, or where no method is good enough.
** After a failure (no memory, an interrupt) they mean nothing.
*/
Status pseudo_labels_predict(const PseudoLabelling *labelling, Workers *workers, uint32_t *labels, Error *error);

#endif
