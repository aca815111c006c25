#include "models/model_name.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 18 }; /* of a version; more might not fit into 64 bits */

void model_name_free(ModelName *n) {
  sqlite3_free(n->schema);
  sqlite3_free(n->name);
  sqlite3_free(n->whole);
  *n = (ModelName){0};
}

/* Returns the length of what stands before @version, and sets *version. */
static size_t cut_version(const char *spec, sqlite3_int64 *version) {
  const char *at = strrchr(spec, '@');
  size_t digits = at ? strspn(at + 1, "0123456789") : 0;
  *version = MODEL_NAME_NEWEST;
  if (digits == 0 || digits > MOST_DIGITS || at[1 + digits]) return strlen(spec);
  *version = strtoll(at + 1, NULL, 10);
  return (size_t)(at - spec);
}

int model_name_parse(const Schemas *schemas, const char *spec, ModelName *n, Error *error) {
  *n = (ModelName){0};
  size_t length = cut_version(spec, &n->version);
  const char *dot = memchr(spec, '.', length);
  const char *schema = dot ? schemas_find(schemas, spec, (size_t)(dot - spec)) : NULL;
  const char *name = schema ? dot + 1 : spec;
  bool attached = schema && strcmp(schema, "main") != 0 && strcmp(schema, "temp") != 0;
  int rc = SQLITE_OK;
  size_t whole = length;
  length -= (size_t)(name - spec);
  if (length == 0)
    rc = failure(error, SQLITE_ERROR, "the model's name is '%.60s', expected name, name@version or "
                 "schema.name@version", spec);
  if (!rc) {
    n->schema = schema ? sqlite3_mprintf("%s", schema) : NULL;
    n->name = sqlite3_mprintf("%.*s", (int)length, name);
    n->whole = attached ? sqlite3_mprintf("%.*s", (int)whole, spec) : NULL;
    if (!n->name || (schema && !n->schema) || (attached && !n->whole)) rc = failure_no_memory(error);
  }
  if (rc) model_name_free(n);
  return rc;
}
