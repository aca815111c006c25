#include "card/page.h"

#include <math.h>

#include "host/html.h"

void page_put(Page *page, const char *html) { sqlite3_str_appendall(page->out, html); }

sqlite3_stmt *page_ask(Page *page, const char *sql, sqlite3_value *json) {
  sqlite3_stmt *stmt = NULL;
  if (!page->rc) page->rc = connection_statement(page->connection, sql, &stmt, &page->error);
  if (page->rc) return NULL;
  int rc = sqlite3_bind_value(stmt, 1, json);
  if (rc) page->rc = failure_sqlite(&page->error, page->connection->db, rc);
  return stmt;
}

bool page_next(Page *page, sqlite3_stmt *stmt) {
  int step = stmt && !page->rc ? sqlite3_step(stmt) : SQLITE_DONE;
  if (step == SQLITE_ROW) return true;
  if (step != SQLITE_DONE) page->rc = failure_sqlite(&page->error, page->connection->db, step);
  sqlite3_reset(stmt);
  if (stmt) sqlite3_clear_bindings(stmt);
  return false;
}

double page_column(sqlite3_stmt *stmt, int column) {
  int type = sqlite3_column_type(stmt, column);
  double value = type == SQLITE_INTEGER || type == SQLITE_FLOAT ? sqlite3_column_double(stmt, column) : NAN;
  return fabs(value) < (double)EVALUATION_MOST_ROWS ? value : NAN;
}

double page_number(Page *page, const char *path) {
  double value = NAN;
  sqlite3_stmt *stmt = page_ask(page, "SELECT json_extract(?1, ?2)", page->row.metrics);
  if (stmt) sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
  while (page_next(page, stmt)) value = page_column(stmt, 0);
  return value;
}

double page_number_of(Page *page, const char *path, const char *other) {
  double value = page_number(page, path);
  return isnan(value) ? page_number(page, other) : value;
}

void page_put_column(Page *page, sqlite3_stmt *stmt, int column) {
  const char *text = (const char *)sqlite3_column_text(stmt, column);
  if (text)
    html_text(page->out, text, (size_t)sqlite3_column_bytes(stmt, column));
  else if (sqlite3_column_type(stmt, column) != SQLITE_NULL)
    page->rc = failure_no_memory(&page->error);
}

void page_begin_section(Page *page, const char *title) {
  sqlite3_str_appendf(page->out, "<section><h2>%s</h2>\n", title);
}

void page_end_section(Page *page) { page_put(page, "</section>\n"); }
