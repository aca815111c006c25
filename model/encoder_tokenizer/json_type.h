/* json_type.h -- reading the parts of a tokenizer.json, which are objects that say their type.
**
**   {"type": "Strip", "strip_left": true}      null: there is no such part
*/
#ifndef CLASSIFY_JSON_TYPE_H
#define CLASSIFY_JSON_TYPE_H

#include "base/json_reader.h"

enum { JSON_TYPE_SIZE = 64, JSON_MAX_NESTING = 8 /* of a Sequence in a Sequence */ };

/* Reads the type of the object that comes next, and leaves the reader where that begins. The type is
** cut to its size, and empty if the object has none.
*/
void json_read_type(JsonReader *r, char type[JSON_TYPE_SIZE]);

/* Sets the reader's error, unless it has one. */
void json_refuse(JsonReader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void json_no_memory(JsonReader *r);

/* Reads an object or an array member by member:
**
**   for (bool first = json_open(r, '{'); json_next(r, '}', &first);) ...
*/
static inline bool json_open(JsonReader *r, char open) {
  json_expect(r, open);
  return true;
}

#endif
