/* taught_judgement.h -- how often a teacher is right: cross-validated, on a sample of the rows.
**
** The labels of one fold after the other are hidden from the teacher, which learns from the others and guesses
** them, until enough are judged. A label's rows are spread over all folds, and equal texts are in one fold, so that
** none is guessed by its copy. A label that has few rows is not judged: with a fold hidden, too little of it is left.
** Its phrases, if it has any, make up for that. Where time is short, a fold that was cut short does not count.
*/
#ifndef CLASSIFY_TAUGHT_JUDGEMENT_H
#define CLASSIFY_TAUGHT_JUDGEMENT_H

#include "train/stage.h"

/* Fills in `judged` and `right` of the summary; both 0 if nothing can be judged. */
Status taught_judgement_run(Training *training, Error *error);

#endif
