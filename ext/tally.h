/* tally.h -- what the column metrics of a model says of each label: how many rows
** had it, and how those that were held out were labelled.
**
** The JSON is data of others: what is missing or makes no sense counts as unknown.
*/
#ifndef CLASSIFY_TALLY_H
#define CLASSIFY_TALLY_H

#include "../model/labels.h"
#include "connection.h"

/* A number of rows that is not below this is none. */
#define TALLY_MOST 1000000000000

/* Of one label. NAN is unknown; the last three count held-out rows. */
typedef struct TallyLabel {
  double rows;      /* of all                         */
  double support;   /* have it                        */
  double predicted; /* were given it                  */
  double right;     /* both                           */
} TallyLabel;

typedef struct TallyPair {
  uint32_t actual, predicted; /* labels; label `count` is all that the model does not know */
  double rows;                /* more than 0                                               */
} TallyPair;

typedef struct Tally {
  size_t count;       /* of labels                                     */
  TallyLabel *labels; /* [count + 1]                                   */
  uint32_t *order;    /* [count + 1] labels, those of most rows first; `count` is the last */
  TallyPair *pairs;   /* [pair_count] the most frequent first          */
  size_t pair_count, pair_capacity;
  double held_out;    /* rows in all pairs                             */
} Tally; /* all zero is none */

/* metrics is SQL NULL, or JSON. */
int tally_read(Tally *tally, Connection *connection, sqlite3_value *metrics, const Labels *labels, Error *error);
void tally_free(Tally *tally);

/* NAN where there is nothing to divide by. */
double tally_precision(const TallyLabel *label);
double tally_recall(const TallyLabel *label);
double tally_f1(const TallyLabel *label);

#endif
