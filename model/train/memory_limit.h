/* memory_limit.h -- a training that would take more memory than there is does not begin.
**
** The limit is option max_memory; without it what the system can still give (available_memory.h) when it is asked for
** the first time, which is when rows come. What the training needs is memory_need.h's. The error says both, and what
** would lessen the need below the limit: other options, or fewer rows.
*/
#ifndef CLASSIFY_MEMORY_LIMIT_H
#define CLASSIFY_MEMORY_LIMIT_H

#include <stdbool.h>

#include "base/available_memory.h"
#include "base/status.h"
#include "train/training.h"

typedef struct MemoryLimit {
  bool known;
  AvailableMemory most; /* without option max_memory            */
  size_t next;          /* bytes of rows that are checked next  */
} MemoryLimit; /* all zero at first */

/* Checks the rows that there are by what they alone would take, from time to time as they grow. For each row. */
Status memory_limit_watch(Training *t, Error *error);

/* Checks all rows, once they are there. */
Status memory_limit_check(Training *t, Error *error);

#endif
