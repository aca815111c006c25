/* fts5_tokenizer.h -- the tokenizers of FTS5, by name.
**
** A name is that of a tokenizer with its arguments, as in CREATE VIRTUAL TABLE ... USING fts5(x,
** tokenize = 'porter unicode61'). A model then sees the same tokens as a search index.
*/
#ifndef CLASSIFY_FTS5_TOKENIZER_H
#define CLASSIFY_FTS5_TOKENIZER_H

#include "host/connection.h"

/* The connection owns the tokenizer. It is an error if the host does not have it. */
int fts5_tokenizer_find(Connection *connection, const char *name, Markup markup, const Tokenizer **tokenizer,
                        Error *error);

#endif
