/* decoded_text.h -- a text in which characters stand for their references, and the way back.
**
**   written   caf&eacute; &amp; bar        decoded   cafe & bar, with U+00E9
**
** A token of the decoded text is written from decoded_text_start() to decoded_text_end(): from the beginning of the
** reference that its first byte comes from to the end of the one that its last byte comes from.
*/
#ifndef CLASSIFY_DECODED_TEXT_H
#define CLASSIFY_DECODED_TEXT_H

#include <stddef.h>

#include "base/poll.h"

/* Bytes start .. end - 1 of the decoded text are the reference at bytes from .. to - 1 of the written one. */
typedef struct ReferenceSpan {
  size_t start, end, from, to;
} ReferenceSpan;

typedef struct DecodedText {
  const char *text;      /* [length], then NUL, up to which FTS5's trigram reads in some versions */
  size_t length;
  ReferenceSpan *references; /* [count] in their order */
  size_t count;
  /* private */
  char *bytes;
  size_t capacity, references_capacity;
} DecodedText; /* all zero is empty */

/* Decodes a text. Memory is reused from call to call. The poll is asked while a long text is read. */
Status decoded_text_read(DecodedText *decoded, const char *text, size_t length, Poll poll, Error *error);
void decoded_text_free(DecodedText *decoded);

/* Return the byte of the written text where a token begins, and that behind its end. */
size_t decoded_text_start(const DecodedText *decoded, size_t start);
size_t decoded_text_end(const DecodedText *decoded, size_t end);

#endif
