/* sort.h -- qsort() for a list that may be long: it asks meanwhile whether to go on. */
#ifndef CLASSIFY_SORT_H
#define CLASSIFY_SORT_H

#include <stddef.h>

#include "base/poll.h"
#include "base/status.h"

enum { SORT_PIECE = 1 << 14 }; /* elements between two polls */

/* Sorts a list of elements of `size` bytes. Up to SORT_PIECE of them need no memory. After a failure the list may
** have some elements twice, and others not at all.
*/
Status sort_list(void *list, size_t count, size_t size, int (*compare)(const void *, const void *), Poll poll,
                 Error *error);

#endif
