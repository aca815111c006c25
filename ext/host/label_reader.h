/* label_reader.h -- the labels of a value, where a row may have several or none.
**
** They are a JSON array of texts and numbers: '["billing","urgent"]', '[]'. Or, if there is a
** separator, a text that is cut there: 'billing, urgent', ''. Blanks around the parts and empty
** parts are left out; a text that is a JSON array is read as one also then.
*/
#ifndef CLASSIFY_LABEL_READER_H
#define CLASSIFY_LABEL_READER_H

#include "base/json_reader.h"
#include "host/failure.h"
#include "text/corpus.h"

typedef struct LabelReader {
  const char *separator; /* borrowed; NULL: values are JSON arrays */
  /* private */
  Label *labels;
  size_t count, capacity;
  char *bytes; /* of texts in the array */
  size_t bytes_capacity;
} LabelReader; /* all zero reads JSON arrays */

void label_reader_free(LabelReader *reader);

/* Finds out whether a value is text that is a JSON array, of whatever elements. Fails only without memory. */
int label_reader_is_array(sqlite3_value *value, bool *array, Error *error);

/* Reads a number: an integer that SQLite has, or else a real, which may be infinite. Its kind is 0 if there is none. */
Label label_reader_number(JsonReader *json);

/* Reads the labels of a value that is not NULL. They are valid until the next call, as long as the value. A label that
** is there twice may be listed twice.
*/
int label_reader_read(LabelReader *reader, sqlite3_value *value, RowLabels *labels, Error *error);

#endif
