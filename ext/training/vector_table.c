#define _GNU_SOURCE /* newlocale */
#include "training/vector_table.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Returns how many numbers a JSON array has, or 0 if the text is no such array or too long. */
static size_t read_array(const char *text, float *numbers) {
  size_t count = 0;
  text += strspn(text, " \t\r\n");
  if (*text++ != '[') return 0;
  for (; count < MOST_NUMBERS; text++) {
    char *end;
    numbers[count++] = strtof(text, &end);
    if (end == text) return 0;
    text = end + strspn(end, " \t\r\n");
    if (*text == ']') return text[1 + strspn(text + 1, " \t\r\n")] ? 0 : count;
    if (*text != ',') return 0;
  }
  return 0;
}

static size_t read_vector(sqlite3_value *value, float *numbers) {
  if (sqlite3_value_type(value) == SQLITE_TEXT) return read_array((const char *)sqlite3_value_text(value), numbers);
  if (sqlite3_value_type(value) != SQLITE_BLOB) return 0;
  const void *bytes = sqlite3_value_blob(value);
  size_t size = (size_t)sqlite3_value_bytes(value);
  if (size == 0 || size % sizeof(float) || size / sizeof(float) > MOST_NUMBERS) return 0;
  memcpy(numbers, bytes, size);
  return size / sizeof(float);
}

static int bad_vector(const char *token, size_t count, size_t expected, Error *error) {
  if (count == 0)
    return failure(error, SQLITE_ERROR, "the vector of token '%.60s' is neither a BLOB of float32 nor a JSON "
                   "array, of 1 to %d numbers", token, MOST_NUMBERS);
  return failure(error, SQLITE_ERROR, "the vector of token '%.60s' has %d numbers, expected %d as those before",
                 token, (int)count, (int)expected);
}

static int read_vector_row(sqlite3_stmt *stmt, const VectorsWanted *wanted, WordVectors *vectors, Error *error) {
  float numbers[MOST_NUMBERS];
  const char *token = (const char *)sqlite3_column_text(stmt, 0);
  if (!token) return SQLITE_OK;
  size_t length = (size_t)sqlite3_column_bytes(stmt, 0);
  if (vectors->words.count >= wanted->most &&
      vocabulary_find(wanted->vocabulary, token, length) == VOCABULARY_UNKNOWN)
    return SQLITE_OK;
  size_t count = read_vector(sqlite3_column_value(stmt, 1), numbers);
  if (count == 0 || (vectors->size && count != vectors->size))
    return bad_vector(token, count, vectors->size, error);
  for (size_t i = 0; i < count; i++)
    if (!isfinite(numbers[i]))
      return failure(error, SQLITE_ERROR, "the vector of token '%.60s' has a number that is not finite", token);
  return failure_code(word_vectors_add(vectors, wanted->tokenizer, token, length, numbers, count, error));
}

/* strtof() expects the decimal point of the locale: it is set to "C" for this thread meanwhile. */
int vector_table_read(Connection *c, const char *name, const VectorsWanted *wanted, WordVectors *vectors,
                      Error *error) {
  sqlite3_stmt *stmt = NULL;
  locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0), before = (locale_t)0;
  int rc = plain ? prepare_table(c, name, &stmt, error) : failure_no_memory(error), step;
  if (plain) before = uselocale(plain);
  while (!rc && (step = query_step(c, stmt)) == SQLITE_ROW) rc = read_vector_row(stmt, wanted, vectors, error);
  if (!rc && step != SQLITE_DONE) rc = query_failure(c, "table of vectors", step, error);
  if (!rc && vectors->words.count == 0)
    rc = failure(error, SQLITE_ERROR, "option vectors is '%.60s', which has no rows, expected tokens with vectors",
                 name);
  if (plain) {
    uselocale(before);
    freelocale(plain);
  }
  sqlite3_finalize(stmt);
  return rc;
}
