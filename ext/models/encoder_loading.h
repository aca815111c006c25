/* encoder_loading.h -- pretrained encoders: rows of a table that the user makes and fills.
**
**   CREATE TABLE classify_encoders(name, config, tokenizer, weights);
**   INSERT INTO classify_encoders VALUES ('minilm', readfile('config.json'), readfile('tokenizer.json'),
**                                         readfile('model.safetensors'));
**
** Which row a name means: encoder_place.h. The table is asked every time, which takes microseconds. Reading 90 MB
** takes a tenth of a second, so the connection keeps the encoder it used last, and uses it again while neither this
** connection nor another one has changed the database file.
*/
#ifndef CLASSIFY_ENCODER_LOADING_H
#define CLASSIFY_ENCODER_LOADING_H

#include "encoder/encoder.h"
#include "host/connection.h"

/* name: NULL if it is not given. The caller owes cache_release(*encoder); after an error it is NULL. */
int encoder_loading_load(Connection *connection, const char *name, const Encoder **encoder, Error *error);

/* Puts the encoder's name, if it was given, before what went wrong while the encoder read texts. Returns rc. */
int encoder_loading_failure(const char *name, int rc, Error *error);

/* The same as encoder_loading_load() for a function that is called row by row: what a name means is looked up once for
** a statement. The context is that of a function whose user data is the Connection.
*/
int encoder_loading_load_once(sqlite3_context *context, const char *name, const Encoder **encoder, Error *error);

#endif
