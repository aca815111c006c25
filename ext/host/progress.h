/* progress.h -- shows on stderr how far a long call is.
**
** If stderr is a terminal, it shows one line and redraws it:
**
**   epoch 2 of 4 [##########          ]  48%  10793 rows/s  0:12 left  accuracy 0.812
**
** Before the call returns to its caller, who may print something, progress_hide() clears the
** line. If stderr is a file or a pipe, progress_log() prints whole lines instead; a step without rows that says how far
** it is has such lines by itself.
**
** Only the thread that made the call uses these functions. All output is ASCII.
*/
#ifndef CLASSIFY_PROGRESS_H
#define CLASSIFY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/poll.h"

typedef struct ProgressState {
  char doing[64];  /* "epoch 2 of 4" */
  char note[64];   /* stands at the end of the line; "" for nothing */
  double rows;     /* done so far; below 0: the current step has no rows */
  double share;    /* of the work that is done, 0 to 1; below 0: not known */
  double besides;  /* seconds of work that `share` leaves out */
} ProgressState;

/* Fills in a state that is all zero. */
typedef void ProgressRead(void *context, ProgressState *state);

typedef struct Progress {
  bool wanted, terminal;
  ProgressRead *read;
  void *context;
  Poll ask;
  double begun, shown;    /* times; shown: last drawn or logged */
  char logged[64];        /* the step that log lines were about */
  bool hidden;            /* nothing was drawn since progress_hide() */
  size_t width;           /* of the line on the terminal */
  /* for rates: exponentially decaying sums of rows, share and seconds */
  ProgressState last;
  double last_at;
  double rows, share, seconds;
} Progress; /* all zero: not wanted */

/* If `wanted` is false, nothing is ever printed. The context must live as long as the progress is
** shown.
*/
void progress_begin(Progress *progress, bool wanted, ProgressRead *read, void *context);

/* Draws the line if it is time to. May be called as often as one likes. */
void progress_show(Progress *progress);

/* Returns a poll that calls progress_show(), then `ask`. It is valid until the next
** progress_poll() of the same progress.
*/
Poll progress_poll(Progress *progress, Poll ask);

void progress_log(Progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs the rows so far and their rate, if the last line was a few seconds ago or this is the last one. */
void progress_log_rows(Progress *progress, bool is_last);

void progress_hide(Progress *progress);

/* Returns the seconds since progress_begin(). */
double progress_seconds(const Progress *progress);

#endif
