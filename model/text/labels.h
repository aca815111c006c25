/* labels.h -- what a model tells apart, as numbers from 0 in order of arrival.
**
** A label is an integer, a real or a text, and comes back as the value it was.
** 5 and 5.0 are one label, of the type that came first; 5 and '5' are two.
*/
#ifndef CLASSIFY_LABELS_H
#define CLASSIFY_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strings.h"

typedef enum LabelKind { LABEL_INTEGER = 'i', LABEL_REAL = 'r', LABEL_TEXT = 't' } LabelKind;

typedef struct Label {
  LabelKind kind;
  int64_t integer; /* of LABEL_INTEGER */
  double real;     /* of LABEL_REAL */
  const char *text;/* of LABEL_TEXT: not NUL-terminated, any bytes */
  size_t length;
} Label;

/* Each label is held as a key: 't' and its text, 'n' and a whole number, or 'r'
** and the bits of another real in hexadecimal. A file keeps keys and kinds.
*/
typedef struct Labels {
  Strings keys;
  uint8_t *kinds; /* [keys.count] LabelKind */
  size_t kinds_capacity;
} Labels; /* all zero is empty */

#define LABELS_NONE STRINGS_NONE

void labels_free(Labels *labels);
Status labels_add(Labels *labels, Label label, uint32_t *number, Error *error);
Status labels_copy(const Labels *from, Labels *labels, Error *error); /* adds all of another set's */
uint32_t labels_find(const Labels *labels, Label label); /* or LABELS_NONE */

/* The text of the label points into `labels`. */
Label labels_get(const Labels *labels, uint32_t number);

/* Adds a key that a file holds; an error if it is not one, or is there. */
Status labels_add_key(Labels *labels, uint8_t kind, const char *key, size_t length, Error *error);

#endif
