/* tokenizer.c -- the tokenizers of texts, ours and the host's, with HTML and without. The file is a tokenizer's name
** and a text, with a newline between them. A token's span lies in the text, and its text is UTF-8.
*/
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "host/tokenizers.h"
#include "tokenizer/named_tokenizer.h"

typedef struct Reader {
  size_t length, start, tokens;
  bool ours;
} Reader;

static bool take(void *context, const Token *token) {
  Reader *r = context;
  FUZZ_CHECK(token->start <= token->end && token->end <= r->length, "a token lies at bytes %zu to %zu of %zu",
             token->start, token->end, r->length);
  if (r->ours) {
    FUZZ_CHECK(token->start >= r->start, "a token begins at byte %zu, behind %zu", token->start, r->start);
    FUZZ_CHECK(token->length <= TOKEN_MAX_BYTES, "a token has %zu bytes", token->length);
    FUZZ_CHECK(utf8_is_valid(token->text, token->length), "a token is no UTF-8");
  }
  r->start = token->start;
  r->tokens++;
  return true;
}

static void split(Connection *connection, const char *name, Markup markup, const uint8_t *text, size_t length) {
  const Tokenizer *tokenizer = NULL;
  Error error;
  int rc = tokenizers_find(connection, name, markup, &tokenizer, &error);
  if (rc) return;
  Reader reader = {.length = length, .ours = named_tokenizer_exists(name)};
  Status status = tokenizer->split(tokenizer, (const char *)text, length, (Poll){0}, take, &reader, &error);
  FUZZ_CHECK(status != STATUS_NO_MEMORY, "no memory for a text of %zu bytes", length);
  FUZZ_CHECK(reader.tokens <= length, "%zu bytes have %zu tokens", length, reader.tokens);
}

static void read_markup(const uint8_t *text, size_t length) {
  char *plain = NULL;
  size_t plain_length = 0;
  Error error;
  Status status = markup_plain_text((const char *)text, length, (Poll){0}, &plain, &plain_length, &error);
  FUZZ_CHECK(!status, "a text is no HTML: %s", error.message);
  FUZZ_CHECK(plain_length <= 2 * length, "%zu bytes of HTML are %zu of text", length, plain_length);
  free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static sqlite3 *db;
  static Connection *connection;
  char name[256] = "";
  const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
  size_t length = newline ? (size_t)(newline - data) : 0;
  if (!newline || length >= sizeof name) return 0;
  memcpy(name, data, length);
  if (!db) db = fuzz_open();
  if (!connection) connection = connection_new(db);
  FUZZ_CHECK(connection, "no connection");
  const uint8_t *text = newline + 1;
  size_t text_length = size - length - 1;
  fuzz_memory_begin();
  split(connection, name, MARKUP_NONE, text, text_length);
  split(connection, name, MARKUP_HTML, text, text_length);
  read_markup(text, text_length);
  fuzz_memory_end(64 * size + (1 << 18));
  return 0;
}
