/* plot.h -- plots as SVG elements of a page.
**
** They have no colours of their own: the style of the page (card.css) gives colours to their
** classes axis, grid, train, held, diagonal, dot, right and wrong. Each plot has a title for
** those who cannot see it, and so has each dot and cell. Values are finite, or NAN where there
** is none. Nothing is kept of what is passed. Errors are those of the sqlite3_str, sticky.
*/
#ifndef CLASSIFY_PLOT_H
#define CLASSIFY_PLOT_H

#include "models/metrics_read.h"

typedef struct PlotLine {
  const char *class;    /* train or held */
  const double *values; /* [count], so many numbers apart: */
  size_t stride;
} PlotLine;

/* Draws lines over the epochs 1 .. count. */
void plot_lines(sqlite3_str *svg, const char *title, const PlotLine *lines, size_t line_count, size_t count);

/* Draws a dot for each bin, larger for more rows. On the diagonal confidence is the share of
** rows that are right.
*/
void plot_calibration(sqlite3_str *svg, const MetricsBin *bins, size_t count);

typedef struct PlotHeat {
  const Labels *labels;
  const uint32_t *shown; /* [count] numbers of labels                           */
  size_t count;
  const double *rows;    /* [count][count] rows by actual, then predicted label */
  const double *totals;  /* [count] all rows of each actual label               */
} PlotHeat;

/* Draws a cell for each pair, stronger for a larger share of the actual label's rows. */
void plot_heat(sqlite3_str *svg, const PlotHeat *heat);

#endif
