/* bulk_labeller.h -- the rows of a query, labelled many at a time.
**
** Rows are read in windows on the calling thread, which is the connection's, while
** workers tokenise and label those that have been read; the texts of a window, sorted
** by length, are their tasks. Memory does not grow with the number of rows, but for the
** labels that the model does not know.
**
**   bulk_labeller_begin()   prepares the query, loads the model
**     bulk_labeller_next()  again and again, until there is no row any more
**   bulk_labeller_end()     at any time
*/
#ifndef CLASSIFY_BULK_LABELLER_H
#define CLASSIFY_BULK_LABELLER_H

#include <stdatomic.h>

#include "classifier/model.h"
#include "host/connection.h"
#include "host/progress.h"

enum { BULK_WINDOWS = 8 };

typedef struct BulkQuery {
  const char *sql, *model; /* model: a name, NULL where not given               */
  const char *meaning;     /* of its columns, for messages: "an id and a text"   */
  int id, text, label;     /* which column is what; -1: there is none            */
  size_t threads;
  bool progress;           /* on stderr */
  /* NULL, or told of each row whose text is not NULL, as it is read; label NULL: none */
  int (*visit)(void *context, const char *text, size_t length, const Label *label, Error *error);
  void *context;
} BulkQuery;

/* An integer is kept as it is, which spares a million rows an allocation each. */
typedef struct RowId {
  sqlite3_value *value; /* NULL: an integer */
  sqlite3_int64 integer;
} RowId;

typedef struct BulkRow {
  RowId id;
  uint32_t label;        /* that it has: number in bulk->labels, LABELS_NONE for NULL    */
  bool labelled;         /* false: the text is NULL, and there is no prediction          */
  Prediction prediction; /* of_asked: the probability of the label that it has           */
} BulkRow;

typedef struct BulkWindow BulkWindow;

typedef struct BulkLabeller {
  const Model *model;
  Labels labels;  /* the model's, then those of rows that it does not know; none without label column */
  /* private */
  BulkQuery query;
  Connection *connection;
  const Tokenizer *tokenizer; /* of the windows' bytes */
  sqlite3_stmt *stmt;
  bool ended;         /* the query has no more rows               */
  bool begun;         /* the first chunk is over                  */
  bool whole;         /* all is labelled before a row is given    */
  BulkWindow *windows[BULK_WINDOWS];
  Scratch *scratches; /* [threads] */
  BulkRow *rows;      /* [count] ready to be given */
  size_t count, rows_capacity, at;
  Progress progress;
  double total;           /* rows of the query; below 0: not known */
  atomic_size_t labelled; /* rows, by any worker                   */
} BulkLabeller; /* all zero is none */

int bulk_labeller_begin(BulkLabeller *bulk, Connection *connection, const BulkQuery *query, Error *error);

/* The next row, good until the call after; NULL when there is none. Its id may be taken
** away: then row->id.value is to be set to NULL.
*/
int bulk_labeller_next(BulkLabeller *bulk, BulkRow **row, Error *error);
void bulk_labeller_end(BulkLabeller *bulk);

void row_id_result(sqlite3_context *context, const RowId *id);

#endif
