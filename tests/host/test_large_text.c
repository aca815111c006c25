/* A text of megabytes: what was allocated for it is freed with its statement, and does not stay with the connection. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words that the model knows, and as many that it does not. */
static char *make_text(size_t length) {
  char *text = malloc(length + 64), word[32];
  assert_non_null(text);
  size_t at = 0;
  for (unsigned i = 0; at < length; i++) {
    int n = snprintf(word, sizeof word, "kitten x%x ", i * 2654435761u);
    memcpy(text + at, word, (size_t)n);
    at += (size_t)n;
  }
  text[at] = '\0';
  return text;
}

static void ask(sqlite3 *db, const char *sql, const char *text) {
  sqlite3_stmt *stmt = prepare(db, sql);
  sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
  int rows = 0;
  while (sqlite3_step(stmt) == SQLITE_ROW) rows++;
  assert_true(rows > 0);
  if (sqlite3_finalize(stmt)) fail_msg("%s gives: %s", sql, sqlite3_errmsg(db));
}

static const char *const STATEMENTS[] = {
    "SELECT classify(?, 'parts')",
    "SELECT classify_confidence(?, 'parts')",
    "SELECT classify_scores(?, 'parts')",
    "SELECT label FROM classify_labels(?, 'parts')",
    "SELECT length(classify_highlight(?, 'parts'))",
    "SELECT count(token) FROM classify_attention(?, 'parts')",
    "SELECT classify(?, 'markup')",
    "SELECT classify(?, 'porter')",
    "SELECT label FROM classify_rows('SELECT 1, text FROM long', 'parts'), (SELECT ?)",
};

TEST(it_leaves_little_behind) {
  if (SANITIZED) skip();
  enum { LENGTH = 4 << 20, LEFT = 1 << 20 };
  sqlite3 *db = open_database(":memory:");
  char *text = make_text(LENGTH);
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'parts', '" PARTS "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'markup', json_set('" PARTS "', '$.markup', 'html')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'porter', json_set('" PARTS "', '$.tokenize', 'porter')) FROM texts");
  run(db, "CREATE TABLE long AS SELECT %Q AS text", text);
  for (size_t i = 0; i < COUNT(STATEMENTS); i++) {
    ask(db, STATEMENTS[i], CAT);
    size_t before = allocated();
    ask(db, STATEMENTS[i], text);
    if (allocated() > before + LEFT) fail_msg("%s leaves %zu bytes", STATEMENTS[i], allocated() - before);
    ask(db, STATEMENTS[i], CAT);
  }
  free(text);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_leaves_little_behind)};
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
