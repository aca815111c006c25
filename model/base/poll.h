/* poll.h -- asks the caller, in the middle of long work, whether to go on.
**
** The poll of a host runs a statement on its connection, so only the thread of the call may ask it. Tasks of workers.h
** ask workers_task_poll() in its place. What said stop may say otherwise the next time: whoever is told ends.
*/
#ifndef CLASSIFY_POLL_H
#define CLASSIFY_POLL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct Poll {
  bool (*proceed)(void *context); /* false: stop; NULL: there is no poll, and all goes on */
  void *context;
} Poll;

static inline bool poll_goes_on(Poll poll) { return !poll.proceed || poll.proceed(poll.context); }

/* Returns STATUS_INTERRUPTED. */
static inline Status poll_stopped(Error *error) { return error_set(error, STATUS_INTERRUPTED, "interrupted"); }

static inline Status poll_proceed(Poll poll, Error *error) {
  return poll_goes_on(poll) ? STATUS_OK : poll_stopped(error);
}

/* Polls at the last of every `period` steps of a loop, of which `step` is one. */
static inline Status poll_every(Poll poll, size_t step, size_t period, Error *error) {
  return step % period == period - 1 ? poll_proceed(poll, error) : STATUS_OK;
}

#endif
