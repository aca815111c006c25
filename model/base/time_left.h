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

/* A part of the time that another one has left: it ends that much sooner. */
typedef struct TimePart {
  const TimeLeft *whole;
  double kept; /* seconds */
} TimePart;

static inline double time_part_seconds(const void *context) {
  const TimePart *part = context;
  return time_left(part->whole) - part->kept;
}

/* `part` is what the caller owns; it is borrowed, and so is the whole, which may be NULL. */
static inline TimeLeft time_part(const TimeLeft *whole, double share, TimePart *part) {
  double left = time_left(whole);
  *part = (TimePart){whole, left == INFINITY ? 0.0 : (1.0 - share) * fmax(left, 0.0)};
  return (TimeLeft){time_part_seconds, part};
}

#endif
