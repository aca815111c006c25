/* workers.h -- a thread pool. It does one run at a time, a run being a number of tasks.
**
** The calling thread waits and polls: only there may a SQLite connection be asked whether
** it was interrupted. If no thread can be started, the caller runs the tasks itself.
*/
#ifndef CLASSIFY_WORKERS_H
#define CLASSIFY_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/poll.h"

typedef struct Workers Workers;

/* Starts the threads. In every run the poll is asked on the calling thread, about every 20 ms. */
Status workers_new(size_t threads, Poll poll, Workers **workers, Error *error);
void workers_free(Workers *workers); /* joins the threads */
size_t workers_count(const Workers *workers);

/* Task number `index`. `worker` is below workers_count() and differs between tasks that run
** at the same time, so that it can index private scratch.
*/
typedef Status WorkersTask(void *context, size_t index, size_t worker, Error *error);

/* Runs tasks 0 .. tasks - 1, in any order and on any worker, and returns when all have ended.
** The first failure stops the run: tasks that have not begun are skipped, and its error is
** returned. If the poll stops the run, that is STATUS_INTERRUPTED.
*/
Status workers_run(Workers *workers, size_t tasks, WorkersTask *task, void *context, Error *error);

/* Sets the number of tasks of the next phase, or 0 to end the run. Called on any thread, but
** never while a task of the run is running. May fail like a task.
*/
typedef Status WorkersPhase(void *context, size_t *tasks, Error *error);

/* Runs phases one after the other. The worker that ends the last task of a phase begins the
** next phase, without waiting for the calling thread to wake up.
*/
Status workers_run_phases(Workers *workers, WorkersPhase *next, WorkersTask *task, void *context, Error *error);

/* A run to which tasks are added while it goes on: workers_add() adds the next `tasks`
** numbers, and workers_end() waits until all have ended. workers_free() instead of
** workers_end() skips those that have not begun.
*/
void workers_begin(Workers *workers, WorkersTask *task, void *context);
void workers_add(Workers *workers, size_t tasks);
Status workers_end(Workers *workers, Error *error);

/* Returns whether the run was stopped; for long tasks, to end early. */
bool workers_stopped(Workers *workers);

/* Returns a poll for a long task that says whether the run goes on. */
Poll workers_task_poll(Workers *workers);

/* Polls once, on the calling thread and between runs. */
Status workers_poll(const Workers *workers, Error *error);

/* Returns the poll itself, for what is long there. */
Poll workers_caller_poll(const Workers *workers);

/* Returns the number of processors that this process may use. */
size_t workers_processors(void);

#endif
