/* clock.h -- a clock for measuring how long something takes. */
#ifndef CLASSIFY_CLOCK_H
#define CLASSIFY_CLOCK_H

/* Seconds since an unspecified moment; never runs backwards (CLOCK_MONOTONIC). */
double clock_seconds(void);

#endif
