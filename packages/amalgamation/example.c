/* example.c -- learns from a table, then labels a text. classify.h says how to compile it. */
#include <stdio.h>

#include "classify.h"

static const char TABLE[] =
    "CREATE TABLE tickets(body, category);"
    "INSERT INTO tickets VALUES"
    " ('The invoice is wrong', 'billing'), ('I was charged twice', 'billing'), ('Refund my money', 'billing'),"
    " ('Where is my parcel?', 'delivery'), ('The courier lost it', 'delivery'), ('It came too late', 'delivery'),"
    " ('I forgot my password', 'login'), ('My account is locked', 'login'), ('I cannot sign in', 'login');";
static const char TRAIN[] = "SELECT classify_train(body, category) FROM tickets";
static const char LABEL[] = "SELECT classify(?)";

int main(int argc, char **argv) {
  const char *text = argc > 1 ? argv[1] : "the courier was too late";
  sqlite3 *db;
  sqlite3_stmt *stmt = NULL;
  char *message = NULL;
  int rc = sqlite3_open(":memory:", &db);
  if (!rc) rc = sqlite3_classify_static_init(db, &message, NULL);
  if (!rc) rc = sqlite3_exec(db, TABLE, NULL, NULL, &message);
  if (!rc) rc = sqlite3_exec(db, TRAIN, NULL, NULL, &message);
  if (!rc) rc = sqlite3_prepare_v2(db, LABEL, -1, &stmt, NULL);
  if (!rc) rc = sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
  if (!rc && sqlite3_step(stmt) == SQLITE_ROW) printf("%s\n", (const char *)sqlite3_column_text(stmt, 0));
  int finalized = sqlite3_finalize(stmt);
  if (!rc) rc = finalized;
  if (rc) fprintf(stderr, "%s\n", message ? message : sqlite3_errmsg(db));
  sqlite3_free(message);
  sqlite3_close(db);
  return rc != SQLITE_OK;
}
