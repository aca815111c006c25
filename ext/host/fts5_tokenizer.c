#include "host/fts5_tokenizer.h"

#include <limits.h>
#include <string.h>

#include "base/memory.h"

enum { MAX_WORDS = 32 };

struct HostTokenizer {
  Tokenizer base; /* first: a HostTokenizer is a Tokenizer */
  char *name;
  fts5_tokenizer methods;
  Fts5Tokenizer *instance;
  HostTokenizer *next;
};

/* ---- a text -------------------------------------------------------------------- */

typedef struct Splitting {
  TokenSink *sink;
  void *context;
} Splitting;

enum { STOPPED = SQLITE_DONE }; /* FTS5 passes on any code but SQLITE_OK */

static int on_token(void *context, int flags, const char *token, int length, int start, int end) {
  const Splitting *s = context;
  if (flags & FTS5_TOKEN_COLOCATED) return SQLITE_OK; /* a synonym of the one before */
  bool wanted = s->sink(s->context, token, (size_t)length, (size_t)start, (size_t)end);
  return wanted ? SQLITE_OK : STOPPED;
}

static Status host_split(const Tokenizer *tokenizer, const char *text, size_t length,
                         TokenSink *sink, void *context, Error *error) {
  const HostTokenizer *host = (const HostTokenizer *)tokenizer;
  Splitting splitting = {sink, context};
  int size = length > INT_MAX ? INT_MAX : (int)length;
  int rc = host->methods.xTokenize(host->instance, &splitting, FTS5_TOKENIZE_DOCUMENT, text, size,
                                   on_token);
  if (rc == SQLITE_OK || rc == STOPPED) return STATUS_OK;
  if (rc == SQLITE_NOMEM) return error_no_memory(error);
  return error_set(error, STATUS_INVALID, "the tokenizer '%s' failed: %s", host->name,
                   sqlite3_errstr(rc));
}

/* ---- finding one ----------------------------------------------------------------- */

static int find_api(Connection *c, fts5_api **api, Error *error) {
  sqlite3_stmt *stmt;
  *api = NULL;
  if (sqlite3_prepare_v2(c->db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
    sqlite3_bind_pointer(stmt, 1, (void *)api, "fts5_api_ptr", NULL);
    sqlite3_step(stmt);
  }
  sqlite3_finalize(stmt);
  if (*api && (*api)->iVersion >= 2) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "this SQLite lacks FTS5, so it has no tokenizers but the default");
}

/* Cuts a copy of the name at spaces, in place; quotes keep a word together. */
static int cut_words(char *text, const char *words[MAX_WORDS]) {
  int count = 0;
  while (count < MAX_WORDS) {
    text += strspn(text, " \t\r\n");
    if (!*text) break;
    bool quoted = *text == '\'' || *text == '"';
    const char end[] = {*text, '\0'};
    if (quoted) text++;
    words[count++] = text;
    text += strcspn(text, quoted ? end : " \t\r\n");
    if (*text) *text++ = '\0';
  }
  return count;
}

static int make(HostTokenizer *host, const fts5_api *api, const char *const words[], int count,
                Error *error) {
  void *context;
  if (count == 0 || api->xFindTokenizer((fts5_api *)api, words[0], &context, &host->methods))
    return failure(error, SQLITE_ERROR, "this SQLite has no tokenizer '%s', expected one of FTS5's, "
                   "such as 'porter unicode61'", count ? words[0] : "");
  int rc = host->methods.xCreate(context, (const char **)words + 1, count - 1, &host->instance);
  if (rc == SQLITE_OK) return SQLITE_OK;
  host->instance = NULL;
  if (rc == SQLITE_NOMEM) return failure_no_memory(error);
  return failure(error, SQLITE_ERROR, "the tokenizer '%s' cannot be made: one that it names is not there, or "
                 "refuses its arguments", host->name);
}

static int create(HostTokenizer *host, const fts5_api *api, Error *error) {
  const char *words[MAX_WORDS];
  char *copy = sqlite3_mprintf("%s", host->name);
  if (!copy) return failure_no_memory(error);
  int rc = make(host, api, words, cut_words(copy, words), error);
  sqlite3_free(copy);
  return rc;
}

static HostTokenizer *find_known(const Connection *c, const char *name) {
  HostTokenizer *host = c->tokenizers;
  while (host && strcmp(host->name, name) != 0) host = host->next;
  return host;
}

static void host_free(HostTokenizer *host) {
  if (!host) return;
  if (host->instance) host->methods.xDelete(host->instance);
  sqlite3_free(host->name);
  sqlite3_free(host);
}

static void free_all(void *connection) {
  Connection *c = connection;
  while (c->tokenizers) {
    HostTokenizer *next = c->tokenizers->next;
    host_free(c->tokenizers);
    c->tokenizers = next;
  }
}

int fts5_tokenizer_find(Connection *c, const char *name, const Tokenizer **tokenizer, Error *error) {
  *tokenizer = &tokenizer_unicode;
  if (!*name) return SQLITE_OK;
  HostTokenizer *host = find_known(c, name);
  if (!host) {
    fts5_api *api;
    int rc = guard_watch(c->guard, free_all, c, error);
    if (!rc) rc = find_api(c, &api, error);
    if (rc) return rc;
    host = sqlite3_malloc(sizeof *host);
    if (!host) return failure_no_memory(error);
    *host = (HostTokenizer){.base = {host_split}, .name = sqlite3_mprintf("%s", name)};
    rc = host->name ? create(host, api, error) : failure_no_memory(error);
    if (rc) {
      host_free(host);
      return rc;
    }
    host->next = c->tokenizers;
    c->tokenizers = host;
  }
  *tokenizer = &host->base;
  return SQLITE_OK;
}

/* ---- lists of tokens ---------------------------------------------------------------- */

/* Each token is preceded by its length. */
typedef uint32_t TokenLength;

typedef struct List {
  char **bytes;
  size_t *length, *capacity;
  bool failed;
} List;

static bool append_token(void *context, const char *token, size_t length, size_t start, size_t end) {
  (void)start;
  (void)end;
  List *list = context;
  TokenLength number = (TokenLength)length;
  list->failed = !memory_grow(list->bytes, list->capacity, *list->length + sizeof number + length, 1);
  if (list->failed) return false;
  memcpy(*list->bytes + *list->length, &number, sizeof number);
  memcpy(*list->bytes + *list->length + sizeof number, token, length);
  *list->length += sizeof number + length;
  return true;
}

int fts5_tokenizer_list(Connection *c, const char *name, const char *text, size_t text_length, char **bytes,
                   size_t *length, size_t *capacity, Error *error) {
  const Tokenizer *tokenizer;
  List list = {bytes, length, capacity, false};
  int rc = fts5_tokenizer_find(c, name, &tokenizer, error);
  list.failed = !memory_grow(bytes, capacity, *length + 1, 1); /* also for a text without tokens */
  if (!rc && !list.failed) rc = failure_code(tokenizer->split(tokenizer, text, text_length, append_token, &list, error));
  return list.failed ? failure_no_memory(error) : rc;
}

static Status listed_split(const Tokenizer *tokenizer, const char *text, size_t length, TokenSink *sink,
                           void *context, Error *error) {
  (void)tokenizer;
  (void)error;
  TokenLength number;
  for (size_t at = 0; at < length; at += number) {
    memcpy(&number, text + at, sizeof number);
    at += sizeof number;
    if (!sink(context, text + at, number, at, at + number)) break;
  }
  return STATUS_OK;
}

const Tokenizer tokenizer_listed = {listed_split};
