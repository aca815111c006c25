/* vector_table.h -- reads a table of pretrained word vectors: option `vectors`.
**
**   CREATE TABLE glove(token TEXT, vector)   vector: a BLOB of float32, the lowest
**                                            byte first, or a JSON array
**
** The columns token and vector are read. All vectors must have the same number of dimensions.
*/
#ifndef CLASSIFY_VECTOR_TABLE_H
#define CLASSIFY_VECTOR_TABLE_H

#include "host/connection.h"
#include "text/vocabulary.h"
#include "text/word_vectors.h"

/* Checks that the table [schema.]name can be read. A NULL name is no error. */
int vector_table_check(Connection *connection, const char *name, Error *error);

typedef struct VectorsWanted {
  const Tokenizer *tokenizer;   /* makes tokens of the table's words     */
  const Vocabulary *vocabulary; /* its words have their vectors read ... */
  size_t most;                  /* ... and others until there are so many */
} VectorsWanted;

int vector_table_read(Connection *connection, const char *name, const VectorsWanted *wanted, WordVectors *vectors,
                      Error *error);

#endif
