#include "host/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number_text.h"

enum {
  COLUMNS = 80,    /* if the terminal does not tell */
  MOST_COLUMNS = 160,
  BAR_LEAST = 5,
  BAR_MOST = 20
};

static const double QUIET = 0.2;   /* seconds: a shorter call shows nothing */
static const double REDRAW = 0.1, REDRAW_HIDDEN = 0.03;
static const double LOG_EVERY = 5.0;
static const double MEMORY = 20.0; /* seconds: time constant of the decaying sums */

double progress_seconds(const Progress *p) { return clock_seconds() - p->begun; }

void progress_begin(Progress *p, bool wanted, ProgressRead *read, void *context) {
  *p = (Progress){.wanted = wanted, .terminal = wanted && isatty(STDERR_FILENO), .read = read,
                  .context = context, .hidden = true, .begun = clock_seconds()};
  p->shown = p->last_at = p->begun;
}

/* ---- rates -------------------------------------------------------------------- */

/* Adds what was done since the last call to the decaying sums. Steps without rows do not count:
** their time says nothing about the rest.
*/
static void update_rates(Progress *p, const ProgressState *s, double time) {
  double seconds = time - p->last_at, kept = exp(-seconds / MEMORY);
  if (s->rows >= 0 && p->last.rows >= 0 && s->rows >= p->last.rows) {
    p->rows = p->rows * kept + s->rows - p->last.rows;
    p->share = p->share * kept + fmax(0.0, s->share - p->last.share);
    p->seconds = p->seconds * kept + seconds;
  }
  p->last = *s;
  p->last_at = time;
}

/* Returns a number below 0 if it is too early for an estimate. */
static double seconds_left(const Progress *p, const ProgressState *s) {
  bool told = p->seconds > 2.0 || (p->seconds > 0.0 && s->share >= 0.1);
  if (!told || s->rows < 0 || s->share <= 0.0 || p->share <= 0.0) return -1.0;
  return (1.0 - s->share) * p->seconds / p->share + s->besides;
}

/* ---- the line ------------------------------------------------------------------- */

/* What does not fit is cut off. */
typedef struct Line {
  char text[MOST_COLUMNS + 1];
  size_t length, most;
} Line;

static void append(Line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(Line *line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line->text + line->length, line->most + 1 - line->length, format, arguments);
  va_end(arguments);
  if (length > 0) line->length += (size_t)length;
  if (line->length > line->most) line->length = line->most;
}

/* One less than the terminal has: some go to the next line after the last column. */
static size_t line_columns(void) {
  struct winsize size;
  size_t width = COLUMNS;
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
  return (width < MOST_COLUMNS ? width : MOST_COLUMNS) - 1;
}

static void append_left(Line *line, double left) {
  if (left < 0 || left > 1e8) return;
  long seconds = (long)ceil(left);
  if (seconds < 3600)
    append(line, "  %ld:%02ld left", seconds / 60, seconds % 60);
  else
    append(line, "  %ld:%02ld:%02ld left", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void append_figures(Line *line, const Progress *p, const ProgressState *s) {
  if (s->rows >= 0 && s->share < 0) append(line, "  %.0f rows", s->rows);
  if (s->rows >= 0 && p->rows > 0) append(line, "  %.0f rows/s", p->rows / p->seconds);
  append_left(line, seconds_left(p, s));
  if (*s->note) append(line, "  %s", s->note);
}

static void append_bar(Line *line, double share, size_t width) {
  if (width > BAR_MOST) width = BAR_MOST;
  share = fmin(share, 1.0);
  if (width >= BAR_LEAST) {
    append(line, " [");
    for (size_t i = 0; i < width; i++) append(line, "%c", (double)i + 0.5 < share * (double)width ? '#' : ' ');
    append(line, "]");
  }
  append(line, " %3.0f%%", floor(100.0 * share));
}

static void make_line(Line *line, const Progress *p, const ProgressState *s) {
  Line figures = {.most = line->most};
  append_figures(&figures, p, s);
  append(line, "%s", s->doing);
  size_t taken = line->length + figures.length + strlen(" [] 100%");
  if (s->share >= 0) append_bar(line, s->share, line->most > taken ? line->most - taken : 0);
  append(line, "%s", figures.text);
}

/* Clears the rest of the old line with spaces, which work on any terminal. */
static void draw_line(Progress *p, const ProgressState *s, double time) {
  Line line = {.most = line_columns()};
  make_line(&line, p, s);
  size_t old = p->width < line.most ? p->width : line.most;
  p->width = line.length;
  fprintf(stderr, "\r%-*s", (int)old, line.text);
  p->shown = time;
  p->hidden = false;
}

void progress_show(Progress *p) {
  if (!p->terminal) return;
  double time = clock_seconds();
  if (time - p->begun < QUIET) return;
  if (time - p->shown < (p->hidden ? REDRAW_HIDDEN : REDRAW)) return;
  ProgressState state = {0};
  p->read(p->context, &state);
  update_rates(p, &state, time);
  draw_line(p, &state, time);
}

void progress_hide(Progress *p) {
  if (!p->terminal || p->hidden) return;
  fprintf(stderr, "\r%*s\r", (int)p->width, "");
  p->width = 0;
  p->hidden = true;
}

/* ---- polls and logs ------------------------------------------------------------------- */

void progress_log(Progress *p, const char *format, ...) {
  va_list arguments;
  if (!p->wanted || p->terminal) return;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  p->shown = clock_seconds();
}

static bool is_due(const Progress *p) { return clock_seconds() - p->shown >= LOG_EVERY; }

/* Where there is no terminal: a step that has no rows, but says how far it is, has a line where it begins and every
** few seconds.
*/
static void log_step(Progress *p) {
  ProgressState s = {0};
  if (p->terminal) return;
  p->read(p->context, &s);
  if (s.rows >= 0 || s.share < 0) return;
  if (strcmp(s.doing, p->logged) == 0 && !is_due(p)) return;
  snprintf(p->logged, sizeof p->logged, "%s", s.doing);
  progress_log(p, "%s: %.0f%%", s.doing, floor(100.0 * s.share));
}

static bool show_and_ask(void *progress) {
  Progress *p = progress;
  progress_show(p);
  log_step(p);
  return poll_goes_on(p->ask);
}

Poll progress_poll(Progress *p, Poll ask) {
  p->ask = ask;
  return p->wanted ? (Poll){show_and_ask, p} : ask;
}

void progress_log_rows(Progress *p, bool is_last) {
  ProgressState s = {0};
  if (!p->wanted || p->terminal || !(is_last || is_due(p))) return;
  p->read(p->context, &s);
  double seconds = progress_seconds(p);
  progress_log(p, "%s: %.0f rows, %.0f rows a second, %s s", s.doing, s.rows, s.rows / seconds,
               number_fixed(seconds, 1).text);
}
