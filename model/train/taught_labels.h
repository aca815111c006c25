/* taught_labels.h -- pseudo-labels by a teacher (teacher.h), in place of those of pseudo_labels.h.
** How good they are: taught_judgement.h.
*/
#ifndef CLASSIFY_TAUGHT_LABELS_H
#define CLASSIFY_TAUGHT_LABELS_H

#include "teacher/teacher.h"
#include "train/training.h"

/* Support vector machines take one label a text. So where a teacher has guessed, the linear branch has each text
** several times, with labels that are drawn from the probabilities.
*/
enum { TAUGHT_DRAWS = 3 };

typedef struct TaughtLabels {
  Teacher *teacher;        /* owned; NULL: there is none. Its text i is row i of the corpus, or a phrase */
  uint32_t *phrase_labels; /* [phrases] of the teacher's texts past the rows                            */
  size_t phrases, phrases_capacity;
  float *probabilities;    /* [rows][labels] of the last guess                                          */
  bool *guessed;           /* [rows] were given a label                                                 */
  TaughtSummary summary;
  size_t to_judge;         /* rows that will be judged, at least                                        */
} TaughtLabels; /* all zero is none */

void taught_labels_free(TaughtLabels *taught);

/* Gives the rows without a label the one that the teacher guesses, in teacher->time; those that it has not read become
** unused. The caller lists the rows anew.
*/
Status taught_labels_guess(Training *training, Error *error);

/* Returns the probabilities [labels] of a row's labels, or NULL if its label was not guessed. */
const float *taught_labels_of(const TaughtLabels *taught, size_t row, size_t labels);

#endif
