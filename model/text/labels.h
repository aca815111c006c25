/* labels.h -- a set of labels, numbered from 0 in order of arrival.
**
** A label is an integer, a real or a text, and keeps its type. 5 and 5.0 are one label, with
** the type that came first; 5 and '5' are two labels. Texts are read as utf8_repair() does, whether they are
** added, searched for or come from a file: so all texts in the set are UTF-8.
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
  const char *text; /* of LABEL_TEXT: any bytes, not NUL-terminated, borrowed */
  size_t length;
} Label;

/* A label is stored as a key: 't' and its text, 'n' and an integral number in decimal, or 'r'
** and the bits of any other real in hexadecimal. A model's file has the keys and the kinds.
*/
typedef struct Labels {
  Strings keys;
  uint8_t *kinds; /* [keys.count] LabelKind */
  size_t kinds_capacity;
} Labels; /* all zero is empty */

#define LABELS_NONE STRINGS_NONE

void labels_free(Labels *labels);

/* Adds a label, unless it is there, and sets *number. */
Status labels_add(Labels *labels, Label label, uint32_t *number, Error *error);

/* Adds all labels of `from`. */
Status labels_copy(const Labels *from, Labels *labels, Error *error);

/* Returns the label's number, or LABELS_NONE. For a text that is not UTF-8 it looks at all labels. */
uint32_t labels_find(const Labels *labels, Label label);

/* Returns a label; its text points into `labels`. */
Label labels_get(const Labels *labels, uint32_t number);

/* A label for a sentence: 5, 2.5 or 'spam', whose text is cut to 60 bytes. */
typedef struct LabelText {
  char text[72];
} LabelText;

LabelText label_text(Label label);

/* Adds a key from a file. Fails if it is malformed or is there already, also if it is so only as UTF-8. */
Status labels_add_key(Labels *labels, uint8_t kind, const char *key, size_t length, Error *error);

#endif
