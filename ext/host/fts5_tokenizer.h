/* fts5_tokenizer.h -- the tokenizer that a model names.
**
** "" is ours (model/tokenizer.h). Anything else is an FTS5 tokenizer of the host
** with its arguments, as in CREATE VIRTUAL TABLE ... USING fts5(x, tokenize =
** 'porter unicode61'), so that a model can see what a search index sees.
*/
#ifndef CLASSIFY_FTS5_TOKENIZER_H
#define CLASSIFY_FTS5_TOKENIZER_H

#include "host/connection.h"

/* The connection owns the tokenizer. The error says which one the host lacks. */
int fts5_tokenizer_find(Connection *connection, const char *name, const Tokenizer **tokenizer,
                   Error *error);

/* A host's tokenizer belongs to the thread that its connection runs in. For other
** threads its tokens of a text are appended to a list of bytes, which grows as
** memory_grow() has it; tokenizer_listed reads them from there, each a token of its own.
*/
int fts5_tokenizer_list(Connection *connection, const char *name, const char *text, size_t text_length, char **list,
                   size_t *length, size_t *capacity, Error *error);
extern const Tokenizer tokenizer_listed;

#endif
