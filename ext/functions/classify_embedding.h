/* classify_embedding.h -- sentence vectors of a pretrained encoder (encoder_loading.h).
**
**   classify_embedding(text [, encoder])              a BLOB of float32 numbers, of length 1 as a vector
**   FROM classify_embeddings(query [, encoder [, options]])   id, embedding; the query gives an id and a text
**
** A NULL text has the vector NULL. The second reads ahead and uses all processors. The lowest byte of a number comes
** first on all processors, as in the tables of vectors that classify_train() reads (vector_table.h, teacher_source.h).
*/
#ifndef CLASSIFY_CLASSIFY_EMBEDDING_H
#define CLASSIFY_CLASSIFY_EMBEDDING_H

#include "host/table.h"

void classify_embedding(sqlite3_context *context, int argc, sqlite3_value **argv);

/* Sets the result of a function or a column to this BLOB. */
void classify_embedding_result(sqlite3_context *context, const float *vector, size_t size);

extern const TableFunction CLASSIFY_EMBEDDINGS;

#endif
