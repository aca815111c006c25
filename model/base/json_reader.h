/* json_reader.h -- reads a JSON document from its start to its end, a value at a time.
**
**   {"size": 3, "words": ["a", "b"]}
**
**   json_expect(&r, '{');
**   for (bool first = true; json_next(&r, '}', &first);) {
**     json_read_key(&r);
**     if (json_text_is(&r, "size")) size = json_read_size(&r);
**     else json_skip(&r);
**   }
**   status = json_end(&r);
**
** The first error sticks in the reader: after it nothing is read, json_next() returns
** false, numbers are 0 and strings empty. So errors need to be asked for only where
** something is done with what was read.
*/
#ifndef CLASSIFY_JSON_READER_H
#define CLASSIFY_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct JsonReader {
  const char *at, *end;
  const char *name; /* of the document, for messages: "the safetensors header" */
  char *text;       /* the last string or key that was read, unescaped, NUL-terminated; never NULL after one */
  size_t length, capacity; /* of the text, which may hold a NUL */
  Status status;
  Error *error;
} JsonReader;

/* The document and its name are borrowed. */
JsonReader json_begin(const char *json, size_t length, const char *name, Error *error);

/* Checks that nothing follows, and frees what the reader owns. Returns the first error. */
Status json_end(JsonReader *r);

/* Sets the error that the next byte is not what was expected. */
void json_fail(JsonReader *r, const char *expected);

/* Takes the next byte after white space if it is c; json_expect() fails if it is not. */
bool json_accept(JsonReader *r, char c);
void json_expect(JsonReader *r, char c);

/* Returns the first byte of the next value, '\0' at the end: '"', '{', '[', 't', 'f', 'n', or of a number. */
char json_peek(JsonReader *r);

/* Returns whether there is another member of the object or array that `close` ends. */
bool json_next(JsonReader *r, char close, bool *first);

void json_read_string(JsonReader *r); /* into r->text */
void json_read_key(JsonReader *r);    /* the same, and the colon */
size_t json_read_size(JsonReader *r); /* a whole number, not negative */
double json_read_number(JsonReader *r);
bool json_read_bool(JsonReader *r);
bool json_accept_null(JsonReader *r);
void json_skip(JsonReader *r);        /* a value of any kind */

/* Compares the last text or key. */
bool json_text_is(const JsonReader *r, const char *text);

#endif
