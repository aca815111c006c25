/* progress.h -- how far a long call is, on stderr.
**
** Where stderr is a terminal it is one line, drawn again and again:
**
**   epoch 2 of 4 [##########          ]  48%  10793 rows/s  0:12 left  accuracy 0.812
**
** It is there only while the call works: before it returns to its caller, who may
** print, progress_hide() makes the line as it was. Elsewhere (a file, a log) whole
** lines are printed instead: progress_log().
**
** All of it is for the thread that made the call. ASCII, since a library does not
** know what the terminal shows. Where `wanted` was false nothing is ever printed.
*/
#ifndef CLASSIFY_PROGRESS_H
#define CLASSIFY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/workers.h"

typedef struct ProgressState {
  char doing[64];  /* "epoch 2 of 4"                                             */
  char note[64];   /* what else is known; "" for nothing                         */
  double rows;     /* done so far; below 0: what is done now cannot be counted   */
  double share;    /* 0 to 1: of all there is to do; below 0: that is not known  */
  double besides;  /* seconds that will be needed for what is not in the share   */
} ProgressState;

/* Fills in a state that is all zero. */
typedef void ProgressLook(void *context, ProgressState *state);

typedef struct Progress {
  bool wanted, terminal;
  ProgressLook *look;
  void *context;
  Poll ask;
  double begun, shown;    /* times; shown: last drawn or logged */
  bool hidden;            /* since then */
  size_t width;           /* of what stands on the line */
  /* rates: sums in which what was long ago counts less */
  ProgressState last;
  double last_at;
  double rows, share, seconds;
} Progress; /* all zero: not wanted */

/* The context is borrowed until progress_hide() was called for the last time. */
void progress_begin(Progress *progress, bool wanted, ProgressLook *look, void *context);

/* Looks, and draws if it is time to; called as often as one likes. */
void progress_show(Progress *progress);

/* A poll that calls progress_show(), then asks `ask`; not both at once with another. */
Poll progress_poll(Progress *progress, Poll ask);

/* Where stderr is no terminal: whether a line is due, `every` seconds after the last. */
bool progress_due(const Progress *progress, double every);
void progress_log(Progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

void progress_hide(Progress *progress);

/* Since progress_begin(). */
double progress_seconds(const Progress *progress);

#endif
