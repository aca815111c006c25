/* clock.h -- a clock for measuring how long something takes. */
#ifndef CLASSIFY_CLOCK_H
#define CLASSIFY_CLOCK_H

/* Seconds since an unspecified moment; never runs backwards (CLOCK_MONOTONIC). */
double clock_seconds(void);

/* What has a limit asks how many seconds it has left: none if 0 or less. Any thread may ask. Without `seconds` there is
** no limit.
*/
typedef struct TimeLeft {
  double (*seconds)(const void *context);
  const void *context;
} TimeLeft;

double time_left(const TimeLeft *left); /* NULL, or without a limit: INFINITY */

/* For tests: another clock takes the place of the system's, NULL the system's own. Not while threads ask. */
void clock_replace(double (*seconds)(void));

#endif
