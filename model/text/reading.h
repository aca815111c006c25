/* reading.h -- what the network reads of a text: some of its tokens, and padding.
**
** Models that are trained here read the first max_tokens tokens of a text and nothing else.
** Models from elsewhere may have learned texts that were cut at the other end, or filled up
** to one length with the number of a padding word:
**
**   tokens            a b c d e        max_tokens 3        read  a b c
**                                      and keeps_last            c d e
**   tokens            a b              padded_length 4           a b _ _
**                                      and pads_before           _ _ a b
**
** What the layers make of padding is in network/padding.h.
*/
#ifndef CLASSIFY_READING_H
#define CLASSIFY_READING_H

#include <stdbool.h>

#include "base/status.h"
#include "text/text.h"

typedef struct Reading {
  size_t max_tokens;    /* read of a text, at most                              */
  bool keeps_last;      /* of a longer text the last tokens are read            */
  bool skips_unknown;   /* unknown words (number 0) are left out, not counted   */
  size_t padded_length; /* that shorter texts are filled up to; 0: they are not */
  bool pads_before;
  bool drops_padding;   /* no layer would notice the padding, so there is none  */
} Reading;

/* Returns whether texts are read as they are, up to max_tokens. */
bool reading_is_plain(const Reading *reading);

/* Returns the most tokens that are read of a text of this length, padding included. */
size_t reading_most(const Reading *reading, size_t length);

#define READING_PADDING UINT32_MAX

/* What was read of some texts that are not read as they are. */
typedef struct ReadingBuffer {
  uint32_t *words;   /* of one text after another                                          */
  uint32_t *origins; /* the number of the token in its text that each word comes from, or
                     ** READING_PADDING                                                    */
  size_t words_capacity, origins_capacity;
} ReadingBuffer; /* all zero is empty */

void reading_buffer_free(ReadingBuffer *buffer);

/* Sets read [count] to what is read of texts [count], which may be the same list. It is a part of the
** text itself if the reading is plain, else it is in the buffer, which is reused from call to call.
*/
Status reading_read(const Reading *reading, uint32_t padding, const Text *texts, size_t count, ReadingBuffer *buffer,
                    Text *read, Error *error);

#endif
