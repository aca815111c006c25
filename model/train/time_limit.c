#include "train/time_limit.h"

#include <math.h>

#include "base/number_text.h"
#include "linear/linear.h"
#include "train/stage.h"

enum {
  FEW_ROWS = 1000, /* in a table that is never refused */
  END = 6          /* finishing, writing and saving numbers takes so many times as long as to make them, about */
};

static const double SLACK = 0.3, SLACK_SHARE = 0.05; /* seconds, or of the limit: how late the end may be */
static const double END_SHARE = 0.5;                 /* of the limit: kept back at most */
static const double WRITING_SHARE = 0.4;             /* of what the end takes, for what comes after the keywords */
static const double KEYWORDS_SHARE = 0.05;           /* of the limit, at least, if there is as much */

static bool is_limited(const Training *t) { return t->options.max_seconds > 0; }

double time_limit_left_in_all(const Training *t) {
  return is_limited(t) ? t->options.max_seconds - training_seconds(t) : INFINITY;
}

static double left_beside(const Training *t, double reserved) {
  return stop_file_appeared(t->stop_file) ? 0.0 : time_limit_left_in_all(t) - reserved;
}

double time_limit_left(const Training *t) { return left_beside(t, t->reserved); }
double time_limit_left_at_end(const Training *t) { return left_beside(t, WRITING_SHARE * t->ending); }

static double left_of(const void *training) { return time_limit_left(training); }

TimeLeft time_limit_time(const Training *t) { return (TimeLeft){left_of, t}; }

static double latest(const Training *t) {
  return t->options.max_seconds + fmax(SLACK, SLACK_SHARE * t->options.max_seconds);
}

Status time_limit_check_rows(const Training *t, Error *error) {
  size_t rows = t->corpus.rows;
  if (!is_limited(t) || rows < FEW_ROWS || rows % 64 || training_seconds(t) <= latest(t)) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "max_seconds is %s, and over after %zu rows were read, expected more "
                   "seconds or fewer rows", number_digits(t->options.max_seconds, 6).text, rows);
}

Status time_limit_reserve(Training *t, double seconds, size_t numbers, Error *error) {
  double all = (double)numbers + (t->options.linear ? LINEAR_WEIGHTS : 0.0);
  double needed = END * seconds / fmax(1.0, (double)numbers) * all, spent = training_seconds(t);
  if (!is_limited(t)) return STATUS_OK;
  t->ending = fmin(needed, END_SHARE * t->options.max_seconds);
  t->reserved = t->ending + KEYWORDS_SHARE * t->options.max_seconds;
  if (t->corpus.rows < FEW_ROWS || spent + needed <= latest(t)) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "max_seconds is %s, but even the least model of %zu rows and %zu labels "
                   "takes about %s seconds, expected more", number_digits(t->options.max_seconds, 6).text,
                   t->corpus.rows, t->corpus.labels.keys.count,
                   number_fixed(ceil(12.0 * (spent + needed)) / 10.0, 1).text);
}
