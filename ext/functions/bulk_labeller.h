/* bulk_labeller.h -- the rows of a query, labelled many at a time.
**
** The calling thread reads rows, a window of them at a time. Meanwhile workers tokenize and
** label the windows that were read; the texts of a window are sorted by length and cut into
** tasks. Memory does not grow with the number of rows, only with the number of different labels
** that the model does not know.
**
**   bulk_labeller_begin()   prepares the query, loads the model
**     bulk_labeller_next()  until there are no more rows
**   bulk_labeller_end()     at any time
*/
#ifndef CLASSIFY_BULK_LABELLER_H
#define CLASSIFY_BULK_LABELLER_H

#include <stdatomic.h>

#include "classifier/model.h"
#include "functions/row_id.h"
#include "host/connection.h"
#include "host/label_reader.h"
#include "host/mistyped_labels.h"
#include "host/progress.h"

enum { BULK_WINDOWS = 8 };

typedef struct BulkQuery {
  const char *sql, *model; /* model: a name, or NULL if not given                */
  const char *meaning;     /* of its columns, for messages: "an id and a text"   */
  int id, text, label;     /* number of the column; -1: there is none            */
  size_t threads;
  bool progress;           /* on stderr */
  /* NULL, or called for each row that is read if its text is not NULL; labels may be NULL */
  int (*visit)(void *context, const char *text, size_t length, const RowLabels *labels, Error *error);
  void *context;
} BulkQuery;

typedef struct BulkRow {
  RowId id;
  uint32_t label;        /* from the label column: number in bulk->labels, of a multi-label model in bulk->sets;
                         ** or LABELS_NONE                                                */
  LabelSet given;        /* by a multi-label model; most probable first                  */
  const float *given_probabilities; /* [given.count]                                     */
  bool labelled;         /* false: the text is NULL, and there is no prediction           */
  Prediction prediction; /* .of_asked and what is compared is of `label`                  */
} BulkRow;

typedef struct BulkWindow BulkWindow;

typedef struct BulkLabeller {
  const Model *model;
  Labels labels;  /* the model's, then those that only rows have; empty without a label column */
  LabelSets sets; /* of a multi-label model: the rows' */
  /* private */
  BulkQuery query;
  Connection *connection;
  const Tokenizer *tokenizer; /* for the windows' buffers */
  LabelReader reader; /* of rows with sets of labels */
  LabelList found;    /* scratch: the labels of a row */
  MistypedLabels mistyped;
  size_t row;         /* of the query that is read, from 1 */
  sqlite3_stmt *stmt;
  bool ended;         /* the query has no more rows               */
  bool begun;         /* the first chunk is labelled              */
  bool whole;         /* label all rows before returning the first */
  BulkWindow *windows[BULK_WINDOWS];
  Scratch *scratches; /* [threads] */
  BulkRow *rows;      /* [count] of the chunk; `at` is the next to return */
  size_t count, rows_capacity, at;
  Progress progress;
  double total;           /* rows of the query; below 0: not known */
  atomic_size_t labelled; /* rows so far, of all workers           */
} BulkLabeller; /* all zero is none */

int bulk_labeller_begin(BulkLabeller *bulk, Connection *connection, const BulkQuery *query, Error *error);

/* Returns the next row, or NULL if there are no more. It is an error then if rows had labels of another type than the
** model's. The row is valid until the next call. The caller may take over row->id.value and set it to NULL.
*/
int bulk_labeller_next(BulkLabeller *bulk, BulkRow **row, Error *error);
void bulk_labeller_end(BulkLabeller *bulk);

#endif
