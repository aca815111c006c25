/* clock.h -- a clock for measuring how long something takes. */
#ifndef CLASSIFY_CLOCK_H
#define CLASSIFY_CLOCK_H

/* Seconds since an unspecified moment; never runs backwards (CLOCK_MONOTONIC). */
double clock_seconds(void);

/* For tests: another clock takes the place of the system's, NULL the system's own. Not while threads ask. */
void clock_replace(double (*seconds)(void));

#endif
