/* teacher.h -- the sentence vectors of a training's texts, by a pretrained encoder or made elsewhere.
**
**   teacher_new()
**     teacher_add_text()     for each row of the corpus, in order, then for other phrases
**     teacher_add_vector()   where there is no encoder: for each text whose vector is known
**   teacher_tune()           where texts have labels: its encoder learns from them (fine_tuning.h)
**   teacher_read()           computes the features of all texts, or of those that there is time for
**   teacher_free()
**
** An encoder's texts are kept as token ids, 4 bytes each, and equal texts are read once. Without an encoder the
** texts themselves are kept, since their vectors are found by them.
*/
#ifndef CLASSIFY_TEACHER_H
#define CLASSIFY_TEACHER_H

#include <stdatomic.h>

#include "base/strings.h"
#include "encoder/encoder.h"
#include "fine_tuning/fine_tuning.h"
#include "teacher/sentence_features.h"

typedef struct Teacher {
  const Encoder *encoder; /* borrowed; NULL: vectors come from elsewhere */
  size_t count;           /* texts                                        */
  size_t size;            /* of the features                              */
  float *features;        /* [count][size]; zero where a text has no vector */
  bool keeps_vectors;     /* set before teacher_read(): it fills in the next one as well      */
  float *own_vectors;     /* [count][vector_size] of length 1                                 */
  size_t vector_size;
  const TimeLeft *time;   /* borrowed, of teacher_tune() and teacher_read(); NULL: no limit   */
  bool learns_fully;      /* set before teacher_tune(): it has time for all its steps, or learns nothing */
  size_t steps_taken;     /* by the last teacher_tune(); FINE_TUNING_STEPS if there was nothing to learn */
  bool *unread;           /* [count] teacher_read() had no time for the text; NULL: it has read all */
  atomic_size_t done;     /* texts that teacher_read() has read so far, for whoever watches */
  atomic_size_t steps;    /* of teacher_tune(), likewise                                    */
  /* private: with an encoder */
  Encoder *tuned;         /* or NULL: nothing was learned */
  EncoderTexts texts;
  /* without */
  Strings strings;        /* the different texts        */
  uint32_t *number;       /* [count] of the text        */
  float *vectors;         /* [strings.count][vector_size] */
  bool *known;            /* [strings.count]            */
  size_t number_capacity;
} Teacher;

Status teacher_new(const Encoder *encoder, Teacher **teacher, Error *error);
void teacher_free(Teacher *teacher); /* NULL is legal */

/* Makes a teacher of `count` texts of another one, rows[i] becoming text i, and of its texts from `others` on. It
** borrows the encoder.
*/
Status teacher_copy(const Teacher *teacher, const uint32_t *rows, size_t count, size_t others, Teacher **copy,
                    Error *error);

Status teacher_add_text(Teacher *teacher, const char *text, size_t length, Error *error);

/* Gives all texts that equal this one their vector [size]; after the last text. Others are ignored. All vectors
** have one size, and finite numbers.
*/
Status teacher_add_vector(Teacher *teacher, const char *text, size_t length, const float *vector, size_t size,
                          Error *error);

/* Returns whether the text has a vector; with an encoder all have. */
bool teacher_knows(const Teacher *teacher, size_t text);
bool teacher_knows_text(const Teacher *teacher, const char *text, size_t length); /* of any text; after the last */

/* Learns from the texts that have a label; `labelled` lacks only the texts themselves. What it has learned before is
** forgotten. Where fine_tuning_possible() is false it learns nothing. With a limit it takes half of the time at most. A
** long task: it ends early when the workers are stopped.
*/
Status teacher_tune(Teacher *teacher, LabelledTexts labelled, uint64_t seed, Workers *workers, Error *error);

/* Likewise. May be called again after each teacher_tune(). With a limit it takes most of what is left, and reads the
** texts first[0 .. count - 1] before all others.
*/
Status teacher_read(Teacher *teacher, const uint32_t *first, size_t count, uint64_t seed, Workers *workers,
                    Error *error);

#endif
