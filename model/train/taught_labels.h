/* taught_labels.h -- pseudo-labels by a teacher (teacher.h), in place of those of pseudo_labels.h.
**
** The teacher guesses twice. At first it does not see the labels of the rows that are held out, and is judged on
** them. Before the final fit it sees all labels there are.
*/
#ifndef CLASSIFY_TAUGHT_LABELS_H
#define CLASSIFY_TAUGHT_LABELS_H

#include "teacher/teacher.h"
#include "train/training.h"

typedef struct TaughtLabels {
  Teacher *teacher;         /* owned; NULL: there is none. Its text i is row i of the corpus, or a phrase */
  uint32_t *phrase_labels;  /* [phrases] of the teacher's texts past the rows                          */
  size_t phrases, phrases_capacity;
  uint32_t *rows;           /* [count] those without a label of their own                                */
  size_t count;
  TaughtSummary summary;
} TaughtLabels; /* all zero is none */

void taught_labels_free(TaughtLabels *taught);

/* Computes the teacher's features, and remembers which rows have no label. */
Status taught_labels_prepare(Training *training, Error *error);

/* Gives these rows the labels that the teacher guesses; `all`: from the rows that are held out, too. The caller
** lists the rows anew.
*/
Status taught_labels_guess(Training *training, bool all, Error *error);

#endif
