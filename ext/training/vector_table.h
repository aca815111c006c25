/* vector_table.h -- a table of pretrained word vectors: option `vectors`.
**
**   CREATE TABLE glove(token TEXT, vector)   vector: a BLOB of float32 in the
**                                            machine's order, or a JSON array
**
** The first two columns count, by the names token and vector. All vectors have
** one size.
*/
#ifndef CLASSIFY_VECTOR_TABLE_H
#define CLASSIFY_VECTOR_TABLE_H

#include "host/connection.h"
#include "text/corpus.h"
#include "text/word_vectors.h"

/* That the table [schema.]name can be read; a NULL name is fine. */
int vector_table_check(Connection *connection, const char *name, Error *error);

/* The vectors of the corpus' words, and of the first `most` others. */
int vector_table_read(Connection *connection, const char *name, size_t most, const Corpus *corpus,
                      WordVectors *vectors, Error *error);

#endif
