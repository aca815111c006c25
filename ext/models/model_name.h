/* model_name.h -- how a model is named: name[@version] or schema.name[@version]. */
#ifndef CLASSIFY_MODEL_NAME_H
#define CLASSIFY_MODEL_NAME_H

#include "host/schemas.h"

#define MODEL_NAME_NEWEST ((sqlite3_int64)-1)

typedef struct ModelName {
  char *schema;          /* as the connection spells it; NULL: none is given */
  char *name;
  char *whole;           /* both, as they are written, if the schema is an attached one; else NULL */
  sqlite3_int64 version; /* MODEL_NAME_NEWEST: none is given */
} ModelName; /* all zero is none */

/* Reads a name. What stands before its first dot is a schema only if the list has it;
** otherwise the dot belongs to the name. A model may have been trained as `example.org` before a
** database was attached as example, so `whole` is to be looked for, too. The texts are copies,
** which the caller frees by model_name_free(). An empty name is an error; after an error *name is all zero.
*/
int model_name_parse(const Schemas *schemas, const char *spec, ModelName *name, Error *error);
void model_name_free(ModelName *name);

#endif
