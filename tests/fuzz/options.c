/* options.c -- the options of classify_train() and of classify_rows(), two parts. Whatever they are, a training
** ends with a model or with a sentence.
*/
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

static const char *const NAMES[] = {
    "batch_size", "class_weight", "compress", "dropout", "embedding", "encoder", "epochs", "from", "hidden", "keep",
    "labels", "learning_rate", "linear", "markup", "max_memory", "max_pool", "max_seconds", "max_size", "max_tokens",
    "max_vocabulary", "min_count", "multilabel", "patience", "position_bias", "precision", "progress", "seed",
    "subwords", "teacher", "threads", "tokenize", "unlabelled", "validation", "vectors", "separator"};
static const char *const VALUES[] = {
    "0", "1", "2", "3", "4", "0.5", "1e-9", "1e300", "-1", "true", "false", "null", "\"\"", "\"m\"", "[]", "{}",
    "\"balanced\"", "{\"cat\":2,\"boat\":0.5}", "{\"dog\":1}", "\"none\"", "\"bigru\"", "\"html\"", "\"int8\"",
    "\"porter unicode61\"", "\"whitespace lower ascii\"", "\"characters\"", "[\"cat\",\"dog\"]",
    "{\"cat\":\"an animal\",\"dog\":\"another\"}", "\"SELECT body, label FROM texts\"", "\"SELECT body FROM texts\"",
    "\"vectors\"", "\",\"", "1000000", "10000", "\"static\""};

static size_t append(char *text, size_t room, const char *more) {
  size_t length = strlen(text), added = strlen(more);
  if (length + added < room) memcpy(text + length, more, added + 1);
  return strlen(text);
}

/* Some options with some values. */
static size_t make_options(uint8_t *data, size_t most, unsigned seed) {
  char text[1024] = "{";
  size_t count = 1 + fuzz_random(&seed, 6), length = 0;
  for (size_t i = 0; i < count; i++) {
    append(text, sizeof text, i ? ",\"" : "\"");
    append(text, sizeof text, NAMES[fuzz_random(&seed, sizeof NAMES / sizeof *NAMES)]);
    append(text, sizeof text, "\":");
    append(text, sizeof text, VALUES[fuzz_random(&seed, sizeof VALUES / sizeof *VALUES)]);
  }
  length = append(text, sizeof text, "}");
  if (length > most) length = most;
  memcpy(data, text, length);
  return length;
}

/* One more option at the beginning. */
static size_t add_option(uint8_t *data, size_t size, size_t most, unsigned seed) {
  char text[256] = "{\"";
  append(text, sizeof text, NAMES[fuzz_random(&seed, sizeof NAMES / sizeof *NAMES)]);
  append(text, sizeof text, "\":");
  append(text, sizeof text, VALUES[fuzz_random(&seed, sizeof VALUES / sizeof *VALUES)]);
  size_t length = append(text, sizeof text, ",");
  if (size < 2 || data[0] != '{' || size + length > most) return make_options(data, most, seed);
  memmove(data + length, data + 1, size - 1);
  memcpy(data, text, length);
  return size + length - 1;
}

static size_t mutate_options(uint8_t *data, size_t size, size_t most, unsigned seed) {
  size_t choice = fuzz_random(&seed, 8);
  if (choice == 0) return make_options(data, most, seed);
  if (choice < 5) return add_option(data, size, most, seed);
  return fuzz_mutate_bytes(data, size, most, seed);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static FuzzMutator *const MUTATORS[] = {mutate_options, mutate_options};
  return fuzz_mutate_parts(data, size, most, seed, 2, MUTATORS);
}

/* A training may be long, and it may be stopped at any time. */
static int is_late(void *begun) { return (double)(clock() - *(clock_t *)begun) / CLOCKS_PER_SEC > 0.1; }

static sqlite3 *open_texts(void) {
  sqlite3 *db = fuzz_open();
  fuzz_make_texts(db);
  fuzz_make_model(db);
  fuzz_must(db, "CREATE TABLE vectors(token, vector);"
                "INSERT INTO vectors VALUES ('kitten', x'0000803f00000000'), ('sail', x'000000000000803f')");
  return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static sqlite3 *db;
  static clock_t begun;
  FuzzPart parts[2];
  fuzz_split(data, size, 2, parts);
  if (!db) db = open_texts();
  fuzz_must(db, "BEGIN");
  begun = clock();
  sqlite3_progress_handler(db, 1000, is_late, &begun);
  fuzz_memory_begin();
  if (size % 2)
    fuzz_query(db, "SELECT classify_train(body, label, 'new', ?1) FROM texts", parts, 1);
  else
    fuzz_query(db, "SELECT * FROM classify_train('SELECT body, label FROM texts', 'new', ?1)", parts, 1);
  fuzz_query(db, "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm', ?1)", &parts[1], 1);
  fuzz_query(db, "SELECT *, classify('the sail', name || '@' || version) FROM classify_models WHERE name = 'new'",
             NULL, 0);
  fuzz_memory_end((size_t)1 << 30);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  fuzz_must(db, "ROLLBACK");
  return 0;
}
