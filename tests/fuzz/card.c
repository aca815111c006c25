/* card.c -- what stands beside the weights in a row of classify_models, as somebody else may have written it: labels,
** options, metrics, and the weights themselves (if there are any), four parts. Nothing of it becomes HTML.
*/
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char MARK[] = "<x-"; /* no page of ours has such a tag */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static FuzzMutator *const MUTATORS[] = {fuzz_mutate_bytes, fuzz_mutate_bytes, fuzz_mutate_bytes,
                                          fuzz_mutate_safetensors};
  return fuzz_mutate_parts(data, size, most, seed, 4, MUTATORS);
}

static void check_page(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (!sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) && sqlite3_step(stmt) == SQLITE_ROW) {
    const char *page = (const char *)sqlite3_column_text(stmt, 0);
    FUZZ_CHECK(!page || !strstr(page, MARK), "%s has a tag that is not its own", sql);
  }
  sqlite3_finalize(stmt);
}

static void ask(sqlite3 *db) {
  static const char *const STATEMENTS[] = {
      "SELECT classify_card('m')", "SELECT * FROM classify_evaluate(NULL, 'm')",
      "SELECT * FROM classify_report(NULL, 'm')", "SELECT * FROM classify_confusion(NULL, 'm')",
      "SELECT * FROM classify_words('m')", "SELECT * FROM classify_words('m', 'cat')",
      "SELECT * FROM classify_doubts('SELECT id, body, label FROM texts', 'm')",
      "SELECT * FROM classify_evaluate('SELECT body, label FROM texts', 'm')",
      "SELECT * FROM classify_confusion('SELECT body, label FROM texts', 'm')",
      "SELECT * FROM classify_labels('the kitten', 'm')", "SELECT classify_scores('the kitten', 'm')",
      "SELECT * FROM classify_attention('the kitten', 'm')", "SELECT classify_highlight('the kitten', 'm')",
      "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm', '{\"threads\":1}')"};
  for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) fuzz_query(db, STATEMENTS[i], NULL, 0);
  check_page(db, "SELECT classify_card('m')");
  check_page(db, "SELECT classify_highlight('the kitten', 'm', 'html')");
}

static sqlite3 *open_model(void) {
  sqlite3 *db = fuzz_open();
  fuzz_make_texts(db);
  fuzz_make_model(db);
  return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static sqlite3 *db;
  FuzzPart parts[4];
  if (!db) db = open_model();
  fuzz_split(data, size, 4, parts);
  fuzz_must(db, "BEGIN");
  fuzz_memory_begin();
  FUZZ_CHECK(fuzz_query(db, "UPDATE classify_models SET labels = ?1, options = ?2, metrics = ?3, "
                            "weights = iif(length(?4), CAST(?4 AS BLOB), weights)", parts, 4),
             "the row cannot be written: %s", sqlite3_errmsg(db));
  ask(db);
  fuzz_memory_end(256 * size + (24 << 20));
  fuzz_must(db, "ROLLBACK");
  return 0;
}
