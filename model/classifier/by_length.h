/* by_length.h -- runs a task over many texts, on all workers.
**
** Texts of about one length share a task, since a batch costs what its longest text costs.
*/
#ifndef CLASSIFY_BY_LENGTH_H
#define CLASSIFY_BY_LENGTH_H

#include "base/workers.h"
#include "text/text.h"

enum { BY_LENGTH_TEXTS = 64 }; /* of a task, at most */

/* A task of workers.h on the texts of these numbers [count], the longest first. */
typedef Status ByLengthTask(void *context, const uint32_t *numbers, size_t count, size_t worker, Error *error);

Status by_length_run(const Text *texts, size_t count, Workers *workers, ByLengthTask *task, void *context,
                     Error *error);

#endif
