#include "markup/decoded_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text_poll.h"
#include "markup/character_reference.h"

void decoded_text_free(DecodedText *d) {
  free(d->references);
  free(d->bytes);
}

/* ---- decoding --------------------------------------------------------------------------- */

static Status append(DecodedText *d, const char *bytes, size_t count, Error *error) {
  if (!memory_grow(&d->bytes, &d->capacity, d->length + count + 1, 1)) return error_no_memory(error);
  memcpy(d->bytes + d->length, bytes, count);
  d->length += count;
  return STATUS_OK;
}

static Status append_reference(DecodedText *d, const char *bytes, size_t count, size_t from, size_t to, Error *error) {
  if (!memory_grow(&d->references, &d->references_capacity, d->count + 1, sizeof *d->references))
    return error_no_memory(error);
  d->references[d->count++] = (ReferenceSpan){d->length, d->length + count, from, to};
  return append(d, bytes, count, error);
}

Status decoded_text_read(DecodedText *d, const char *text, size_t length, Poll asked, Error *error) {
  TextPoll poll = text_poll_begin(asked, error);
  Status status = STATUS_OK;
  size_t copied = 0; /* bytes of `text` */
  d->count = d->length = 0;
  for (size_t at = 0; at < length && !status && text_poll_goes_on(&poll, at);) {
    char bytes[REFERENCE_BYTES_MOST];
    size_t count, read;
    const char *found = memchr(text + at, '&', length - at);
    if (!found) break;
    at = (size_t)(found - text);
    read = character_reference_read(found, length - at, bytes, &count);
    if (read) {
      status = append(d, text + copied, at - copied, error);
      if (!status) status = append_reference(d, bytes, count, at, at + read, error);
      copied = at + read;
    }
    at += read ? read : 1;
  }
  if (!status) status = append(d, text + copied, length - copied, error);
  if (!status) d->bytes[d->length] = '\0';
  d->text = d->bytes;
  return status ? status : poll.status;
}

/* ---- the way back -------------------------------------------------------------------------- */

/* Returns the last reference that begins before the byte `at` of the decoded text, or NULL. */
static const ReferenceSpan *reference_before(const DecodedText *d, size_t at) {
  size_t low = 0, high = d->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (d->references[middle].start < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? &d->references[low - 1] : NULL;
}

size_t decoded_text_start(const DecodedText *d, size_t start) {
  const ReferenceSpan *r = reference_before(d, start + 1);
  if (!r) return start;
  return start < r->end ? r->from : r->to + (start - r->end);
}

size_t decoded_text_end(const DecodedText *d, size_t end) {
  const ReferenceSpan *r = reference_before(d, end);
  if (!r) return end;
  return end <= r->end ? r->to : r->to + (end - r->end);
}
