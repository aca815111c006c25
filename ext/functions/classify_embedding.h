/* classify_embedding.h -- sentence vectors of a pretrained encoder (encoder_loading.h).
**
**   classify_embedding(text [, encoder])              a BLOB of float32 numbers, of length 1 as a vector
**   FROM classify_embeddings(query [, encoder [, options]])   id, embedding; the query gives an id and a text
**
** A NULL text has the vector NULL. The second reads ahead and uses all processors.
*/
#ifndef CLASSIFY_CLASSIFY_EMBEDDING_H
#define CLASSIFY_CLASSIFY_EMBEDDING_H

#include "host/table.h"

void classify_embedding(sqlite3_context *context, int argc, sqlite3_value **argv);
extern const TableFunction CLASSIFY_EMBEDDINGS;

#endif
