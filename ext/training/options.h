/* options.h -- the JSON object of options, read and checked before any work.
**
** One table (in options.c) says which options there are, what they may be and
** where each goes. An unknown key or a bad value is an error that lists what is
** valid.
*/
#ifndef CLASSIFY_OPTIONS_H
#define CLASSIFY_OPTIONS_H

#include "host/connection.h"
#include "train/training.h"

typedef struct Options {
  TrainingOptions training;
  char *tokenize;         /* "": the default tokenizer                          */
  char *validation_query; /* NULL: a fraction of the rows                       */
  char *vectors;          /* the name of a table of word vectors; NULL: none    */
  char *unlabelled;       /* a query of texts; NULL: none                       */
  char *from;             /* a model to go on from; NULL: none                  */
  char *from_rows;        /* a query of rows that it has learned; NULL: none    */
  char *class_weight;     /* a JSON object of weights by label; NULL: none given */
  size_t keep;            /* versions; 0: all                                   */
  bool progress;          /* on stderr: progress.h                              */
} Options;

/* Defaults, overridden by the JSON (NULL: none). */
int options_read(Connection *connection, const char *json, Options *options, Error *error);
void options_free(Options *options);

/* The options as a training uses them, as JSON. */
void options_json(const Options *options, const TrainingOptions *used, sqlite3_str *json);

/* The weight of each label [labels], from options->class_weight. A key that is
** no label is an error, once the labels are known.
*/
int options_label_weights(Connection *connection, const Options *options, const Labels *labels,
                          float *weights, Error *error);

/* classify_rows() has two options: threads and progress. */
int options_read_threads(Connection *connection, const char *json, size_t *threads, bool *progress, Error *error);

#endif
