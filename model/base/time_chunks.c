#include "base/time_chunks.h"

static const double SHARE = 0.25; /* of the time that is left */

static size_t chunk_size(const TimeChunks *c, double left) {
  double done = (double)(c->end - c->begin), seconds = c->left - left, count = (double)c->count;
  if (left == INFINITY) return c->count;
  if (done == 0.0) return c->least;
  double size = seconds > 0.0 ? SHARE * left / seconds * done : count;
  return (size_t)fmin(count, fmax((double)c->least, size));
}

bool time_chunks_next(TimeChunks *c) {
  double left = time_left(c->time);
  size_t size = chunk_size(c, left), rest = c->count - c->end;
  c->left = left;
  c->begin = c->end;
  if (rest == 0 || (left <= 0.0 && c->begin > 0)) return false;
  c->end += size < rest ? size : rest;
  return true;
}
