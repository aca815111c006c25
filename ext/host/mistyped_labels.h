/* mistyped_labels.h -- counts the rows whose label is a text where a number that reads the same is known, or the
** reverse: '1' and 1 are two labels (text/labels.h).
**
** To compare the two would say that every such row is labelled wrong. So a query that has them is refused, after its
** last row.
*/
#ifndef CLASSIFY_MISTYPED_LABELS_H
#define CLASSIFY_MISTYPED_LABELS_H

#include "host/failure.h"
#include "text/corpus.h"

typedef struct MistypedLabels {
  size_t rows;
  /* of the first: */
  char shown[64];   /* as the row has it                      */
  char known[64];   /* as it is expected                      */
  const char *cast; /* the SQL that makes the one of the other */
} MistypedLabels; /* all zero is none */

/* Counts the row if one of its labels is not known, but one of another type that reads the same is. */
int mistyped_labels_count(MistypedLabels *mistyped, const Labels *known, const RowLabels *labels, Error *error);

/* Fails with a sentence if there are such rows. `query` is the name of query_prepare(), `where` the labels are known:
** "the model". With `arrays` the rows have JSON arrays of labels.
*/
int mistyped_labels_check(const MistypedLabels *mistyped, const char *query, const char *where, bool arrays,
                          Error *error);

#endif
