/* database.c -- the bytes of a database, and every function in statements on it. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char *const STATEMENTS[] = {
    "SELECT name, version, created, labels, options, metrics, length(weights) FROM classify_models",
    "SELECT classify('the kitten'), classify_confidence('the kitten', 'm'), classify_scores('the sail', 'm@1')",
    "SELECT classify(body), classify_highlight(body, 'm', 'html') FROM texts",
    "SELECT * FROM classify_labels('the kitten')",
    "SELECT * FROM classify_attention('the kitten at the sail', 'm')",
    "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm', '{\"threads\":1}')",
    "SELECT * FROM classify_evaluate(NULL, 'm')",
    "SELECT * FROM classify_evaluate('SELECT body, label FROM texts', 'm')",
    "SELECT * FROM classify_report(NULL, 'm')",
    "SELECT * FROM classify_confusion('SELECT body, label FROM texts', 'm')",
    "SELECT * FROM classify_words('m')",
    "SELECT * FROM classify_doubts('SELECT id, body, label FROM texts', 'm')",
    "SELECT classify_card('m')",
    "SELECT classify_embedding('the parcel')",
    "SELECT * FROM classify_embeddings('SELECT id, body FROM texts', 'static')",
    "SELECT * FROM view",
    "INSERT INTO texts(body, label) VALUES ('a new kitten', 'cat')",
    "SELECT classify_train(body, label, 'm', '{\"epochs\":1,\"hidden\":1,\"embedding\":1,\"threads\":1,"
    "\"subwords\":false,\"validation\":0,\"keep\":2}') FROM texts",
    "SELECT * FROM classify_train('SELECT body, label FROM texts', 'm', '{\"epochs\":1,\"from\":\"m\",\"threads\":1}')",
    "SELECT classify_train(body, label, 'n', '{\"epochs\":1,\"hidden\":1,\"embedding\":1,\"threads\":1,"
    "\"subwords\":false,\"teacher\":\"static\"}') FROM texts",
    "UPDATE texts SET label = c.label FROM classify_rows('SELECT id, body FROM texts') AS c WHERE c.id = texts.id",
    "DELETE FROM classify_models WHERE name = 'm'",
    "SELECT classify('the kitten'), classify_version(), length(classify_debug())",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 512) return 0; /* no page is smaller */
  sqlite3 *db = fuzz_open();
  unsigned char *bytes = sqlite3_malloc64(size);
  FUZZ_CHECK(bytes, "no memory for %zu bytes", size);
  memcpy(bytes, data, size);
  fuzz_memory_begin();
  fuzz_texts_are_checked = false;
  int rc = sqlite3_deserialize(db, "main", bytes, (sqlite3_int64)size, (sqlite3_int64)size,
                               SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS && !rc; i++) fuzz_query(db, STATEMENTS[i], NULL, 0);
  fuzz_close(db);
  fuzz_memory_end(256 * size + (64 << 20));
  return 0;
}
