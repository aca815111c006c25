/* metrics_read.h -- reads the JSON of metrics.h.
**
** The JSON may have come from anywhere. What is missing or makes no sense counts as not
** known and is no error: numbers are then NAN, values NULL, and elements of lists are left
** out. No number is METRICS_MOST or larger.
*/
#ifndef CLASSIFY_METRICS_READ_H
#define CLASSIFY_METRICS_READ_H

#include "classifier/model.h"
#include "classifier/score.h"
#include "host/connection.h"

#define METRICS_MOST 1e12

enum { METRICS_MOST_WARNINGS = 20, METRICS_MOST_BINS = 100, METRICS_MOST_EXAMPLES = 16 };

/* The series of the history. */
enum { METRICS_SERIES_LOSS, METRICS_SERIES_ACCURACY, METRICS_SERIES_HELD_OUT_LOSS, METRICS_SERIES_HELD_OUT_ACCURACY,
       METRICS_SERIES };

typedef struct MetricsBin {
  double rows, confidence, right; /* rows at least 1; the others from 0 to 1 */
} MetricsBin;

typedef struct MetricsExample {
  sqlite3_value *text;              /* a text                               */
  sqlite3_value *label, *predicted; /* any value                            */
  double confidence;
  bool right;                       /* the label is the one predicted       */
} MetricsExample;

typedef struct Metrics {
  double rows, validation_rows, skipped, cut, guessed, epochs, best_epoch, seconds, seed, threads;
  double judged, judged_right, sure; /* of a teacher */
  sqlite3_value *query, *kernel; /* texts, or NULL */
  sqlite3_value *warnings[METRICS_MOST_WARNINGS]; /* texts */
  size_t warning_count;
  double *history; /* [epochs_listed][METRICS_SERIES] */
  size_t epochs_listed;

  /* of the held-out rows */
  double held_out, folds, accuracy, macro_f1, log_loss, calibration_error;
  double ranking; /* LRAP, of a multi-label model */
  MetricsBin bins[METRICS_MOST_BINS];
  size_t bin_count;
  MetricsExample examples[METRICS_MOST_EXAMPLES];
  size_t example_count;

  Labels labels;      /* the model's, then those that only held-out rows have     */
  double *label_rows; /* [labels of the model] rows of each                       */
  Score score;        /* of the held-out rows, from the confusion matrix: its counts alone */

  size_t history_capacity; /* private */
} Metrics; /* all zero owns nothing */

/* Reads the metrics of the model, which are SQL NULL or JSON. *metrics owns what it holds,
** until metrics_free(); after an error (memory, an interrupt) it is all zero.
*/
int metrics_read(Connection *connection, const Model *model, sqlite3_value *json, Metrics *metrics, Error *error);
void metrics_free(Metrics *metrics);

#endif
