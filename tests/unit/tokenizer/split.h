/* split.h -- a text as its tokens, with '|' between them. */
#ifndef CLASSIFY_SPLIT_H
#define CLASSIFY_SPLIT_H

#include <stdlib.h>
#include <string.h>

#include "tokenizer/tokenizer.h"
#include "unit/support.h"

typedef struct Split {
  char *folded, *written; /* tokens as folded, and the same spans of the text    */
  size_t length, size;    /* of the two: there may be a NUL in them              */
  size_t count;
  size_t start, end;      /* the last span                                       */
  const char *text;
  size_t most;            /* tokens that are wanted                              */
} Split;

SHARED size_t append(char *list, size_t at, const char *bytes, size_t length, bool first) {
  if (!first) list[at++] = '|';
  memcpy(list + at, bytes, length);
  list[at + length] = '\0';
  return at + length;
}

/* Spans are in order, but for two tokens that one character has become, or one of HTML's references. */
SHARED bool take(void *context, const char *token, size_t length, size_t start, size_t end) {
  Split *split = context;
  assert_true(start >= split->end || (start == split->start && end >= split->end));
  assert_true(end > start);
  assert_in_range(length, 1, TOKEN_MAX_BYTES);
  split->length = append(split->folded, split->length, token, length, split->count == 0);
  split->size = append(split->written, split->size, split->text + start, end - start, split->count == 0);
  split->start = start;
  split->end = end;
  return ++split->count < split->most;
}

/* The text is copied to its exact size, so that a sanitizer sees a read past it.
** A character may be folded to 33 bytes (U+FDFA).
*/
SHARED Split split_by(const Tokenizer *tokenizer, const char *text, size_t length, size_t most) {
  char *exact = allocate(length, 1);
  memcpy(exact, text, length);
  Split split = {.folded = allocate(34 * length + 1, 1), .written = allocate(3 * length + 1, 1),
                 .text = exact, .most = most};
  assert_ok(tokenizer->split(tokenizer, exact, length, take, &split, &error));
  assert_true(split.end <= length);
  free(exact);
  split.text = NULL;
  return split;
}

SHARED void split_free(Split *split) {
  free(split->folded);
  free(split->written);
}

#endif
