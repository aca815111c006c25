/* time_left.h -- what has a limit asks how many seconds it has left: none if 0 or less. Any thread may ask. */
#ifndef CLASSIFY_TIME_LEFT_H
#define CLASSIFY_TIME_LEFT_H

#include <math.h>

typedef struct TimeLeft {
  double (*seconds)(const void *context); /* NULL: there is no limit */
  const void *context;
} TimeLeft;

/* NULL, or without a limit: INFINITY. */
static inline double time_left(const TimeLeft *left) {
  return left && left->seconds ? left->seconds(left->context) : INFINITY;
}

#endif
