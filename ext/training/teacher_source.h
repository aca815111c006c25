/* teacher_source.h -- where the teacher of a training comes from: the options `teacher` and `labels`.
**
**   {"teacher": "minilm"}                                       an encoder of classify_encoders
**   {"teacher": "SELECT text, vector FROM embedded"}            vectors made elsewhere, BLOBs of float32
**   {"labels": ["billing", "login"]}                            labels that need no rows: label_phrases.h
*/
#ifndef CLASSIFY_TEACHER_SOURCE_H
#define CLASSIFY_TEACHER_SOURCE_H

#include "training/training_run.h"

/* Finds the encoder, or checks the query; gives the training its teacher. Checks the labels, too. */
int teacher_source_begin(TrainingRun *run, Error *error);

/* After the last row to train on: adds the labels, since rows to validate with are added after all labels. */
int teacher_source_add_labels(TrainingRun *run, Error *error);

/* After the last row: reads vectors that were made elsewhere, and adds the labels' phrases. */
int teacher_source_read(TrainingRun *run, Error *error);

#endif
