/* plot.h -- plots as SVG, to stand in a page.
**
** They have no colours of their own: lines and marks are of the classes axis, grid,
** train, held, diagonal, dot, right and wrong, which the page's style colours. Each
** has a title for those who do not see it, and one on each dot and cell. Values are
** finite, or NAN where there is none.
*/
#ifndef CLASSIFY_PLOT_H
#define CLASSIFY_PLOT_H

#include "models/metrics_read.h"

typedef struct PlotLine {
  const char *class;
  const double *values; /* [count], so many numbers apart: */
  size_t stride;
} PlotLine;

/* Lines over 1 .. count. */
void plot_lines(sqlite3_str *svg, const char *title, const PlotLine *lines, size_t line_count, size_t count);

/* A dot a bin, its area by the rows, against the diagonal on which a model says what it is worth. */
void plot_calibration(sqlite3_str *svg, const MetricsBin *bins, size_t count);

typedef struct PlotHeat {
  const Labels *labels;
  const uint32_t *shown; /* [count] labels                                      */
  size_t count;
  const double *rows;    /* [count][count] actual by predicted                  */
  const double *totals;  /* [count] of each actual one, also in columns left out */
} PlotHeat;

/* A cell's strength is its share of the actual label's rows. */
void plot_heat(sqlite3_str *svg, const PlotHeat *heat);

#endif
