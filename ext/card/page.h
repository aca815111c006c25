/* page.h -- the page of a model card while it is written.
**
** Its sections append to `out` and ask the JSON of the model's row. What fails is kept
** in rc: from then on nothing more is asked, and what was written is not used; so they
** go on freely, and it is looked at once, in the end.
*/
#ifndef CLASSIFY_PAGE_H
#define CLASSIFY_PAGE_H

#include "models/evaluation.h"
#include "models/loading.h"

typedef struct Page {
  Connection *connection;
  const Model *model;
  ModelRow row;
  Evaluation stored;
  sqlite3_str *out;
  int rc;
  Error error;
} Page;

void page_put(Page *page, const char *html);

/* A section with its heading. */
void page_begin_section(Page *page, const char *title);
void page_end_section(Page *page);

/* A statement with the JSON as ?1; NULL where something has failed. */
sqlite3_stmt *page_ask(Page *page, const char *sql, sqlite3_value *json);

/* Whether there is a row. After the last one, or where something has failed, the
** statement is done with.
*/
bool page_next(Page *page, sqlite3_stmt *stmt);

/* A column as a number: NAN where it is none, or one that no figure has. */
double page_column(sqlite3_stmt *stmt, int column);
void page_put_column(Page *page, sqlite3_stmt *stmt, int column); /* as text */

/* A number of the metrics; page_number_of(): of two, the first that is known. */
double page_number(Page *page, const char *path);
double page_number_of(Page *page, const char *path, const char *other);

#endif
