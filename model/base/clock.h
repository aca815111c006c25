/* clock.h -- the time, for how long things take: not that of the day. */
#ifndef CLASSIFY_CLOCK_H
#define CLASSIFY_CLOCK_H

double clock_seconds(void);

#endif
