/* fts5_tokenizer.h -- the tokenizer that a model names.
**
** The name "" means ours (text/tokenizer.h). Any other is an FTS5 tokenizer of the host with
** its arguments, as in CREATE VIRTUAL TABLE ... USING fts5(x, tokenize = 'porter unicode61').
** The model then sees the same tokens as a search index.
*/
#ifndef CLASSIFY_FTS5_TOKENIZER_H
#define CLASSIFY_FTS5_TOKENIZER_H

#include "host/connection.h"

/* The connection owns the tokenizer. It is an error if the host does not have it. */
int fts5_tokenizer_find(Connection *connection, const char *name, const Tokenizer **tokenizer, Error *error);

typedef struct ByteBuffer {
  char *bytes; /* [length] for free() */
  size_t length, capacity;
} ByteBuffer; /* all zero is empty */

/* A host's tokenizer can only be used in the thread of its connection. This function appends
** the tokens of a text to a buffer; in any thread tokenizer_listed then cuts what was appended
** into the same tokens.
*/
int fts5_tokenizer_list(Connection *connection, const char *name, const char *text, size_t length,
                        ByteBuffer *buffer, Error *error);
extern const Tokenizer tokenizer_listed;

#endif
