#include "fuzz.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "classify.h"

void fuzz_fail(const char *file, int line, const char *format, ...) {
  va_list arguments;
  fprintf(stderr, "%s:%d: ", file, line);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  abort();
}

/* ---- memory ------------------------------------------------------------------ */

/* Of the sanitizers' libraries; NULL in a program without them. */
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                                                    void (*on_free)(const volatile void *));
__attribute__((weak)) size_t __sanitizer_get_allocated_size(const volatile void *p);

/* What cannot be had is NULL, as it is without a sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

static atomic_llong held, most_held;

static void on_malloc(const volatile void *p, size_t size) {
  (void)p;
  long long now = atomic_fetch_add(&held, (long long)size) + (long long)size;
  long long most = atomic_load(&most_held);
  while (now > most && !atomic_compare_exchange_weak(&most_held, &most, now)) continue;
}

static void on_free(const volatile void *p) {
  if (p) atomic_fetch_sub(&held, (long long)__sanitizer_get_allocated_size(p));
}

void fuzz_memory_begin(void) {
  static bool installed;
  if (!installed && __sanitizer_install_malloc_and_free_hooks)
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  installed = true;
  atomic_store(&held, 0);
  atomic_store(&most_held, 0);
}

void fuzz_memory_end(size_t most) {
  long long taken = atomic_load(&most_held);
  FUZZ_CHECK(taken <= (long long)most, "%lld bytes were allocated, expected at most %zu", taken, most);
}

/* ---- threads ------------------------------------------------------------------ */

/* The linker puts it in the place of pthread_create() (--wrap). There are no threads, so the caller does all work
** itself: a file gives the same each time, and more of them are read in a second.
*/
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  (void)thread, (void)attributes, (void)start, (void)argument;
  return EAGAIN;
}

/* ---- several files in one ------------------------------------------------------ */

static size_t read_length(const uint8_t *at) {
  return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

void fuzz_split(const uint8_t *data, size_t size, size_t count, FuzzPart *parts) {
  enum { LENGTH = 4 };
  for (size_t i = 0; i < count; i++) {
    size_t length = size;
    if (i + 1 < count && size >= LENGTH) {
      length = read_length(data);
      data += LENGTH;
      size -= LENGTH;
      if (length > size) length = size;
    }
    parts[i] = (FuzzPart){data, length};
    data += length;
    size -= length;
  }
}

/* ---- databases --------------------------------------------------------------------- */

enum { STEPS = 1000, MOST_CALLS = 400 };

/* Counts, so that a file gives the same on a fast machine and on a slow one. */
static int stop_at_last(void *left) { return --*(int *)left < 0; }

static int calls_left;

sqlite3 *fuzz_open(void) {
  sqlite3 *db = NULL;
  char *message = NULL;
  int rc = sqlite3_open(":memory:", &db);
  if (!rc) rc = sqlite3_classify_static_init(db, &message, NULL);
  FUZZ_CHECK(!rc, "the functions cannot be added: %s", message ? message : sqlite3_errstr(rc));
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 16 << 20);
  sqlite3_progress_handler(db, STEPS, stop_at_last, &calls_left);
  calls_left = MOST_CALLS;
  return db;
}

void fuzz_close(sqlite3 *db) {
  int rc = sqlite3_close(db);
  FUZZ_CHECK(!rc, "closing gives %s", sqlite3_errstr(rc));
}

void fuzz_must(sqlite3 *db, const char *sql) {
  calls_left = 1 << 30;
  FUZZ_CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
}

bool fuzz_texts_are_checked = true;

static void check_row(sqlite3_stmt *stmt) {
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    if (sqlite3_column_type(stmt, i) != SQLITE_TEXT) continue;
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    FUZZ_CHECK(!text || utf8_is_valid(text, strlen(text)), "%s: column %d is no UTF-8", sqlite3_sql(stmt), i);
  }
}

bool fuzz_query(sqlite3 *db, const char *sql, const FuzzPart *parts, int count) {
  sqlite3_stmt *stmt = NULL;
  calls_left = MOST_CALLS;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), step = SQLITE_DONE;
  for (int i = 0; i < count && !rc; i++)
    rc = sqlite3_bind_text(stmt, i + 1, (const char *)parts[i].bytes, (int)parts[i].size, SQLITE_STATIC);
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW)
    if (fuzz_texts_are_checked) check_row(stmt);
  if (!rc && step != SQLITE_DONE) rc = step;
  if (rc) {
    const char *message = sqlite3_errmsg(db); /* SQLite's own may quote anything */
    bool is_ours = strncmp(message, "classify", strlen("classify")) == 0;
    FUZZ_CHECK(*message && (!is_ours || utf8_is_valid(message, strlen(message))),
               "%s: the error %d is no sentence: %s", sql, rc, message);
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK;
}

void fuzz_make_texts(sqlite3 *db) {
  fuzz_must(db, "CREATE TABLE texts(id INTEGER PRIMARY KEY, body, label);"
                "INSERT INTO texts(body, label) VALUES "
                "('a kitten purrs', 'cat'), ('the sail is torn', 'boat'), ('at the harbour', 'boat'), "
                "('the kitten sleeps', 'cat'), ('my cat, old and grey', 'cat'), ('a mast of oak', 'boat'), "
                "('claws and whiskers', 'cat'), ('the anchor holds', 'boat'), ('it purrs', 'cat'), "
                "('no wind in the sail', 'boat'), ('milk for the kitten', 'cat'), ('a boat at the pier', 'boat')");
}

void fuzz_make_model(sqlite3 *db) {
  fuzz_must(db, "SELECT classify_train(body, label, 'm', '{\"epochs\":1,\"hidden\":1,\"embedding\":1,\"threads\":1,"
                "\"subwords\":false,\"validation\":0.2}') FROM texts");
}
