#include "card/page.h"

#include <math.h>
#include <stdlib.h>

#include "host/cache.h"
#include "host/html.h"

/* ---- labels by their rows ---------------------------------------------------------------- */

typedef struct Ranked {
  double rows;
  uint32_t label;
} Ranked;

static int most_rows_first(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  return (x->label > y->label) - (x->label < y->label);
}

/* If the rows of a label are not known, its held-out rows are taken instead. */
static int rank_labels(Page *page) {
  const Metrics *m = &page->metrics;
  size_t labels = m->labels.keys.count, known = page->model->labels.keys.count;
  Ranked *ranked = malloc((labels + 1) * sizeof *ranked);
  page->order = malloc((labels + 1) * sizeof *page->order);
  int rc = ranked && page->order ? SQLITE_OK : failure_no_memory(&page->error);
  for (size_t l = 0; l < labels && !rc; l++) {
    double held_out = l < m->score.labels ? (double)m->score.label[l].actual : 0.0;
    ranked[l] = (Ranked){l < known && !isnan(m->label_rows[l]) ? m->label_rows[l] : held_out, (uint32_t)l};
  }
  if (!rc && labels) qsort(ranked, labels, sizeof *ranked, most_rows_first);
  for (size_t l = 0; l < labels && !rc; l++) page->order[l] = ranked[l].label;
  free(ranked);
  return rc;
}

/* ---- the page ---------------------------------------------------------------------------- */

int page_begin(Page *page, Connection *c, const char *spec) {
  *page = (Page){.connection = c};
  int rc = loading_load_with_row(c, spec, &page->model, &page->row, &page->error);
  if (!rc) rc = metrics_read(c, page->model, page->row.metrics, &page->metrics, &page->error);
  if (!rc) rc = rank_labels(page);
  if (!rc) page->out = sqlite3_str_new(c->db);
  return page->rc = rc;
}

char *page_end(Page *page) {
  if (!page->rc) page->rc = sqlite3_str_errcode(page->out);
  char *html = sqlite3_str_finish(page->out);
  metrics_free(&page->metrics);
  free(page->order);
  model_row_free(&page->row);
  cache_release(page->model);
  return html;
}

void page_put(Page *page, const char *html) { sqlite3_str_appendall(page->out, html); }

void page_put_value(Page *page, sqlite3_value *value) {
  const char *text = (const char *)sqlite3_value_text(value);
  if (text)
    html_text(page->out, text, (size_t)sqlite3_value_bytes(value));
  else if (sqlite3_value_type(value) != SQLITE_NULL)
    page->rc = failure_no_memory(&page->error);
}

void page_begin_section(Page *page, const char *title) {
  sqlite3_str_appendf(page->out, "<section><h2>%s</h2>\n", title);
}

void page_end_section(Page *page) { page_put(page, "</section>\n"); }
