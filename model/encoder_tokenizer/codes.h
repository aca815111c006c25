/* codes.h -- a growing list of code points: a text while it is normalized and cut into words.
**
** Append freely and check `failed` once: it is true after memory has run out, and then nothing
** more is appended.
**
** Whoever goes through a long list asks codes_go_on() at each step; when its poll says stop, the list fails, too.
*/
#ifndef CLASSIFY_CODES_H
#define CLASSIFY_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text_poll.h"

typedef struct Codes {
  int32_t *code; /* [count] */
  size_t count, capacity;
  bool failed;
  TextPoll *poll; /* shared by the lists of a text; NULL: none */
} Codes; /* all zero is empty */

enum { REPLACEMENT_CHARACTER = 0xFFFD, CODE_MAX_BYTES = 4 };

void codes_free(Codes *codes);

/* Makes room for `more` code points. Returns false if memory is out. */
bool codes_reserve(Codes *codes, size_t more);

static inline void codes_add(Codes *codes, int32_t code) {
  if (codes->count < codes->capacity || codes_reserve(codes, 1)) codes->code[codes->count++] = code;
}

/* Returns whether to go on at a step of a loop. */
static inline bool codes_go_on(Codes *codes, size_t step) {
  if (codes->poll && !text_poll_step(codes->poll, step)) codes->failed = true;
  return !codes->failed;
}

void codes_add_all(Codes *codes, const int32_t *code, size_t count);

/* Appends the characters of a text. What is not UTF-8 becomes U+FFFD. */
void codes_add_text(Codes *codes, const char *text, size_t length);

/* Returns where the last character of a text starts, which is not empty. */
size_t codes_last(const char *text, size_t length);

static inline void codes_swap(Codes *a, Codes *b) {
  Codes c = *a;
  *a = *b;
  *b = c;
}

/* Writes code points as UTF-8 to `bytes`, which has room for CODE_MAX_BYTES of each. Returns the length. */
size_t codes_write(const int32_t *code, size_t count, char *bytes);

#endif
