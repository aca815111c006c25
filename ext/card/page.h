/* page.h -- the page of a model card while it is written.
**
** The sections append to `out`, whose errors are sticky. What else fails is kept in rc, with
** its sentence in error: the sections go on freely, and page_end() looks at it.
*/
#ifndef CLASSIFY_PAGE_H
#define CLASSIFY_PAGE_H

#include "models/loading.h"
#include "models/metrics_read.h"

typedef struct Page {
  Connection *connection;
  const Model *model;
  ModelRow row;
  Metrics metrics; /* of the row                                            */
  uint32_t *order; /* [metrics.labels] their numbers, those of most rows first */
  sqlite3_str *out;
  int rc;
  Error error;
} Page;

/* Begins a page on the model that `spec` means. Returns page->rc: if that is not SQLITE_OK
** there is nothing to append to. In any case the caller owes page_end().
*/
int page_begin(Page *page, Connection *connection, const char *spec);

/* Returns what was written, for sqlite3_free(), and releases all else but rc and error.
** Unless rc is then SQLITE_OK it is not a whole page, or NULL.
*/
char *page_end(Page *page);

void page_put(Page *page, const char *html);              /* which is trusted         */
void page_put_value(Page *page, sqlite3_value *value);    /* as text; NULL is nothing */
void page_begin_section(Page *page, const char *title);   /* with its heading         */
void page_end_section(Page *page);

#endif
