#include "host/fts5_tokenizer.h"

#include <limits.h>
#include <string.h>

#include "base/text_poll.h"

enum { MAX_WORDS = 32 };

struct HostTokenizer {
  Tokenizer base;       /* first: a HostTokenizer is a Tokenizer */
  MarkupTokenizer html; /* reads HTML by it                      */
  char *name;
  fts5_tokenizer methods;
  Fts5Tokenizer *instance;
  HostTokenizer *next;
};

/* ---- a text -------------------------------------------------------------------- */

typedef struct Splitting {
  TokenSink *sink;
  void *context;
  int size; /* of the text */
  TextPoll poll;
} Splitting;

enum { STOPPED = SQLITE_DONE }; /* our code for "no more tokens": FTS5 passes it on */

static int within(int at, int least, int most) { return at < least ? least : at > most ? most : at; }

/* FTS5's trigram takes a character that is cut off at the end of a text for a whole one, and a tokenizer of the host
** may say anything: spans are kept within the text.
*/
static int on_token(void *context, int flags, const char *token, int length, int start, int end) {
  Splitting *s = context;
  if (flags & FTS5_TOKEN_COLOCATED) return SQLITE_OK; /* a synonym of the one before */
  start = within(start, 0, s->size);
  end = within(end, start, s->size);
  if (!text_poll_goes_on(&s->poll, (size_t)start)) return STOPPED;
  const Token t = {.text = token, .length = (size_t)length, .start = (size_t)start, .end = (size_t)end};
  return s->sink(s->context, &t) ? SQLITE_OK : STOPPED;
}

static Status host_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll poll, TokenSink *sink,
                         void *context, Error *error) {
  const HostTokenizer *host = (const HostTokenizer *)tokenizer;
  Splitting splitting = {sink, context, length > INT_MAX ? INT_MAX : (int)length, text_poll_begin(poll, error)};
  int rc = host->methods.xTokenize(host->instance, &splitting, FTS5_TOKENIZE_DOCUMENT, text, splitting.size, on_token);
  if (rc == SQLITE_OK || rc == STOPPED) return splitting.poll.status;
  if (rc == SQLITE_NOMEM) return error_no_memory(error);
  return error_set(error, STATUS_INVALID, "the tokenizer '%.60s' failed: %s", host->name, sqlite3_errstr(rc));
}

/* ---- finding a tokenizer ----------------------------------------------------------------- */

static int find_api(Connection *c, const char *name, fts5_api **api, Error *error) {
  sqlite3_stmt *stmt;
  *api = NULL;
  if (sqlite3_prepare_v2(c->db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
    sqlite3_bind_pointer(stmt, 1, (void *)api, "fts5_api_ptr", NULL);
    sqlite3_step(stmt);
  }
  sqlite3_finalize(stmt);
  if (*api && (*api)->iVersion >= 2) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "this SQLite lacks FTS5, so it has no tokenizer '%.60s', "
                 "expected unicode, whitespace or characters", name);
}

/* Cuts the text at spaces, in place; quotes keep a word together. Returns the number of words. */
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

/* Creates the instance of the tokenizer words[0], with the other words for arguments. */
static int create_instance(HostTokenizer *host, const fts5_api *api, const char *const words[], int count,
                           Error *error) {
  void *context;
  if (count == 0 || api->xFindTokenizer((fts5_api *)api, words[0], &context, &host->methods))
    return failure(error, SQLITE_ERROR, "this SQLite has no tokenizer '%.60s', expected unicode, whitespace, "
                   "characters or one of FTS5's, such as 'porter unicode61'", count ? words[0] : "");
  int rc = host->methods.xCreate(context, (const char **)words + 1, count - 1, &host->instance);
  if (rc == SQLITE_OK) return SQLITE_OK;
  host->instance = NULL;
  if (rc == SQLITE_NOMEM) return failure_no_memory(error);
  return failure(error, SQLITE_ERROR, "the tokenizer '%.60s' cannot be made: FTS5 does not know one of its names, or "
                 "refuses an argument", host->name);
}

static void host_free(HostTokenizer *host) {
  if (!host) return;
  if (host->instance) host->methods.xDelete(host->instance);
  sqlite3_free(host->name);
  sqlite3_free(host);
}

static int host_new(const fts5_api *api, const char *name, HostTokenizer **host, Error *error) {
  const char *words[MAX_WORDS];
  *host = sqlite3_malloc(sizeof **host);
  if (!*host) return failure_no_memory(error);
  **host = (HostTokenizer){.base = {host_split}, .html = markup_tokenizer(&(*host)->base),
                           .name = sqlite3_mprintf("%s", name)};
  char *copy = sqlite3_mprintf("%s", name);
  int rc = (*host)->name && copy ? create_instance(*host, api, words, cut_words(copy, words), error)
                                 : failure_no_memory(error);
  sqlite3_free(copy);
  if (rc) host_free(*host);
  return rc;
}

static HostTokenizer *find_known(const Connection *c, const char *name) {
  HostTokenizer *host = c->tokenizers;
  while (host && strcmp(host->name, name) != 0) host = host->next;
  return host;
}

static void free_tokenizers(void *connection) {
  Connection *c = connection;
  while (c->tokenizers) {
    HostTokenizer *next = c->tokenizers->next;
    host_free(c->tokenizers);
    c->tokenizers = next;
  }
}

int fts5_tokenizer_find(Connection *c, const char *name, Markup markup, const Tokenizer **tokenizer, Error *error) {
  HostTokenizer *host = find_known(c, name);
  if (!host) {
    fts5_api *api;
    int rc = guard_watch(c->guard, free_tokenizers, c, error);
    if (!rc) rc = find_api(c, name, &api, error);
    if (!rc) rc = host_new(api, name, &host, error);
    if (rc) return rc;
    host->next = c->tokenizers;
    c->tokenizers = host;
  }
  *tokenizer = markup == MARKUP_HTML ? &host->html.base : &host->base;
  return SQLITE_OK;
}
