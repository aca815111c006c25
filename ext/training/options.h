/* options.h -- the options of classify_train() and classify_rows(), a JSON object.
**
** The tables in options.c list them all. An unknown name or a bad value is an error that says
** what is valid.
*/
#ifndef CLASSIFY_OPTIONS_H
#define CLASSIFY_OPTIONS_H

#include "host/connection.h"
#include "train/training.h"

/* Whether rows have sets of labels; the rows say it where the option does not. */
typedef enum Multilabel { MULTILABEL_BY_ROWS, MULTILABEL_SETS, MULTILABEL_NONE } Multilabel;

typedef struct Options {
  TrainingOptions training;
  char *tokenize;         /* "": the default tokenizer                                */
  char *validation_query; /* NULL: a fraction of the rows                             */
  char *vectors;          /* the name of a table of word vectors, or NULL             */
  char *unlabelled;       /* a query of texts, or NULL                                */
  char *teacher;          /* teacher_source.h: an encoder's name or a query, or NULL  */
  char *labels;           /* the same: a JSON array or object, or NULL                */
  char *from;             /* the name of a model to go on from, or NULL               */
  char *from_rows;        /* a query of rows that this model has learned from, or NULL */
  char *class_weight;     /* class_weights.h; NULL if it is not an object             */
  Multilabel multilabel;
  char *separator;        /* of MULTILABEL_SETS, or NULL: labels are JSON arrays      */
  char *stop_file;        /* or NULL; training.stop_file points to it                 */
  bool no_encoder;        /* training.hidden is then 0                                */
  size_t keep;            /* versions; 0: all                                         */
  bool progress;          /* on stderr: progress.h                                    */
} Options;

/* Reads the options of classify_train(); json may be NULL. After an error there is nothing to
** free.
*/
int options_read(Connection *connection, const char *json, Options *options, Error *error);
void options_free(Options *options);

/* Writes all options as JSON, with the values that a training has used. */
void options_json(const Options *options, const TrainingOptions *used, sqlite3_str *json);

/* Reads the options of classify_rows(); json may be NULL. */
int options_read_threads(Connection *connection, const char *json, size_t *threads, bool *progress, Error *error);

#endif
