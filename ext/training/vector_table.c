#include "training/vector_table.h"

#include <math.h>
#include <string.h>

#include "base/json_reader.h"
#include "base/little_endian.h"
#include "host/query.h"

enum { MOST_NUMBERS = 1024 };

static int prepare_table(Connection *c, const char *name, sqlite3_stmt **stmt, Error *error) {
  const char *dot = strchr(name, '.');
  char *sql = dot ? sqlite3_mprintf("SELECT token, vector FROM \"%.*w\".\"%w\"", (int)(dot - name), name, dot + 1)
                  : sqlite3_mprintf("SELECT token, vector FROM \"%w\"", name);
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_prepare_v2(c->db, sql, -1, stmt, NULL);
  if (rc)
    rc = failure(error, rc, "option vectors is '%.60s', expected a table with the columns token and vector: %s",
                 name, sqlite3_errmsg(c->db));
  sqlite3_free(sql);
  return rc;
}

int vector_table_check(Connection *c, const char *name, Error *error) {
  sqlite3_stmt *stmt = NULL;
  if (!name) return SQLITE_OK;
  int rc = prepare_table(c, name, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

/* *count is how many numbers the JSON array has, or 0 if the text is no such array or too long. A
** number may have a plus, as those that other languages write.
*/
static int read_array(const char *text, size_t length, float *numbers, size_t *count, Error *error) {
  JsonReader json = json_begin(text, length, "the vector", error);
  *count = 0;
  json_expect(&json, '[');
  for (bool first = true; json_next(&json, ']', &first);) {
    if (*count == MOST_NUMBERS) json_fail(&json, "the end of the vector");
    if (json_accept(&json, '+') && json_peek(&json) == '-') json_fail(&json, "a number");
    double number = json_read_number(&json);
    if (json.status) break;
    numbers[(*count)++] = (float)number;
  }
  Status status = json_end(&json);
  if (status) *count = 0;
  return status == STATUS_NO_MEMORY ? failure_code(status) : SQLITE_OK;
}

static int read_vector(sqlite3_value *value, float *numbers, size_t *count, Error *error) {
  int type = sqlite3_value_type(value);
  const void *bytes = type == SQLITE_TEXT ? sqlite3_value_text(value) : sqlite3_value_blob(value);
  size_t size = (size_t)sqlite3_value_bytes(value);
  *count = 0;
  if (type == SQLITE_TEXT)
    return bytes ? read_array(bytes, size, numbers, count, error) : failure_no_memory(error);
  if (type != SQLITE_BLOB || size == 0 || size % sizeof(float)) return SQLITE_OK;
  if (size / sizeof(float) > MOST_NUMBERS) return SQLITE_OK;
  if (!bytes) return failure_no_memory(error);
  *count = size / sizeof(float);
  little_endian_copy(numbers, bytes, *count, sizeof(float));
  return SQLITE_OK;
}

static int bad_vector(const char *token, size_t count, size_t expected, Error *error) {
  if (count == 0)
    return failure(error, SQLITE_ERROR, "the vector of token '%.60s' is neither a BLOB of float32 nor a JSON "
                   "array, of 1 to %d numbers", token, MOST_NUMBERS);
  return failure(error, SQLITE_ERROR, "the vector of token '%.60s' has %d number%s, expected %d as those before",
                 token, (int)count, count == 1 ? "" : "s", (int)expected);
}

static int read_vector_row(sqlite3_stmt *stmt, const VectorsWanted *wanted, WordVectors *vectors, Error *error) {
  float numbers[MOST_NUMBERS];
  const char *token = (const char *)sqlite3_column_text(stmt, 0);
  if (!token) return SQLITE_OK;
  size_t length = (size_t)sqlite3_column_bytes(stmt, 0);
  if (vectors->words.count >= wanted->most &&
      vocabulary_find(wanted->vocabulary, token, length) == VOCABULARY_UNKNOWN)
    return SQLITE_OK;
  size_t count;
  int rc = read_vector(sqlite3_column_value(stmt, 1), numbers, &count, error);
  if (rc) return rc;
  if (count == 0 || (vectors->size && count != vectors->size))
    return bad_vector(token, count, vectors->size, error);
  for (size_t i = 0; i < count; i++)
    if (!isfinite(numbers[i]))
      return failure(error, SQLITE_ERROR, "the vector of token '%.60s' has a number that is not finite", token);
  return failure_code(word_vectors_add(vectors, wanted->tokenizer, token, length, numbers, count, error));
}

int vector_table_read(Connection *c, const char *name, const VectorsWanted *wanted, WordVectors *vectors,
                      Error *error) {
  sqlite3_stmt *stmt = NULL;
  int rc = prepare_table(c, name, &stmt, error), step;
  while (!rc && (step = query_step(c, stmt)) == SQLITE_ROW) rc = read_vector_row(stmt, wanted, vectors, error);
  if (!rc && step != SQLITE_DONE) rc = query_failure(c, "table of vectors", step, error);
  if (!rc && vectors->words.count == 0)
    rc = failure(error, SQLITE_ERROR, "option vectors is '%.60s', which has no rows, expected tokens with vectors",
                 name);
  sqlite3_finalize(stmt);
  return rc;
}
