/* taught_guesser.h -- a teacher that learns from some rows of a corpus, those with labels, and guesses the others.
**
** Its encoder is tuned on the labelled rows and the phrases of the labels (fine_tuning.h). What it then sees of each
** text is learned from together with the words (co_training.h), and with the phrases (zero_shot.h).
*/
#ifndef CLASSIFY_TAUGHT_GUESSER_H
#define CLASSIFY_TAUGHT_GUESSER_H

#include "linear/text_rows.h"
#include "train/stage.h"

typedef struct TaughtGuesser {
  Training *training;   /* borrowed, and so is the teacher: its texts are those of the rows, then the phrases */
  Teacher *teacher;
  size_t count, labels; /* count: rows. Where time is short, after the run those that the teacher has read; or 0 */
  uint32_t *rows;       /* [count] borrowed: of the corpus, rising; those that are not read are taken out */
  uint32_t *targets;    /* [count] LABELS_NONE: is guessed; the caller may hide some. Then those of the phrases */
  float *probabilities; /* [count][labels]                                          */
  /* private */
  Text *texts;          /* [count]                                                  */
  uint32_t *labelled;   /* texts that have a target                                 */
  Tfidf tfidf;
  TextRows words;
  bool words_read;
  float *by_names, *by_centres; /* [count][labels] of zero_shot.h; NULL: labels have no phrases */
} TaughtGuesser;

/* Rows that are held out keep their labels for themselves. */
bool taught_guesser_shows(const Training *training, size_t row);

/* Of `count` rows of the training's corpus. */
Status taught_guesser_new(TaughtGuesser *guesser, Training *training, Teacher *teacher, uint32_t *rows, size_t count,
                          Error *error);
void taught_guesser_free(TaughtGuesser *guesser);

/* Learns from the rows that have a target, and fills in the probabilities of all. If teacher->time is over before it
** has read what it learns from, no row is left. If it learns fully or not at all, and has not, it guesses nothing.
*/
Status taught_guesser_run(TaughtGuesser *guesser, Error *error);
bool taught_guesser_was_cut(const TaughtGuesser *guesser); /* by time */

/* Returns the label that is most probable for row `row` of the guesser. */
uint32_t taught_guesser_label(const TaughtGuesser *guesser, size_t row);

#endif
