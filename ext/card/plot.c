#include "card/plot.h"

#include <math.h>

#include "host/html.h"

enum { MOST_POINTS = 200 }; /* of a line: nobody would see more */

/* ---- axes ---------------------------------------------------------------------------- */

enum { WIDTH = 440, HEIGHT = 220, LEFT = 46, RIGHT = 12, TOP = 14, BOTTOM = 34 };

/* Returns the distance between grid lines: 1, 2 or 5 times a power of ten, so that there are
** about four in the span.
*/
static double nice_step(double span) {
  double raw = span / 4.0, power = pow(10.0, floor(log10(raw))), part = raw / power;
  return power * (part < 1.5 ? 1.0 : part < 3.5 ? 2.0 : part < 7.5 ? 5.0 : 10.0);
}

static double value_at(const PlotLine *line, size_t i) { return line->values[i * line->stride]; }

typedef struct Axis {
  double least, most, step;
} Axis;

static Axis value_axis(const PlotLine *lines, size_t line_count, size_t count) {
  double least = INFINITY, most = -INFINITY;
  for (size_t i = 0; i < line_count; i++)
    for (size_t x = 0; x < count; x++) {
      least = fmin(least, value_at(&lines[i], x)); /* fmin(NAN, x) is x */
      most = fmax(most, value_at(&lines[i], x));
    }
  double span = most - least;
  if (!(span > 1e-9 * fmax(fabs(least), fabs(most)))) span = fmax(fabs(most), 1.0);
  double step = nice_step(span);
  return (Axis){floor(least / step) * step, ceil(most / step) * step, step};
}

static double place(const Axis *a, double value, double from, double to) {
  return a->most > a->least ? from + (value - a->least) / (a->most - a->least) * (to - from) : (from + to) / 2.0;
}

static double x_of(const Axis *a, double x) { return place(a, x, LEFT, WIDTH - RIGHT); }
static double y_of(const Axis *a, double y) { return place(a, y, HEIGHT - BOTTOM, TOP); }

static void begin_svg(sqlite3_str *svg, const char *class, double width, double height, const char *title) {
  sqlite3_str_appendf(svg, "<svg class=\"%s\" role=\"img\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">"
                      "<title>%s</title>", class, width, height, width, height, title);
}

static void grid(sqlite3_str *svg, const Axis *x, const Axis *y) {
  for (int i = 0; i < 12 && y->least + i * y->step <= y->most + y->step / 2.0; i++) {
    double value = y->least + i * y->step, at = y_of(y, value);
    sqlite3_str_appendf(svg, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"axis\" x=\"%d\" y=\"%.1f\" "
                        "text-anchor=\"end\">%.4g</text>", LEFT, at, WIDTH - RIGHT, LEFT - 7, at + 4.0,
                        fabs(value) < y->step / 2.0 ? 0.0 : value);
  }
  for (double value = x->least; value <= x->most; value += x->step)
    sqlite3_str_appendf(svg, "<text class=\"axis\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>",
                        x_of(x, value), HEIGHT - BOTTOM + 17, value);
}

/* ---- lines ------------------------------------------------------------------------------- */

static void line_path(sqlite3_str *svg, const PlotLine *line, size_t count, const Axis *x, const Axis *y) {
  size_t stride = (count + MOST_POINTS - 1) / MOST_POINTS;
  bool drawing = false;
  sqlite3_str_appendf(svg, "<path class=\"line %s\" d=\"", line->class);
  for (size_t i = 0; i < count; i += stride) {
    double value = value_at(line, i);
    if (!isnan(value))
      sqlite3_str_appendf(svg, "%c%.1f %.1f", drawing ? 'L' : 'M', x_of(x, (double)i + 1.0), y_of(y, value));
    drawing = !isnan(value);
  }
  sqlite3_str_appendall(svg, "\"/>");
}

static void line_dots(sqlite3_str *svg, const PlotLine *line, size_t count, const Axis *x, const Axis *y) {
  for (size_t i = 0; i < count; i++) {
    double value = value_at(line, i);
    if (isnan(value)) continue;
    sqlite3_str_appendf(svg, "<circle class=\"point %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%d: %.4g</title>"
                        "</circle>", line->class, x_of(x, (double)i + 1.0), y_of(y, value), (int)i + 1, value);
  }
}

void plot_lines(sqlite3_str *svg, const char *title, const PlotLine *lines, size_t line_count, size_t count) {
  double step = count > 8 ? ceil(nice_step((double)count)) : 1.0;
  Axis x = {1.0, (double)count, step}, y = value_axis(lines, line_count, count);
  begin_svg(svg, "lines", WIDTH, HEIGHT, title);
  grid(svg, &x, &y);
  for (size_t i = 0; i < line_count; i++) line_path(svg, &lines[i], count, &x, &y);
  for (size_t i = 0; i < line_count && count <= 30; i++) line_dots(svg, &lines[i], count, &x, &y);
  sqlite3_str_appendf(svg, "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">epoch</text></svg>",
                      (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 2);
}

/* ---- calibration --------------------------------------------------------------------------- */

enum { SIDE = 240, SQUARE = 62 }; /* the square's side, and the space to its left */

static double square_x(double value) { return (double)SQUARE + value * (double)SIDE; }
static double square_y(double value) { return (double)TOP + (1.0 - value) * (double)SIDE; }

static void square_grid(sqlite3_str *svg) {
  for (int i = 0; i <= 4; i++) {
    double value = i / 4.0;
    sqlite3_str_appendf(svg, "<path class=\"grid\" d=\"M%d %.1fh%d\"/><text class=\"axis\" x=\"%d\" y=\"%.1f\" "
                        "text-anchor=\"end\">%.4g</text>", SQUARE, square_y(value), SIDE, SQUARE - 7,
                        square_y(value) + 4.0, value);
    sqlite3_str_appendf(svg, "<text class=\"axis\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.4g</text>",
                        square_x(value), TOP + SIDE + 17, value);
  }
  sqlite3_str_appendf(svg, "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">confidence</text>"
                      "<text class=\"axis\" transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">share "
                      "that is right</text>", SQUARE + SIDE / 2, TOP + SIDE + BOTTOM - 2, TOP + SIDE / 2);
}

void plot_calibration(sqlite3_str *svg, const MetricsBin *bins, size_t count) {
  double most = 1.0;
  for (size_t b = 0; b < count; b++) most = fmax(most, bins[b].rows);
  begin_svg(svg, "calibration", SQUARE + SIDE + RIGHT, TOP + SIDE + BOTTOM,
            "Share of rows that are right, by confidence");
  square_grid(svg);
  sqlite3_str_appendf(svg, "<path class=\"diagonal\" d=\"M%d %dl%d -%d\"/>", SQUARE, TOP + SIDE, SIDE, SIDE);
  for (size_t b = 0; b < count; b++)
    sqlite3_str_appendf(svg, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%,lld rows: confidence "
                        "%.3f, right %.3f</title></circle>", square_x(bins[b].confidence), square_y(bins[b].right),
                        2.0 + 9.0 * sqrt(bins[b].rows / most), (sqlite3_int64)bins[b].rows, bins[b].confidence,
                        bins[b].right);
  sqlite3_str_appendall(svg, "</svg>");
}

/* ---- heat ------------------------------------------------------------------------------------ */

enum { NAME_COLUMNS = 26, NUMBER_COLUMNS = 12 };

/* Where the first cell begins, and the side of a cell. */
typedef struct Layout {
  double left, top, cell;
} Layout;

static Layout heat_layout(const PlotHeat *h) {
  size_t columns = 0, end;
  for (size_t i = 0; i < h->count; i++) {
    Label label = labels_get(h->labels, h->shown[i]);
    size_t width = NUMBER_COLUMNS;
    if (label.kind == LABEL_TEXT) width = html_columns(label.text, label.length, NAME_COLUMNS, &end);
    if (width > columns) columns = width;
  }
  double name = 7.6 * (double)columns; /* few letters are wider */
  return (Layout){name + 12.0, 0.87 * name + 14.0, h->count <= 12 ? 40.0 : 26.0};
}

static void heat_name(sqlite3_str *svg, const PlotHeat *h, size_t i) {
  Label label = labels_get(h->labels, h->shown[i]);
  if (label.kind == LABEL_TEXT)
    html_short(svg, label.text, label.length, NAME_COLUMNS);
  else
    html_label(svg, label);
}

static void heat_title(sqlite3_str *svg, const PlotHeat *h, size_t i) {
  html_label(svg, labels_get(h->labels, h->shown[i]));
}

static void heat_names(sqlite3_str *svg, const PlotHeat *h, const Layout *at) {
  for (size_t i = 0; i < h->count; i++) {
    double middle = ((double)i + 0.5) * at->cell;
    sqlite3_str_appendf(svg, "<text class=\"name\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", at->left - 8.0,
                        at->top + middle + 4.0);
    heat_name(svg, h, i);
    sqlite3_str_appendf(svg, "</text><text class=\"name\" transform=\"translate(%.1f %.1f) rotate(-60)\">",
                        at->left + middle + 4.0, at->top - 8.0);
    heat_name(svg, h, i);
    sqlite3_str_appendall(svg, "</text>");
  }
}

/* A cell has room for few digits: 1234 becomes 1.2k. */
static void heat_number(sqlite3_str *svg, double rows) {
  static const char *const THOUSANDS[] = {"", "k", "M", "G", "T", "P", "E"};
  int power = 0;
  for (; rows >= 999.5 && power < 6; power++) rows /= 1000.0;
  sqlite3_str_appendf(svg, power && rows < 9.95 ? "%.1f%s" : "%.0f%s", rows, THOUSANDS[power]);
}

static void heat_cell(sqlite3_str *svg, const PlotHeat *h, size_t actual, size_t predicted, const Layout *at) {
  double rows = h->rows[actual * h->count + predicted], share = rows / h->totals[actual], cell = at->cell;
  double x = at->left + (double)predicted * cell, y = at->top + (double)actual * cell;
  if (!(rows > 0.0)) return;
  sqlite3_str_appendall(svg, "<g><title>");
  html_count(svg, rows);
  sqlite3_str_appendall(svg, " rows of ");
  heat_title(svg, h, actual);
  sqlite3_str_appendall(svg, actual == predicted ? " were given it" : " were given ");
  if (actual != predicted) heat_title(svg, h, predicted);
  sqlite3_str_appendf(svg, "</title><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"%.0f\" "
                      "fill-opacity=\"%.2f\"/><text class=\"number\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                      actual == predicted ? "right" : "wrong", x, y, cell, cell, 0.06 + 0.49 * fmin(share, 1.0),
                      x + cell / 2.0, y + cell / 2.0 + 4.0);
  heat_number(svg, rows);
  sqlite3_str_appendall(svg, "</text></g>");
}

/* The width leaves room for the name of the last column, which leans to the right. */
void plot_heat(sqlite3_str *svg, const PlotHeat *h) {
  Layout at = heat_layout(h);
  double side = (double)h->count * at.cell;
  begin_svg(svg, "heat", at.left + side + fmax(0.45 * at.top - at.cell / 2.0, 2.0), at.top + side + 2.0,
            "Held-out rows by their label, from top to bottom, and the label they were given");
  for (size_t i = 0; i <= h->count; i++)
    sqlite3_str_appendf(svg, "<path class=\"grid\" d=\"M%.1f %.1fh%.0fM%.1f %.1fv%.0f\"/>", at.left,
                        at.top + (double)i * at.cell, side, at.left + (double)i * at.cell, at.top, side);
  for (size_t actual = 0; actual < h->count; actual++)
    for (size_t predicted = 0; predicted < h->count; predicted++) heat_cell(svg, h, actual, predicted, &at);
  heat_names(svg, h, &at);
  sqlite3_str_appendall(svg, "</svg>");
}
