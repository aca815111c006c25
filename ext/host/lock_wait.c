#include "host/lock_wait.h"

#include "base/clock.h"
#include "host/failure.h"

static const double MOST_SECONDS = 10.0;

enum { PAUSE_MS = 25 };

bool lock_wait_is_lock(int rc) { return (rc & 0xFF) == SQLITE_BUSY || (rc & 0xFF) == SQLITE_LOCKED; }

double lock_wait_until(void) { return clock_seconds() + MOST_SECONDS; }

/* A snapshot that is too old does not become newer. */
bool lock_wait_again(Connection *c, int *rc, double until, Error *error) {
  if (!lock_wait_is_lock(*rc) || *rc == SQLITE_BUSY_SNAPSHOT || clock_seconds() >= until) return false;
  sqlite3_sleep(PAUSE_MS);
  int stopped = failure_code(poll_proceed(connection_poll(c), error));
  if (stopped) *rc = stopped;
  return !stopped;
}
