/* text_poll.h -- asks, while a text is read, every now and then whether to go on. */
#ifndef CLASSIFY_TEXT_POLL_H
#define CLASSIFY_TEXT_POLL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/poll.h"

enum { TEXT_POLL_BYTES = 1 << 14 }; /* read between two polls: a ms or two */

typedef struct TextPoll {
  Poll poll;     /* or empty                                  */
  Error *error;
  Status status; /* STATUS_INTERRUPTED once the poll said so  */
  size_t next;   /* byte of the text where it is asked again  */
} TextPoll;

static inline TextPoll text_poll_begin(Poll poll, Error *error) {
  return (TextPoll){.poll = poll, .error = error, .next = TEXT_POLL_BYTES};
}

/* Returns whether to go on from the byte `at` of the text. Once it was no it stays so. */
static inline bool text_poll_goes_on(TextPoll *p, size_t at) {
  if (at < p->next) return true;
  if (!p->status) p->status = poll_proceed(p->poll, p->error);
  p->next = p->status ? 0 : at + TEXT_POLL_BYTES;
  return !p->status;
}

/* The same of a step of a loop, which may go through a part of the text or through what became of it. */
static inline bool text_poll_step(TextPoll *p, size_t step) {
  if (step % TEXT_POLL_BYTES == TEXT_POLL_BYTES - 1 && !p->status) p->status = poll_proceed(p->poll, p->error);
  if (p->status) p->next = 0;
  return !p->status;
}

#endif
