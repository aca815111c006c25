/* workers.h -- a few threads that run numbered tasks of one call at a time.
**
** The calling thread only waits and polls: that is where a SQLite connection
** may be asked whether it was interrupted. Where no thread can be started
** (memory, a host without threads) the caller runs the tasks itself.
*/
#ifndef CLASSIFY_WORKERS_H
#define CLASSIFY_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct Workers Workers;

/* Called on the thread that runs the workers, about every 20 ms; false stops. May be NULL. */
typedef struct Poll {
  bool (*proceed)(void *context);
  void *context;
} Poll;

/* STATUS_INTERRUPTED where the poll says stop. */
Status poll_proceed(Poll poll, Error *error);

/* The poll is asked in every run. */
Status workers_new(size_t threads, Poll poll, Workers **workers, Error *error);
void workers_free(Workers *workers); /* joins */
size_t workers_count(const Workers *workers);

/* Runs task number `index`; `worker` is below workers_count() and no other task has the
** same at the same time, so it can index private scratch.
*/
typedef Status WorkersTask(void *context, size_t index, size_t worker, Error *error);

/* Runs tasks 0 .. tasks - 1, each once, in any order and on any worker, and returns when
** all have ended. The first task that fails ends the run, as the poll does
** (STATUS_INTERRUPTED): tasks not yet begun are skipped, and its error is the run's.
*/
Status workers_run(Workers *workers, size_t tasks, WorkersTask *task, void *context, Error *error);

/* Sets the number of tasks of the next phase; 0: there is none. Called on any thread, but
** never while a task of the run is under way. May fail like a task.
*/
typedef Status WorkersPhase(void *context, size_t *tasks, Error *error);

/* The same for phases, one after the other. The worker that ends a phase begins the next
** one, so that nobody waits for the calling thread to wake up.
*/
Status workers_run_phases(Workers *workers, WorkersPhase *next, WorkersTask *task, void *context, Error *error);

/* The same for tasks that are numbered as they come: workers_add() lets the next few
** begin, while the caller makes more ready. workers_end() waits for all of them.
** workers_free() instead of it leaves out those that have not begun.
*/
void workers_begin(Workers *workers, WorkersTask *task, void *context);
void workers_add(Workers *workers, size_t tasks);
Status workers_end(Workers *workers, Error *error);

/* For a long task: whether its run is to end, since the poll said so or a task failed. */
bool workers_stopped(Workers *workers);

/* For the caller, between runs: asks the poll. */
Status workers_poll(const Workers *workers, Error *error);

/* How many processors this process may use. */
size_t workers_processors(void);

#endif
