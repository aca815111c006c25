/* tokenizers.h -- the tokenizer that a model names: one of ours (tokenizer/named_tokenizer.h), else FTS5's. It reads
** texts in the model's markup (markup/markup.h).
**
** Ours never change. Any thread may use them until the connection is freed. Those of FTS5 work in the
** thread of their connection only, and are looked up for each text: SQLite may have disconnected them.
** The connection owns both.
*/
#ifndef CLASSIFY_TOKENIZERS_H
#define CLASSIFY_TOKENIZERS_H

#include "host/connection.h"

int tokenizers_find(Connection *connection, const char *name, Markup markup, const Tokenizer **tokenizer, Error *error);
void tokenizers_free(Connection *connection); /* ours */

/* Finds a model's tokenizer for other threads: one of ours, or tokenizer_listed where the name is FTS5's.
** The latter reads no texts but lists of their tokens, which tokenizers_list() makes: of those of FTS5 the text is all.
*/
int tokenizers_find_shared(Connection *connection, const Model *model, const Tokenizer **tokenizer, Error *error);
extern const Tokenizer tokenizer_listed;

typedef struct ByteBuffer {
  char *bytes; /* [length] for free() */
  size_t length, capacity;
} ByteBuffer; /* all zero is empty */

/* Appends the list of a text's tokens to a buffer. */
int tokenizers_list(Connection *connection, const Model *model, const char *text, size_t length, ByteBuffer *buffer,
                    Error *error);

#endif
