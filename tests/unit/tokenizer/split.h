/* split.h -- a text as its tokens, with '|' between them. */
#ifndef CLASSIFY_SPLIT_H
#define CLASSIFY_SPLIT_H

#include <stdlib.h>
#include <string.h>

#include "tokenizer/tokenizer.h"
#include "unit/support.h"

typedef struct Split {
  char *folded, *written; /* tokens as folded, and the same spans of the text    */
  char *unfolded;         /* the same before folding; nothing where that is NULL */
  size_t length, size, unfolded_length; /* there may be a NUL in them            */
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
SHARED bool take(void *context, const Token *t) {
  Split *split = context;
  bool first = split->count == 0;
  assert_true(t->start >= split->end || (t->start == split->start && t->end >= split->end));
  assert_true(t->end > t->start);
  assert_in_range(t->length, 1, TOKEN_MAX_BYTES);
  assert_int_equal(t->unfolded != NULL, t->unfolded_length > 0);
  split->length = append(split->folded, split->length, t->text, t->length, first);
  split->size = append(split->written, split->size, split->text + t->start, t->end - t->start, first);
  split->unfolded_length = append(split->unfolded, split->unfolded_length, t->unfolded ? t->unfolded : "",
                                  t->unfolded_length, first);
  split->start = t->start;
  split->end = t->end;
  return ++split->count < split->most;
}

/* Of a text that is to be split. A character may be folded to 33 bytes (U+FDFA), and a reference of 5 be 6. */
SHARED Split split_begin(const char *text, size_t length, size_t most) {
  return (Split){.folded = allocate(34 * length + 1, 1), .written = allocate(3 * length + 1, 1),
                 .unfolded = allocate(3 * length + 1, 1), .text = text, .most = most};
}

/* The text is copied to its exact size, so that a sanitizer sees a read past it. */
SHARED Split split_by(const Tokenizer *tokenizer, const char *text, size_t length, size_t most) {
  char *exact = allocate(length, 1);
  memcpy(exact, text, length);
  Split split = split_begin(exact, length, most);
  assert_ok(tokenizer->split(tokenizer, exact, length, (Poll){0}, take, &split, &error));
  assert_true(split.end <= length);
  free(exact);
  split.text = NULL;
  return split;
}

SHARED void split_free(Split *split) {
  free(split->folded);
  free(split->written);
  free(split->unfolded);
}

#endif
